"""A map used by keys, by its table, by the search and by its address, in a real browser."""

import math
from typing import Any

import httpx2
import pytest
from browsing import AREAS, PHONE, WIDE, Seen, needs_chromium, until
from playwright.sync_api import Browser, Page, expect

pytestmark = needs_chromium
TOWN = "/towns/oswestry"
COUNTY = "/collections/hotspots/items?theme=asb&f=html"
MARKED = "tr[aria-current='true']"
RING = ".leaflet-mark-pane path"
WAYS = {"ArrowRight": (1, 0), "ArrowLeft": (-1, 0), "ArrowDown": (0, 1), "ArrowUp": (0, -1)}
AT = (
    "id => { const at = mapMark.middle(map_areas.marks.areas.get(id));"
    " const p = map_areas.latLngToContainerPoint(at);"
    " return [p.x, p.y]; }"
)


def on_map(page: Page) -> Page:
    page.focus(".leaflet-container")
    return page


def marked(page: Page) -> str | None:
    found: str | None = page.evaluate("map_areas.marks.marked?.feature.id ?? null")
    return found


def spoken(page: Page) -> str:
    return page.locator(".map > .visually-hidden[role=status]").inner_text()


def order(page: Page) -> list[str]:
    found: list[str] = page.locator("tr[data-feature]").evaluate_all(
        "all => all.map(row => row.dataset.feature)"
    )
    return found


def row_of(see: Seen, area: str) -> dict[str, Any]:
    url = f"{see.server}/collections/hotspots/items/{area}?theme=asb"
    found: dict[str, Any] = httpx2.get(url, trust_env=False).json()["properties"]
    return found


def one(value: float) -> str:
    return f"{math.floor(value * 10 + 0.5) / 10:.1f}"


@pytest.mark.parametrize("path", [TOWN, COUNTY])
def test_home_and_end_follow_the_table_and_say_what_the_service_says(see: Seen, path: str) -> None:
    page = on_map(see.open(path))
    ids = order(page)
    for key, place in (("Home", 0), ("End", len(ids) - 1)):
        page.keyboard.press(key)
        assert marked(page) == ids[place]
        row = row_of(see, ids[place])
        assert spoken(page).startswith(f"{row['name']}. {row['count']:,} reports. ")
        limits = f"{one(row['rate'])} per 1,000 residents, likely {one(row['rate_lower'])} to "
        assert limits + one(row["rate_upper"]) in spoken(page)
        assert row["hotspot_class"] in spoken(page).lower()
        assert spoken(page).endswith(f"{place + 1} of {len(ids)}")
        expect(page.locator(".leaflet-tooltip")).to_contain_text(row["name"])
        assert page.locator(MARKED).get_attribute("data-feature") == ids[place]
    assert see.complaints == []


def test_arrow_keys_go_to_the_side_they_point_and_reach_every_area(see: Seen) -> None:
    page = on_map(see.open(TOWN))
    leads: dict[str, set[str]] = {}
    for area in order(page):
        leads[area] = set()
        for key, (x, y) in WAYS.items():
            page.evaluate("id => map_areas.marks.mark(map_areas.marks.areas.get(id))", area)
            page.keyboard.press(key)
            gone = marked(page)
            assert gone
            if gone != area:
                a, b = (page.evaluate(AT, each) for each in (area, gone))
                assert (b[0] - a[0]) * x + (b[1] - a[1]) * y > 0
                leads[area].add(gone)
    reached, new = {order(page)[0]}, {order(page)[0]}
    while new:
        new = {area for one in new for area in leads[one]} - reached
        reached |= new
    assert reached == set(leads)


def test_the_marked_area_has_a_ring_of_lines_and_keeps_it_closer(see: Seen) -> None:
    page = on_map(see.open(TOWN))
    assert page.locator(RING).count() == 0
    page.keyboard.press("Home")
    widths = [float(str(line.get_attribute("stroke-width"))) for line in page.locator(RING).all()]
    assert len(widths) >= 4  # lines within lines, so that the colour is not the only sign
    assert widths == sorted(widths, reverse=True)
    page.keyboard.press("+")
    page.wait_for_timeout(400)
    assert page.locator(RING).count() == len(widths)


def test_enter_opens_the_page_of_the_area_with_the_question_of_the_map(see: Seen) -> None:
    page = on_map(see.open(f"{TOWN}?theme=shoplifting"))
    page.keyboard.press("Home")
    area = order(page)[0]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/collections/hotspots/items/{area}?**")
    assert "theme=shoplifting" in page.url
    expect(page.locator("h1")).to_be_visible()
    page.go_back()
    page.wait_for_selector(".map[data-drawn]")
    assert page.locator("#choose-theme").input_value() == "shoplifting"


def test_escape_leaves_the_area_and_tab_the_map(see: Seen) -> None:
    page = on_map(see.open(TOWN))
    page.keyboard.press("ArrowDown")
    assert marked(page)
    page.keyboard.press("Escape")
    assert marked(page) is None
    assert page.locator(RING).count() == page.locator(MARKED).count() == 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") != "folium-map"


def test_keys_are_told_to_who_comes_by_keyboard(see: Seen) -> None:
    page = see.open(TOWN)
    described = page.locator(".leaflet-container").get_attribute("aria-describedby")
    told = page.locator(f"#{described}")
    assert "Arrow keys" in told.inner_text()
    page.keyboard.press("Tab")
    on_map(page)
    assert told.evaluate("one => getComputedStyle(one).clipPath") == "none"
    page.keyboard.press("Home")
    assert told.evaluate("one => getComputedStyle(one).clipPath") != "none"


@pytest.mark.parametrize("path", [TOWN, COUNTY, "/business"])
def test_the_name_of_a_row_brings_its_area_into_the_middle(see: Seen, path: str) -> None:
    page = see.open(path)
    button = page.locator("tr[data-feature] th button").nth(3)
    area = button.get_attribute("data-area")
    button.click()
    assert marked(page) == area
    assert page.locator(MARKED).get_attribute("data-feature") == area
    expect(page.locator(".map")).to_be_in_viewport()
    size = page.locator(".leaflet-container").bounding_box()
    assert size
    x, y = page.evaluate(AT, area)
    assert abs(x - size["width"] / 2) < size["width"] / 4
    assert abs(y - size["height"] / 2) < size["height"] / 4
    assert (
        page.locator("tr[data-feature] th button").count()
        == page.locator("tr[data-feature]").count()
    )


def test_a_click_marks_the_row_and_another_goes_to_it(see: Seen) -> None:
    page = see.open(TOWN)
    page.uncheck("input[name=places]")
    page.locator(".map").scroll_into_view_if_needed()
    top = page.evaluate("window.scrollY")
    hot = page.locator(".findings button").first.get_attribute("data-area")
    x, y = page.evaluate(AT, hot)
    for turn in range(2):
        page.locator(".leaflet-container").click(position={"x": x, "y": y})
        area = page.locator(MARKED).get_attribute("data-feature")
        assert area == marked(page)
        if turn == 0:
            assert page.evaluate("window.scrollY") == top
        page.wait_for_timeout(600)  # or it would be a double click
    expect(page.locator(MARKED)).to_be_in_viewport()
    assert page.evaluate("document.activeElement.dataset.area") == area


def test_space_goes_to_the_row_even_where_the_table_is_folded(see: Seen) -> None:
    page = on_map(see.open("/rural"))
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    expect(page.locator(MARKED)).to_be_in_viewport()
    assert page.evaluate("document.activeElement.dataset.area") == marked(page)


def test_the_order_of_keys_is_that_of_the_table_as_it_is_sorted(see: Seen) -> None:
    page = see.open(TOWN)
    before = order(page)
    page.locator("table[data-sortable] thead button").first.click()
    assert order(page) != before
    on_map(page).keyboard.press("Home")
    assert marked(page) == order(page)[0]


@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_the_search_offers_what_fits_and_leads_to_it(see: Seen) -> None:
    page = see.open(TOWN)
    box = page.get_by_role("combobox", name="Find a place: town, street or area")
    box.fill("ludl")
    offered = page.locator("li[role=option]")
    expect(offered.first).to_contain_text("Ludlow")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(offered.first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == offered.first.get_attribute("id")
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1]
    size = offered.first.bounding_box()
    assert size
    assert size["width"] >= 290
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.fill("ludlo")
    expect(offered.first).to_contain_text("Ludlow")
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/towns/ludlow?theme=asb&**")
    assert see.complaints == []


def test_an_area_that_is_searched_for_is_marked_on_the_map_of_the_page(see: Seen) -> None:
    page = see.open(COUNTY)
    box = page.locator("input[role=combobox]")
    box.fill("E01028906")
    page.locator("li[role=option]").first.click()
    assert marked(page) == "E01028906"
    assert page.url.partition("#")[0].endswith(COUNTY)


def test_an_area_elsewhere_is_led_to_with_the_map_over_it(see: Seen) -> None:
    page = see.open(TOWN)
    box = page.locator("input[role=combobox]")
    box.fill("ludlow town centre")
    page.locator("li[role=option]").first.click()
    page.wait_for_url("**/towns/ludlow?**#map=15**")
    page.wait_for_selector(".map[data-drawn]")
    assert page.evaluate("map_areas.getZoom()") == 15


def test_a_search_that_fails_says_so_and_leaves_the_form(see: Seen) -> None:
    page = see.open(TOWN)
    page.route("**/search?*", lambda route: route.abort())
    page.locator("input[role=combobox]").fill("ludl")
    expect(page.locator(".find [role=status]")).to_contain_text("Press Enter to try again")


def test_without_script_the_search_is_a_form_and_a_page_of_links(
    browser: Browser, server: str
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(server + TOWN)
        page.fill("#find", "ludlow")
        page.click(".find button")
        assert "/search?q=ludlow" in page.url
        page.click(".found a >> nth=0")
        assert page.url.endswith("/towns/ludlow?theme=asb&datetime=2015-04/2016-03")


def test_the_address_keeps_the_view_only_once_the_map_was_moved(see: Seen) -> None:
    page = see.open(TOWN)
    page.set_viewport_size({"width": 1000, "height": 700})
    page.wait_for_timeout(300)
    assert "#" not in page.url
    on_map(page).keyboard.press("+")
    until(page, "location.hash.startsWith('#map=')")
    page.wait_for_timeout(400)
    view = "[map_areas.getZoom(), map_areas.getCenter().lat, map_areas.getCenter().lng]"
    before = page.evaluate(view)
    page.reload()
    page.wait_for_selector(".map[data-drawn]")
    assert page.evaluate(view) == pytest.approx(before, abs=2e-4)
    assert page.locator(AREAS).count() == 11


@pytest.mark.parametrize("said", ["map=1e9/0/0", "map=15/91/0", "map=15", "map=15/a/b", "main"])
def test_an_address_that_says_no_view_is_let_be(see: Seen, said: str) -> None:
    page = see.open(f"{TOWN}#{said}")
    west, east = page.evaluate("(b => [b.getWest(), b.getEast()])(map_areas.getBounds())")
    assert west < -3.05 < east
    assert page.url.endswith(f"#{said}")
    assert see.complaints == []


def test_the_map_takes_the_whole_screen_and_gives_it_back(see: Seen) -> None:
    page = see.open(TOWN)
    page.get_by_role("button", name="Full screen").click()
    leave = page.get_by_role("button", name="Leave the full screen")
    expect(leave).to_be_visible()
    assert page.evaluate("document.fullscreenElement.className").startswith("map")
    box = page.locator(".map").bounding_box()
    assert box
    assert box["width"] == page.evaluate("window.innerWidth")
    assert "#" not in page.url
    leave.click()
    expect(page.get_by_role("button", name="Full screen")).to_be_visible()
    assert page.evaluate("document.fullscreenElement") is None
