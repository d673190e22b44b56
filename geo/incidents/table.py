"""The incident table and the sieve that rows pass to get into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.crs import to_bng
from geo.offences import OFFENCES

Sensitivity = Literal["open", "partner"]
Mask = NDArray[np.bool_]

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
        pa.field("lsoa_code", pa.string()),  # as the file has it; null: blank
        pa.field("easting", pa.float64()),  # metres, EPSG:27700; null: no place recorded
        pa.field("northing", pa.float64()),
        pa.field("location", pa.string()),
        pa.field("line", pa.int64(), nullable=False),
    ]
)

NIGHT_FROM, NIGHT_TO = 20, 4  # the hours of the night-time economy, 8pm to 4am


@dataclass(frozen=True)
class Source:
    """Who recorded the incidents, whether anyone may see them, and what it tells apart.

    `id` names the source in web addresses. `offences`: the offences the source tells apart; None
    where nothing but its rows can say. `kinds`: code and title of the kinds of incident it records
    beyond the offence list, such as collisions; they are neither crime nor ASB.
    """

    id: str
    name: str
    sensitivity: Sensitivity
    illustrative: bool = False
    offences: tuple[str, ...] | None = None
    kinds: tuple[tuple[str, str], ...] = ()


POLICE_STREET = Source(
    "police",
    "data.police.uk street files",
    "open",
    offences=tuple(code for code, offence in OFFENCES.items() if offence.street_name),
)


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
    """One file, read: the accepted incidents and the refused rows; together they are `read`."""

    name: str
    sha256: str
    source: Source
    incidents: pa.Table
    refusals: list[Refusal]
    recorders: frozenset[tuple[str, int]] = frozenset()  # (force, month) of a police street file
    same_as: str | None = None  # a file read before, byte for byte the same; this one is empty

    @property
    def read(self) -> int:
        """Rows in the file, the header not counted."""
        return int(self.incidents.num_rows) + len(self.refusals)


@dataclass
class Sieve:
    """Rows of one file on their way into the table. The first thing wrong with a row names it."""

    file: str
    lines: NDArray[np.int64]
    refusals: list[Refusal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kept: Mask = np.ones(len(self.lines), dtype=bool)

    def refuse(self, wrong: Mask, name: str, values: pa.ChunkedArray, reason: str) -> None:
        """Refuse the rows in `wrong` that are still kept. `{}` in the reason is the value."""
        rows = np.flatnonzero(wrong & self.kept)
        if not len(rows):
            return
        self.kept[rows] = False
        lines = self.lines[rows].tolist()
        told = values.take(pa.array(rows)).to_pylist()
        for line, value in zip(lines, told, strict=True):
            text = "" if value is None else str(value)
            self.refusals.append(Refusal(self.file, line, name, text, reason.replace("{}", text)))

    def in_order(self) -> list[Refusal]:
        """The refusals by line."""
        return sorted(self.refusals, key=lambda refusal: refusal.line)

    def table(self, columns: dict[str, pa.Array]) -> pa.Table:
        """The kept rows as an incident table; columns not given are null."""
        columns = {**columns, "line": pa.array(self.lines)}
        count = len(self.lines)
        arrays = [
            _cast(columns[item.name], item.type)
            if item.name in columns
            else pa.nulls(count, item.type)
            for item in INCIDENTS
        ]
        table = pa.Table.from_arrays(arrays, schema=INCIDENTS)
        return table if self.kept.all() else table.filter(pa.array(self.kept))


def _cast(values: pa.Array | pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    combined = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return combined if combined.type == kind else combined.cast(kind)


def blank_to_null(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text without the white space round it; null where nothing is left."""
    trimmed = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def null_mask(values: pa.Array | pa.ChunkedArray) -> Mask:
    """Where values are null, as a numpy mask."""
    return np.asarray(pc.is_null(values))


def map_distinct(
    values: pa.ChunkedArray, known: Mapping[str, object], kind: pa.DataType
) -> pa.Array:
    """Each text looked up among the known ones; null where it is null or unknown."""
    encoded = values.combine_chunks().dictionary_encode()
    mapped = pa.array([known.get(text) for text in encoded.dictionary.to_pylist()], kind)
    return mapped.take(encoded.indices)


def numbers(sieve: Sieve, name: str, values: pa.ChunkedArray) -> NDArray[np.float64]:
    """Texts as numbers, NaN where null; a text that is no number refuses its row."""
    pattern = r"^[+-]?(\d+\.?\d*|\.\d+)$"
    wrong = np.asarray(pc.fill_null(pc.invert(pc.match_substring_regex(values, pattern)), False))
    sieve.refuse(wrong, name, values, "'{}' is not a number.")
    clean = pc.if_else(pa.array(wrong), pa.scalar(None, pa.string()), values.combine_chunks())
    return np.asarray(clean.cast(pa.float64()).to_numpy(zero_copy_only=False))


def bng_of_lonlat(
    longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eastings and northings; NaN stays NaN. Distinct points are transformed once."""
    pairs = longitude + 1j * latitude  # one sort of complex numbers beats a sort of rows
    distinct, back = np.unique(pairs, return_inverse=True)
    known = ~np.isnan(distinct)
    easting = np.full(len(distinct), np.nan)
    northing = np.full(len(distinct), np.nan)
    easting[known], northing[known] = to_bng(distinct.real[known], distinct.imag[known])
    return easting[back], northing[back]
