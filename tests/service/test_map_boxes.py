"""The boxes on a town's map and what lies under it, in a real browser, against the service."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from browsing import AREAS, Seen, needs_chromium, until
from playwright.sync_api import Browser, Page, Route, expect
from serving import serving

pytestmark = needs_chromium
TOWN = "/towns/shrewsbury"
TILES, WORDS = "https://tiles.example/{z}/{x}/{y}.png", "© The mappers & others"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c489"
    "0000000d49444154789c63f8cfc0f01f00050001ff89993d1d0000000049454e44ae426082".replace(" ", "")
)


def features(see: Seen, layer: str, query: str) -> list[dict[str, Any]]:
    url = f"{see.server}/collections/{layer}/items?{query}&limit=10000"
    found: list[dict[str, Any]] = httpx2.get(url, trust_env=False).json()["features"]
    return found


def fills(page: Page) -> Counter[str]:
    return Counter(
        page.locator(AREAS).evaluate_all("all => all.map(one => one.getAttribute('fill'))")
    )


@pytest.mark.parametrize("town", ["oswestry", "shrewsbury"])
def test_street_places_are_those_of_the_service_largest_first(see: Seen, town: str) -> None:
    page = see.open(f"/towns/{town}")
    page.wait_for_selector(".map[data-places]")
    told = features(see, "map-points", f"theme=asb&town={town}")
    assert page.get_attribute(".map", "data-places") == str(len(told))
    drawn = page.evaluate("map_areas.boxes.drawn.map(one => [one.properties.count, one.radius])")
    counts = sorted((f["properties"]["count"] for f in told), reverse=True)
    assert [count for count, _ in drawn] == counts
    unit = drawn[0][1] / drawn[0][0] ** 0.5
    assert all(abs(radius - unit * count**0.5) < 1e-9 for count, radius in drawn)
    if town == "oswestry":
        assert unit == 2.9
    else:  # where there are so many, all are smaller until one comes closer
        assert 1.5 < unit < 2.9
        page.evaluate("void map_areas.setZoom(map_areas.getZoom() + 2, { animate: false })")
        assert page.evaluate("map_areas.boxes.drawn[0].radius") == 2.9 * counts[0] ** 0.5
    assert page.locator(".leaflet-places-pane canvas").count() == 1
    expect(page.locator("[data-key=places]")).to_contain_text("Street places: 1, 5, 10")
    page.uncheck("input[name=places]")
    expect(page.locator("[data-key=places]")).to_have_count(0)
    assert page.get_attribute(".map", "data-places") == "0"
    assert see.complaints == []


def test_a_place_says_what_it_is_and_the_area_beside_it_still_does(see: Seen) -> None:
    page = see.open(TOWN)
    page.wait_for_selector(".map[data-places]")
    page.locator(".map").scroll_into_view_if_needed()
    most = max(
        features(see, "map-points", "theme=asb&town=shrewsbury"),
        key=lambda f: f["properties"]["count"],
    )
    box = page.locator(".leaflet-container").bounding_box()
    assert box
    lon, lat = most["geometry"]["coordinates"]
    x, y = page.evaluate(
        "([lat, lng]) => (p => [p.x, p.y])(map_areas.latLngToContainerPoint([lat, lng]))",
        [lat, lon],
    )
    page.mouse.move(box["x"] + x + 1, box["y"] + y)
    tip = page.locator(".leaflet-tooltip")
    told = features(see, "map-points", "theme=asb&town=shrewsbury")
    total = sum(one["properties"]["count"] for one in told)
    expect(tip).to_contain_text(f"of the town’s {total:,} reports that have a place")  # noqa: RUF001
    page.uncheck("input[name=places]")
    page.mouse.move(box["x"] + x + 2, box["y"] + y)
    expect(tip).to_contain_text("per 1,000 residents")


def test_a_late_answer_does_not_take_the_places_of_a_newer_one_away(see: Seen) -> None:
    page = see.open("/towns/oswestry")
    page.wait_for_selector(".map[data-places]")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/map-points/items.*theme=violence"), hold)
    page.select_option("#choose-theme", "violence")
    until(page, "location.search.includes('theme=violence')")
    page.wait_for_selector("main:not([aria-busy])")
    page.select_option("#choose-theme", "burglary")
    told = len(features(see, "map-points", "theme=burglary&town=oswestry"))
    page.wait_for_selector(f".map[data-places='{told}']")
    assert held
    for route in held:
        route.continue_()
    page.wait_for_timeout(300)
    assert page.get_attribute(".map", "data-places") == str(told)


@pytest.mark.parametrize("query", ["theme=asb", "theme=shoplifting&datetime=2015-01/2015-06"])
def test_the_change_is_the_difference_that_the_service_tells(see: Seen, query: str) -> None:
    page = see.open(f"{TOWN}?{query}")
    before = fills(page)
    page.check("input[name=change]")
    key = page.locator("[data-key=change]")
    expect(key).to_be_visible()
    rows = [f["properties"] for f in features(see, "change", f"{query}&town=shrewsbury")]
    way = {(False, -1): "Down, not clear", (False, 0): "The same", (False, 1): "Up, not clear",
           (True, -1): "▼ Clearly down", (True, 1): "▲ Clearly up"}  # fmt: skip
    told = Counter(
        way[
            row["direction"] != "no clear change",
            (row["count"] > row["count_before"]) - (row["count"] < row["count_before"]),
        ]
        for row in rows
    )
    shown = dict.fromkeys(way.values(), 0) | told
    lines = {
        line.inner_text().split("\t")[1]: int(line.inner_text().split("\t")[2])
        for line in key.locator("tbody tr").all()
    }
    assert lines == shown
    colours = {"Down, not clear": "#b2abd2", "The same": "#f7f7f7", "Up, not clear": "#fdb863",
               "▼ Clearly down": "#542788", "▲ Clearly up": "#a84f05"}  # fmt: skip
    assert fills(page) == Counter({colours[name]: count for name, count in told.items()})
    assert page.locator(".map-sign").count() == sum(
        n for name, n in told.items() if "Clearly" in name
    )
    page.focus(".leaflet-container")
    page.keyboard.press("Home")
    [first] = [
        row
        for row in rows
        if row["lsoa_code"] == page.evaluate("map_areas.marks.marked.feature.id")
    ]
    expect(page.locator(".leaflet-tooltip")).to_contain_text(first["in_words"])
    page.uncheck("input[name=change]")
    expect(key).to_have_count(0)
    assert fills(page) == before


def test_the_areas_can_be_taken_away_and_come_back(see: Seen) -> None:
    page = see.open(TOWN)
    for on, opacity in ((False, "0"), (True, "1")):
        page.set_checked("input[name=areas]", on)
        found = page.locator(AREAS).evaluate_all(
            "all => all.map(one => one.getAttribute('fill-opacity'))"
        )
        assert set(found) == {opacity}


def test_a_layer_that_cannot_load_says_so_and_leaves_the_rest(see: Seen) -> None:
    see.page.route(re.compile("/collections/change/items"), lambda route: route.abort())
    page = see.open(TOWN)
    before = fills(page)
    page.check("input[name=change]")
    expect(page.locator(".map-note")).to_contain_text("Change could not be loaded")
    assert fills(page) == before


def test_a_first_year_has_no_box_of_change(see: Seen) -> None:
    page = see.open(f"{TOWN}?datetime=2014-01/2014-03")
    assert page.locator(".map-boxes input").evaluate_all("all => all.map(one => one.name)") == [
        "areas",
        "places",
    ]
    assert page.locator(".map-label").count() > 0


@pytest.fixture(scope="module")
def tiled(embedded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that was told of tiles."""
    log = tmp_path_factory.mktemp("tiled") / "log.txt"
    told = ("--tiles", TILES, "--tiles-attribution", WORDS)
    with serving(log, "--dataset", embedded_home, *told) as address:
        yield address


def give(route: Route) -> None:
    route.fulfill(body=PIXEL, content_type="image/png")


@pytest.mark.parametrize("work", [True, False], ids=["tiles come", "tiles fail"])
def test_tiles_lie_under_the_areas_and_may_fail(browser: Browser, tiled: str, work: bool) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
        page.route("https://tiles.example/**", give if work else lambda route: route.abort())
        page.goto(tiled + TOWN)
        page.wait_for_selector(".map[data-drawn]")
        expect(page.locator(".map-credit")).to_have_text(WORDS)
        expect(page.locator(".map-credit")).to_be_visible()
        note = page.locator(".map-note.tiles")
        opacity = "getComputedStyle(document.querySelector('.leaflet-overlay-pane')).opacity"
        if work:
            page.wait_for_selector(".map.tiled")
            assert 0.5 < float(page.evaluate(opacity)) < 0.9
            assert note.count() == 0 or note.is_hidden()
        else:
            expect(note).to_contain_text("The background map could not be loaded")
            assert page.evaluate(opacity) == "1"
        assert page.locator(AREAS).count() > 30
        assert set(asked) == {urlsplit(tiled).netloc, "tiles.example"}
        page.focus(".leaflet-container")
        page.keyboard.press("Home")
        expect(page.locator(".leaflet-tooltip")).to_be_visible()
