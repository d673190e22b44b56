"""Partner extracts: the canonical header, and the TOML column map for any other header."""

import codecs
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from geo.incidents.table import Source
from geo.offences import OFFENCES, RURAL_OFFENCES, THEMES
from geo.settings import (
    Contradiction,
    NotBlank,
    Table,
    as_list,
    near,
    read_settings,
    shown,
    twice,
)
from geo.slugs import is_slug, slug

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


def _known_encoding(text: str) -> str:
    try:
        codecs.lookup(text)
        "a".encode(text)
    except (LookupError, ValueError):
        raise ValueError(f"there is no text encoding {shown(text)}; try 'cp1252'.") from None
    return text


def _tells_a_day(form: str) -> str:
    if not _tells(form, "%Y-%m-%d"):
        raise ValueError(f"{shown(form)} does not tell a day, month and year, as '%d/%m/%Y' does.")
    return form


def _tells_an_hour(form: str) -> str:
    if not _tells(form, "%H"):
        raise ValueError(f"{shown(form)} does not tell an hour of the day, as '%H:%M' does.")
    return form


def _tells(form: str, told: str) -> bool:
    moment = datetime(2015, 11, 30, 21, 47)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of a form that has no year
            back = datetime.strptime(moment.strftime(form), form)
    except (ValueError, re.error):
        return False
    return back.strftime(told) == moment.strftime(told)


class Columns(Table):
    """How one partner's extract says what the canonical header says.

    `columns`: canonical name to the file's heading. `constants`: canonical name to one value for
    every row. `offence` and `rural_offence`: the file's own words to safermap's codes. `kinds`:
    code to title of kinds of incident beyond the offence list. `grave`: codes of those kinds that
    are guarded as sexual, domestic and hate offences are.
    """

    encoding: Annotated[str, AfterValidator(_known_encoding)] = Field(
        default="utf-8", description="how the file's letters are stored, such as 'cp1252'"
    )
    date_format: Annotated[str, AfterValidator(_tells_a_day)] = Field(
        default="%Y-%m-%d", description="how a day is written, such as '%d/%m/%Y'"
    )
    time_format: Annotated[str, AfterValidator(_tells_an_hour)] = Field(
        default="%H:%M", description="how a time of day is written"
    )
    columns: dict[str, str] = Field(
        default_factory=lambda: {name: name for name in CANONICAL},
        description="the table that says which heading of the file stands for which column",
    )
    constants: dict[str, str] = Field(
        default_factory=dict, description="columns that have one value in every row"
    )
    offence: dict[str, str] = Field(
        default_factory=dict, description="the file's word for an offence, and its code"
    )
    rural_offence: dict[str, str] = Field(
        default_factory=dict, description="the file's word for a rural offence, and its code"
    )
    kinds: dict[str, NotBlank] = Field(
        default_factory=dict,
        description="code and title of kinds of incident that are neither crime nor ASB",
    )
    grave: Annotated[list[str], BeforeValidator(as_list)] = Field(
        default_factory=list,
        description="codes of its kinds that are guarded as domestic abuse and hate crime are",
    )

    @classmethod
    def contradictions(cls, table: Mapping[str, Any], folder: Path) -> Iterable[Contradiction]:
        """Columns and codes that are not known, said twice or missing."""
        yield from _wrong_columns(table)
        yield from _wrong_kinds(_table(table, "kinds"))
        yield from twice(table, "grave")
        yield from _unknown_grave(table)
        yield from _wrong_codes(table)

    @property
    def offences_told(self) -> tuple[str, ...] | None:
        """The offences the source tells apart; None where only its rows can say.

        A source with one offence in every row tells no other.
        """
        if "offence" not in self.constants:
            return None
        said = self.constants["offence"]
        code = self.offence.get(said, said)
        return (code,) if code in OFFENCES else ()


class ColumnMap(Columns):
    """A column map that stands for itself: it names the source of the extract."""

    name: NotBlank = Field(default="Partner extract", description="how pages name the source")

    @property
    def source(self) -> Source:
        """The source the rows are marked with. An extract is a partner's unless said otherwise."""
        return Source(
            slug(self.name) or "extract",
            self.name,
            "partner",
            offences=self.offences_told,
            kinds=tuple(self.kinds.items()),
            grave=tuple(self.grave),
        )

    @classmethod
    def read(cls, path: Path) -> "ColumnMap":
        """Read a column map. Raises InputError that lists everything in it that is wrong."""
        return ColumnMap(**dict(read_settings(path, _MapFile, "column map")))


class _MapFile(ColumnMap):
    columns: dict[str, str] = Field(
        description="a table [columns] that says which heading of the file stands for which column"
    )


def _table(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = table.get(name)
    return found if isinstance(found, dict) else {}


def _wrong_columns(table: Mapping[str, Any]) -> Iterator[Contradiction]:
    columns, constants = _table(table, "columns"), _table(table, "constants")
    for where, names in (("columns", columns), ("constants", constants)):
        for name in names:
            if name not in CANONICAL:
                words = f"there is no column {shown(name)}{near(name, CANONICAL)}."
                yield (where, name), words
    for name in columns:
        if name in constants:
            yield ("constants", name), f"{name} is in [columns] and in [constants]; keep one."
    for one, other in (("easting", "northing"), ("longitude", "latitude")):
        if one in columns and columns.get(one) == columns.get(other):
            yield ("columns", other), f"{one} and {other} are both {shown(columns[one])}."
    if not isinstance(table.get("columns"), dict):
        return  # the canonical header
    named = {*columns, *constants}
    if "offence" not in named:
        yield ("columns",), "it does not say where the offence is; add a line offence = 'heading'."
    if not named & {"date", "month"}:
        words = "it does not say where the date or the month is; add a line date = 'heading'."
        yield ("columns",), words


def _wrong_kinds(kinds: dict[str, Any]) -> Iterator[Contradiction]:
    for code in kinds:
        if not is_slug(code):
            words = f"{shown(code)} is no code; use small letters, digits and hyphens."
            yield ("kinds", code), words
        for known, what in (
            (OFFENCES, "an offence"),
            (RURAL_OFFENCES, "a rural offence"),
            (THEMES, "a theme"),
        ):
            if code in known:
                words = f"{shown(code)} is the code of {what}; a kind needs a code of its own."
                yield ("kinds", code), words
                break


def _unknown_grave(table: Mapping[str, Any]) -> Iterator[Contradiction]:
    kinds, grave = _table(table, "kinds"), table.get("grave")
    single = isinstance(grave, str)
    for position, code in enumerate(
        [grave] if single else grave if isinstance(grave, list) else []
    ):
        if isinstance(code, str) and code not in kinds:
            words = f"{shown(code)} is none of its kinds{near(code, kinds)}."
            yield (("grave",) if single else ("grave", position)), words


def _wrong_codes(table: Mapping[str, Any]) -> Iterator[Contradiction]:
    kinds, words_for = _table(table, "kinds"), _table(table, "offence")
    lists: tuple[tuple[str, list[str]], ...] = (
        ("offence", [*OFFENCES, *kinds]),
        ("rural_offence", [*RURAL_OFFENCES, "none"]),
    )
    for name, codes in lists:
        for word, code in _table(table, name).items():
            if isinstance(code, str) and code not in codes:
                yield (name, word), f"{shown(word)} = {shown(code)} is no code{near(code, codes)}."
    said, known = _table(table, "constants").get("offence"), [*lists[0][1], *words_for]
    if isinstance(said, str) and said not in known:
        words = f"{shown(said)} is no offence{near(said, known)}."
        yield ("constants", "offence"), words


CANONICAL_MAP = ColumnMap()
