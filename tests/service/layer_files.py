"""Files of layers as GDAL reads them, set against GeoJSON of the same question."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pyogrio
import pytest
import shapely
from asking import strict
from starlette.testclient import TestClient

GRID = "http://www.opengis.net/def/crs/EPSG/0/27700"
LATLON = "http://www.opengis.net/def/crs/EPSG/0/4326"
ENDINGS = {
    "gpkg": "gpkg", "shp": "zip", "fgb": "fgb", "parquet": "parquet", "kml": "kml",
    "geojsonseq": "geojsons", "jsonfg": "json",
}  # fmt: skip
FILES = [name for name in ENDINGS if name != "jsonfg"]
MEDIA = {
    "gpkg": "application/geopackage+sqlite3",
    "shp": "application/zip",
    "fgb": "application/vnd.flatgeobuf",
    "parquet": "application/vnd.apache.parquet",
    "kml": "application/vnd.google-earth.kml+xml",
    "pmtiles": "application/vnd.pmtiles",
    "geojsonseq": "application/geo+json-seq",
    "jsonfg": "application/vnd.ogc.fg+json",
    "csv": "text/csv",
    "geojson": "application/geo+json",
}
OGRINFO = shutil.which("ogrinfo")


def fetch(client: TestClient, layer: str, kind: str, query: Mapping[str, str]) -> bytes:
    response = client.get(f"/collections/{layer}/items", params={**query, "f": kind})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == MEDIA[kind]
    return response.content


def table(content: bytes, kind: str, folder: Path) -> geopandas.GeoDataFrame:
    """What GDAL, or pandas for GeoParquet, makes of a file."""
    path = folder / f"file.{ENDINGS[kind]}"
    path.write_bytes(content)
    if kind == "parquet":
        return geopandas.read_parquet(path)
    return pyogrio.read_dataframe(f"/vsizip/{path}" if kind == "shp" else path)


def figures(
    found: geopandas.GeoDataFrame, kind: str, names: list[str]
) -> dict[str, list[dict[str, Any]]]:
    """The rows by id, a Shapefile's columns told by their places."""
    if kind in ("jsonfg", "geojsonseq"):
        found = found.rename(columns={"id": "feature_id"})
    if kind == "kml":  # which has a name of its own
        found = found.rename(columns={"name2": "name"})
    if kind == "shp":
        told = [name for name in found.columns if name != "geometry"]
        found = found.rename(columns=dict(zip(told, ["feature_id", *names], strict=False)))
    return found.set_index("feature_id")


def outline(geometry: object) -> shapely.Geometry:
    """A geometry whatever the order of its parts, one polygon as several."""
    found = geometry if isinstance(geometry, shapely.Geometry) else shapely.from_geojson(
        json.dumps(geometry)
    )  # fmt: skip
    if found.geom_type == "Polygon":
        found = shapely.MultiPolygon([found])
    return shapely.normalize(found)


def same(
    client: TestClient, layer: str, kind: str, query: Mapping[str, str], folder: Path
) -> geopandas.GeoDataFrame:
    """Check a file against GeoJSON of the same question, and give its rows."""
    response = client.get(
        f"/collections/{layer}/items", params={"limit": "10000", **query, "f": "geojson"}
    )
    expected = strict(response.text)["features"]
    asked = query if kind != "jsonfg" else {"limit": "10000", **query}
    found = table(fetch(client, layer, kind, asked), kind, folder)
    assert len(found) == len(expected) > 0
    names = list(expected[0]["properties"])
    found = figures(found, kind, names)
    assert list(found.index) == [one["id"] for one in expected] or kind == "fgb"  # in Hilbert order
    assert sorted(found.index) == sorted(one["id"] for one in expected)
    tolerance = 1e-9 if query.get("crs") != GRID else 1e-5
    for one in expected:
        here = found.loc[one["id"]]
        for name, value in one["properties"].items():
            held = here.get(name)  # a column with nothing in it may be left out
            if isinstance(held, pd.Timestamp):  # GDAL takes a text that is a day for one
                held = held.date().isoformat()
            if value is None:
                assert held is None or pd.isna(held), (name, held)
            elif isinstance(value, float):
                assert float(held) == pytest.approx(value, rel=1e-9, abs=1e-12), name
            else:
                assert held == value, (name, held, value)
        assert outline(here.geometry).equals_exact(outline(one["geometry"]), tolerance)
    return found
