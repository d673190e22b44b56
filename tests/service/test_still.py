"""A page's map stands still until its script has run, and is the same map then."""

import re
from collections import Counter

import numpy as np
import pytest
import shapely
from browsing import AREAS, WIDE, Seen, needs_chromium, until
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from playwright.sync_api import Browser, Page, Route
from starlette.testclient import TestClient

from service.pages import still
from service.pages.still import still_ground

NEAR = 2.0  # pixels: a whole unit of the picture, and the width of a line
RING = re.compile(r"M(-?\d+) (-?\d+)l([^z]*)z")


def polygons(path: str) -> list[shapely.Polygon]:
    """The rings of an SVG path of whole, relative steps, read by other code than made it."""
    found = []
    for east, north, steps in RING.findall(path):
        moves = np.array([int(step) for step in re.findall(r"-?\d+", steps)]).reshape(-1, 2)
        start = np.array([[int(east), int(north)]])
        found.append(shapely.Polygon(np.vstack((start, start + moves.cumsum(axis=0)))))
    return found


def drawn(text: str) -> dict[str, list[shapely.Polygon]]:
    """The areas of a page's picture by colour."""
    areas = re.findall(r'<path id="still-\d+" fill="(#\w+)"[^>]* d="([^"]*)"', text)
    return {fill: polygons(path) for fill, path in areas}


PAGES = {
    "/": 193,
    "/towns/oswestry": 11,
    "/rural": 111,
    "/business": 193,
    "/collections/towns/items": 19,
    "/collections/lsoas/items?town=wem": 4,
    "/collections/deprivation/items": 193,
    "/collections/hotspots/items?place=rural": 111,
    "/collections/change/items": 193,
}


@pytest.mark.parametrize("path", PAGES)
def test_the_picture_has_as_many_areas_of_each_colour_as_the_features(
    client: TestClient, path: str
) -> None:
    page = client.get(path, headers={"Accept": "text/html"}).text
    fills = drawn(page)
    assert sum(map(len, fills.values())) >= PAGES[path]
    whole = shapely.union_all([area for areas in fills.values() for area in areas])
    [box] = re.findall(r'class="still" viewBox="0 0 (\d+) (\d+)"', page)
    assert max(map(int, box)) == still.SIDE
    assert np.allclose(whole.bounds, (0, 0, *map(int, box)), atol=1)
    apart = sum(area.area for areas in fills.values() for area in areas)
    assert apart == pytest.approx(whole.area, rel=0.01)  # areas neither overlap nor are twice there


@pytest.mark.parametrize("path", ["/collections/map-points/items", "/collections/grid/items"])
def test_under_places_stands_the_ground_alone(client: TestClient, path: str) -> None:
    page = client.get(path, params={"town": "wem"}, headers={"Accept": "text/html"}).text
    assert {fill: len(areas) for fill, areas in drawn(page).items()} == {"#f6f6f2": 4}


boxes = st.tuples(
    st.floats(-6, 1.5), st.floats(50, 55.5), st.floats(0.001, 2), st.floats(0.001, 2)
).map(lambda at: shapely.box(at[0], at[1], at[0] + at[2], at[1] + at[3]))


@given(st.lists(boxes, min_size=1, max_size=8))
def test_a_picture_keeps_shapes_as_web_mercator_has_them(areas: list[shapely.Polygon]) -> None:
    picture = still_ground(np.array(areas, dtype=object))
    [made] = drawn(picture).values()
    west, south, east, north = shapely.total_bounds(areas)

    def mercator(latitude: float) -> float:
        return float(np.degrees(np.log(np.tan(np.pi / 4 + np.radians(latitude) / 2))))

    unit = max(east - west, mercator(north) - mercator(south)) / still.SIDE
    wanted = Counter(
        (
            round((area.bounds[0] - west) / unit),
            round((mercator(north) - mercator(area.bounds[3])) / unit),
        )
        for area in areas
        if min(area.bounds[2] - area.bounds[0], mercator(area.bounds[3]) - mercator(area.bounds[1]))
        > 2 * unit
    )
    corners = [(area.bounds[0], area.bounds[1]) for area in made]
    for corner in wanted:
        assert any(abs(corner[0] - x) <= 1 and abs(corner[1] - y) <= 1 for x, y in corners)


def test_nothing_is_drawn_of_nothing_or_of_too_much() -> None:
    assert still_ground(np.array([], dtype=object)) == Markup("")
    many = np.array([shapely.box(i, 50, i + 1, 51) for i in range(still.MOST + 1)], dtype=object)
    assert still_ground(many) == Markup("")
    assert still_ground(many[:-1]).startswith("<svg")


def held(page: Page, selector: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of everything that a selector finds, in pixels of the map."""
    boxes = page.locator(selector).evaluate_all(
        "all => { const box = document.querySelector('.map').getBoundingClientRect();"
        " return all.map((one) => one.getBoundingClientRect()).map((r) =>"
        " [r.left - box.left, r.top - box.top, r.right - box.left, r.bottom - box.top]); }"
    )
    found = np.array(boxes)
    return (*found[:, :2].min(axis=0), *found[:, 2:].max(axis=0))


@needs_chromium
@pytest.mark.parametrize(
    "path", ["/", "/towns/oswestry", "/rural", "/collections/towns/items?f=html"]
)
def test_the_map_takes_the_place_of_the_picture_unseen(see: Seen, path: str) -> None:
    page, waiting = see.page, list[Route]()

    def wait(route: Route) -> None:
        waiting.append(route)

    page.route("**/folium.js", wait)
    page.goto(see.server + path, wait_until="commit")
    page.wait_for_selector(".still")
    before = held(page, ".still .areas path")
    fills = page.locator(".still .areas path").evaluate_all(
        "all => all.map(p => p.getAttribute('fill'))"
    )
    assert page.locator(AREAS).count() == 0
    while not waiting:
        page.wait_for_timeout(20)
    waiting[0].continue_()
    page.wait_for_selector(".map[data-drawn]")
    assert page.locator(".still").count() == 0
    assert held(page, AREAS) == pytest.approx(before, abs=NEAR)
    live = page.locator(AREAS).evaluate_all("all => all.map(p => p.getAttribute('fill'))")
    assert set(live) == set(fills)
    assert see.complaints == []


@needs_chromium
def test_without_script_the_picture_stays(browser: Browser, server: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        page.goto(f"{server}/towns/oswestry")
        assert page.locator(".still .areas path").count() >= 3
        assert page.locator(".still .hot-spot").count() == 2
        assert "Without script the map stands still." in page.locator("main").inner_text()


@needs_chromium
def test_the_picture_keeps_within_its_box(see: Seen) -> None:
    see.page.route("**/maps.js", lambda route: route.abort())
    page = see.open("/towns/oswestry", drawn=False)
    until(page, "document.readyState === 'complete'")
    before = page.locator(".lead").screenshot()
    page.evaluate("document.querySelector('.still').remove()")
    assert page.locator(".lead").screenshot() == before


@needs_chromium
def test_where_the_script_cannot_be_had_the_picture_stays(see: Seen) -> None:
    see.page.route("**/maps.js", lambda route: route.abort())
    page = see.open("/towns/oswestry", drawn=False)
    until(page, "document.readyState === 'complete'")
    assert page.locator(".still .areas path").first.is_visible()
