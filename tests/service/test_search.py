"""The search as it is served: results, a page of links, and postcodes where a file was given."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from building import build_files, plan_files
from starlette.testclient import TestClient
from web_pages import Page

from geo.areas.plan import InputFile
from geo.building.build import build
from geo.dataset import Dataset
from service.app import create_app
from service.site import Site

HTML = {"accept": "text/html"}
POSTCODES = "pcds,oseast1m,osnrth1m\nSY11 2PT,329300,329700\nSY11 1AA,329000,329500\n"
ROWS = "incident_id,month,offence,easting,northing\nA,2015-01,drugs,329300,329700\n"


def results(client: TestClient, text: str) -> list[dict[str, object]]:
    response = client.get("/search", params={"q": text})
    assert response.status_code == 200, response.text
    found: list[dict[str, object]] = response.json()["results"]
    return found


def test_each_result_says_what_it_is_where_and_which_page_shows_it(
    police_client: TestClient, police: Dataset
) -> None:
    for text, kind in (("ludlow", "town"), ("E01028906", "area"), ("leg street", "street")):
        first = results(police_client, text)[0]
        assert first["type"] == kind
        west, south, east, north = police.lsoa_shapes.extent
        assert west < float(str(first["longitude"])) < east
        assert south < float(str(first["latitude"])) < north
        page = police_client.get(str(first["address"]).partition("#")[0], headers=HTML)
        assert page.status_code == 200
        fragment = urlsplit(str(first["address"])).fragment
        near = f"map=15/{first['latitude']:.5f}/{first['longitude']:.5f}"
        assert fragment == ("" if kind == "town" else near)


def test_an_area_outside_the_towns_leads_to_the_map_of_all(
    police_client: TestClient, police: Dataset
) -> None:
    outside = police.lsoas[police.lsoas["town"].isna()]["lsoa_code"].iloc[0]
    [found] = results(police_client, outside)
    assert str(found["address"]).startswith("/collections/hotspots/items?f=html#map=15/")
    assert found["id"] == outside


def test_the_page_links_to_what_was_found(police_client: TestClient) -> None:
    told = police_client.get("/search", params={"q": "oswestry"}, headers=HTML)
    page = Page(told.text)
    addresses = [str(item["address"]) for item in results(police_client, "oswestry")]
    assert [link for link in page.links if link in addresses] == addresses
    assert 'value="oswestry"' in told.text
    for text, said in (("", "at least two letters"), ("zzzz", "Nothing here fits “zzzz”")):
        assert (
            said in Page(police_client.get("/search", params={"q": text}, headers=HTML).text).words
        )


def test_what_is_written_is_shown_and_never_obeyed(police_client: TestClient) -> None:
    told = police_client.get("/search", params={"q": '"><script>x</script>'}, headers=HTML)
    assert "<script>x" not in told.text


@pytest.mark.parametrize("query", ["q=" + "a" * 101, "q=a&q=b", "town=wem", "q=osw&f=csv"])
def test_a_wrong_search_is_refused_in_words(police_client: TestClient, query: str) -> None:
    response = police_client.get(f"/search?{query}")
    assert response.status_code == 400
    assert response.json()["detail"]


def test_drawn_places_are_no_streets(client: TestClient) -> None:
    assert [item for item in results(client, "street point") if item["type"] == "street"] == []


def test_postcodes_are_found_where_a_file_was_given(tmp_path: Path) -> None:
    (tmp_path / "postcodes.csv").write_text(POSTCODES)
    (tmp_path / "rows.csv").write_text(ROWS)
    plan = plan_files(tmp_path / "rows.csv", postcodes=InputFile(tmp_path / "postcodes.csv"))
    build(plan, tmp_path / "with")
    client = TestClient(create_app(Site(Dataset.open(tmp_path / "with"))))
    for text in ("SY11 2PT", "sy112pt", "sy11 2", "SY112"):
        [found] = results(client, text)
        assert (found["type"], found["name"]) == ("postcode", "SY11 2PT")
        assert (found["detail"], found["id"]) == ("Oswestry", "E01028906")
    assert [item["name"] for item in results(client, "sy11")] == ["SY11 1AA", "SY11 2PT"]
    assert results(client, "SY9 9ZZ") == []
    assert (
        "postcode"
        in client.get("/towns/oswestry", headers=HTML).text.partition("Find a place: town")[2][:40]
    )


def test_without_a_file_no_postcode_is_promised(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(ROWS)
    build_files(tmp_path / "without", tmp_path / "rows.csv")
    client = TestClient(create_app(Site(Dataset.open(tmp_path / "without"))))
    assert results(client, "SY11 2PT") == []
    page = client.get("/search?q=SY11", headers=HTML).text
    assert "no file of postcodes was given" in page


def test_damaged_postcodes_are_said(tmp_path: Path) -> None:
    (tmp_path / "postcodes.csv").write_text(POSTCODES)
    (tmp_path / "rows.csv").write_text(ROWS)
    plan = plan_files(tmp_path / "rows.csv", postcodes=InputFile(tmp_path / "postcodes.csv"))
    folder = build(plan, tmp_path / "out").folder
    (folder / "areas/postcodes.parquet").unlink()
    (folder / "areas/postcodes.parquet").write_bytes(b"PAR1")
    client = TestClient(
        create_app(Site(Dataset.open(tmp_path / "out"))), raise_server_exceptions=False
    )
    told = client.get("/search?q=SY11")
    assert told.status_code >= 500
    assert "damaged" in told.text
