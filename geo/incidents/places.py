"""Where incidents are recorded: the checks on codes and points, and the table of distinct places.

Many incidents stand on the same few points, so a place is checked, transformed and joined once.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.areas import LSOA_CODE
from geo.crs import to_bng
from geo.grouping import group_rows
from geo.incidents.table import Sieve
from geo.incidents.texts import Texts

PLACES = pa.schema(
    [
        pa.field("lsoa_code", pa.string()),  # as the file has it; null: blank
        pa.field("easting", pa.float64()),  # metres, EPSG:27700; null: no point recorded
        pa.field("northing", pa.float64()),
        pa.field("location", pa.string()),
    ]
)

_WORDS = ("lsoa_code", "location")

LONGITUDES, LATITUDES = (-9.0, 2.1), (49.8, 61.0)  # Great Britain, Northern Ireland and Man
EASTINGS, NORTHINGS = (0.0, 700_000.0), (0.0, 1_300_000.0)  # the British National Grid


@dataclass(frozen=True)
class Where:
    """What a file says of the place of each row: texts that are not there are None.

    `x` and `y` are longitude and latitude where `degrees`, else easting and northing.
    """

    lsoa_code: Texts | None = None
    location: Texts | None = None
    x: Texts | None = None
    y: Texts | None = None
    degrees: bool = False

    def places(self, sieve: Sieve) -> tuple[pa.Array, pa.Table]:
        """The place of every kept row, and the table of distinct places."""
        rows = np.flatnonzero(sieve.kept)
        location = self.location.seen() if self.location is not None else None
        named = {"lsoa_code": self.lsoa_code, "location": location, "x": self.x, "y": self.y}
        columns = {name: texts.take(rows) for name, texts in named.items() if texts is not None}
        if not columns:
            columns = {"location": Texts.same("", len(rows))}
        place, first = group_rows((texts.at, len(texts.distinct)) for texts in columns.values())
        told = {name: texts.take(first) for name, texts in columns.items()}
        found = {name: told[name].array().cast(pa.string()) for name in told if name in _WORDS}
        if self.x is not None and self.y is not None:
            x = told["x"].rows(self.x.numbers[0], np.nan)
            y = told["y"].rows(self.y.numbers[0], np.nan)
            points = _transformed(x, y) if self.degrees else (x, y)
            for name, values in zip(("easting", "northing"), points, strict=True):
                found[name] = pa.array(values, from_pandas=True)
        arrays = [found.get(item.name, pa.nulls(len(first), item.type)) for item in PLACES]
        return pa.array(place), pa.Table.from_arrays(arrays, schema=PLACES)


def _transformed(
    longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    easting, northing = np.full_like(longitude, np.nan), np.full_like(latitude, np.nan)
    known = ~np.isnan(longitude)
    easting[known], northing[known] = to_bng(longitude[known], latitude[known])
    return easting, northing


def check_lsoa_codes(sieve: Sieve, name: str, texts: Texts) -> None:
    """Refuse rows with a text that is no LSOA code."""
    wrong = texts.rows(~texts.matching(LSOA_CODE), False)
    reason = "'{}' is not an LSOA code; one looks like E01028846 or W01000001."
    sieve.refuse(wrong, name, texts, reason)


def check_degrees(sieve: Sieve, names: tuple[str, str], longitude: Texts, latitude: Texts) -> None:
    """Refuse rows whose longitude and latitude are no point, half a point or far away."""
    lon, lat = _numbers(sieve, names[0], longitude), _numbers(sieve, names[1], latitude)
    sieve.refuse(np.isnan(lon) & ~np.isnan(lat), names[0], longitude, "It has only a latitude.")
    sieve.refuse(np.isnan(lat) & ~np.isnan(lon), names[1], latitude, "It has only a longitude.")
    swapped = _between(lon, LATITUDES) & _between(lat, LONGITUDES)
    sieve.refuse(swapped, names[0], longitude, "{} is a latitude: the two are swapped.")
    for name, texts, values, bounds in (
        (names[0], longitude, lon, LONGITUDES),
        (names[1], latitude, lat, LATITUDES),
    ):
        wrong = ~np.isnan(values) & ~_between(values, bounds)
        reason = f"{{}} is outside Great Britain; it must be {bounds[0]:g} to {bounds[1]:g}."
        sieve.refuse(wrong, name, texts, reason)


def check_metres(sieve: Sieve, easting: Texts, northing: Texts) -> None:
    """Refuse rows whose easting and northing are no point, half a point or off the grid."""
    east, north = _numbers(sieve, "easting", easting), _numbers(sieve, "northing", northing)
    for name, texts, mine, other, other_name in (
        ("easting", easting, east, north, "northing"),
        ("northing", northing, north, east, "easting"),
    ):
        half = np.isnan(mine) & ~np.isnan(other)
        sieve.refuse(half, name, texts, f"It is blank, but the {other_name} is given.")
    for name, texts, values, (low, high) in (
        ("easting", easting, east, EASTINGS),
        ("northing", northing, north, NORTHINGS),
    ):
        wrong = ~np.isnan(values) & ~((values > low) & (values <= high))
        reason = f"{{}} is outside Great Britain; it must be {low:,.0f} to {high:,.0f} metres."
        sieve.refuse(wrong, name, texts, reason)


def _numbers(sieve: Sieve, name: str, texts: Texts) -> NDArray[np.float64]:
    """Texts as numbers, NaN where blank; a text that is no number refuses its row."""
    values, wrong = texts.numbers
    sieve.refuse(texts.rows(wrong, False), name, texts, "'{}' is not a number.")
    return texts.rows(values, np.nan)


def _between(values: NDArray[np.float64], bounds: tuple[float, float]) -> NDArray[np.bool_]:
    between: NDArray[np.bool_] = (values >= bounds[0]) & (values <= bounds[1])
    return between
