"""Areas unlike the embedded one: no towns, no residents, no classes, long names, all of Wales."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_dataset import COUNTS, INSIDE, POLICE, ROADS, made, row
from starlette.testclient import TestClient
from web_pages import Page

from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch and the Vale of Somewhere " * 4
PATHS = ["/", "/collections", "/api", "/conformance", "/rural", "/rural?theme=asb"]
PATHS += [
    "/business",
    "/deprivation",
    "/deprivation?theme=asb",
    "/compare",
    "/compare?theme=asb",
    "/towns/northtown",
    "/towns/northtown?theme=crime",
]
PATHS += [
    f"/collections/{layer}{more}"
    for layer in (
        "lsoas",
        "hotspots",
        "towns",
        "rural-urban",
        "deprivation",
        "change",
        "change-towns",
        "persistence",
    )
    for more in ("", "/items", "/items?place=rural", "/items?theme=asb&source=all")
]


def no_classes(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(place=None, ruc_code=None)


def all_urban(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(place="urban", ruc_code="UN1")


def all_rural(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(place="rural", ruc_code="E1")


def nobody_known(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(residents=pd.array([None] * len(frame), dtype="Int64"))


def nobody_lives(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(residents=0)


def no_index(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[[name for name in frame.columns if not name.startswith("imd")]]


def in_part(frame: pd.DataFrame) -> pd.DataFrame:
    """Some areas lack a class, some residents, some an index."""
    frame.loc[frame.index[:4], ["place", "ruc_code"]] = None
    frame.loc[frame.index[5:9], "residents"] = None
    frame.loc[frame.index[3:15], [n for n in frame.columns if n.startswith("imd")]] = None
    return frame


def no_ring(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame["ring"]]


def long_names(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(lsoa_name=LONG, name=[f"{LONG} {i}" for i in range(len(frame))])


INSIDE_COUNTS = [item for item in COUNTS if item["lsoa"] < 36]
WAYS: dict[str, dict[str, Any]] = {
    "no towns": {"towns": False, "edit": lambda frame: frame.assign(town=None)},
    "no classes": {"edit": no_classes},
    "all urban": {"edit": all_urban},
    "all rural": {"edit": all_rural},
    "residents not known": {"edit": nobody_known, "area": {"denominator": None}},
    "nobody lives there": {"edit": nobody_lives},
    "no index": {"edit": no_index, "area": {"deprivation": []}},
    "in part": {"edit": in_part},
    "no ring": {"edit": no_ring, "counts": INSIDE_COUNTS},
    "long names": {"edit": long_names, "area": {"name": LONG, "partnership": LONG}},
    "common areas": {"area": {"vintage": "common"}},
    "a kind alone": {"sources": [ROADS], "counts": [row(0, "road-collision", "2018-02", (3, 3), 9)]},  # noqa: E501
    "nothing at all": {"sources": [POLICE], "counts": [row(0, "asb", "2019-06", None, 1)]},
}  # fmt: skip


@pytest.fixture(scope="module", params=WAYS)
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A client of the grid, changed in one way."""
    dataset = made(tmp_path_factory.mktemp("way"), **WAYS[request.param])
    return TestClient(create_app(Site(dataset)), raise_server_exceptions=False)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_and_answer_copes(client: TestClient, path: str) -> None:
    page, answer = client.get(path, headers=HTML), client.get(path)
    assert page.status_code == answer.status_code
    if page.status_code != 200:
        assert page.status_code in (400, 404)
        detail = answer.json()["detail"]
        assert detail.endswith(".")
        assert re.search(
            r"not record|classed as|has none here|dataset has no|no layer|no town", detail
        ), detail
        return
    words = Page(page.text).words
    assert not {"nan", "None", "inf", "NaN"} & set(re.split(r"[\s,.;:()%]+", words))
    assert "NaN" not in answer.text
    assert "Shropshire" not in page.text
    assert "2011" not in words.replace("2011 and 2021 in common", "")
    for phrase in ("village and dispersed, town and fringe", "town and fringe", "Shrewsbury"):
        assert phrase not in words


def test_every_link_of_the_pages_leads_somewhere(client: TestClient) -> None:
    for path in ("/", "/collections"):
        found = Page(client.get(path, headers=HTML).text)
        for link in found.links:
            if link.startswith("/"):
                assert client.get(link, headers=HTML).status_code == 200, link


def test_every_parameter_of_the_definition_has_a_sound_schema(client: TestClient) -> None:
    document = client.get("/api?f=json").json()
    for parameter in document["components"]["parameters"].values():
        assert parameter["schema"].get("enum") != []
        assert None not in parameter["schema"].get("enum", [])
    schema = document["components"]["parameters"]["theme"]["schema"]
    assert schema["default"] in schema["enum"]


@pytest.fixture
def serve(tmp_path: Path) -> Callable[[str], TestClient]:
    return lambda way: TestClient(create_app(Site(made(tmp_path, **WAYS[way]))))


def test_a_layer_that_cannot_be_filled_is_not_offered_and_says_why(
    serve: Callable[[str], TestClient],
) -> None:
    client = serve("no index")
    names = [item["id"] for item in client.get("/collections").json()["collections"]]
    assert names == [
        "change",
        "change-towns",
        "hotspots",
        "lsoas",
        "persistence",
        "rural-urban",
        "towns",
    ]
    assert "/collections/deprivation" not in client.get("/collections", headers=HTML).text
    answer = client.get("/collections/deprivation/items")
    assert answer.status_code == 404
    assert "The dataset has no deciles of deprivation." in answer.json()["detail"]


def test_areas_without_a_figure_have_a_line_in_the_legend(
    serve: Callable[[str], TestClient],
) -> None:
    client = serve("in part")
    for path in ("/collections/lsoas/items", "/collections/deprivation/items"):
        page = Page(client.get(path, headers=HTML).text)
        [legend] = [table for table in page.tables if "Areas" in table.rows[0][-1].words]
        sizes = {line[1].words: line[-1].words for line in legend.rows[1:]}
        assert sizes["No figure"] == ("4" if "lsoas" in path else "12")


def test_shares_of_the_classes_leave_room_for_areas_without_one(tmp_path: Path) -> None:
    """One of the 36 areas has no class, and 4 of the 34 reports."""
    unclassed = INSIDE.index((1, 1))

    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame.index[unclassed], ["place", "ruc_code"]] = None
        return frame

    client = TestClient(create_app(Site(made(tmp_path, edit=edit))))
    found = client.get("/collections/rural-urban/items?theme=asb&source=police").json()
    for level in ("rural or urban", "class"):
        rows = [f["properties"] for f in found["features"] if f["properties"]["level"] == level]
        assert sum(row["share"] for row in rows) == pytest.approx(30 / 34)
        assert sum(row["residents_share"] for row in rows) == pytest.approx(35 / 36)


def test_a_rural_area_alone_has_no_urban_one_to_be_set_against(
    serve: Callable[[str], TestClient],
) -> None:
    facts = serve("all rural").get("/rural").json()
    assert facts["urban"] is None
    assert facts["ratio"]["ratio"] is None
    assert facts["rural"]["count"] == 20


def test_without_residents_counts_stand_alone(serve: Callable[[str], TestClient]) -> None:
    client = serve("residents not known")
    rows = [f["properties"] for f in client.get("/collections/lsoas/items").json()["features"]]
    assert {row["rate"] for row in rows} == {row["residents"] for row in rows} == {None}
    assert sum(row["count"] for row in rows) == 20
    assert "Residents are not known" in client.get("/", headers=HTML).text


def test_a_long_name_makes_a_file_name_that_any_system_takes(
    serve: Callable[[str], TestClient],
) -> None:
    response = serve("long names").get("/collections/lsoas/items?f=csv")
    name = response.headers["content-disposition"].split('"')[1]
    assert len(name) < 200
    assert name.endswith("-lsoas-crime-2018-07-to-2019-06.csv")


def few(frame: pd.DataFrame) -> pd.DataFrame:
    """Too few areas have residents for any to be judged: 29 of the 36."""
    frame.loc[frame.index[:7], "residents"] = 0
    return frame


@pytest.mark.parametrize(
    "path",
    [
        "/collections/hotspots/items?theme=asb",
        "/towns/northtown?theme=asb",
        "/rural?theme=asb",
    ],
)
def test_where_nothing_is_judged_no_area_is_said_not_to_stand_out(
    tmp_path: Path, path: str
) -> None:
    client = TestClient(create_app(Site(made(tmp_path, edit=few))))
    page = Page(client.get(path, headers=HTML).text).words
    assert "It is not told which areas stand out. Fewer than 30 areas have residents" in page
    assert "stands far above" not in page
    assert "judged against the rate" not in page
    facts = client.get("/collections/hotspots/items?theme=asb").json()["metadata"]["facts"]
    assert (facts["areas_judged"], facts["settings"]["hot_spot"]) == (0, None)


def test_of_no_area_at_all_none_stands_out(tmp_path: Path) -> None:
    client = TestClient(create_app(Site(made(tmp_path))))
    address = "/collections/hotspots/items?theme=asb&town=northtown&place=rural"
    assert client.get(address).json()["features"] == []
    page = Page(client.get(address, headers=HTML).text).words
    assert "No area stands far above the average." in page
    assert "not told which" not in page


def test_clusters_that_are_not_told_say_why(tmp_path: Path) -> None:
    client = TestClient(create_app(Site(made(tmp_path))))
    page = Page(client.get("/collections/hotspots/items?theme=asb", headers=HTML).text).words
    assert "Clusters are not told. Fewer than 10 areas have an incident" in page
    assert "For a cluster:" not in page
