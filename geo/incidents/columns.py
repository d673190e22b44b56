"""Partner extracts: the canonical header, and the TOML column map for any other header."""

import codecs
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geo.errors import InputError
from geo.incidents.table import Source
from geo.offences import OFFENCES, RURAL_OFFENCES

CANONICAL: Mapping[str, str] = MappingProxyType(
    {
        "incident_id": "The source's own ID; a repeated one is one incident. May be blank.",
        "date": "Day, YYYY-MM-DD. This or `month` is required.",
        "month": "Month, YYYY-MM, where the source has no days.",
        "time": "Local time, HH:MM. May be blank.",
        "offence": "Offence code of safermap. Required.",
        "easting": "British National Grid, metres; with `northing`.",
        "northing": "British National Grid, metres.",
        "longitude": "Degrees; with `latitude`; instead of easting and northing.",
        "latitude": "Degrees.",
        "lsoa_code": "LSOA code, where the source gives one.",
        "location": "A street or place, as words.",
        "business": "yes or no: against a business.",
        "rural": "yes or no: the force's own rural flag.",
        "rural_offence": "Kind on the national rural-crime list, or none.",
    }
)
"""The canonical header: column name to what it holds. A missing column is `not recorded`."""

YES, NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")
_TEXTS = ("name", "encoding", "date_format", "time_format")
_LISTS = ("offence", "rural_offence")


@dataclass(frozen=True)
class ColumnMap:
    """How one partner's extract says what the canonical header says.

    `columns`: canonical name to the file's heading. `constants`: canonical name to one value for
    every row. `offence` and `rural_offence`: the file's own words to safermap's codes.
    """

    name: str = "Partner extract"
    encoding: str = "utf-8"
    date_format: str = "%Y-%m-%d"
    time_format: str = "%H:%M"
    columns: Mapping[str, str] = field(default_factory=lambda: {name: name for name in CANONICAL})
    constants: Mapping[str, str] = field(default_factory=dict)
    offence: Mapping[str, str] = field(default_factory=dict)
    rural_offence: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        """The source the rows are marked with. An extract is a partner's unless said otherwise."""
        return Source("extract", self.name, "partner")

    @classmethod
    def read(cls, path: Path) -> "ColumnMap":
        """Read a column map. Raises InputError naming everything in it that is wrong."""
        try:
            content = tomllib.loads(path.read_text("utf-8"))
        except OSError as error:
            raise InputError(f"The column map {path} cannot be read: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"The column map {path} is not TOML: {error}.") from error
        wrong = [*_wrong_parts(content), *_wrong_values(content)]
        if wrong:
            raise InputError(f"The column map {path}: {' '.join(wrong)}")
        return cls(**content)


CANONICAL_MAP = ColumnMap()


def _wrong_parts(content: dict[str, Any]) -> list[str]:
    tables = ("columns", "constants", *_LISTS)
    wrong = [
        f"There is no setting '{name}'; there are {', '.join((*_TEXTS, *tables))}."
        for name in content
        if name not in (*_TEXTS, *tables)
    ]
    wrong += [f"'{n}' must be text." for n in _TEXTS if not isinstance(content.get(n, ""), str)]
    for name in tables:
        table = content.get(name, {})
        if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
            wrong.append(f"[{name}] must hold lines such as key = 'text'.")
    return wrong


def _wrong_values(content: dict[str, Any]) -> list[str]:
    columns, constants = content.get("columns"), content.get("constants", {})
    if not isinstance(columns, dict) or not isinstance(constants, dict):
        return ["It needs a table [columns] that says which heading stands for which column."]
    wrong = [
        f"There is no column '{name}'; there are {', '.join(CANONICAL)}."
        for name in (*columns, *constants)
        if name not in CANONICAL
    ]
    wrong += [f"'{n}' is in [columns] and in [constants]." for n in columns if n in constants]
    if columns.get("easting", 1) == columns.get("northing", 2):
        wrong.append(f"easting and northing are both '{columns['easting']}'.")
    if not str(content.get("name", "x")).strip():
        wrong.append("'name' is blank; it is how pages name the source.")
    named = {*columns, *constants}
    if "offence" not in named:
        wrong.append("It does not say where the offence is.")
    if not named & {"date", "month"}:
        wrong.append("It does not say where the date or the month is.")
    for list_name, codes in (("offence", OFFENCES), ("rural_offence", (*RURAL_OFFENCES, "none"))):
        table = content.get(list_name, {})
        for word, code in table.items() if isinstance(table, dict) else ():
            if code not in codes:
                wrong.append(f"[{list_name}] '{word}' = '{code}' is not one of {', '.join(codes)}.")
    wrong += _wrong_formats(content)
    try:
        codecs.lookup(str(content.get("encoding", "utf-8")))
    except (LookupError, ValueError):
        wrong.append(f"There is no text encoding '{content['encoding']}'.")
    return wrong


def _wrong_formats(content: dict[str, Any]) -> list[str]:
    moment = datetime(2015, 11, 30, 21, 47)
    parts = {
        "date_format": ("%Y-%m-%d", "a day, month and year, as '%d/%m/%Y' does"),
        "time_format": ("%H", "an hour of the day, as '%H:%M' does"),
    }
    return [
        f"{name} = '{content[name]}' does not tell {what}."
        for name, (told, what) in parts.items()
        if name in content and not _tells(str(content[name]), moment, told)
    ]


def _tells(form: str, moment: datetime, told: str) -> bool:
    try:
        back = datetime.strptime(moment.strftime(form), form)
    except ValueError:
        return False
    return back.strftime(told) == moment.strftime(told)
