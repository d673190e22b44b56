"""Reads a file of postcodes and keeps those inside the areas, for the search."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo.areas.shapes import Shapes
from geo.areas.tables import TableFile, read_tables
from geo.crs import to_bng
from geo.errors import InputError

_POSTCODE = r"postcodes?|pcds?|pcd[278]?"
_EASTING = r"eastings?|oseast1m|x"
_NORTHING = r"northings?|osnrth1m|y"
_LATITUDE = r"lat(itude)?|wgs84latitude"
_LONGITUDE = r"long?(itude)?|lng|wgs84longitude"
_FORM = r"^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$"
_NOWHERE = 99.0  # degrees north; the publishers' latitude of a postcode without a place


def read_postcodes(path: Path, codes: pa.Array, inside: Shapes) -> tuple[pa.Table, list[str]]:
    """The postcodes that lie in an area, in order, and notes.

    The file has the columns postcode, and easting and northing in metres (EPSG:27700) or latitude
    and longitude in degrees, under any of the publishers' headings. `inside`: the outlines of the
    LSOAs with the `codes`, in EPSG:27700. Columns of the table: `postcode` (without its space),
    `easting`, `northing`, `lsoa_code`. A postcode without a place is left out; of one that occurs
    twice the first counts. Raises InputError where a column is missing, a postcode or a number is
    none, or no postcode lies in the area.
    """
    table = read_tables(path, _POSTCODE, "postcodes, such as postcode or pcds")[0]
    postcode = _postcodes(table)
    easting, northing = _points(table)
    placed = np.flatnonzero(np.isfinite(easting) & np.isfinite(northing))
    points = shapely.points(easting[placed], northing[placed])
    at, lsoa = shapely.STRtree(inside).query(points, predicate="intersects")
    at, first = np.unique(at, return_index=True)  # on a border: the first area by code
    rows = placed[at]
    if not len(rows):
        raise InputError(
            f"{table.name}: none of its {len(postcode):,} postcodes lies in the area; check that "
            "it is a file of the area and that its columns are what they are called."
        )
    found = pa.table(
        {
            "postcode": postcode.take(pa.array(rows)),
            "easting": easting[rows],
            "northing": northing[rows],
            "lsoa_code": codes.take(pa.array(lsoa[first])),
        }
    )
    found = found.take(pc.sort_indices(found, [("postcode", "ascending")]))
    names = found["postcode"].to_numpy()
    kept = np.append(True, names[1:] != names[:-1])
    lost = len(postcode) - len(placed)
    notes = [f"Postcodes in the area: {int(kept.sum()):,} of {len(postcode):,}."]
    return found.filter(pa.array(kept)), notes + ([f"Without a place: {lost:,}."] if lost else [])


def _postcodes(table: TableFile) -> pa.Array:
    told = table.text(table.find(_POSTCODE) or "")
    plain = pc.utf8_upper(pc.replace_substring_regex(told, r"\s+", "")).fill_null("")
    wrong = np.flatnonzero(~np.asarray(pc.match_substring_regex(plain, _FORM)))
    if len(wrong):
        row = int(wrong[0])
        raise InputError(f"{table.where(row)}: '{told[row].as_py() or ''}' is no postcode.")
    return plain


def _points(table: TableFile) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Easting and northing of each row; NaN where it has no place."""
    east, north = table.find(_EASTING), table.find(_NORTHING)
    if east and north:
        return _numbers(table, east), _numbers(table, north)
    latitude, longitude = table.find(_LATITUDE), table.find(_LONGITUDE)
    if not (latitude and longitude):
        raise InputError(
            f"{table.name} needs the columns easting and northing, or latitude and longitude, "
            f"beside the postcode; it has {', '.join(table.headings)}."
        )
    lat, lon = _numbers(table, latitude), _numbers(table, longitude)
    nowhere = ~(np.abs(lat) < _NOWHERE)
    lat, lon = np.where(nowhere, np.nan, lat), np.where(nowhere, np.nan, lon)
    easting, northing = np.full(len(lat), np.nan), np.full(len(lat), np.nan)
    known = np.isfinite(lat) & np.isfinite(lon)
    easting[known], northing[known] = to_bng(lon[known], lat[known])
    finite = np.isfinite(easting) & np.isfinite(northing)
    return np.where(finite, easting, np.nan), np.where(finite, northing, np.nan)


def _numbers(table: TableFile, heading: str) -> NDArray[np.float64]:
    return np.asarray(table.numbers(heading).to_numpy(zero_copy_only=False), dtype=np.float64)
