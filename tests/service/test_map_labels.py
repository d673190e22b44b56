"""The labels of a map, what it opens on and what it says, in a browser against the service."""

from typing import Any

import httpx2
import pytest
from browsing import PHONE, WIDE, Seen, needs_chromium, until
from playwright.sync_api import Page

from geo.dataset import Dataset
from service.pages.nearby import nearby_names

pytestmark = needs_chromium
BOTH = pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
ON_PHONE = pytest.mark.parametrize("see", [PHONE], indirect=True, ids=["phone"])
MAPS = ("/towns/oswestry", "/towns/shrewsbury", "/rural", "/business")
Box = tuple[float, float, float, float]


def boxes(page: Page, selector: str) -> list[Box]:
    """Left, top, right and bottom of each element."""
    found: list[Box] = page.locator(selector).evaluate_all(
        "all => all.map(one => one.getBoundingClientRect())"
        ".map(box => [box.left, box.top, box.right, box.bottom])"
    )
    return found


def apart(one: Box, other: Box) -> bool:
    return (
        one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    )  # fmt: skip


def features(see: Seen, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx2.get(see.server + path, trust_env=False).json()["features"]
    return found


def settled(see: Seen, path: str) -> Page:
    """A map with its street places, where it has any, after which labels are written again."""
    page = see.open(path)
    if path.startswith("/towns/"):
        until(page, "document.querySelector('.map').dataset.places > 0")
    return page


@BOTH
@pytest.mark.parametrize("path", MAPS)
def test_no_label_covers_another_or_a_control_or_leaves_the_map(see: Seen, path: str) -> None:
    page = settled(see, path)
    labels, [whole] = boxes(page, ".map-label"), boxes(page, ".map")
    assert labels
    others = labels + boxes(page, ".map .leaflet-control")
    for i, one in enumerate(labels):
        assert all(apart(one, other) for other in others[i + 1 :])
        assert not apart(one, whole)
        assert one[0] >= whole[0]
        assert one[2] <= whole[2]


@ON_PHONE
@pytest.mark.parametrize("path", MAPS)
def test_a_phone_has_two_findings_and_a_few_towns_named(see: Seen, path: str) -> None:
    page = settled(see, path)
    assert 1 <= page.locator(".map-label.finding").count() <= 2
    assert page.locator(".map-label").count() <= 6
    assert page.locator(".map-label.area").count() == 0
    [whole] = boxes(page, ".map")
    assert (whole[0], whole[2]) == (0, PHONE[0])


def test_on_a_wide_screen_every_finding_of_the_county_is_named(see: Seen) -> None:
    page = see.open("/business")
    found = features(see, "/collections/hotspots/items?theme=business-crime&limit=10000&f=geojson")
    marked = {
        (row["hotspot_class"], row["town"] or row["name"])
        for row in (one["properties"] for one in found)
        if row["hotspot_class"] in ("hot spot", "raised")
    }
    labels = page.locator(".map-label.finding")
    assert labels.count() == len(marked) > 6
    assert labels.locator("b").count() == labels.count()
    assert not any("crimes" in text for text in labels.all_inner_texts())  # in the list beside


def test_places_about_a_town_are_named_on_their_own_ground(see: Seen, embedded: Dataset) -> None:
    page = settled(see, "/towns/oswestry")
    known = set(nearby_names(embedded, "oswestry").values()) | set(embedded.towns["town"])
    near = page.locator(".map-label.near")
    names = near.all_inner_texts()
    assert set(names) <= known
    assert {"Trefonen", "Morda"} <= set(names)
    assert len(names) == len(set(names))
    for label in near.all():
        assert label.evaluate("one => getComputedStyle(one).fontStyle") == "italic"
        on_areas = label.evaluate(
            "one => { const { left, right, top, bottom } = one.getBoundingClientRect();"
            " return [...document.querySelectorAll('path.leaflet-interactive')].some(area =>"
            " [left, right].some(x => [top, bottom].some(y => {"
            " const at = new DOMPoint(x, y).matrixTransform(area.getScreenCTM().inverse());"
            " return area.isPointInFill(at); }))); }"
        )
        assert not on_areas


def test_what_is_named_about_a_town_is_what_the_dataset_calls_it(embedded: Dataset) -> None:
    for town in embedded.towns["town_id"]:
        lsoas = embedded.lsoas.set_index("lsoa_code")
        outline = embedded.towns.set_index("town_id").geometry[town]
        reach = max(outline.bounds[2] - outline.bounds[0], outline.bounds[3] - outline.bounds[1])
        for code, name in nearby_names(embedded, town).items():
            assert lsoas["built_up_area"][code] == name
            assert lsoas["town"].isna()[code]
            assert lsoas.geometry[code].distance(outline) <= reach


def test_names_of_areas_stand_on_them_and_off_large_circles(see: Seen) -> None:
    page = settled(see, "/towns/oswestry")
    labels = page.locator(".map-label.area")
    assert labels.count() >= 2
    told = {
        one["properties"]["name"].removesuffix(", Oswestry")
        for one in features(see, "/collections/hotspots/items?theme=asb&town=oswestry")
    }
    assert set(labels.all_inner_texts()) <= told
    covered = page.evaluate(
        "(() => { const map = map_areas.getContainer().getBoundingClientRect();"
        " const labels = [...document.querySelectorAll('.map-label.area')]"
        ".map(one => one.getBoundingClientRect());"
        " return map_areas.boxes.drawn.filter(({ at, radius }) => {"
        " const { x, y } = map_areas.latLngToContainerPoint(at);"
        " return radius > 6 && labels.some(box => x > box.left - map.left && y > box.top - map.top"
        " && x < box.right - map.left && y < box.bottom - map.top); }).length; })()"
    )
    assert covered <= 1


def test_a_line_leads_from_each_label_of_a_finding_to_its_edge(see: Seen) -> None:
    page = settled(see, "/towns/shrewsbury")
    labels = boxes(page, ".map-label.finding")
    lines = page.locator(".leaflet-marks-pane path[stroke-width='1.25']")
    ends = lines.evaluate_all(
        "all => all.map(line => [line.getPointAtLength(1e9), line.getScreenCTM()])"
        ".map(([at, to]) => { const end = new DOMPoint(at.x, at.y).matrixTransform(to);"
        " return [end.x, end.y]; })"
    )
    assert len(ends) == len(labels) >= 1
    for x, y in ends:
        assert any(
            left - 4 <= x <= right + 4 and top - 4 <= y <= bottom + 4
            for left, top, right, bottom in labels
        )


@ON_PHONE
@pytest.mark.parametrize("town", ["oswestry", "shrewsbury", "ludlow"])
def test_a_phone_opens_on_nine_reports_in_ten_and_all_can_be_seen(see: Seen, town: str) -> None:
    page = see.open(f"/towns/{town}")
    found = features(see, f"/collections/hotspots/items?theme=asb&town={town}")
    inside = page.evaluate(
        "(() => { const view = map_areas.getBounds(); return map_areas.marks.layer.getLayers()"
        ".filter(area => view.contains(area.getBounds())).map(area => area.feature.id); })()"
    )
    counts = {one["id"]: one["properties"]["count"] for one in found}
    assert sum(counts[area] for area in inside) >= 0.9 * sum(counts.values())
    page.evaluate("void map_areas.setZoom(map_areas.getMinZoom(), { animate: false })")
    whole = "map_areas.getBounds().contains(map_areas.marks.layer.getBounds())"
    assert page.evaluate(whole)
    if town == "oswestry":
        assert len(inside) < len(found)


@ON_PHONE
def test_an_address_with_a_view_has_that_view_on_a_phone_too(see: Seen) -> None:
    page = see.open("/towns/oswestry#map=13.5/52.86000/-3.05000")
    view = page.evaluate(
        "[map_areas.getZoom(), map_areas.getCenter().lat, map_areas.getCenter().lng]"
    )
    assert view == pytest.approx([13.5, 52.86, -3.05], abs=2e-4)
    assert see.complaints == []


def test_one_incident_is_said_as_one(see: Seen) -> None:
    query = "theme=shoplifting&datetime=2015-01/2015-01"
    page = see.open(f"/collections/hotspots/items?{query}&f=html")
    found = features(see, f"/collections/hotspots/items?{query}&limit=10000")
    for count, words in ((1, "1 crime. "), (2, "2 crimes. "), (0, "0 crimes. ")):
        area = next(one["id"] for one in found if one["properties"]["count"] == count)
        page.evaluate("id => map_areas.marks.choose(id)", area)
        assert f". {words}" in page.locator(".map > [role=status]").inner_text()
        tip = page.locator(".leaflet-tooltip").inner_text()
        assert words.strip(". ") in tip.split("\n")


@pytest.mark.parametrize("path", ["/towns/oswestry", "/rural"])
def test_what_is_drawn_is_not_read_out_and_every_control_is(see: Seen, path: str) -> None:
    page = settled(see, path)
    read = page.locator(".map > [role=application]").aria_snapshot()
    for label in page.locator(".map-label b, .map-label span").all_inner_texts():
        assert label not in read
    assert "img" not in read
    for button in ("Closer", "Further"):
        assert f'button "{button}"' in read
    if path.startswith("/towns/"):
        assert 'checkbox "Street places"' in read
    assert page.locator("[aria-hidden=true] :is(a, button, input, [tabindex])").count() == 0


@BOTH
@pytest.mark.parametrize("path", ["/towns/shrewsbury", "/rural"])
def test_the_legend_keeps_its_words_together(see: Seen, path: str) -> None:
    page = see.open(path)
    heads = page.locator(".rail .legend thead th:not(.key)").evaluate_all(
        "all => all.slice(1).map(one => [one.clientHeight, one.scrollWidth <= one.clientWidth])"
    )
    assert heads
    assert all(height < 30 and fits for height, fits in heads)
    # two lines of 20 pixels and the space about them
    marks = page.locator(".rail .legend :is(.rule, .rule ~ tr) th")
    assert all(height <= 54 for height in marks.evaluate_all("all => all.map(o => o.clientHeight)"))
    rows = page.locator(".rail .legend tbody tr:not(.rule, .rule ~ tr) th")
    assert all(height < 30 for height in rows.evaluate_all("all => all.map(o => o.clientHeight)"))
    ends = {
        round(box[2]) for box in boxes(page, ".rail .sheet:first-of-type .legend td:last-child")
    }
    assert len(ends) == 1


def test_nine_thousand_points_take_little_room_and_can_be_pointed_at(see: Seen) -> None:
    points = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": f"p{number}",
                "geometry": {
                    "type": "Point",
                    "coordinates": [-3 + number % 100 / 200, 52.4 + number // 100 / 200],
                },
                "properties": {
                    "name": f"On or near {number % 500} Street", "count": 1 + number % 7,
                    "share": number / 1e6, "rank": number + 1, "lsoa_code": "E01028906",
                    "lsoa_name": "Shropshire 001A", "town": None, "easting": number,
                },
            }
            for number in range(9_000)
        ],
    }  # fmt: skip
    see.page.route(
        lambda url: "/map-points/items" in url and "f=geojson" in url,
        lambda route: route.fulfill(json=points),
    )
    page = see.open("/collections/map-points/items?theme=asb&f=html")
    assert page.get_attribute(".map", "data-drawn") == "9000"
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    assert session.send("Runtime.getHeapUsage")["usedSize"] < 6_000_000
    page.locator(".map").scroll_into_view_if_needed()
    for number in (0, 8_999):
        page.evaluate(f"map_areas.marks.choose('p{number}')")
        said = page.locator(".map > [role=status]").inner_text()
        counted = "1 report" if number % 7 == 0 else f"{1 + number % 7} reports"
        assert said.startswith(f"On or near {number % 500} Street. {counted}. ")
        assert f"Rank {number + 1:,}" in said
