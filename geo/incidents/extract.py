"""Partner extracts: days, hours, ASB categories and flags, in whatever header the partner has."""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.errors import InputError
from geo.incidents.columns import CANONICAL, NO, YES, ColumnMap
from geo.incidents.csvs import CsvText
from geo.incidents.street import lonlat_points, lsoa_codes_of, months_of
from geo.incidents.table import Sieve, blank_to_null, map_distinct, null_mask, numbers
from geo.offences import OFFENCES, RURAL_OFFENCES
from geo.period import month_number

EASTINGS, NORTHINGS = (0.0, 700_000.0), (0.0, 1_300_000.0)  # the British National Grid
Texts = dict[str, pa.ChunkedArray]


def columns_in(name: str, headings: list[str], column_map: ColumnMap) -> dict[str, str]:
    """Canonical name to heading, for the columns the file has.

    Raises InputError where the file lacks what every extract needs or a heading that the column map
    gives, or has half a point.
    """
    if len(headings) == 1 and any(mark in headings[0] for mark in ";\t|"):
        raise InputError(f"{name} is not separated by commas; save it as CSV with commas.")
    found = {
        canonical: heading
        for canonical, heading in column_map.columns.items()
        if heading in headings
    }
    renamed = [heading for name, heading in column_map.columns.items() if heading != name]
    if missing := [f"'{heading}'" for heading in renamed if heading not in headings]:
        raise InputError(
            f"{name} has no column {', '.join(missing)}, which the column map names; its columns "
            f"are {', '.join(headings)}."
        )
    named = {*found, *column_map.constants}
    wrong = []
    if "offence" not in named:
        wrong.append("an offence")
    if not named & {"date", "month"}:
        wrong.append("a date or month")
    for pair in (("easting", "northing"), ("longitude", "latitude")):
        if len(named & set(pair)) == 1:
            wrong.append(f"both {pair[0]} and {pair[1]}")
    if wrong:
        raise InputError(
            f"{name} has the columns {', '.join(headings)}, and no column for "
            f"{', nor for '.join(wrong)}. Columns are {', '.join(CANONICAL)}; a column map says "
            "which heading stands for which."
        )
    return found


def extract_incidents(
    name: str, text: CsvText, found: dict[str, str], column_map: ColumnMap
) -> tuple[Sieve, pa.Table]:
    """The rows of an extract: what passed and what did not."""
    count = text.columns.num_rows
    raw: Texts = {column: blank_to_null(text.columns[heading]) for column, heading in found.items()}
    for column, value in column_map.constants.items():
        raw[column] = pa.chunked_array([pa.repeat(value, count)])
    sieve = Sieve(name, text.lines, list(text.broken))
    columns = {
        **_when(sieve, raw, column_map),
        **_what(sieve, raw, column_map),
        **_where(sieve, raw),
    }
    if "incident_id" in raw:
        columns["crime_id"] = raw["incident_id"]
    return sieve, sieve.table(columns)


def _when(sieve: Sieve, raw: Texts, column_map: ColumnMap) -> dict[str, pa.Array]:
    if "date" not in raw:
        return {"month": months_of(sieve, "month", raw["month"])}
    form = column_map.date_format
    known = {text: _day(text, form) for text in raw["date"].unique().to_pylist() if text}
    days = map_distinct(raw["date"], known, pa.date32())
    reason = f"'{{}}' is not a date written as {form}."
    sieve.refuse(null_mask(days), "date", raw["date"], reason)
    today = datetime.now(UTC).date()
    late = np.asarray(pc.fill_null(pc.greater(days, pa.scalar(today)), False))
    sieve.refuse(late, "date", raw["date"], "The date {} has not happened yet.")
    month = pc.add(pc.multiply(pc.year(days), 12), pc.subtract(pc.month(days), 1))
    early = np.asarray(pc.fill_null(pc.less(month, month_number(1900, 1)), False))
    sieve.refuse(early, "date", raw["date"], "The date {} is before 1900.")
    columns = {"date": days, "month": pc.fill_null(month, 0).cast(pa.int32())}
    if "time" in raw:
        columns["hour"] = _hours(sieve, raw["time"], column_map.time_format)
    return columns


def _day(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


def _hours(sieve: Sieve, times: pa.ChunkedArray, form: str) -> pa.Array:
    known: dict[str, object] = {}
    for text in times.unique().to_pylist():
        try:
            known[text or ""] = datetime.strptime(text or "", form).hour
        except ValueError:
            continue
    hours = map_distinct(times, known, pa.int8())
    wrong = null_mask(hours) & ~null_mask(times)
    sieve.refuse(wrong, "time", times, f"'{{}}' is not a time written as {form}.")
    return hours


def _what(sieve: Sieve, raw: Texts, column_map: ColumnMap) -> dict[str, pa.Array]:
    codes = (*OFFENCES, *column_map.kinds)
    offences = {code: code for code in codes} | column_map.offence
    offence = map_distinct(raw["offence"], offences, pa.string())
    reason = f"'{{}}' is no offence of the list ({', '.join(codes)}) nor of the column map."
    sieve.refuse(null_mask(offence), "offence", raw["offence"], reason)
    columns = {"offence": pc.fill_null(offence, "")}
    for name, column in (("business", "business"), ("rural", "rural_flag")):
        if name in raw:
            columns[column] = _yes_no(sieve, name, raw[name])
    if "rural_offence" in raw:
        kinds = {kind: kind for kind in RURAL_OFFENCES} | column_map.rural_offence
        known = {word: "" if kind == "none" else kind for word, kind in kinds.items()}
        texts = pc.fill_null(raw["rural_offence"], "none")
        marks = map_distinct(texts, {**known, "none": ""}, pa.string())
        reason = f"'{{}}' is not on the rural-crime list: {', '.join((*RURAL_OFFENCES, 'none'))}."
        sieve.refuse(null_mask(marks), "rural_offence", raw["rural_offence"], reason)
        columns["rural_offence"] = marks
    return columns


def _yes_no(sieve: Sieve, name: str, texts: pa.ChunkedArray) -> pa.Array:
    lower = pc.utf8_lower(texts)
    known = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    marks = map_distinct(lower, known, pa.bool_())
    wrong = null_mask(marks) & ~null_mask(texts)
    sieve.refuse(wrong, name, texts, "'{}' is neither yes nor no.")
    return marks


def _where(sieve: Sieve, raw: Texts) -> dict[str, pa.Array]:
    columns = {name: raw[name] for name in ("location",) if name in raw}
    if "lsoa_code" in raw:
        columns["lsoa_code"] = lsoa_codes_of(sieve, "lsoa_code", raw["lsoa_code"])
    if "easting" in raw:
        columns["easting"], columns["northing"] = _grid_points(sieve, raw)
    elif "longitude" in raw:
        columns["easting"], columns["northing"] = lonlat_points(
            sieve, ("longitude", "latitude"), raw["longitude"], raw["latitude"]
        )
    return columns


def _grid_points(sieve: Sieve, raw: Texts) -> tuple[pa.Array, pa.Array]:
    texts = {name: raw[name] for name in ("easting", "northing")}
    points = {name: numbers(sieve, name, values) for name, values in texts.items()}
    for name, other in (("easting", "northing"), ("northing", "easting")):
        half = np.isnan(points[name]) & ~np.isnan(points[other])
        sieve.refuse(half, name, texts[name], f"It is blank, but the {other} is given.")
    for name, (low, high) in (("easting", EASTINGS), ("northing", NORTHINGS)):
        values = points[name]
        wrong = ~np.isnan(values) & ~((values > low) & (values <= high))
        reason = f"{{}} is outside Great Britain; it must be {low:,.0f} to {high:,.0f} metres."
        sieve.refuse(wrong, name, texts[name], reason)
    return pa.array(points["easting"], from_pandas=True), pa.array(
        points["northing"], from_pandas=True
    )
