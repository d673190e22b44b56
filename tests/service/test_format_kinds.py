"""What each format is by itself: what its standard asks, and what it says of its figures."""

import io
import json
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pyogrio
import pytest
from asking import strict
from layer_files import GRID, LATLON, fetch, table
from starlette.testclient import TestClient

from layers.registry import find_layer


def test_a_sequence_is_one_text_after_another(client: TestClient) -> None:
    """RFC 8142: a record separator before each, a line feed after; the features of GeoJSON."""
    content = fetch(client, "towns", "geojsonseq", {"theme": "asb"})
    texts = content.split(b"\x1e")
    assert texts.pop(0) == b""
    expected = strict(client.get("/collections/towns/items?theme=asb").text)["features"]
    for text, one in zip(texts, expected, strict=True):
        assert text.endswith(b"\n")
        assert text.count(b"\n") == 1
        found = strict(text.decode())
        told = {name: found["properties"].pop(name) for name in ("denominator", "caveat")}
        assert found == one
        assert told["denominator"] == "residents at the 2011 Census"
        assert "not real" in told["caveat"]


JSONFG = "http://www.opengis.net/spec/json-fg-1/1.0/conf"


@pytest.mark.parametrize("crs", [None, GRID, LATLON])
def test_json_fg_is_as_the_standard_asks(client: TestClient, crs: str | None) -> None:
    """Conformance told at the root; type; months; WGS 84 in `geometry`, else in `place`."""
    query = {"theme": "asb", "datetime": "2015-11/2016-02", **({"crs": crs} if crs else {})}
    found = strict(fetch(client, "towns", "jsonfg", query).decode())
    plain = strict(client.get("/collections/towns/items", params=query | {"f": "geojson"}).text)
    query.pop("crs", None)
    degrees = strict(client.get("/collections/towns/items", params=query).text)["features"]
    assert found["type"] == "FeatureCollection"
    assert found["conformsTo"] == [f"{JSONFG}/core", f"{JSONFG}/types-schemas"]
    assert found["featureType"] == "towns"
    assert found.get("coordRefSys") == crs
    assert (found["numberMatched"], found["metadata"]) == (19, plain["metadata"])
    for one, own, wgs84 in zip(found["features"], plain["features"], degrees, strict=True):
        assert {"type", "id", "time", "place", "geometry", "properties"} == set(one)
        assert one["time"] == {"interval": ["2015-11-01", "2016-02-29"]}
        assert one["geometry"] == wgs84["geometry"]
        assert one["place"] == (own["geometry"] if crs else None)
        assert one["properties"] == own["properties"]
        assert one["id"] == own["id"]


def test_kml_is_in_longitude_and_latitude_alone(client: TestClient) -> None:
    for crs in (GRID, "http://www.opengis.net/def/crs/EPSG/0/3857"):
        response = client.get("/collections/towns/items", params={"f": "kml", "crs": crs})
        assert response.status_code == 400
        assert response.json()["detail"] == (
            "KML is in longitude and latitude alone; leave out crs, or ask for another format."
        )
    assert client.get("/collections/towns/items", params={"f": "kml", "crs": LATLON}).is_success


def test_a_placemark_says_its_name_and_figures_in_words(client: TestClient, tmp_path: Path) -> None:
    found = table(fetch(client, "towns", "kml", {"theme": "asb"}), "kml", tmp_path)
    [ludlow] = found[found["town_id"] == "ludlow"].to_dict("records")
    assert ludlow["Name"] == "Ludlow"
    lines = ludlow["description"].split("<br/>")
    assert f"Incidents recorded in the period: {ludlow['count']} (incidents)" in lines
    assert any("not real" in line for line in lines)


def test_a_shapefile_says_what_its_columns_are(client: TestClient, tmp_path: Path) -> None:
    content = fetch(client, "hotspots", "shp", {"theme": "asb", "crs": GRID})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        readme = archive.read("README.txt").decode()
        assert archive.read("hotspots.cpg") == b"UTF-8"
        assert b"British_National_Grid" in archive.read("hotspots.prj")
    assert {Path(name).suffix for name in names} == {".shp", ".shx", ".dbf", ".prj", ".cpg", ".txt"}
    columns = [name for name in table(content, "shp", tmp_path).columns if name != "geometry"]
    assert all(len(name) <= 10 for name in columns)
    assert len({name.lower() for name in columns}) == len(columns)
    lines = readme.splitlines()
    fields = find_layer("hotspots").fields(client.app.state.sites["analyst"].dataset)
    for short, field in zip(columns[1:], fields, strict=False):
        [line] = [line for line in lines if line.split(" ")[0] == short]
        assert field.title in line
        assert field.unit is None or f"({field.unit})" in line
        assert field.null is None or f"Empty: {field.null}" in line
        assert short == field.name or f"{field.name}: " in line
    for words in ("2015-04/2016-03", "Illustrative incidents", "residents at the 2011 Census",
                  "Recorded is not the same as happened", "open-government-licence"):  # fmt: skip
        assert words in readme
    fewer = table(
        fetch(client, "hotspots", "shp", {"properties": "cluster_settings_of"}), "shp", tmp_path
    )
    assert fewer.columns[1] == columns[1 + [f.name for f in fields].index("cluster_settings_of")]


def test_files_say_what_they_are_inside(client: TestClient, tmp_path: Path) -> None:
    told = ("Illustrative incidents", "residents at the 2011 Census", "2015-04/2016-03",
            "Recorded is not the same as happened", "open-government-licence")  # fmt: skip
    for kind in ("gpkg", "fgb"):
        table(fetch(client, "lsoas", kind, {"theme": "asb"}), kind, tmp_path)
        held = pyogrio.read_info(tmp_path / f"file.{kind}")["layer_metadata"]
        assert all(words in held["DESCRIPTION"] for words in told)
    assert held["illustrative"] == "true"
    assert held["period"] == "2015-04/2016-03"
    table(fetch(client, "lsoas", "parquet", {"theme": "asb"}), "parquet", tmp_path)
    schema = pq.read_schema(tmp_path / "file.parquet").metadata
    assert json.loads(schema[b"geo"])["version"] == "1.1.0"
    facts = json.loads(schema[b"PANDAS_ATTRS"])
    assert facts["illustrative"] is True
    assert all(words in facts["description"] for words in told)
