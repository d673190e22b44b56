"""Shapes and their columns from GIS files: GeoJSON, GeoPackage, Shapefile, GeoParquet."""

import json
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio.raw
import pyproj
import shapely

from geo.areas.shapes import Shapes
from geo.areas.sheets import refuse_bomb
from geo.areas.tables import TableFile
from geo.errors import InputError

_GDAL = {".geojson", ".json", ".gpkg", ".shp", ".zip", ".fgb"}
_IN_ZIP = (".shp", ".gpkg", ".geojson")
_PARQUET = {".parquet", ".geoparquet"}
_LARGEST = 1 << 32  # bytes


@dataclass(frozen=True)
class GisFile:
    """One layer of a GIS file: its columns, its shapes without heights, its coordinate system."""

    table: TableFile
    shapes: Shapes
    crs: str


def read_gis(path: Path, key: Callable[[TableFile], str | None], sought: str) -> GisFile:
    """The layer that has a column which `key` finds; `sought` says what it is, for the error.

    Raises InputError where the file cannot be read, has no shapes, no such column, or does not
    name its coordinate system.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}.")
    ending = path.suffix.lower()
    if ending not in _GDAL | _PARQUET:
        raise InputError(
            f"{path} cannot be read as area outlines: give GeoJSON, GeoPackage, Shapefile or "
            "GeoParquet."
        )
    if path.stat().st_size > _LARGEST:
        raise InputError(f"{path} is over 4 GiB, which no file of outlines needs.")
    layers = [_read_parquet(path)] if ending in _PARQUET else _read_gdal(path)
    told = [(layer, crs) for layer, crs in layers if len(layer.shapes)]
    if not told:
        raise InputError(f"{path} has no outlines.")
    for layer, crs in told:
        if key(layer.table) is not None:
            if not crs:
                raise InputError(f"{path} does not name the coordinate system of its outlines.")
            return layer
    raise InputError(f"{path} has no column of {sought}; it has {_columns(told[0][0])}.")


def _columns(layer: GisFile) -> str:
    return ", ".join(layer.table.headings) or "none"


def _layer(path: Path, table: pa.Table, wkb: pa.ChunkedArray, crs: str | None) -> GisFile:
    plain = [field.name for field in table.schema if not pa.types.is_nested(field.type)]
    table.select(plain).validate(full=True)  # GDAL and Parquet hand on text that is no UTF-8
    shapes = np.asarray(shapely.from_wkb(wkb.to_numpy()), dtype=object)
    if (shapely.get_coordinate_dimension(shapes) > 2).any():  # heights, or measures along lines
        shapes = shapely.force_2d(shapes)
    return GisFile(TableFile(path.name, table.select(plain), 1), shapes, crs or "")


def _read_gdal(path: Path) -> list[tuple[GisFile, str | None]]:
    layers: list[tuple[GisFile, str | None]] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of unclosed rings and the like; they are mended
            for source in _sources(path):
                layers += _gdal_layers(path, source)
    except InputError:
        raise
    except Exception as error:  # every GIS driver has its own errors
        raise InputError(f"{path} cannot be read as area outlines: {error}.") from error
    return layers


def _gdal_layers(path: Path, source: str) -> Iterator[tuple[GisFile, str | None]]:
    for name, kind in pyogrio.list_layers(source):
        if kind is not None:
            meta, table = pyogrio.raw.read_arrow(source, layer=name)
            column = meta["geometry_name"] or "wkb_geometry"
            crs = meta["crs"]
            if crs and '"Undefined ' in crs:  # what a GeoPackage says where it knows of none
                crs = None
            yield _layer(path, table.drop_columns([column]), table[column], crs), crs


def _sources(path: Path) -> list[str]:
    """What GDAL is to open: the file, or the GIS files anywhere in a ZIP."""
    if path.suffix.lower() != ".zip":
        return [str(path)]
    refuse_bomb(path)
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.lower().endswith(_IN_ZIP))
    if not names:
        raise InputError(f"{path} holds no outlines: no file that ends in {', '.join(_IN_ZIP)}.")
    return [f"/vsizip/{path.resolve()}/{name}" for name in names]


def _read_parquet(path: Path) -> tuple[GisFile, str | None]:
    try:
        whole = pq.read_table(path)
        geo = json.loads((whole.schema.metadata or {}).get(b"geo", b"null"))
        if geo is None:
            raise InputError(f"{path} has no outlines: it is Parquet but not GeoParquet.")
        primary = geo["primary_column"]
        column = geo["columns"][primary]
        if str(column["encoding"]).upper() != "WKB":
            raise InputError(f"{path}: only outlines encoded as WKB are read.")
        crs = _parquet_crs(column)
        others = [name for name in geo["columns"] if name in whole.column_names]
        layer = _layer(path, whole.drop_columns(others), whole[primary], crs)
    except (OSError, pa.ArrowException, shapely.errors.ShapelyError) as error:
        raise InputError(f"{path} cannot be read as area outlines: {error}.") from error
    except (AttributeError, KeyError, TypeError, ValueError, pyproj.exceptions.CRSError) as error:
        raise InputError(f"{path} is damaged GeoParquet: {error}.") from error
    return layer, crs


def _parquet_crs(column: dict[str, Any]) -> str | None:
    """The coordinate system of a GeoParquet column; none said is longitude and latitude."""
    if "crs" not in column:
        return "OGC:CRS84"
    told = column["crs"]
    return None if told is None else str(pyproj.CRS.from_json_dict(told).to_wkt())
