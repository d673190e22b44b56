"""Partner extracts: days, hours, ASB categories and flags, in whatever header the partner has."""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.errors import InputError
from geo.incidents.columns import CANONICAL, NO, YES, ColumnMap
from geo.incidents.csvs import CsvText
from geo.incidents.places import Where, check_degrees, check_lsoa_codes, check_metres
from geo.incidents.street import months_of
from geo.incidents.table import Sieve
from geo.incidents.texts import Texts
from geo.offences import OFFENCES, RURAL_OFFENCES
from geo.period import month_number

Columns = dict[str, Texts]


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
) -> tuple[Sieve, pa.Table, pa.Table]:
    """What passed of an extract (rows, places) and what did not."""
    count = text.columns.num_rows
    raw = {column: Texts.of(text.columns[heading]) for column, heading in found.items()}
    raw |= {column: Texts.same(value, count) for column, value in column_map.constants.items()}
    sieve = Sieve(name, text.lines, list(text.broken))
    columns = {**_when(sieve, raw, column_map), **_what(sieve, raw, column_map)}
    where = _where(sieve, raw)
    columns["place"], places = where.places(sieve)
    if "incident_id" in raw:
        columns["crime_id"] = raw["incident_id"].array()
    return sieve, sieve.rows(columns), places


def _when(sieve: Sieve, raw: Columns, column_map: ColumnMap) -> dict[str, pa.Array]:
    if "date" not in raw:
        return {"month": pa.array(months_of(sieve, "month", raw["month"]))}
    texts, form = raw["date"], column_map.date_format
    days = [_day(text, form) for text in texts.distinct.to_pylist()]
    untold = texts.rows(np.array([day is None for day in days], dtype=bool), True)
    sieve.refuse(untold, "date", texts, f"'{{}}' is not a date written as {form}.")
    today = datetime.now(UTC).date()
    late = np.array([day is not None and day > today for day in days], dtype=bool)
    sieve.refuse(texts.rows(late, False), "date", texts, "The date {} has not happened yet.")
    early = np.array([day is not None and day.year < 1900 for day in days], dtype=bool)
    sieve.refuse(texts.rows(early, False), "date", texts, "The date {} is before 1900.")
    months = np.array([month_number(day.year, day.month) if day else 0 for day in days], np.int32)
    columns = {
        "date": pa.array(days, pa.date32()).take(pa.array(texts.at, mask=texts.blank)),
        "month": pa.array(texts.rows(months, 0)),
    }
    if "time" in raw:
        columns["hour"] = _hours(sieve, raw["time"], column_map.time_format)
    return columns


def _day(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


def _hours(sieve: Sieve, times: Texts, form: str) -> pa.Array:
    known: dict[str, object] = {}
    for text in times.distinct.to_pylist():
        try:
            known[text] = datetime.strptime(text, form).hour
        except ValueError:
            continue
    hours, unknown = times.looked_up(known, pa.int8())
    sieve.refuse(unknown, "time", times, f"'{{}}' is not a time written as {form}.")
    return hours


def _what(sieve: Sieve, raw: Columns, column_map: ColumnMap) -> dict[str, pa.Array]:
    codes = (*OFFENCES, *column_map.kinds)
    offences = {code: code for code in codes} | column_map.offence
    offence, unknown = raw["offence"].looked_up(offences, pa.string())
    reason = f"'{{}}' is no offence of the list ({', '.join(codes)}) nor of the column map."
    sieve.refuse(unknown | raw["offence"].blank, "offence", raw["offence"], reason)
    columns = {"offence": offence}
    for name, column in (("business", "business"), ("rural", "rural_flag")):
        if name in raw:
            columns[column] = _yes_no(sieve, name, raw[name])
    if "rural_offence" in raw:
        kinds = {kind: kind for kind in RURAL_OFFENCES} | column_map.rural_offence
        known = {word: "" if kind == "none" else kind for word, kind in kinds.items()}
        texts = raw["rural_offence"]
        marks, unknown = texts.looked_up({**known, "none": ""}, pa.string())
        reason = f"'{{}}' is not on the rural-crime list: {', '.join((*RURAL_OFFENCES, 'none'))}."
        sieve.refuse(unknown, "rural_offence", texts, reason)
        columns["rural_offence"] = pc.if_else(pa.array(texts.blank), "", marks)
    return columns


def _yes_no(sieve: Sieve, name: str, texts: Texts) -> pa.Array:
    known = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    told = {
        text: known[text.lower()] for text in texts.distinct.to_pylist() if text.lower() in known
    }
    marks, unknown = texts.looked_up(told, pa.bool_())
    sieve.refuse(unknown, name, texts, "'{}' is neither yes nor no.")
    return marks


def _where(sieve: Sieve, raw: Columns) -> Where:
    code = raw.get("lsoa_code")
    if code is not None:
        check_lsoa_codes(sieve, "lsoa_code", code)
    x, y, degrees = raw.get("easting"), raw.get("northing"), False
    if x is not None and y is not None:
        check_metres(sieve, x, y)
    elif "longitude" in raw:
        x, y, degrees = raw["longitude"], raw["latitude"], True
        check_degrees(sieve, ("longitude", "latitude"), x, y)
    return Where(code, raw.get("location"), x, y, degrees)
