"""GeoPackage and GeoJSON in their plain form, without the second that loading GDAL's reader takes.

Each function gives None for a file that is not of the plain form; GDAL then has the word on it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import orjson
import pyarrow as pa
import shapely

from geo.areas.shapes import Shapes

_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}  # bytes, by the code in the header's flags
_CRS84 = "OGC:CRS84"


@dataclass(frozen=True)
class Layer:
    """The columns and shapes of one layer; `crs` is None where the file does not name it."""

    table: pa.Table
    shapes: Shapes
    crs: str | None


def read_geopackage(path: Path) -> list[Layer] | None:
    """The layers of a GeoPackage (OGC 12-128r18)."""
    beside = path.with_name(f"{path.name}-wal").exists()  # changes not yet written into the file
    how = "mode=ro" if beside else "immutable=1"
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True)) as database:
            return list(_layers(database))
    except (sqlite3.Error, shapely.errors.ShapelyError, pa.ArrowException):
        return None
    except (IndexError, KeyError, OverflowError, TypeError, ValueError):
        return None


def _layers(database: sqlite3.Connection) -> Iterator[Layer]:
    layers = database.execute(
        "SELECT g.table_name, g.column_name, s.organization, s.organization_coordsys_id, s.srs_id "
        "FROM gpkg_geometry_columns g JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id"
    ).fetchall()
    for name, geometry, organization, number, srs in layers:
        found = database.execute(f"SELECT * FROM {_quoted(name)}")  # noqa: S608
        headings = [item[0] for item in found.description]
        columns = list(zip(*found.fetchall(), strict=True)) or [()] * len(headings)
        shapes = columns.pop(at := headings.index(geometry))
        headings.pop(at)
        crs = None if srs in (0, -1) else f"{organization}:{number}"
        yield Layer(_table(headings, columns), _shapes(shapes), crs)


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _shapes(blobs: Sequence[bytes | None]) -> Shapes:
    """Shapes of GeoPackage's own binary form: a header, then WKB."""
    bodies: list[bytes | None] = []
    for blob in blobs:
        if blob is None:
            bodies.append(None)
            continue
        flags = blob[3]
        if blob[:2] != b"GP" or flags & 0b100000:
            raise ValueError("not of the plain form")
        bodies.append(blob[8 + _ENVELOPES[flags >> 1 & 0b111] :])
    return np.asarray(shapely.from_wkb(np.array(bodies, dtype=object)), dtype=object)


def read_geojson(path: Path) -> list[Layer] | None:
    """The one layer of a GeoJSON FeatureCollection whose features all have a shape."""
    data = path.read_bytes()
    try:
        told = orjson.loads(data)
        features = told["features"]
        crs = told["crs"]["properties"]["name"] if "crs" in told else _CRS84
        shapes = shapely.get_parts(shapely.from_geojson(data))
        if told["type"] != "FeatureCollection" or len(shapes) != len(features):
            return None
        records = [feature["properties"] or {} for feature in features]
        headings = list(dict.fromkeys(key for record in records for key in record))
        columns = [[record.get(heading) for record in records] for heading in headings]
        return [Layer(_table(headings, columns), shapes, str(crs))]
    except (shapely.errors.ShapelyError, pa.ArrowException):
        return None
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError):
        return None


def _table(headings: Sequence[str], columns: Sequence[Sequence[Any]]) -> pa.Table:
    """Columns of numbers or text; those that are neither are left out."""
    made = {}
    for heading, values in zip(headings, columns, strict=True):
        there = [value for value in values if value is not None]
        if all(isinstance(value, str) for value in there):
            made[heading] = pa.array(values, pa.string())
        elif all(isinstance(value, (int, float)) for value in there):
            made[heading] = pa.array(values, pa.float64())
        elif all(isinstance(value, (int, float, str)) for value in there):
            texts = [None if value is None else str(value) for value in values]
            made[heading] = pa.array(texts, pa.string())
    return pa.table(made) if made else pa.table({"": pa.nulls(len(columns[0]) if columns else 0)})
