"""Programs that others wrote read the layers: pyogrio's own GDAL, and OWSLib."""

from typing import Any

import geopandas
import httpx2
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from layer_names import SHIPPED
from owslib.ogcapi.features import Features

GRID = "http://www.opengis.net/def/crs/EPSG/0/27700"


def asked(server: str, layer: str, **query: str) -> dict[str, Any]:
    """What the service answers of the grid, in one page."""
    query |= {"limit": "10000", "crs": GRID}
    found: dict[str, Any] = httpx2.get(
        f"{server}/collections/{layer}/items", params=query, trust_env=False
    ).json()
    return found


def read(server: str, layer: str, **options: object) -> geopandas.GeoDataFrame:
    return pyogrio.read_dataframe(f"OAPIF:{server}/", layer=layer, CRS="EPSG:27700", **options)


def _plain(values: pd.Series) -> pd.Series:
    """GDAL takes a text that is a day for one."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.strftime("%Y-%m-%d")
    return values


@pytest.mark.parametrize("layer", SHIPPED)
def test_gdal_reads_every_layer_whole_in_the_national_grid(server: str, layer: str) -> None:
    frame = read(server, layer)
    pages = [asked(server, layer, offset=offset)["features"] for offset in ("0", "10000")]
    features = [one for page in pages for one in page]
    assert frame.crs.to_epsg() == 27700
    assert len(frame) == len(features)
    outlines = np.array([shapely.geometry.shape(one["geometry"]) for one in features])
    assert shapely.equals(frame.geometry.to_numpy(), outlines).all()
    for name in features[0]["properties"]:
        told = [one["properties"][name] for one in features]
        got = [None if pd.isna(value) else value for value in _plain(frame[name])]
        assert got == told, name


def test_gdal_has_the_service_choose_by_box_and_condition(server: str) -> None:
    box = (345_000, 310_000, 352_000, 315_000)
    frame = read(server, "hotspots", bbox=box, where="count > 100")
    found = asked(
        server, "hotspots",
        bbox=",".join(map(str, box)), **{"bbox-crs": GRID, "filter": "count > 100"},
    )  # fmt: skip
    assert 3 < len(frame) == found["numberMatched"] < 60
    assert frame["lsoa_code"].tolist() == [one["id"] for one in found["features"]]


def test_owslib_lists_describes_and_reads(server: str) -> None:
    service = Features(f"{server}/")
    assert set(service.feature_collections()) == set(SHIPPED)
    assert service.api()["openapi"] == "3.0.3"
    assert any(uri.endswith("conf/features-filter") for uri in service.conformance()["conformsTo"])
    assert service.collection("hotspots")["storageCrs"] == GRID
    fields = service.collection_queryables("hotspots")["properties"]
    first = service.collection_items("hotspots", limit=5, filter="count > 100")
    assert (first["numberMatched"], first["numberReturned"]) == (26, 5)
    assert set(first["features"][0]["properties"]) == set(fields) - {"geometry"}
    assert service.collection_item("hotspots", "E01028946")["id"] == "E01028946"
