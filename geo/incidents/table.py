"""The incident table and the sieve that rows pass to get into it."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.incidents.texts import Mask, Texts
from geo.offences import OFFENCES

Sensitivity = Literal["open", "partner"]

INCIDENTS = pa.schema(
    [
        pa.field("crime_id", pa.string()),  # null: the source gives the incident no ID
        pa.field("month", pa.int32(), nullable=False),  # month number, see geo.period
        pa.field("date", pa.date32()),  # null: the source has months only
        pa.field("hour", pa.int8()),  # local time; null: not recorded
        pa.field("offence", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("business", pa.bool_()),  # null: the source has no such mark
        pa.field("rural_flag", pa.bool_()),
        pa.field("rural_offence", pa.dictionary(pa.int32(), pa.string())),
        pa.field("place", pa.int32(), nullable=False),  # position in the table of places
        pa.field("line", pa.int64(), nullable=False),
    ]
)
NIGHT_FROM, NIGHT_TO = 20, 4  # the hours of the night-time economy, 8pm to 4am


@dataclass(frozen=True)
class Source:
    """Who recorded the incidents, whether anyone may see them, and what it tells apart.

    `id` names the source in web addresses. `offences`: the offences the source tells apart; None
    where nothing but its rows can say. `kinds`: code and title of its kinds of incident that are
    neither crime nor ASB; `grave`: codes of those that are as grave as domestic abuse.
    """

    id: str
    name: str
    sensitivity: Sensitivity
    illustrative: bool = False
    offences: tuple[str, ...] | None = None
    kinds: tuple[tuple[str, str], ...] = ()
    grave: tuple[str, ...] = ()


POLICE_STREET = Source(
    "police",
    "data.police.uk street files",
    "open",
    offences=tuple(code for code, offence in OFFENCES.items() if offence.street_name),
)


ALL = "all"  # what a question says for every source, so none may be called that


@dataclass(frozen=True)
class Refusal:
    """One row that was not taken: where it stands and why."""

    file: str
    line: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class FileRead:
    """One file, read: the accepted incidents and the refused rows; together they are `read`.

    `rows` has the columns of INCIDENTS, `places` those of `geo.incidents.places.PLACES`.
    """

    name: str
    sha256: str
    source: Source
    rows: pa.Table
    places: pa.Table
    refusals: list[Refusal]
    recorders: frozenset[tuple[str, int]] = frozenset()  # (force, month) of a police street file
    same_as: str | None = None  # a file read before, byte for byte the same; this one is empty

    @property
    def read(self) -> int:
        """Rows in the file, the header not counted."""
        return int(self.rows.num_rows) + len(self.refusals)

    @cached_property
    def incidents(self) -> pa.Table:
        """The accepted rows, each with its place beside it."""
        return with_places(self.rows, self.places)


def with_places(rows: pa.Table, places: pa.Table) -> pa.Table:
    """Rows with the columns of their places instead of the place's position."""
    found = places.take(rows["place"])
    flat = rows.drop_columns(["place"])
    for name in places.column_names:
        flat = flat.append_column(name, found[name])
    return flat


@dataclass
class Sieve:
    """Rows of one file on their way into the table. The first thing wrong with a row names it."""

    file: str
    lines: NDArray[np.int64]
    refusals: list[Refusal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kept: Mask = np.ones(len(self.lines), dtype=bool)

    def refuse(self, wrong: Mask, name: str, texts: Texts, reason: str) -> None:
        """Refuse the rows in `wrong` that are still kept. `{}` in the reason is the value."""
        rows = np.flatnonzero(wrong & self.kept)
        if not len(rows):
            return
        self.kept[rows] = False
        lines = self.lines[rows].tolist()
        told = texts.take(rows).array().to_pylist()
        for line, value in zip(lines, told, strict=True):
            text = "" if value is None else value
            self.refusals.append(Refusal(self.file, line, name, text, reason.replace("{}", text)))

    def in_order(self) -> list[Refusal]:
        """The refusals by line."""
        return sorted(self.refusals, key=lambda refusal: refusal.line)

    def rows(self, columns: dict[str, pa.Array]) -> pa.Table:
        """The kept rows as an incident table, from columns of all rows; those not given are null.

        `place` is of the kept rows alone already.
        """
        kept = None if self.kept.all() else pa.array(self.kept)
        count = int(self.kept.sum())
        arrays = []
        for item in INCIDENTS:
            values = pa.array(self.lines) if item.name == "line" else columns.get(item.name)
            if values is None:
                arrays.append(pa.nulls(count, item.type))
                continue
            if kept is not None and item.name != "place":
                values = values.filter(kept)
            arrays.append(values if values.type == item.type else values.cast(item.type))
        return pa.Table.from_arrays(arrays, schema=INCIDENTS)
