"""Named areas as they are served: every set as data, one at a time on a page, no rate anywhere."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from asking import ask, rows
from made_dataset import made
from made_sets import made_with_sets
from starlette.testclient import TestClient
from web_pages import Page

from layers.breaks import class_labels
from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}
ITEMS = "/collections/named-areas/items"
ALL = ["wards.W1", "wards.W!2F2", "beats.W1"]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A client of the grid with two sets."""
    return TestClient(create_app(Site(made_with_sets(tmp_path_factory.mktemp("sets")))))


@pytest.fixture
def bare(tmp_path: Path) -> TestClient:
    """A client of the grid without sets."""
    return TestClient(create_app(Site(made(tmp_path))))


def figures(client: TestClient, query: str = "") -> list[tuple[Any, ...]]:
    found = rows(client, "named-areas", query)
    return [(row["set"], row["code"], row["count"], row["share"], row["rank"]) for row in found]


def facts(client: TestClient, query: str = "") -> list[tuple[Any, ...]]:
    told = ask(client, "named-areas", query)["metadata"]["facts"]["sets"]
    return [(item["set"], item["areas"], item["counted"], item["not_counted"]) for item in told]


def test_every_area_of_every_set_has_its_count(client: TestClient) -> None:
    answer = ask(client, "named-areas")
    assert [feature["id"] for feature in answer["features"]] == ALL
    assert figures(client) == [
        ("wards", "W1", 8, 0.4, 2),
        ("wards", "W/2", 11, 0.55, 1),
        ("beats", "W1", 5, 0.25, 1),
    ]
    assert facts(client) == [("wards", 2, 19, 1), ("beats", 1, 5, 15)]
    first = answer["features"][0]["properties"]
    assert first["set_title"] == "Wards"
    assert (first["theme"], first["period"]) == ("crime", "2018-07/2019-06")
    assert not {"rate", "residents"} & set(first)
    assert answer["metadata"]["denominator"] is None
    said = " ".join(answer["metadata"]["caveats"])
    assert "no rate" in client.get("/collections/named-areas").text
    assert "Counts, not rates" in said
    assert "Rates use residents" not in said


@pytest.mark.parametrize(
    ("query", "counts", "sets"),
    [
        ("theme=asb&datetime=2019-04", [0, 29, 0], [("wards", 2, 29, 1), ("beats", 1, 0, 30)]),
        ("theme=asb&datetime=2019-06", [4, 0, 0], [("wards", 2, 4, 0), ("beats", 1, 0, 4)]),
        (
            "theme=asb&datetime=2019-04&source=council-asb",
            [0, 20, 0],
            [("wards", 2, 20, 0), ("beats", 1, 0, 20)],
        ),
        (
            "theme=asb&datetime=2019-04&source=all",
            [0, 49, 0],
            [("wards", 2, 49, 1), ("beats", 1, 0, 50)],
        ),
        ("theme=shoplifting", [0, 11, 5], [("wards", 2, 11, 1), ("beats", 1, 5, 7)]),
        ("theme=violence", [0, 0, 0], [("wards", 2, 0, 0), ("beats", 1, 0, 0)]),
    ],
)
def test_theme_months_and_source_are_those_of_other_layers(
    client: TestClient, query: str, counts: list[int], sets: list[tuple[Any, ...]]
) -> None:
    assert [row[2] for row in figures(client, query)] == counts
    assert facts(client, query) == sets
    if not sum(counts):
        assert [row[3] for row in figures(client, query)] == [None] * 3


def test_one_set_and_a_box(client: TestClient) -> None:
    beats = ask(client, "named-areas", "set=beats")
    assert [feature["id"] for feature in beats["features"]] == ["beats.W1"]
    wards = ask(client, "named-areas", "set=wards&limit=1")
    assert wards["numberMatched"] == 2
    [link] = [item["href"] for item in wards["links"] if item["rel"] == "next"]
    assert [f["id"] for f in client.get(link).json()["features"]] == ["wards.W!2F2"]
    [geometry] = [feature["geometry"] for feature in beats["features"]]
    west, north = geometry["coordinates"][0][0]
    box = f"{west - 0.001},{north - 0.001},{west + 0.001},{north + 0.001}"
    found = ask(client, "named-areas", f"set=wards&bbox={box}")
    assert [feature["id"] for feature in found["features"]] == ["wards.W!2F2"]


def test_the_table_has_no_denominator(client: TestClient) -> None:
    text = client.get(f"{ITEMS}?f=csv&set=wards").content.decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    assert list(found[0]) == [
        "set", "set_title", "code", "name", "count", "share", "rank",
        "theme", "period", "source", "illustrative", "caveat",
    ]  # fmt: skip
    assert [(row["code"], row["count"]) for row in found] == [("W1", "8"), ("W/2", "11")]


def test_one_area_alone_whatever_is_in_its_code(client: TestClient) -> None:
    everyone = {feature["id"]: feature for feature in ask(client, "named-areas")["features"]}
    for name, feature in everyone.items():
        alone = client.get(f"{ITEMS}/{name}").json()
        assert (alone["id"], alone["properties"]) == (name, feature["properties"])
        [link] = [item["href"] for item in alone["links"] if item["rel"] == "self"]
        assert client.get(link).json()["id"] == name
    page = Page(client.get(f"{ITEMS}/wards.W!2F2", headers=HTML).text)
    assert "East Ward" in page.title
    assert "per 1,000" not in page.words
    assert "Counts, not rates" in page.words
    assert client.get(f"{ITEMS}/beats.W!2F2").status_code == 404


@pytest.mark.parametrize("headers", [{}, HTML, {"Accept": "text/csv"}])
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("town=northtown", "The layer named-areas has no areas of a town; leave out town."),
        ("place=rural", "does not tell rural areas from urban ones; leave out place."),
        ("theme=rural-crime", "ask for another theme than rural-crime."),
        ("set=parishes", "There is no set 'parishes'; choose one of wards, beats."),
    ],
)
def test_what_cannot_be_asked_is_refused(
    client: TestClient, headers: dict[str, str], query: str, sentence: str
) -> None:
    response = client.get(f"{ITEMS}?{query}", headers=headers)
    assert response.status_code == 400
    text = Page(response.text).words if headers == HTML else response.json()["detail"]
    assert sentence in text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if query[:3] not in ("tow", "set"):
        assert client.get(f"{ITEMS}/wards.W1?{query}", headers=headers).status_code == 400


def test_a_page_shows_one_set(client: TestClient) -> None:
    page = Page(client.get(ITEMS, headers=HTML).text)
    assert "Wards: all recorded crime" in page.words
    assert "In the 2 areas of this set: 19." in page.words
    assert "in no row here: 1." in page.words
    assert "per 1,000" not in page.words
    [table] = [item for item in page.tables if "data-sortable" in item.attributes]
    told = [[cell.words for cell in line] for line in table.rows]
    assert told == [
        ["Area", "Crimes", "Share", "Rank", "Code"],
        ["East Ward", "11", "55.0%", "1", "W/2"],
        ["West <b>Ward</b>", "8", "40.0%", "2", "W1"],
    ]
    assert {"wards", "beats"} <= set(page.values("value"))
    other = client.get(f"{ITEMS}?set=beats", headers=HTML).text
    assert "Police beats: all recorded crime" in Page(other).words
    assert "set=beats" in other.split("data-map-config")[1]
    for link in (*page.links, *Page(other).links):
        if link.startswith("/"):
            assert client.get(link, headers=HTML).status_code == 200, link


def test_the_card_says_what_can_be_asked(client: TestClient) -> None:
    words = Page(client.get("/collections/named-areas", headers=HTML).text).words
    asked = words.split("What can be asked")[1].split("Themes")[0]
    assert "set: Show only" in asked
    assert "town:" not in asked
    assert "place:" not in asked
    assert "Rates divide by" not in words
    plain = Page(client.get("/collections/lsoas", headers=HTML).text).words
    assert "set: Show only" not in plain
    west, _, east, _ = client.get("/collections/named-areas").json()["extent"]["spatial"]["bbox"][0]
    inner = client.get("/collections/lsoas").json()["extent"]["spatial"]["bbox"][0]
    assert west == pytest.approx(inner[0], abs=0.001)
    assert east > inner[2]  # the eastern ward reaches beyond
    document = client.get("/api?f=json").json()
    assert document["components"]["parameters"]["set"]["schema"]["enum"] == ["wards", "beats"]


def test_without_sets_the_layer_is_not_offered(bare: TestClient) -> None:
    names = [item["id"] for item in bare.get("/collections").json()["collections"]]
    assert "named-areas" not in names
    response = bare.get(ITEMS)
    assert response.status_code == 404
    assert "The dataset has no further sets of areas." in response.json()["detail"]
    refused = bare.get("/collections/lsoas/items?set=wards")
    assert refused.status_code == 400
    assert refused.json()["detail"] == "This layer has no sets of areas; leave out set."


def test_damaged_named_areas_are_said_and_spare_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    dataset = made_with_sets(tmp_path)
    (tmp_path / "made/set_counts.parquet").write_bytes(b"PAR1")
    client = TestClient(create_app(Site(dataset)))
    assert client.get("/collections/lsoas/items").status_code == 200
    response = client.get(ITEMS)
    assert response.status_code == 503
    assert "damaged; build it again." in response.json()["detail"]
    assert str(tmp_path) not in response.text  # where it lies is for the log
    assert str(tmp_path) in caplog.text


def test_classes_of_counts_are_whole_numbers() -> None:
    assert class_labels([2, 3, 10, 1200], 1) == [
        "Under 2", "2", "3 to 9", "10 to 1,199", "1,200 or more",
    ]  # fmt: skip
