"""GeoParquet as every GIS program reads it, without the start-up time of a data frame."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely
from numpy.typing import NDArray

from geo.crs import BNG
from geo.parquet import read_parquet, write_parquet

_TYPES = {0: "Point", 1: "LineString", 3: "Polygon", 6: "MultiPolygon", 7: "GeometryCollection"}


def write_geoparquet(path: Path, table: pa.Table, outlines: NDArray[np.object_]) -> None:
    """Write a table with one outline a row, in the British National Grid, as GeoParquet 1.0."""
    kinds = np.unique(shapely.get_type_id(outlines))
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted(_TYPES[int(kind)] for kind in kinds if kind in _TYPES),
        "crs": _bng(),
    }
    if len(outlines):
        column["bbox"] = [float(side) for side in shapely.total_bounds(outlines)]
    geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}
    shapes = pa.array(shapely.to_wkb(outlines), pa.binary())
    whole = table.append_column("geometry", shapes)
    write_parquet(path, whole.replace_schema_metadata({"geo": json.dumps(geo)}))


def read_geoparquet(path: Path) -> tuple[pa.Table, NDArray[np.object_]]:
    """The table and the outlines that `write_geoparquet` wrote."""
    whole = read_parquet(path).replace_schema_metadata(None)
    outlines = shapely.from_wkb(whole["geometry"].to_numpy())
    return whole.drop_columns(["geometry"]), outlines


@cache
def _bng() -> dict[str, Any]:
    return dict(pyproj.CRS(BNG).to_json_dict())
