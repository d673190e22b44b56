"""Rates that a map shows as recorded or smoothed, and the funnel that rates are judged by."""

import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import httpx2
import pytest
from asking import rows
from browsing import AREAS, PHONE, WIDE, Seen, needs_chromium, unfold
from layer_names import SHIPPED
from made_dataset import made
from starlette.testclient import TestClient
from web_pages import Page

from geo.measures.funnel import funnel_limits
from layers.layer import RATES
from service.app import create_app
from service.pages.funnel_chart import funnel_charts
from service.site import Site

HTML = {"accept": "text/html"}
RATED = ["hotspots", "lsoas", "towns"]
SMOOTHED = {
    "smoothed": ("smoothed (empirical Bayes)", "Smoothed", "rate_smoothed"),
    "locally-smoothed": (
        "locally smoothed (empirical Bayes)",
        "Locally smoothed",
        "rate_locally_smoothed",
    ),
}
MAPPED = ["/towns/oswestry", "/rural", "/business"]


def page(client: TestClient, path: str) -> Page:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200, response.text
    return Page(response.text)


@pytest.mark.parametrize("layer", RATED)
def test_a_smoothed_map_is_named_as_such_and_keeps_what_was_recorded(
    client: TestClient, layer: str
) -> None:
    found = page(client, f"/collections/{layer}/items?theme=asb&rates=smoothed")
    assert "per 1,000 residents, smoothed (empirical Bayes), over twelve months" in found.words
    assert "Colours show the smoothed (empirical Bayes) rate" in found.words
    [table] = [item for item in found.tables if "data-sortable" in item.attributes]
    head, *body = table.rows
    column = {cell.words: i for i, cell in enumerate(head)}
    figures = rows(client, layer, "theme=asb")
    for heading, name in (
        ("Reports", "count"),
        ("Per 1,000 residents", "rate"),
        ("Smoothed", "rate_smoothed"),
    ):
        shown = sorted(float(cells[column[heading]].value or "nan") for cells in body)
        assert shown == sorted(row[name] for row in figures)
    recorded = page(client, f"/collections/{layer}/items?theme=asb&rates=recorded")
    assert "empirical Bayes) rate" not in recorded.words
    assert recorded.words == page(client, f"/collections/{layer}/items?theme=asb").words


@pytest.mark.parametrize("layer", RATED)
def test_rates_change_no_figure_of_a_download(client: TestClient, layer: str) -> None:
    offered = [name for name in RATES if layer != "towns" or name != "locally-smoothed"]
    for rates in offered:
        assert rows(client, layer, f"theme=asb&rates={rates}") == rows(client, layer, "theme=asb")
    text = client.get(f"/collections/{layer}/items?f=csv").text
    assert ",rate_smoothed," in text.splitlines()[0]


@pytest.mark.parametrize("form", ["html", "geojson", "csv"])
def test_unknown_rates_and_maps_without_rates_are_refused(client: TestClient, form: str) -> None:
    wrong = client.get(f"/collections/lsoas/items?rates=raw&f={form}")
    assert wrong.status_code == 400
    assert "There are no rates" in wrong.text
    assert "choose one of recorded, smoothed, locally-smoothed." in wrong.text
    towns = client.get(f"/collections/towns/items?rates=locally-smoothed&f={form}")
    assert towns.status_code == 400
    assert "choose one of recorded, smoothed." in towns.text
    for layer in set(SHIPPED) - set(RATED):
        refused = client.get(f"/collections/{layer}/items?rates=smoothed&f={form}")
        assert refused.status_code == 400
        assert "shows no rates; leave out rates." in refused.text


@pytest.mark.parametrize("layer", SHIPPED)
def test_only_a_map_of_rates_offers_them(client: TestClient, layer: str) -> None:
    selects = page(client, f"/collections/{layer}/items").tags
    offered = any(found.get("name") == "rates" for tag, found in selects if tag == "select")
    assert offered == (layer in RATED)
    card = page(client, f"/collections/{layer}").words
    assert ("Which rates a map colours" in card) == (layer in RATED)


@pytest.mark.parametrize("path", ["/towns/oswestry", "/rural", "/collections/lsoas/items"])
@pytest.mark.parametrize("rates", ["smoothed", "locally-smoothed"])
def test_a_map_shows_smoothed_rates_where_they_are_asked_for(
    client: TestClient, path: str, rates: str
) -> None:
    """The figures are those of the layer that the page draws, whose download has them all."""
    found = page(client, f"{path}?theme=asb&rates={rates}")
    named, smoothed, field = SMOOTHED[rates]
    assert f"per 1,000 residents, {named}, over twelve months" in found.words
    whole = "all rural areas" if path == "/rural" else "all of Shropshire"
    towards = whole if rates == "smoothed" else "the area and its neighbours together"
    assert (
        f"the {named} rate: each area\u2019s rate drawn towards that of {towards}," in found.words
    )
    table = [item for item in found.tables if "data-sortable" in item.attributes][-1]
    head, *body = table.rows
    column = {cell.words: i for i, cell in enumerate(head)}
    asked = {"/rural": "place=rural", "/towns/oswestry": "town=oswestry"}.get(path, "")
    figures = {row["lsoa_code"]: row for row in rows(client, "hotspots", f"theme=asb&{asked}")}
    shown = {cells[column["LSOA"]].words: cells for cells in body if cells[-1].words in figures}
    assert shown.keys() == figures.keys()
    for code, cells in shown.items():
        for heading, name in (("Per 1,000 residents", "rate"), (smoothed, field)):
            assert float(cells[column[heading]].value or "nan") == figures[code][name]
        tenth = Decimal(str(figures[code][field])).quantize(Decimal("0.1"), ROUND_HALF_UP)
        assert cells[column[smoothed]].words == f"{tenth}"
    assert all(len(cells) == len(head) for cells in body)
    recorded = page(client, f"{path}?theme=asb&rates=recorded")
    assert "empirical Bayes) rate" not in recorded.words
    assert recorded.words == page(client, f"{path}?theme=asb").words


def test_the_business_page_sets_the_smoothed_rate_beside_the_areas_with_most(
    client: TestClient,
) -> None:
    found = page(client, "/business?rates=smoothed")
    assert "per 1,000 residents, smoothed (empirical Bayes), over twelve months" in found.words
    assert "Colours show the smoothed (empirical Bayes) rate" in found.words
    [table] = [item for item in found.tables if item.rows[0][0].words == "Area"]
    head, *body = table.rows
    column = {cell.words: i for i, cell in enumerate(head)}
    figures = {row["lsoa_code"]: row for row in rows(client, "hotspots", "theme=business-crime")}
    assert len(body) == 10
    for cells in body:
        smoothed = figures[cells[column["LSOA"]].words]["rate_smoothed"]
        assert float(cells[column["Smoothed"]].words) == pytest.approx(smoothed, abs=0.0501)
    assert "Smoothed (empirical Bayes) rate" not in page(client, "/business").words


@pytest.mark.parametrize("path", MAPPED)
def test_a_page_with_a_map_of_rates_offers_them_and_keeps_the_choice(
    client: TestClient, path: str
) -> None:
    def chosen(found: Page) -> list[str]:
        tags = found.tags
        start = next(i for i, (tag, at) in enumerate(tags) if at.get("id") == "choose-rates")
        options = [at for tag, at in tags[start + 1 : start + 1 + len(RATES)] if tag == "option"]
        assert [at["value"] for at in options] == list(RATES)
        return [at["value"] for at in options if "selected" in at]

    assert chosen(page(client, path)) == ["recorded"]
    assert chosen(page(client, f"{path}?rates=smoothed")) == ["smoothed"]
    same = [client.get(f"{path}?f=json&rates={rates}").json() for rates in RATES]
    assert all(one == same[0] == client.get(f"{path}?f=json").json() for one in same)
    wrong = client.get(f"{path}?rates=raw")
    assert wrong.status_code == 400
    assert f"choose one of {', '.join(RATES)}." in wrong.text


def test_another_source_keeps_the_rates(tmp_path: Path) -> None:
    grid = TestClient(create_app(Site(made(tmp_path))))
    text = grid.get("/towns/northtown?theme=asb&rates=smoothed", headers=HTML).text
    form = text.split('<form class="controls"')[1].split("</form>")[0]
    assert '<option value="smoothed" selected>' in form
    assert '<select id="choose-source"' in form


def test_the_api_document_says_where_rates_can_be_chosen(client: TestClient) -> None:
    paths = client.get("/api?f=json").json()["paths"]
    reference = {"$ref": "#/components/parameters/rates"}
    found = {path for path, entry in paths.items() if reference in entry["get"]["parameters"]}
    of_layers = {"/collections/{layer}/items", "/collections/{layer}/style"}
    assert found == {"/towns/{town}", "/rural", "/business", *of_layers}
    refused = client.get("/deprivation?rates=smoothed")
    assert refused.status_code == 400
    assert "There is no parameter 'rates' here" in refused.text


def test_the_smoothed_rate_is_beside_the_recorded_one_of_one_area(client: TestClient) -> None:
    words = page(client, "/collections/hotspots/items/E01028946?theme=asb").words
    assert "Empirical Bayes rate" in words
    assert re.search(r"How often it is flagged, in words\s*A hot spot in \d+ of 18 settings", words)


@needs_chromium
@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True)
def test_the_map_colours_by_the_smoothed_rate(see: Seen) -> None:
    drawn_page = see.open("/collections/lsoas/items?f=html&theme=drugs&rates=smoothed")
    classes = []
    for row in drawn_page.locator("table.legend tbody tr").all():
        number = re.match(r"(Under )?([\d.]+)", row.locator("th").inner_text())
        assert number
        least = 0.0 if number[1] else float(number[2])
        classes.append((least, row.locator(".swatch rect").get_attribute("fill")))
    items = f"{see.server}/collections/lsoas/items?theme=drugs"
    features = httpx2.get(items, trust_env=False).json()["features"]
    expected = [
        max(
            item
            for item in classes
            if float(f"{feature['properties']['rate_smoothed'] + 1e-9:.1f}") >= item[0]
        )[1]
        for feature in features
    ]
    colours = drawn_page.locator(AREAS).evaluate_all(
        "paths => paths.map(p => p.getAttribute('fill'))"
    )
    assert colours == expected
    assert (
        drawn_page.evaluate("document.documentElement.scrollWidth")
        <= see.page.viewport_size["width"]
    )  # type: ignore[index]
    assert see.complaints == []


@needs_chromium
@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True)
@pytest.mark.parametrize("path", MAPPED)
def test_choosing_smoothed_rates_on_a_page_changes_its_address_and_colours(
    see: Seen, path: str
) -> None:
    drawn_page = see.open(path if path == "/business" else f"{path}?theme=burglary")
    colours = "paths => paths.map(p => p.getAttribute('fill'))"
    before = drawn_page.locator(AREAS).evaluate_all(colours)
    unfold(drawn_page)
    drawn_page.select_option("#choose-rates", "smoothed")
    drawn_page.wait_for_url("**rates=smoothed**")
    after = drawn_page.locator(AREAS).evaluate_all(colours)
    assert len(after) == len(before)
    assert after != before
    drawn_page.locator("[data-area]").first.click()
    assert "smoothed (empirical Bayes), as coloured" in drawn_page.locator(".tip").inner_text()
    width = drawn_page.evaluate("document.documentElement.scrollWidth")
    assert width <= see.page.viewport_size["width"]  # type: ignore[index]
    assert see.complaints == []


def test_the_funnel_has_every_area_and_says_what_it_shows(client: TestClient) -> None:
    text = client.get("/collections/hotspots/items?theme=asb", headers=HTML).text
    charts = re.findall(r'<svg class="chart funnel (\w+)".*?</svg>', text, re.DOTALL)
    assert charts == ["wide", "narrow"]
    found = rows(client, "hotspots", "theme=asb")
    hot = sum(row["hotspot_class"] == "hot spot" for row in found)
    assert f"<desc>193 areas: {hot} hot spots," in text
    assert 'aria-label="Reports per 1,000 residents by residents, April 2015 to March' in text
    assert 'id="funnel"' not in client.get("/collections/lsoas/items", headers=HTML).text


def test_points_lie_outside_the_drawn_limits_where_the_area_stands_out() -> None:
    phi, overall = 6.0, 20.0
    people = [900, 1500, 2400, 3000]
    upper = funnel_limits(people, overall, phi, 3.09)[1]
    factors = (1.02, 0.98, 1.02, 0.98)
    areas = [
        {"residents": n, "rate": float(limit * factor), "hotspot_class": "not unusual"}
        for n, limit, factor in zip(people, upper, factors, strict=True)
    ]
    charts = funnel_charts(areas, overall, phi, "A funnel")
    assert charts is not None
    for chart in charts:
        curves = re.findall(r'class="limit" points="([^"]+)"', chart)
        edge = [tuple(map(float, point.split(","))) for point in curves[1].split()]
        points = re.findall(r"M([\d.]+) ([\d.]+)h0", chart)
        assert len(points) == 4
        for (x, y), factor in zip(points, factors, strict=True):
            left = max(point for point in edge if point[0] <= float(x))
            right = min(point for point in edge if point[0] >= float(x))
            part = (float(x) - left[0]) / max(right[0] - left[0], 1e-9)
            limit = left[1] + part * (right[1] - left[1])
            assert (float(y) < limit) == (factor > 1)  # further up is less


def test_a_funnel_of_one_area_of_no_incident_and_of_no_area() -> None:
    one = {"residents": 1500, "rate": 0.0, "hotspot_class": "low"}
    charts = funnel_charts([one], 0.0, 0.0, "Nothing")
    assert charts is not None
    assert all("nan" not in chart and "inf" not in chart for chart in charts)
    assert funnel_charts([one | {"residents": None, "rate": None}], 4.0, 2.0, "Nobody") is None
    assert funnel_charts([], 4.0, 2.0, "Nothing") is None
