"""Police street files of data.police.uk: months, anonymised points, no days, no flags."""

import re
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.areas import LSOA_CODE
from geo.incidents.csvs import CsvText
from geo.incidents.table import (
    Sieve,
    blank_to_null,
    bng_of_lonlat,
    map_distinct,
    null_mask,
    numbers,
)
from geo.offences import OFFENCES
from geo.period import month_number, parse_month

COLUMNS = [
    "Crime ID",
    "Month",
    "Reported by",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "Crime type",
]
FIRST_MONTH = month_number(2010, 12)  # data.police.uk publishes from here on
LONGITUDES, LATITUDES = (-9.0, 2.1), (49.8, 61.0)  # Great Britain, Northern Ireland and Man
NO_LOCATION = "No Location"
_MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"

_OFFENCE_OF = {item.street_name: item.code for item in OFFENCES.values() if item.street_name}


def months_of(sieve: Sieve, name: str, values: pa.ChunkedArray) -> pa.Array:
    """Month numbers of `YYYY-MM` texts; anything else, or a month to come, refuses its row."""
    wrong = ~np.asarray(pc.fill_null(pc.match_substring_regex(values, _MONTH), False))
    sieve.refuse(wrong, name, values, "'{}' is not a month; it must be YYYY-MM.")
    today = datetime.now(UTC)
    current = month_number(today.year, today.month)
    distinct = values.unique().to_pylist()
    known = {text: parse_month(text) for text in distinct if text and re.match(_MONTH, text)}
    months = map_distinct(values, known, pa.int32())
    late = np.asarray(pc.fill_null(pc.greater(months, current), False))
    sieve.refuse(late, name, values, "The month {} has not happened yet.")
    early = np.asarray(pc.fill_null(pc.less(months, month_number(1900, 1)), False))
    sieve.refuse(early, name, values, "The month {} is before 1900.")
    return pc.fill_null(months, 0)


def lsoa_codes_of(sieve: Sieve, name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """LSOA codes, null where blank; a text that is no LSOA code refuses its row."""
    wrong = pc.fill_null(pc.invert(pc.match_substring_regex(values, LSOA_CODE)), False)
    reason = "'{}' is not an LSOA code; one looks like E01028846 or W01000001."
    sieve.refuse(np.asarray(wrong), name, values, reason)
    return values


def lonlat_points(
    sieve: Sieve, names: tuple[str, str], longitudes: pa.ChunkedArray, latitudes: pa.ChunkedArray
) -> tuple[pa.Array, pa.Array]:
    """Eastings and northings of longitude and latitude texts, null where both are blank."""
    lon, lat = numbers(sieve, names[0], longitudes), numbers(sieve, names[1], latitudes)
    sieve.refuse(np.isnan(lon) & ~np.isnan(lat), names[0], longitudes, "It has only a latitude.")
    sieve.refuse(np.isnan(lat) & ~np.isnan(lon), names[1], latitudes, "It has only a longitude.")
    swapped = _between(lon, LATITUDES) & _between(lat, LONGITUDES)
    sieve.refuse(swapped, names[0], longitudes, "{} is a latitude: the two are swapped.")
    for name, texts, values, bounds in (
        (names[0], longitudes, lon, LONGITUDES),
        (names[1], latitudes, lat, LATITUDES),
    ):
        wrong = ~np.isnan(values) & ~_between(values, bounds)
        reason = f"{{}} is outside Great Britain; it must be {bounds[0]:g} to {bounds[1]:g}."
        sieve.refuse(wrong, name, texts, reason)
    lon, lat = (np.where(sieve.kept, values, np.nan) for values in (lon, lat))
    easting, northing = bng_of_lonlat(lon, lat)
    return pa.array(easting, from_pandas=True), pa.array(northing, from_pandas=True)


def _between(values: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    return (values >= bounds[0]) & (values <= bounds[1])


def street_incidents(
    name: str, text: CsvText
) -> tuple[Sieve, pa.Table, frozenset[tuple[str, int]]]:
    """The rows of a street file: what passed, what did not, and which force-months it holds."""
    raw = {column: blank_to_null(text.columns[column]) for column in COLUMNS}
    sieve = Sieve(name, text.lines, list(text.broken))
    month = months_of(sieve, "Month", raw["Month"])
    early = np.asarray(pc.less(month, FIRST_MONTH))
    sieve.refuse(early, "Month", raw["Month"], "{} is before December 2010, the first month.")
    offence = map_distinct(raw["Crime type"], _OFFENCE_OF, pa.string())
    known = ", ".join(sorted(_OFFENCE_OF))
    reason = f"'{{}}' is not a crime type of data.police.uk, which are: {known}."
    sieve.refuse(null_mask(offence), "Crime type", raw["Crime type"], reason)
    lsoa_code = lsoa_codes_of(sieve, "LSOA code", raw["LSOA code"])
    easting, northing = lonlat_points(
        sieve, ("Longitude", "Latitude"), raw["Longitude"], raw["Latitude"]
    )
    located = pc.if_else(
        pc.equal(raw["Location"], NO_LOCATION), pa.scalar(None, pa.string()), raw["Location"]
    )
    table = sieve.table(
        {
            "crime_id": raw["Crime ID"],
            "month": month,
            "offence": pc.fill_null(offence, ""),
            "lsoa_code": lsoa_code,
            "easting": easting,
            "northing": northing,
            "location": located,
        }
    )
    pairs = pa.table({"force": raw["Reported by"], "month": month}).filter(pa.array(sieve.kept))
    distinct = pairs.group_by(["force", "month"]).aggregate([]).to_pydict()
    recorders = frozenset(zip(distinct["force"], distinct["month"], strict=True))
    return sieve, table, recorders
