"""Layers within a town as they are served: every format, every page, every refusal."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import geopandas
import pytest
from asking import ask, rows
from layer_names import SHARED_OUT, WITHIN_TOWN
from made_places import made_places
from starlette.testclient import TestClient
from web_pages import Page

from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}
TOWN = "theme=asb&town=shrewsbury"
FINE = {
    "map-points": "",
    "incidents": "",
    "grid": "&shape=hexagon&cell=330",
    "density": "&bandwidth=500&cell=120",
}
SHORT = {"cumulative_share": "cum_share", "illustrative": "drawn"}
SHORT |= {"offence_title": "title", "rural_offence": "rural_kind"}
FILES = {"GPKG": "gpkg", "FlatGeobuf": "fgb", "ESRI Shapefile": "shp", "GeoJSON": "geojson"}


@pytest.fixture(scope="module", params=["client", "police_client"])
def either(request: pytest.FixtureRequest) -> TestClient:
    """A client of the embedded dataset, then of real police files."""
    client: TestClient = request.getfixturevalue(request.param)
    return client


@pytest.mark.parametrize("layer", WITHIN_TOWN)
@pytest.mark.parametrize("query", ["theme=crime", TOWN, "theme=burglary&place=rural"])
def test_every_gis_format_holds_the_same_features(
    either: TestClient, tmp_path: Path, layer: str, query: str
) -> None:
    text = either.get(f"/collections/{layer}/items?{query}&limit=10000&f=geojson").text
    features = json.loads(text)["features"]
    frame = geopandas.GeoDataFrame.from_features(features, crs="OGC:CRS84")
    assert len(frame) == len(features) > 0
    assert frame.geom_type.nunique() == 1  # what a GIS file can hold
    written = dict(FILES)
    for driver, ending in written.items():
        path = tmp_path / f"layer.{ending}"
        short = frame.rename(columns=SHORT)
        short.to_file(path, driver=driver, engine="pyogrio")
        same(geopandas.read_file(path), frame)
    frame.to_parquet(tmp_path / "layer.parquet")
    same(geopandas.read_parquet(tmp_path / "layer.parquet"), frame)


def same(found: geopandas.GeoDataFrame, frame: geopandas.GeoDataFrame) -> None:
    def held(one: geopandas.GeoDataFrame) -> list[tuple[Any, ...]]:
        middle = one.geometry.representative_point()
        told = zip(one["name"], one["count"], middle.x.round(4), middle.y.round(4), strict=True)
        return sorted(told)

    assert held(found) == held(frame)


@pytest.mark.parametrize("layer", WITHIN_TOWN)
def test_csv_and_pages_of_a_town_have_the_rows_of_the_json(either: TestClient, layer: str) -> None:
    query = TOWN + FINE[layer]
    whole = ask(either, layer, f"{query}&limit=10000")["features"]
    text = either.get(f"/collections/{layer}/items?{query}&limit=10000&f=csv").content
    table = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    assert [(r["name"], int(r["count"])) for r in table] == [
        (f["properties"]["name"], f["properties"]["count"]) for f in whole
    ]
    address, seen = f"/collections/{layer}/items?{query}&limit=40", []
    while address:
        page = either.get(address).json()
        seen += page["features"]
        assert page["numberMatched"] == len(whole)
        address = next((x["href"] for x in page["links"] if x["rel"] == "next"), "")
    assert seen == whole


@pytest.mark.parametrize("layer", ["map-points", "grid"])
def test_a_box_gives_what_touches_it(either: TestClient, layer: str) -> None:
    west, south, east, north = -2.76, 52.70, -2.74, 52.72
    expected = []
    for feature in ask(either, layer, f"{TOWN}&limit=10000")["features"]:
        flat = re.findall(r"\[(-?[\d.]+), ?(-?[\d.]+)\]", json.dumps(feature["geometry"]))
        x, y = ([float(pair[i]) for pair in flat] for i in (0, 1))
        x, y = (x, y) if flat else ([c] for c in feature["geometry"]["coordinates"])
        if min(x) <= east and max(x) >= west and min(y) <= north and max(y) >= south:
            expected.append(feature["id"])
    found = ask(either, layer, f"{TOWN}&limit=10000&bbox={west},{south},{east},{north}")
    assert [feature["id"] for feature in found["features"]] == expected
    assert 0 < len(expected) < ask(either, layer, TOWN)["numberMatched"]


@pytest.mark.parametrize("layer", WITHIN_TOWN)
def test_one_item_is_the_same_alone_with_its_town_and_its_size(
    either: TestClient, layer: str
) -> None:
    query = TOWN + FINE[layer]
    for feature in ask(either, layer, query)["features"][:3]:
        address = f"/collections/{layer}/items/{feature['id']}?{query}"
        alone = either.get(address).json()
        assert {name: alone[name] for name in feature} == feature
        page = Page(either.get(address, headers=HTML).text)
        assert feature["properties"]["name"] in page.words
    assert either.get(f"/collections/{layer}/items/nothing?{query}").status_code == 404


def test_ids_stay_whatever_is_asked(either: TestClient) -> None:
    def named(layer: str, query: str) -> dict[str, Any]:
        found = ask(either, layer, f"{query}&limit=10000")["features"]
        return {feature["id"]: feature["geometry"] for feature in found}

    for layer, size in (("map-points", ""), ("grid", "&cell=500")):
        asb, crime = (named(layer, f"theme={theme}{size}") for theme in ("asb", "crime"))
        town = named(layer, f"theme=asb&town=shrewsbury{size}")
        assert set(town) <= set(asb)
        both = asb.keys() & crime.keys()
        assert len(both) > 100
        assert all(asb[name] == crime[name] for name in both)


@pytest.mark.parametrize("layer", SHARED_OUT)
def test_shares_of_a_town_are_of_the_town(either: TestClient, layer: str) -> None:
    found = rows(either, layer, f"{TOWN}&limit=10000")
    total = sum(row["count"] for row in found)
    located = sum(row["count"] for row in rows(either, "lsoas", f"{TOWN}&limit=10000"))
    assert 0.99 * located <= total <= located
    assert sum(row["share"] for row in found) == pytest.approx(total / located)


WRONG = [
    ("grid", "cell=ten", "cell must be a whole number of metres from 10 to 5,000, not 'ten'"),
    ("grid", "cell=5001", "cell must be a whole number of metres from 10 to 5,000"),
    ("grid", "cell=-200", "cell must be a whole number"),
    ("grid", "cell=20", "cell must be 90 to 5,000 metres here, not 20: the points"),
    ("grid", "cell=", "cell must be a whole number"),
    ("grid", "shape=circle", "There is no shape 'circle'; choose square or hexagon"),
    ("grid", "bandwidth=300", "The layer grid has no bandwidth; leave out bandwidth"),
    ("density", "bandwidth=1501", "bandwidth must be a whole number of metres from 20 to 1,500"),
    ("density", "bandwidth=900&cell=451", "cell must be 90 to 450 metres here, not 451"),
    ("density", "shape=hexagon", "The layer density has no shape; leave out shape"),
    ("map-points", "cell=300", "The layer map-points has no cell; leave out cell"),
    ("map-points", "set=wards", "leave out set"),
    ("hotspots", "cell=300", "The layer hotspots has no cell; leave out cell"),
    ("grid", "theme=sexual-offences", "never mapped below the town"),
    ("density", "theme=sexual-offences", "never mapped below the town"),
    ("map-points", "theme=sexual-offences", "never mapped below the town"),
    ("incidents", "theme=sexual-offences", "never mapped below the town"),
]


@pytest.mark.parametrize(("layer", "query", "words"), WRONG)
@pytest.mark.parametrize("f", ["geojson", "csv"])
def test_what_cannot_be_asked_is_400_in_one_sentence(
    client: TestClient, layer: str, query: str, words: str, f: str
) -> None:
    response = client.get(f"/collections/{layer}/items?{query}&f={f}")
    assert response.status_code == 400
    assert words in response.json()["detail"]
    page = client.get(f"/collections/{layer}/items?{query}", headers=HTML)
    assert page.status_code == 400
    assert words in Page(page.text).words


def test_the_parameters_are_documented_where_they_can_be_asked(client: TestClient) -> None:
    api = client.get("/api?f=json").json()
    schemas = {name: item["schema"] for name, item in api["components"]["parameters"].items()}
    assert schemas["cell"] == {"type": "integer", "minimum": 10, "maximum": 5000}
    assert schemas["bandwidth"] == {"type": "integer", "minimum": 20, "maximum": 1500}
    assert schemas["shape"]["enum"] == ["square", "hexagon"]
    taken = {"grid": {"cell", "shape"}, "density": {"cell", "bandwidth"}, "lsoas": set()}
    for layer, names in taken.items():
        text = client.get(f"/collections/{layer}", headers=HTML).text
        listed = set(re.findall(r"<li><code>([\w-]+)</code>:", text))
        assert listed & {"cell", "shape", "bandwidth"} == names


@pytest.mark.parametrize("layer", WITHIN_TOWN)
def test_the_page_says_what_it_shows_and_leads_to_the_same_data(
    either: TestClient, layer: str
) -> None:
    query = TOWN + FINE[layer]
    response = either.get(f"/collections/{layer}/items?{query}", headers=HTML)
    page, facts = Page(response.text), ask(either, layer, query)["metadata"]["facts"]
    words = re.sub(r"\s+", " ", page.words)
    assert f"{facts['on_points']:,} reports, on {facts['points']:,} points." in words
    if layer in ("map-points", "grid"):
        unit = "points" if layer == "map-points" else "cells"
        assert (
            f"A third of them lie in {facts[f'{unit}_with_a_third']} of {facts[unit]} {unit}, "
            f"half of them in {facts[f'{unit}_with_half']}." in words
        )
    for size in ("cell", "bandwidth"):
        if size in facts:
            assert f"{facts[size]} m" in words
    data = json.loads(re.search(r'"url": ("[^"]+")', response.text)[1])  # type: ignore[index]
    drawn = either.get(data).json()["features"]
    assert drawn == ask(either, layer, f"{query}&limit=10000")["features"]
    ground = json.loads(re.search(r'"ground": ("[^"]+")', response.text)[1])  # type: ignore[index]
    areas = either.get(ground).json()["features"]
    assert {area["properties"]["town"] for area in areas} == {"Shrewsbury"}
    [legend] = [table for table in page.tables if "legend" in (table.attributes.get("class") or "")]
    counted = sum(int(row[-1].words.replace(",", "")) for row in legend.rows[1:])
    total = sum(feature["properties"]["count"] for feature in drawn)
    assert counted == (total if layer == "density" else len(drawn))


def test_a_partners_points_are_shown_with_what_was_left_out(tmp_path: Path) -> None:
    client = TestClient(create_app(Site(made_places(tmp_path))))
    found = ask(client, "map-points", "theme=crime")
    assert found["metadata"]["facts"]["never_mapped"] == 1
    assert any("Left out: sexual offences (1)" in text for text in found["metadata"]["caveats"])
    page = Page(client.get("/collections/map-points/items?theme=crime", headers=HTML).text)
    assert "Left out, with no point: 1." in re.sub(r"\s+", " ", page.words)
    assert not any("sexual" in json.dumps(f["properties"]) for f in found["features"])


def test_the_page_of_a_cell_has_its_middle_in_whole_metres(client: TestClient) -> None:
    [found] = ask(client, "grid", f"{TOWN}&cell=1000&limit=1")["features"]
    page = Page(client.get(f"/collections/grid/items/{found['id']}?{TOWN}&cell=1000&f=html").text)
    for name in ("easting", "northing"):
        assert f"{found['properties'][name]:.1f}" in page.words
    assert "e+05" not in page.words


def test_a_place_alone_says_which_areas_its_deciles_are_of(client: TestClient) -> None:
    for place, said in (("&place=rural", "All rural areas of Shropshire."), ("", "All of Shr")):
        page = Page(client.get(f"/collections/deprivation/items?theme=asb{place}&f=html").text)
        assert said in page.words
