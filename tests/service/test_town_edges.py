"""A town's page where there is little, much or nothing to show: it says so and stays usable."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browsing import PHONE, WIDE, Seen, needs_chromium
from building import build_files
from made_dataset import INSIDE, POLICE, made, row
from made_partner import seen_by_anyone
from playwright.sync_api import Route
from starlette.testclient import TestClient
from web_pages import Page

from geo.dataset import Dataset
from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch and the Vale of Somewhere"
SQUARE = "349132,312545"  # in Shrewsbury
BROKEN = {"nan", "None", "inf", "NaN", "undefined"}


def client_of(dataset: Dataset) -> TestClient:
    return TestClient(create_app(Site(dataset)), raise_server_exceptions=False)


def read(client: TestClient, path: str) -> Page:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200, response.text
    page = Page(response.text)
    assert not BROKEN & set(re.split(r"[\s,.;:()%]+", page.words))
    assert client.get(path).status_code == 200
    return page


def monthly(first: int, months: int, count: int) -> list[dict[str, Any]]:
    """So many reports in every month from January of a year, in one square of the town."""
    return [
        row(0, "asb", f"{first + i // 12}-{i % 12 + 1:02d}", (4, 4), count) for i in range(months)
    ]


def long_towns(dataset: Dataset) -> Dataset:
    """The same with a long name for every town and area."""
    names = {town: f"{LONG} {i}" for i, town in enumerate(dataset.towns["town"])}
    lsoas = dataset.lsoas
    short = [f"{LONG} {i}" for i in range(len(lsoas))]
    return replace(
        dataset,
        towns=dataset.towns.assign(town=dataset.towns["town"].map(names)),
        lsoas=lsoas.assign(town=lsoas["town"].map(names), short_name=short, name=short),
    )


def test_long_names_are_whole_in_words_and_cut_in_charts(embedded: Dataset) -> None:
    client = client_of(long_towns(embedded))
    page = read(client, "/towns/oswestry")
    name = client.get("/towns/oswestry").json()["town"]
    assert f"Anti-social behaviour in {name}" in page.words
    most = client.get("/towns/oswestry").json()["changes"]["most"]
    text = client.get("/towns/oswestry", headers=HTML).text
    for chart in re.findall(r'<svg class="chart changes.*?</svg>', text, re.DOTALL):
        described, drawn = chart.split("</desc>")
        assert all(f"{one['name']}: " in described for one in most)
        assert LONG not in drawn
        assert drawn.count("…") == 3


@needs_chromium
@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_a_page_of_long_names_fits_the_screen(see: Seen, embedded: Dataset) -> None:
    client = client_of(long_towns(embedded))

    def served(route: Route) -> None:
        path = route.request.url.removeprefix(see.server)
        found = client.get(path, headers={"Accept": route.request.headers["accept"]})
        route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.content)

    for pattern in ("**/towns/**", "**/collections/**"):
        see.page.route(pattern, served)
    page = see.open("/towns/oswestry")
    assert LONG in page.inner_text("h1")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    inside = """charts => charts.filter(c => c.getClientRects().length).every(chart => {
        const box = chart.getBoundingClientRect();
        return [...chart.querySelectorAll("text")].every(text => {
            const at = text.getBoundingClientRect();
            return at.left >= box.left - 1 && at.right <= box.right + 1;
        });
    })"""
    assert page.locator("svg.changes").evaluate_all(inside)
    assert see.complaints == []


def test_a_town_with_none_says_none(client: TestClient) -> None:
    words = read(client, "/towns/wem?theme=farm-machinery").words
    assert (
        "no crimes in Wem in the twelve months to March 2016. A year before there were none."
        in words
    )
    assert "What changed No area has more or fewer than before." in words.replace(
        " Illustrative", ""
    )
    assert "There are no crimes to place." in words


def test_one_month_alone_has_no_trend_and_nothing_to_compare(tmp_path: Path) -> None:
    rows = [f"2015-04,asb,{SQUARE}"] * 12
    (tmp_path / "a.csv").write_text("\n".join(["month,offence,easting,northing", *rows]) + "\n")
    build_files(tmp_path / "home", tmp_path / "a.csv")
    client = TestClient(create_app(Site.open(tmp_path / "home")))
    page = read(client, "/towns/shrewsbury")
    assert "12 reports in Shrewsbury in April 2015" in page.words
    assert "The files hold one month only." in page.words
    assert "the files do not hold April 2014 to compare with" in page.words
    assert "All 12 reports stand on one place" in page.words
    assert "choose-compare" not in page.values("id")
    facts = client.get("/towns/shrewsbury").json()
    assert (facts["changes"]["areas"], facts["changes"]["most"]) == ([], [])
    assert facts["change"]["p"] is None


def test_months_without_earlier_ones_lead_to_their_halves(police_client: TestClient) -> None:
    page = read(police_client, "/towns/oswestry")
    assert "the files do not hold October 2017 to January 2018" in page.words
    facts = police_client.get("/towns/oswestry").json()
    assert (facts["count"], facts["change"]["count"], facts["change"]["count_before"]) == (
        253, 109, 144,
    )  # fmt: skip


def test_open_data_says_that_it_has_no_hours(police_client: TestClient) -> None:
    page = read(police_client, "/towns/oswestry")
    assert "Open police data has months only: it tells no day and no hour." in page.words
    assert "20 of 108 places hold half the reports" in page.words
    address = "/towns/oswestry?datetime=2018-12/2019-01&compare=2018-10/2018-11"
    words = read(police_client, address).words
    assert "109 reports in Oswestry in the two months to January 2019" in words
    assert "a fall of 24% from 144 in the two months to November 2018" in words
    assert "likely between 2% and 42%" in words
    for told in ("15 fewer, no clear change", "13 fewer", "11 more"):
        assert told in words
    assert "none is a clear change" in words


@pytest.mark.parametrize(("first", "months"), [(2017, 27), (2004, 180)])
def test_few_years_and_many_have_a_whole_page(tmp_path: Path, first: int, months: int) -> None:
    last = f"{first + (months - 1) // 12}-{(months - 1) % 12 + 1:02d}"
    source = POLICE | {"period": f"{first}-01/{last}"}
    client = client_of(made(tmp_path, [source], monthly(first, months, 4)))
    page = read(client, "/towns/northtown")
    assert "48 reports in Northtown" in page.words
    assert "No clear change from 48 a year before." in page.words
    [table] = [item for item in page.tables if item.rows[0][0].words == "Month"]
    assert len(table.rows) == months + 1
    choices = [f["value"] for tag, f in page.tags if tag == "option" and "/" in f["value"]]
    for chosen in {value for value in choices if value < f"{last[:4]}-01"}:
        address = f"/towns/northtown?datetime={first + 1}-01/{first + 1}-12"
        if chosen.split("/")[1] < f"{first + 1}-01":
            read(client, f"{address}&compare={chosen}")
    every = read(client, f"/towns/northtown?datetime={first}-01/{last}").words
    assert f"{4 * months} reports in Northtown" in every
    if months % 2:
        assert "to compare with. Choose an even number of months" in every
    else:
        same = 4 * months // 2
        assert f"The second 90 months had as many as the first, {same} against {same}" in every


def one_area(frame: pd.DataFrame) -> pd.DataFrame:
    lone = INSIDE.index((4, 4))
    return frame.assign(town=["Northtown" if i == lone else None for i in range(len(frame))])


def test_a_town_of_one_area_speaks_of_one(tmp_path: Path) -> None:
    months = [
        *monthly(2018, 12, 2),
        *[i | {"month": i["month"] + 12} for i in monthly(2018, 12, 9)],
    ]
    source = POLICE | {"period": "2018-01/2019-12"}
    client = client_of(made(tmp_path, [source], months, one_area))
    page = read(client, "/towns/northtown")
    assert "How its one area changed" in page.words
    assert "More in 1 area, fewer in 0." in page.words
    assert "1 is clearly up" in page.words
    assert "a rise of 350% from 24 a year before" in page.words
    assert len(client.get("/towns/northtown").json()["areas"]) == 1
    assert "1 areas" not in page.words


def test_a_source_of_counts_alone_has_no_places(tmp_path: Path) -> None:
    client = client_of(made(tmp_path, [POLICE], monthly(2018, 18, 5)))
    page = read(client, "/towns/northtown?theme=asb")
    assert "The dataset has counts alone, no places." in page.words
    assert "Running share" not in page.words
    assert not [link for link in page.links if "map-points" in link]


@pytest.fixture
def anyone(tmp_path: Path) -> TestClient:
    return client_of(seen_by_anyone(tmp_path, 1))


@pytest.mark.parametrize("theme", ["burglary", "asb", "sexual-offences"])
def test_a_town_of_hidden_counts_says_so_and_leads_on(anyone: TestClient, theme: str) -> None:
    page = read(anyone, f"/towns/northtown?theme={theme}&datetime=2019-04/2020-03")
    assert "hidden" in page.words.lower()
    assert "Of these records whole years are public" in page.words
    named = "change-towns" if theme == "sexual-offences" else "change"
    assert any(link.startswith(f"/collections/{named}/items") for link in page.links)
    for link in [link for link in page.links if link.startswith("/collections")]:
        assert anyone.get(link, headers=HTML).status_code == 200, link


@pytest.mark.parametrize("theme", ["burglary", "sexual-offences"])
def test_the_change_of_hidden_counts_is_told_as_far_as_it_is_public(
    anyone: TestClient, theme: str
) -> None:
    query = f"theme={theme}&datetime=2019-04/2020-03&compare=2018-04/2019-03"
    page = read(anyone, f"/towns/northtown?{query}")
    facts = anyone.get(f"/towns/northtown?{query}").json()
    assert facts["compared_with"] == "2018-04/2019-03"
    for one in facts["rows"]:
        assert one["in_words"] in page.words
        if one["count"] is None or one["count_before"] is None:
            assert (one["ratio"], one["direction"]) == (None, None)


def test_a_public_view_of_all_themes_never_fails(tmp_path: Path) -> None:
    dataset = seen_by_anyone(tmp_path, 3)
    client = client_of(dataset)
    for theme in Site(dataset).themes:
        for more in ("", "&compare=2018-04/2019-03"):
            found = client.get(f"/towns/northtown?theme={theme}{more}", headers=HTML)
            assert found.status_code in (200, 400, 403, 404), (theme, more)
            assert client.get(f"/rural?theme={theme}{more}").status_code in (200, 400, 403, 404)
