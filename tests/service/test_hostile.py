"""Text from a file or an area pack is text on every page, never markup."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from building import build_files
from layer_names import SHIPPED
from starlette.testclient import TestClient
from web_pages import Page

from geo.dataset import Dataset
from geo.incidents import ColumnMap
from service.app import create_app
from service.site import Site

HOSTILE = "</script></title><script>alert('x')</script>\"'><img src=x onerror=x>{{ 7*7 }}"
COLUMN_MAP = f"""
name = {json.dumps(HOSTILE)}
[columns]
month = "Month"
offence = "Kind"
easting = "E"
northing = "N"
location = "Place"
[offence]
{json.dumps(HOSTILE)} = "drugs"
'<script>alert(2)</script>' = "asb"
"""


@pytest.fixture(scope="module")
def partner_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of a partner extract whose words are all hostile."""
    folder = tmp_path_factory.mktemp("partner")
    quoted = HOSTILE.replace('"', '""')
    lines = ["Month,Kind,E,N,Place"]
    for month in range(1, 13):
        for word in (quoted, "<script>alert(2)</script>"):
            lines.append(f'2015-{month:02d},"{word}",349132,312545,"{quoted}"')
    (folder / "extract.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "map.toml").write_text(COLUMN_MAP, encoding="utf-8")
    column_map = ColumnMap.read(folder / "map.toml")
    build_files(folder / "home", folder / "extract.csv", column_map=column_map)
    return folder / "home"


@pytest.fixture(scope="module")
def partner(partner_home: Path) -> TestClient:
    """A client of that dataset."""
    return TestClient(create_app(Site.open(partner_home)))


@pytest.fixture(scope="module")
def renamed(embedded: Dataset) -> TestClient:
    """A client of the embedded dataset with every name of the area, its towns and LSOAs hostile."""
    lsoas, towns = embedded.lsoas.copy(), embedded.towns.copy()
    for name in ("name", "short_name", "lsoa_name", "town"):
        lsoas[name] = lsoas[name].where(lsoas[name].isna(), lsoas[name].astype(str) + HOSTILE)
    for name in ("town", "role"):
        towns[name] = towns[name].astype(str) + HOSTILE
    area = {**embedded.manifest["area"], "name": HOSTILE, "partnership": HOSTILE}
    area["files"] = [{**file, "attribution": HOSTILE} for file in area["files"]]
    area["denominator"] = {**area["denominator"], "title": HOSTILE}
    hostile = replace(
        embedded, lsoas=lsoas, towns=towns, manifest={**embedded.manifest, "area": area}
    )
    return TestClient(create_app(Site(hostile)))


PATHS = [
    "/",
    "/rural",
    "/business",
    "/deprivation",
    "/compare",
    "/towns/shrewsbury",
    "/towns/oswestry?theme=drugs",
    "/collections",
    "/api",
]
PATHS += ["/collections/hotspots/items/E01028946"]
PATHS += [f"/collections/{name}" for name in SHIPPED]
PATHS += [f"/collections/{name}/items?theme=asb" for name in SHIPPED]
PATHS += ["/collections/lsoas/items?town=shrewsbury"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("whose", ["partner", "renamed"])
def test_hostile_words_stay_words(request: pytest.FixtureRequest, whose: str, path: str) -> None:
    response = request.getfixturevalue(whose).get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert "<img" not in response.text
    page = Page(response.text)
    assert HOSTILE in page.words
    for tag, found in page.tags:
        assert not any(name.startswith("on") for name in found), tag
    assert not any(link.startswith("javascript:") for link in page.links)


@pytest.mark.parametrize("layer", SHIPPED)
def test_a_spreadsheet_runs_nothing_of_a_name(embedded: Dataset, layer: str) -> None:
    lsoas, towns = embedded.lsoas.copy(), embedded.towns.copy()
    lsoas["name"] = "=cmd|' /C calc'!A1"
    for frame in (lsoas, towns):
        frame["town"] = "=1+" + frame["town"]
    client = TestClient(create_app(Site(replace(embedded, lsoas=lsoas, towns=towns))))
    text = client.get(f"/collections/{layer}/items?f=csv").text
    for line in text.splitlines():
        assert not any(cell.startswith(("=", '"=')) for cell in line.split(","))


def test_no_place_of_a_partner_extract_names_an_area(partner: TestClient) -> None:
    for path in PATHS:
        for accept in ("text/html", "*/*"):
            text = partner.get(path, headers={"Accept": accept}).text
            assert "On or near" not in text
    rows = partner.get("/collections/lsoas/items?theme=drugs").json()["features"]
    assert sum(row["properties"]["count"] for row in rows) == 12
    assert not any("script" in row["properties"]["name"] for row in rows)
