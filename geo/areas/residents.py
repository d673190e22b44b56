"""Counts of residents: censuses and mid-year estimates."""

import re
from collections.abc import Iterable
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from geo.areas.areas import Denominator
from geo.areas.facts import Facts, facts_of
from geo.areas.headings import normal
from geo.areas.tables import TableFile
from geo.errors import InputError

_MOST = 1_000_000  # residents of one LSOA; none has over 20,000
_MID_YEAR = re.compile(r"mid(?:year)?(20\d\d)")
_CENSUS = re.compile(r"(?:usualresidents|residents|population|census)*(20\d1)(.*)")
_TOTAL = (
    r"total|allages|allpersons|persons|(total)?population|(usual)?residents|observation(value)?"
    r"|obsvalue|value|residencetypetotal(measuresvalue)?"
)
_DATE = r"date|year|datename|time"
_NONE = Denominator("none", "residents", "residents, of whom no count was given")
_AREAS = {"hectares": 1.0, "areahectares": 1.0, "areaha": 1.0, "areasqkm": 100.0, "areakm2": 100.0}


def read_residents(file_title: str, table: TableFile) -> Facts:
    """The counts as `residents_census_<year>` and `residents_mid_<year>`, and `hectares`.

    A bare count, such as `Total` or Nomis's `OBS_VALUE`, takes its year from a date column, the
    sheet or `file_title`. Raises InputError where there is no count or its year is not told.
    """
    columns: dict[str, pa.Array] = {}
    for heading in table.headings:
        key = normal(heading)
        if key in _AREAS:
            columns["hectares"] = pc.multiply(table.numbers(heading), _AREAS[key])
        elif (name := _named(key)) is not None:
            if name in columns:
                raise InputError(f"{table.name} has {name} in two columns; '{heading}' is one.")
            columns[name] = table.whole(heading, 0, _MOST)
    if not any(name.startswith("residents") for name in columns):
        total = table.find(_TOTAL)
        if total is None:
            raise InputError(
                f"{table.name} has no column of residents, such as 'Mid-2022: Population' or "
                "'residents_census_2021'."
            )
        columns[_dated(file_title, table)] = table.whole(total, 0, _MOST)
    return facts_of(table, columns)


def denominator(column: str) -> Denominator:
    """How to speak of a column of residents.

    >>> denominator("residents_mid_2022").title
    'residents at mid-2022 (ONS estimate)'
    """
    kind, year = column.split("_")[1:]
    if kind == "census":
        return Denominator(f"census-{year}", column, f"residents at the {year} Census")
    return Denominator(f"mid-{year}", column, f"residents at mid-{year} (ONS estimate)")


def choose_denominator(columns: Iterable[Iterable[str]], wanted: str | None) -> Denominator:
    """The denominator of a name, else the newest count of the first file that has one.

    `columns`: the names of the columns of each file. Raises InputError for a name there is not.
    """
    files = [[name for name in names if name.startswith("residents")] for names in columns]
    known = [denominator(name) for name in dict.fromkeys(chain(*files))]
    if wanted is None:
        first = next((names for names in files if names), None)
        return denominator(max(first, key=_year)) if first else _NONE
    for item in known:
        if item.name == wanted:
            return item
    names = ", ".join(sorted(item.name for item in known))
    told = f"choose one of {names}" if names else "no file has residents"
    raise InputError(f"There is no denominator '{wanted}'; {told}.")


def _year(column: str) -> str:
    return column[-4:]


def _named(key: str) -> str | None:
    """The name of a column of residents whose heading says which year it is of."""
    if "people" in key or "density" in key or "household" in key:
        return None
    mid = _MID_YEAR.search(key)
    if mid is not None:
        rest = key.replace(mid[0], "")
        return f"residents_mid_{mid[1]}" if re.fullmatch(f"({_TOTAL})?", rest) else None
    census = _CENSUS.fullmatch(key)
    rest = "" if census is None else census[2].replace("census", "")
    if census is not None and ("residents" in key or "census" in key):
        if not re.fullmatch(f"({_TOTAL})?", rest):
            return None
        return f"residents_census_{census[1]}"
    return f"residents_mid_{key}" if re.fullmatch(r"20\d\d", key) else None


def _dated(file_title: str, table: TableFile) -> str:
    column = table.find(_DATE)
    told = f"{table.sheet} {file_title}"
    if column is not None:
        dates = pc.unique(table.text(column).drop_null()).to_pylist()
        if len(dates) != 1:
            raise InputError(f"{table.name} has {len(dates)} dates in '{column}'; give one a file.")
        told = f"{dates[0]} {told}"
    year = re.search(r"(?<!\d)20\d\d(?!\d)", told)
    if year is None:
        raise InputError(f"{table.name} does not say which year its residents are of.")
    kind = "census" if "census" in told.lower() else "mid"
    return f"residents_{kind}_{year[0]}"
