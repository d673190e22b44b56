"""Maps of many areas, which come as vector tiles, beside those that have their areas whole."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pyogrio
import pytest
import shapely
import uvicorn
from accessible import faults
from browsing import PHONE, WIDE, Seen, needs_chromium, until
from legends import by_legend
from playwright.sync_api import Browser, Page
from serving import serving

from geo.dataset import Dataset
from service.app import create_app
from service.pages import map_source
from service.site import Site

pytestmark = needs_chromium
HOTSPOTS = "/collections/hotspots/items?theme=asb&f=html"
PAGES = (
    HOTSPOTS,
    "/collections/hotspots/items?place=rural&f=html",
    "/collections/deprivation/items?f=html",
    "/collections/change/items?f=html",
    "/collections/persistence/items?f=html",
    "/collections/grid/items?f=html",
    "/collections/map-points/items?f=html",
    "/rural",
    "/business",
    "/",
)
TILE = re.compile(r"/tiles/WebMercatorQuad/\d+/")
PIXEL = """([lng, lat]) => {
    const at = map_areas.latLngToContainerPoint([lat, lng]);
    const box = map_areas.getContainer().getBoundingClientRect();
    const [x, y] = [box.x + at.x, box.y + at.y];
    for (const canvas of document.querySelectorAll('.leaflet-overlay-pane canvas')) {
        const here = canvas.getBoundingClientRect();
        if (x < here.left || x >= here.right || y < here.top || y >= here.bottom) continue;
        const scale = canvas.width / here.width;
        const pixel = [(x - here.left) * scale, (y - here.top) * scale].map(Math.floor);
        const [r, g, b, a] = canvas.getContext('2d').getImageData(...pixel, 1, 1).data;
        if (a) return '#' + [r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('');
    }
    return null;
}"""
AT = """([lng, lat]) => {
    const at = map_areas.latLngToContainerPoint([lat, lng]);
    const box = map_areas.getContainer().getBoundingClientRect();
    return [box.x + at.x, box.y + at.y];
}"""


@pytest.fixture(scope="module")
def server(embedded: Dataset) -> Iterator[str]:
    """The address of a server to which a hundred areas are many."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = create_app(Site(embedded))
    running = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=running.run)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(map_source, "MOST", 100)
        thread.start()
        while not running.started:
            assert thread.is_alive()
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
        running.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def whole_server(embedded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server as it is, whose maps here have their areas whole."""
    log = tmp_path_factory.mktemp("whole") / "log.txt"
    with serving(log, "--dataset", embedded_home) as address:
        yield address


def features(see: Seen, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx2.get(see.server + address, trust_env=False).json()[
        "features"
    ]
    return found


def middle(feature: dict[str, Any]) -> tuple[list[float], float]:
    """The middle of the largest circle in an area, and its radius in degrees of latitude."""
    outline = shapely.geometry.shape(feature["geometry"])
    radius = shapely.maximum_inscribed_circle(outline, tolerance=1e-4)
    return list(radius.coords[0]), radius.length


def large(see: Seen, address: str) -> list[tuple[dict[str, Any], list[float]]]:
    """The areas that no edge or circle hides at the size of a county, each with its middle."""
    found = [(one, *middle(one)) for one in features(see, address)]
    return [(one, at) for one, at, radius in found if radius > 0.012]


def tip(page: Page, at: list[float]) -> str:
    page.mouse.move(*page.evaluate(AT, at))
    return page.locator(".leaflet-tooltip.tip").inner_text()


@pytest.mark.parametrize("zoom", [4, 8, 11])
def test_tiles_are_read_as_gdal_reads_them(see: Seen, tmp_path: Path, zoom: int) -> None:
    page = see.open(HOTSPOTS)
    column, row = int((-2.7519 + 180) / 360 * 2**zoom), {4: 5, 8: 84, 11: 672}[zoom]
    address = f"/collections/hotspots/tiles/WebMercatorQuad/{zoom}/{row}/{column}"
    path = tmp_path / str(zoom) / str(column) / f"{row}.pbf"
    path.parent.mkdir(parents=True)
    path.write_bytes(httpx2.get(see.server + address, trust_env=False).content)
    frame = pyogrio.read_dataframe(path, CLIP="NO").set_index("feature_id")
    read = page.evaluate(
        "async (url) => vectorTile.read(await (await fetch(url)).arrayBuffer())", address
    )
    assert set(read) == {"hotspots"}
    found = {one["properties"]["feature_id"]: one for one in read["hotspots"]["features"]}
    assert found.keys() == set(frame.index)
    side = 2 * 20037508.342789244 / 2**zoom / read["hotspots"]["extent"]
    for key, feature in found.items():
        for name, value in feature["properties"].items():
            if name != "feature_id":
                assert value == frame.loc[key, name], (key, name)
        rings = [
            shapely.Polygon(list(zip(ring[::2], ring[1::2], strict=True)))
            for ring in feature["rings"]
        ]
        drawn = rings[0]
        for ring in rings[1:]:
            drawn = drawn.symmetric_difference(ring)
        assert drawn.area * side**2 == pytest.approx(frame.geometry[key].area, rel=1e-6)
        wide = frame.geometry[key].bounds[2] - frame.geometry[key].bounds[0]
        assert (drawn.bounds[2] - drawn.bounds[0]) * side == pytest.approx(wide, rel=1e-6)


@pytest.mark.parametrize("theme", ["asb", "burglary"])
def test_a_place_has_the_colour_of_the_legend(see: Seen, theme: str) -> None:
    page = see.open(f"/collections/lsoas/items?theme={theme}&f=html")
    page.wait_for_timeout(300)  # while tiles fade in
    shown = large(see, f"/collections/lsoas/items?theme={theme}")
    assert len(shown) > 30
    wanted = by_legend(page, [one for one, _ in shown])
    assert [page.evaluate(PIXEL, at) for _, at in shown] == wanted
    assert page.locator(".leaflet-overlay-pane path").count() == 0


@pytest.mark.parametrize("path", [HOTSPOTS, "/collections/deprivation/items?f=html"])
def test_tips_have_the_words_of_a_map_that_has_its_areas_whole(
    see: Seen, browser: Browser, whole_server: str, path: str
) -> None:
    page = see.open(path)
    page.evaluate("document.querySelector('.map').scrollIntoView({ block: 'center' })")
    other = browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]})
    other.goto(whole_server + path)
    other.wait_for_selector(".map[data-drawn]")
    for one, at in large(see, path.replace("f=html", "f=geojson"))[:12]:
        words = other.evaluate(
            "(id) => { const { areas, config, tips } = map_areas.marks;"
            " const { properties } = areas.get(id).feature;"
            " return [properties[config.label], ...tips.lines(properties)]; }",
            one["id"],
        )
        assert tip(page, at).strip().split("\n") == words
    other.close()


def test_a_row_brings_its_area_to_the_middle_and_marks_it(see: Seen) -> None:
    page = see.open(HOTSPOTS)
    row = page.locator("tr[data-feature]").nth(40)
    chosen = row.get_attribute("data-feature")
    row.locator("button").click()
    page.wait_for_selector(".leaflet-mark-pane path")
    assert page.locator("tr[aria-current]").get_attribute("data-feature") == chosen
    [feature] = [one for one in features(see, "/collections/hotspots/items?theme=asb")
                 if one["id"] == chosen]  # fmt: skip
    box = shapely.geometry.shape(feature["geometry"]).bounds
    centre = page.evaluate("[map_areas.getCenter().lng, map_areas.getCenter().lat]")
    assert centre == pytest.approx([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], abs=0.01)
    said = page.locator(".map > .visually-hidden[role=status]").inner_text()
    assert said.startswith(feature["properties"]["name"])
    assert said.endswith("41 of 193")


def test_keys_go_from_area_to_area_and_open_one(see: Seen) -> None:
    page = see.open(HOTSPOTS)
    page.focus(".leaflet-container")
    marked = "map_areas.marks.marked?.feature.id"
    page.keyboard.press("Home")
    until(page, marked)
    first = page.evaluate(marked)
    assert first == page.locator("tr[data-feature]").first.get_attribute("data-feature")
    page.keyboard.press("ArrowDown")
    until(page, f"{marked} !== '{first}'")
    second = page.evaluate(marked)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/collections/hotspots/items/{second}?theme=asb**")


def test_another_theme_is_drawn_on_the_same_map(see: Seen) -> None:
    page = see.open("/collections/lsoas/items?theme=asb&f=html")
    page.select_option("#choose-theme", "shoplifting")
    until(page, "location.search.includes('shoplifting')")
    page.wait_for_selector(".map[data-drawn]")
    page.wait_for_timeout(300)
    shown = large(see, "/collections/lsoas/items?theme=shoplifting")
    wanted = by_legend(page, [one for one, _ in shown])
    assert [page.evaluate(PIXEL, at) for _, at in shown] == wanted


def test_nothing_but_what_stands_out_is_got_whole(see: Seen) -> None:
    page = see.open(HOTSPOTS)
    asked = [url for url in see.requests if "f=geojson" in url]
    assert len(asked) == 1
    first = page.locator("link[rel=preload]").evaluate_all("all => all.map((one) => one.href)")
    assert first == asked
    got = httpx2.get(asked[0], trust_env=False).json()["features"]
    assert {one["properties"]["hotspot_class"] for one in got} == {"hot spot", "raised"}
    legend = {
        row.locator("th b").inner_text(): int(row.locator("td").last.inner_text())
        for row in page.locator("table.legend tr:has(th b)").all()
    }
    assert sum(legend.values()) == len(got)
    assert any(TILE.search(url) for url in see.requests)


def test_areas_that_are_left_aside_are_hatched(see: Seen) -> None:
    page = see.open("/collections/hotspots/items?place=rural&f=html")
    until(page, "document.querySelector('.leaflet-context-pane canvas.leaflet-tile-loaded')")
    colours = page.evaluate(
        """() => {
            const found = new Set();
            for (const canvas of document.querySelectorAll('.leaflet-context-pane canvas')) {
                const { width, height } = canvas;
                const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
                for (let i = 0; i < data.length; i += 4) {
                    if (data[i + 3] === 255) found.add(data[i]);
                }
            }
            return [...found];
        }"""
    )
    assert {0xEF, 0x9A} <= set(colours)  # of the ground and of the lines


def test_a_town_of_many_areas_has_those_about_it_whole(see: Seen, whole_server: str) -> None:
    page = see.open("/towns/oswestry")
    [asked] = [url for url in see.requests if "hotspots" in url and "f=geojson" in url]
    got = httpx2.get(asked, trust_env=False).json()["features"]
    assert "bbox=" in asked
    inside = [one for one in got if one["properties"]["town"] == "Oswestry"]
    address = f"{whole_server}/collections/hotspots/items?town=oswestry&f=geojson"
    every = httpx2.get(address, trust_env=False).json()["features"]
    assert {one["id"] for one in inside} == {one["id"] for one in every}
    assert len(inside) < len(got) < 193
    assert int(page.locator(".map").get_attribute("data-drawn") or 0) == len(inside)


def test_tiles_that_do_not_come_are_told(see: Seen) -> None:
    see.page.route(TILE, lambda route: route.abort())
    page = see.open(HOTSPOTS)
    assert "Part of the map could not be loaded" in page.locator(".map-note").inner_text()


@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_with_tiles_has_no_fault(see: Seen, path: str) -> None:
    page = see.open(path)
    assert faults(page) == []
    assert see.complaints == []
