"""Several sources as they are served: whose records, which others, and how to choose."""

import csv
import io
import re
from pathlib import Path

import pytest
from asking import ask, rows, strict
from made_dataset import COUNCIL, COUNTS, POLICE, made
from starlette.testclient import TestClient
from web_pages import Page

from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A client of police, council and collision records over a grid of squares."""
    dataset = made(tmp_path_factory.mktemp("grid"))
    return TestClient(create_app(Site(dataset)), raise_server_exceptions=False)


def page(client: TestClient, path: str) -> Page:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200, response.text
    return Page(response.text)


def words(found: Page) -> str:
    return re.sub(r"\s+", " ", found.words)


def options(found: Page, text: str) -> list[str]:
    """Values that a page offers and that begin with the text."""
    return [
        at["value"] for tag, at in found.tags if tag == "option" and at["value"].startswith(text)
    ]


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("theme=asb", 34),
        ("theme=asb&source=police", 34),
        ("theme=asb&source=council-asb", 25),
        ("theme=asb&source=all&datetime=2019-04/2019-09", 59),
        ("theme=road-collision", 9),
    ],
)
def test_items_count_the_source_that_is_chosen(grid: TestClient, query: str, total: int) -> None:
    found = ask(grid, "lsoas", query)
    assert sum(item["properties"]["count"] for item in found["features"]) == total
    source = {item["properties"]["source"] for item in found["features"]}
    assert source == {found["metadata"]["source"]}
    table = csv.DictReader(io.StringIO(grid.get(f"/collections/lsoas/items?{query}&f=csv").text))
    assert {row["source"] for row in table} == source


def test_one_area_and_its_links_keep_the_source(grid: TestClient) -> None:
    code = rows(grid, "lsoas", "theme=asb")[0]["lsoa_code"]
    answer = grid.get(f"/collections/lsoas/items/{code}?theme=asb&source=council-asb")
    assert answer.json()["properties"]["source"] == "Council ASB reports"
    found = page(grid, "/collections/hotspots/items?theme=asb&source=council-asb")
    links = [link for link in found.links if "/items" in link]
    assert links
    assert all("source=council-asb" in link for link in links)


def test_files_of_two_sources_have_two_names(grid: TestClient) -> None:
    names = {
        grid.get(f"/collections/lsoas/items?theme=asb{more}&datetime=2019-04&f=csv").headers[
            "content-disposition"
        ]
        for more in ("", "&source=council-asb", "&source=all")
    }
    assert len(names) == 3


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/collections/lsoas/items?source=x", "choose one of police, council-asb, roads or all."),
        ("/towns/northtown?theme=crime&source=roads", "or not apart from other offences; police"),
        ("/rural?theme=asb&source=council-asb&datetime=2018-01", "no month of 2018-01/2018-01"),
        ("/collections/lsoas?source=police", "There is no parameter 'source' here"),
    ],
)
def test_a_source_that_cannot_answer_is_400(grid: TestClient, path: str, said: str) -> None:
    answer = grid.get(path)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]


def test_the_definition_lists_sources_and_the_themes_of_the_dataset(grid: TestClient) -> None:
    parameters = strict(grid.get("/api?f=json").text)["components"]["parameters"]
    assert parameters["source"]["schema"]["enum"] == ["police", "council-asb", "roads", "all"]
    themes = parameters["theme"]["schema"]["enum"]
    assert "road-collision" in themes
    assert "homicide" not in themes
    for theme in themes:
        assert grid.get(f"/collections/lsoas/items?limit=1&theme={theme}").status_code == 200, theme
    collection = grid.get("/collections/lsoas").json()
    assert [item["id"] for item in collection["sources"]] == ["police", "council-asb", "roads"]


@pytest.mark.parametrize(
    "path", ["/towns/northtown", "/rural?theme=asb", "/collections/lsoas/items?theme=asb"]
)
def test_a_page_lets_its_reader_choose_where_there_is_a_choice(grid: TestClient, path: str) -> None:
    found = page(grid, path)
    told = {"police", "council-asb", "roads", "all"}
    assert [value for value in options(found, "") if value in told] == ["council-asb", "all"]
    assert "data.police.uk street files Council ASB reports All added up" in words(found)
    other = path.split("?", maxsplit=1)[0] + "?theme=crime"
    assert not options(page(grid, other), "council-asb")
    joint = "&" if "?" in path else "?"
    chosen = page(grid, f"{path}{joint}source=council-asb")
    assert [at["value"] for tag, at in chosen.tags if tag == "option" and "selected" in at][
        -1
    ] == "council-asb"


def test_a_town_has_the_totals_of_each_source_in_one_sentence(grid: TestClient) -> None:
    facts = grid.get("/towns/northtown").json()
    assert facts["count"] == 30
    assert facts["side_by_side"] == (
        "Side by side, data.police.uk street files 30 and Council ASB reports 20 in 2 of "
        "these 12 months: the same incident may be in both, so they are not added up."
    )
    assert facts["headline"].startswith("Police recorded 30 reports in Northtown")
    council = grid.get("/towns/northtown?source=council-asb").json()
    assert council["headline"].startswith("The records of Council ASB reports hold 20 reports in")
    assert council["source"] == "Council ASB reports"
    both = grid.get("/towns/northtown?source=all&datetime=2019-04/2019-09").json()
    assert (both["count"], both["caveats"][0][:9]) == (50, "Added up:")
    assert "add them up, so an incident in both is counted twice" in both["side_by_side"]
    assert grid.get("/towns/northtown?theme=crime").json()["side_by_side"] == ""
    earlier = grid.get("/towns/northtown?datetime=2018-01/2018-03").json()["side_by_side"]
    assert "Council ASB reports has none of these months" in earlier


def test_the_strip_names_what_is_counted_and_what_else_is_held(grid: TestClient) -> None:
    whole = words(page(grid, "/collections"))
    assert "Recorded by police data.police.uk street files, January 2018 to June 2019." in whole
    assert "Recorded by partners Council ASB reports, April to September 2019." in whole
    assert "Recorded by others Collision records, January to March 2018." in whole
    asb = words(page(grid, "/towns/northtown?source=council-asb"))
    assert "Recorded by partners Council ASB reports" in asb
    assert "Recorded by police" not in asb
    assert "Also held: data.police.uk street files, January 2018 to June 2019." in asb
    assert "Incidents: Council ASB reports." in asb


def test_the_months_of_a_town_are_those_of_its_source(grid: TestClient) -> None:
    [table] = [
        item
        for item in page(grid, "/towns/northtown?source=council-asb").tables
        if item.rows[0][0].words == "Month"
    ]
    found = {line[0].words: line[1].words for line in table.rows[1:]}
    assert list(found) == [
        f"{month} 2019" for month in ("April", "May", "June", "July", "August", "September")
    ]
    assert (found["April 2019"], found["May 2019"], found["June 2019"]) == ("20", "not held", "0")


def test_a_kind_of_its_own_has_pages_that_call_it_a_record(grid: TestClient) -> None:
    found = words(page(grid, "/collections/lsoas/items?theme=road-collision&f=html"))
    assert "The records of Collision records hold 9 records in Gridshire" in found
    assert "crimes" not in found
    assert "Road collisions" in words(page(grid, "/"))
    assert "road-collision" in words(page(grid, "/collections/lsoas"))


def test_the_home_page_says_whose_figures_are_whose(grid: TestClient) -> None:
    found = words(page(grid, "/"))
    assert "Source: data.police.uk street files" in found
    assert "Source: Collision records" in found
    assert "January to March 2018" in found


def test_one_partner_source_keeps_the_whole_dataset_from_a_proxy(tmp_path: Path) -> None:
    mixed, open_alone = made(tmp_path / "a"), made(tmp_path / "b", [POLICE], COUNTS[:7])
    by_proxy = {"X-Forwarded-For": "192.0.2.1"}
    for site in (Site(mixed), Site(open_alone, [mixed])):
        client = TestClient(create_app(site))
        refused = client.get("/collections/lsoas/items", headers=by_proxy)
        assert (refused.status_code, "this machine alone" in refused.text) == (403, True)
        assert client.get("/collections/lsoas/items").status_code == 200
    client = TestClient(create_app(Site(open_alone)))
    assert client.get("/collections/lsoas/items", headers=by_proxy).status_code == 200


def test_drawn_incidents_are_tagged_where_they_are_counted(tmp_path: Path) -> None:
    drawn = COUNCIL | {"illustrative": True, "sensitivity": "open"}
    counts = [item for item in COUNTS if item["source"] < 2]
    client = TestClient(create_app(Site(made(tmp_path, [POLICE, drawn], counts))))
    assert "Illustrative" in words(page(client, "/"))
    assert "Illustrative" not in words(page(client, "/towns/northtown?theme=asb"))
    assert "Illustrative" in words(page(client, "/towns/northtown?source=council-asb"))
