"""The pages in a real browser: maps are drawn, nothing is fetched from elsewhere, forms work."""

import re

import httpx2
import pytest
from browsing import AREAS, PHONE, WIDE, WIDTH, Seen, needs_chromium, unfold, until
from playwright.sync_api import Browser, expect

pytestmark = needs_chromium
DRAWN = {
    "/": 193,
    "/towns/oswestry": 11,
    "/rural": 111,
    "/business": 193,
    "/collections/deprivation/items?f=html": 193,
    "/collections/hotspots/items?f=html": 193,
    "/collections/lsoas/items?f=html": 193,
    "/collections/rural-urban/items?f=html": 6,
    "/collections/towns/items?f=html": 19,
}


@pytest.mark.parametrize("path", DRAWN)
@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_a_map_draws_every_area_and_fits_the_screen(see: Seen, path: str) -> None:
    page = see.open(path)
    assert page.locator(AREAS).count() == DRAWN[path]
    assert page.locator(f"{AREAS}[d='M0 0']").count() == 0
    width = page.evaluate(WIDTH)
    assert width[0] <= width[1]
    assert see.complaints == []


@pytest.mark.parametrize("path", ["/towns/oswestry", "/rural", "/collections/towns/items?f=html"])
@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_the_zoom_buttons_work(see: Seen, path: str) -> None:
    page = see.open(path)
    size = f"document.querySelector('{AREAS}').getBoundingClientRect().width"
    before = page.evaluate(size)
    page.click(".leaflet-control-zoom-in")
    until(page, f"{size} > {before} * 1.2")
    middle = page.evaluate(size)
    page.wait_for_timeout(400)  # a second press during the animation is not taken
    page.click(".leaflet-control-zoom-out")
    until(page, f"{size} < {middle} / 1.1")
    assert see.complaints == []


@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_choosing_a_theme_changes_the_address_and_the_headline(see: Seen) -> None:
    page = see.open("/towns/oswestry")
    before = page.inner_text(".lead")
    assert "reports" in before
    unfold(page)
    page.select_option("#choose-theme", "shoplifting")
    page.select_option("#choose-datetime", "2015-01/2015-12")
    page.wait_for_url("**/towns/oswestry?*datetime=2015-01**")
    assert "theme=shoplifting" in page.url
    assert re.search("datetime=2015-01(/|%2F)2015-12", page.url)
    after = page.inner_text(".lead")
    assert after != before
    assert "crimes in Oswestry in the twelve months to December 2015" in after
    assert page.input_value("#choose-theme") == "shoplifting"
    assert see.complaints == []


def test_a_heading_sorts_the_table_both_ways_and_says_so(see: Seen) -> None:
    page = see.open("/towns/oswestry")
    table = page.locator("table[data-sortable]")
    for heading, column in (("Per 1,000 residents", 4), ("LSOA", 6), ("Reports", 2)):
        cell = table.locator("thead th").nth(column)
        expect(cell).to_have_text(heading)
        values = (
            f"rows => rows.map(r => r.cells[{column}].dataset.value || r.cells[{column}].innerText)"
        )
        for way in ("descending", "ascending"):
            cell.get_by_role("button").click()
            assert cell.get_attribute("aria-sort") == way
            assert table.locator("th[aria-sort]").count() == 1
            found = table.locator("tbody tr").evaluate_all(values)
            numbers = [float(value) if value[0].isdigit() else value for value in found]
            assert numbers == sorted(numbers, reverse=way == "descending")
            assert len(set(numbers)) > 1
    assert table.locator("tfoot tr").count() == 1


def test_a_button_that_names_an_area_brings_it_into_view(see: Seen) -> None:
    page = see.open("/towns/oswestry")
    button = page.locator("button[data-area]").first
    button.click()
    name = button.inner_text().partition(": ")[2]
    named = re.compile(name, re.IGNORECASE)
    expect(page.locator(".leaflet-tooltip")).to_contain_text(named)
    expect(page.locator(".map > [role=status]")).to_contain_text(named)
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-tooltip")).to_have_count(0)
    assert see.complaints == []


def test_the_map_is_one_tab_stop_and_so_is_each_of_its_controls(see: Seen) -> None:
    page = see.open("/towns/oswestry")
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            "(() => { const at = document.activeElement;"
            " if (at.closest('.map')) return at.className || at.name;"
            " return at === document.body ? 'end' : null; })()"
        )
        if stop == "end":
            break
        if stop:
            stops.append(stop.split()[0])
    zoom = ["leaflet-control-zoom-in", "leaflet-control-zoom-out"]
    assert stops == ["folium-map", *zoom, "map-screen", "areas", "places", "change"]


@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_a_tip_stands_inside_the_map_and_beside_what_is_pointed_at(see: Seen) -> None:
    page = see.open("/towns/oswestry")
    page.locator(".map").scroll_into_view_if_needed()
    whole = page.locator(".map").bounding_box()
    assert whole
    pointed = 0
    for area in page.locator(AREAS).all():
        box = area.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        tip = page.locator(".leaflet-tooltip")
        if not tip.count():
            continue  # the middle of the box is outside the area
        pointed += 1
        told = tip.bounding_box()
        assert told
        right, bottom = told["x"] + told["width"], told["y"] + told["height"]
        assert whole["x"] <= told["x"]
        assert right <= whole["x"] + whole["width"]
        assert whole["y"] <= told["y"]
        assert bottom <= whole["y"] + whole["height"]
        assert not (told["x"] <= x <= right and told["y"] <= y <= bottom)
    assert pointed >= 5


@pytest.mark.parametrize("path", ["/towns/oswestry", "/towns/ludlow", "/rural"])
@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_no_label_covers_another_or_names_the_town_itself(see: Seen, path: str) -> None:
    page = see.open(path)
    labels = page.locator(".map-label")
    assert labels.count() >= 1
    boxes = labels.evaluate_all(
        "all => all.map(one => one.getBoundingClientRect())"
        ".map(box => [box.left, box.top, box.right, box.bottom])"
    )
    for i, one in enumerate(boxes):
        for other in boxes[:i]:
            apart = one[2] <= other[0] or other[2] <= one[0]
            assert apart or one[3] <= other[1] or other[3] <= one[1]
    town = path.rpartition("/")[2].capitalize()
    assert town not in page.locator(".map-label.near").all_inner_texts()


def test_a_finding_too_small_to_be_seen_is_circled_on_the_county_map(see: Seen) -> None:
    page = see.open("/rural")
    circles = page.locator(".leaflet-marks-pane path[d*='a']")
    assert circles.count() >= 2
    for box in circles.evaluate_all("all => all.map(one => one.getBoundingClientRect().width)"):
        assert 12 <= box <= 34 + 8  # the radius is at most 17, and its line is wide


HALVES = "/rural?datetime=2014-01/2014-12"
"""Months without any held before them, whose change is told in longer words."""
BROKEN = """() => [...document.querySelectorAll(".figures-table tbody th")].flatMap(head => {
    const [walk, range, broken] =
        [document.createTreeWalker(head, NodeFilter.SHOW_TEXT), document.createRange(), []];
    for (let text = walk.nextNode(); text; text = walk.nextNode())
        for (const word of text.data.matchAll(/[a-z]+/gi)) {
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            const lines = [...range.getClientRects()].map(box => Math.round(box.top));
            if (new Set(lines).size > 1) broken.push(word[0]);
        }
    return broken;
})"""


@pytest.mark.parametrize("width", [320, 768])
def test_no_word_at_the_head_of_a_row_is_broken(see: Seen, width: int) -> None:
    page = see.page
    page.set_viewport_size({"width": width, "height": 700})
    see.open("/rural", drawn=False)
    assert page.evaluate(BROKEN) == []


@pytest.mark.parametrize("width", [320, 700, 900, 1101, 1241])
@pytest.mark.parametrize(
    "path",
    ["/", "/towns/oswestry", "/rural", HALVES, "/business", "/deprivation", "/compare",
     "/collections"],
)  # fmt: skip
def test_a_narrow_page_shows_its_whole_width_and_every_way_on(
    see: Seen, path: str, width: int
) -> None:
    page = see.page
    page.set_viewport_size({"width": width, "height": 700})
    see.open(path, drawn=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    menu = page.locator("header nav summary")
    if menu.is_visible():
        menu.click()
    links = page.locator("header nav a")
    for box in [link.bounding_box() for link in links.all()]:
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] >= 24


@pytest.mark.parametrize("path", ["/", "/towns/oswestry", "/collections/towns/items?f=html"])
def test_a_map_that_cannot_load_says_so_and_leaves_the_figures(see: Seen, path: str) -> None:
    see.page.route(re.compile(r"/items\?.*f=geojson"), lambda route: route.abort())
    page = see.open(path, drawn=False)
    note = page.locator(".map-note[role=status]")
    expect(note).to_contain_text("could not be loaded")
    expect(note).to_be_visible()
    assert ("table" in note.inner_text()) == (path != "/")
    if path == "/":
        expect(page.locator(".towns li")).to_have_count(19)
    else:
        rows = page.locator("table[data-sortable] tbody tr")
        expect(rows).to_have_count(DRAWN[path])
        expect(rows.first).to_be_visible()


@pytest.mark.parametrize("path", ["/towns/oswestry", "/collections/lsoas/items?f=html"])
def test_without_script_the_table_and_the_form_stand(
    browser: Browser, server: str, path: str
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(server + path)
        rows = page.locator("table[data-sortable] tbody tr")
        expect(rows).to_have_count(DRAWN[path])
        expect(rows.first).to_be_visible()
        expect(page.locator("noscript p.small")).to_be_visible()
        page.select_option("#choose-theme", "shoplifting")
        page.click(".controls button[type=submit]")
        assert "theme=shoplifting" in page.url
        expect(rows).to_have_count(DRAWN[path])


WITHIN = {
    "map-points": "canvas.leaflet-zoom-animated",
    "grid": f"{AREAS}",
    "density": f"{AREAS}",
}


@pytest.mark.parametrize("layer", WITHIN)
@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_places_of_a_town_are_drawn_over_its_areas(see: Seen, layer: str) -> None:
    path = f"/collections/{layer}/items?theme=asb&town=shrewsbury"
    page = see.open(f"{path}&f=html")
    count = httpx2.get(f"{see.server}{path}&limit=10000", trust_env=False).json()["numberMatched"]
    assert page.get_attribute(".map", "data-drawn") == str(count)
    drawn = page.locator(WITHIN[layer]).count()
    assert drawn == (1 if layer == "map-points" else count)
    ground = page.locator(".leaflet-ground-pane path").get_attribute("d")
    assert ground
    assert ground.count("M") > 40
    width = page.evaluate(WIDTH)
    assert width[0] <= width[1]
    assert see.complaints == []


def test_a_point_says_what_it_is(see: Seen) -> None:
    path = "/collections/map-points/items?theme=asb&town=wem"
    page = see.open(f"{path}&f=html")
    first = httpx2.get(f"{see.server}{path}", trust_env=False).json()["features"][0]
    east, north = first["geometry"]["coordinates"]
    page.locator(".map").scroll_into_view_if_needed()
    at = page.evaluate(
        "([lng, lat]) => { const p = map_areas.latLngToContainerPoint([lat, lng]);"
        " const box = map_areas.getContainer().getBoundingClientRect();"
        " return [box.left + p.x, box.top + p.y]; }",
        [east, north],
    )
    page.mouse.move(at[0] - 2, at[1])
    page.mouse.move(*at)
    tip = page.locator(".leaflet-tooltip")
    expect(tip).to_contain_text("of those shown")
    expect(tip).to_contain_text("Rank")
