"""What is rare or empty has an answer too: no rural area, one incident, names from Wales."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from building import build_files
from layer_names import SHIPPED
from starlette.testclient import TestClient
from web_pages import Page

from geo.dataset import Dataset
from geo.offences import THEMES
from service.app import create_app
from service.site import Site

SQUARE = "349132,312545"  # in Shrewsbury
ONE_OF_MANY = re.compile(
    r"(?<![\d.,])1 (areas|crimes|reports|months|incidents|points|cells|towns|hot spots|offences)\b"
)
TINY = {
    "one crime": [f"2015-04,drugs,{SQUARE}"],
    "one theft": [f"2015-04,shoplifting,{SQUARE}"],
    "one report": [f"2015-04,asb,{SQUARE}"],
    "a gap": [f"2014-01,asb,{SQUARE}", f"2016-03,drugs,{SQUARE}"],
    "unlocated": [f"2015-04,asb,{SQUARE}", "2015-04,asb,,", "2015-04,drugs,,"],
}
PATHS = [
    "/",
    "/business",
    "/deprivation",
    "/rural",
    "/rural?theme=asb",
    "/towns/wem",
    "/towns/shrewsbury?theme=crime",
]
PATHS += ["/collections", "/collections/lsoas", "/api", "/collections/lsoas/items/E01028946"]
PATHS += ["/collections/persistence/items/E01028946"]
PATHS += [f"/collections/{name}/items" for name in SHIPPED]


@pytest.mark.parametrize(
    "theme",
    [
        "rural-crime",
        "livestock",
        "rural-flagged",
        "homicide",
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_every_town_answers_for_a_theme_it_may_have_nothing_of(
    client: TestClient, embedded: Dataset, theme: str, accept: str
) -> None:
    for town in embedded.towns["town_id"]:
        response = client.get(f"/towns/{town}?theme={theme}", headers={"Accept": accept})
        assert response.status_code in (200, 400, 404), town


@pytest.mark.parametrize("theme", THEMES)
def test_a_town_without_rural_areas_has_no_rural_rows(client: TestClient, theme: str) -> None:
    for layer in ("lsoas", "towns", "hotspots", "deprivation"):
        address = f"/collections/{layer}/items?town=shrewsbury&place=rural"
        if theme == "rural-crime":
            address = f"/collections/{layer}/items?town=shrewsbury&theme=rural-crime"
        found = client.get(address).json()
        assert (found["numberMatched"], found["features"]) == (0, [])
        assert client.get(address, headers={"Accept": "text/html"}).status_code == 200
        assert client.get(f"{address}&f=csv").content.count(b"\r\n") == 1


@pytest.fixture(scope="module", params=TINY)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A client of a dataset of one or two incidents."""
    folder: Path = tmp_path_factory.mktemp("tiny")
    lines = ["month,offence,easting,northing", *TINY[request.param]]
    (folder / "a.csv").write_text("\n".join(lines) + "\n")
    build_files(folder / "home", folder / "a.csv")
    return TestClient(create_app(Site.open(folder / "home")), raise_server_exceptions=False)


@pytest.mark.parametrize("path", PATHS)
def test_a_dataset_of_almost_nothing_has_every_page_and_answer(tiny: TestClient, path: str) -> None:
    page = tiny.get(path, headers={"Accept": "text/html"})
    answer = tiny.get(path)
    assert answer.status_code == page.status_code
    if page.status_code == 400:  # a page of what the few rows do not record
        assert "theme=" in path
        assert "does not record this" in answer.json()["detail"]
        return
    if page.status_code == 404:
        assert path == "/business"
        assert "do not record the offences that stand for it" in answer.json()["detail"]
        return
    assert page.status_code == 200
    words = Page(page.text).words
    assert not ONE_OF_MANY.search(words), words
    assert not {"nan", "None", "inf"} & set(words.replace("%", " ").split())
    assert "NaN" not in answer.text


@pytest.mark.parametrize(
    "name", ["Tŷ Ddewi", "Durham “North”", 'A "B"; C', "A\r\nB: c", "Ynys Môn"]
)
@pytest.mark.parametrize("f", ["geojson", "csv"])
def test_an_area_of_any_name_can_be_downloaded(embedded: Dataset, name: str, f: str) -> None:
    area = {**embedded.manifest["area"], "name": name}
    renamed = replace(embedded, manifest={**embedded.manifest, "area": area})
    client = TestClient(create_app(Site(renamed)), raise_server_exceptions=False)
    response = client.get(f"/collections/lsoas/items?f={f}")
    assert response.status_code == 200
    header = unquote(response.headers["content-disposition"])
    assert header.rstrip('"').endswith(f"-lsoas-crime-2015-04-to-2016-03.{f}")
    assert "\n" not in response.headers["content-disposition"]
    assert header.replace("filename*=", "").count('"') in (0, 2)


def test_reports_of_asb_are_never_called_crimes(client: TestClient) -> None:
    for path in ("/rural?theme=asb", "/towns/wem", "/collections/lsoas/items?theme=asb"):
        page = Page(client.get(path, headers={"Accept": "text/html"}).text)
        for table in page.tables:
            for cell in table.rows[0]:
                assert "crimes" not in cell.words.lower(), path


@pytest.mark.parametrize("theme", ["asb", "burglary", "shoplifting"])
def test_the_rural_page_says_what_it_counts(client: TestClient, theme: str) -> None:
    text = client.get(f"/rural?theme={theme}", headers={"Accept": "text/html"}).text
    top = text[text.index("<h1") : text.index("<form")].lower()
    assert THEMES[theme].title.lower() in top
