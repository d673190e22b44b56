"""Days and hours of the incidents of a version, where its sources record them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.counts import KIND_COLUMNS, night_of
from geo.grouping import group_rows, positions
from geo.offences import Kind
from geo.rows import kept_rows

_DATED = pa.schema(
    [
        ("source", pa.int8()),
        ("offence", pa.string()),
        ("business", pa.bool_()),
        ("rural_flag", pa.bool_()),
        ("night", pa.bool_()),
        ("rural_offence", pa.string()),
        ("month", pa.int32()),
        ("lsoa", pa.int32()),
        ("weekday", pa.int64()),
        ("hour", pa.int8()),
    ]
)
_COLUMNS = ("month", "date", "hour", "offence", "business", "rural_flag", "rural_offence")


@dataclass(frozen=True, eq=False)
class Times:
    """One row an incident that has a day: its kind, month number, LSOA, weekday and hour.

    `kind` is a position in `kinds`; `sources` says which source recorded each kind. `lsoa` is
    below 0 where the incident has no place, `weekday` is 0 on Monday, `hour` -1 where not recorded.
    """

    kinds: tuple[Kind, ...]
    sources: tuple[int, ...]
    kind: NDArray[np.int32]
    month: NDArray[np.int32]
    lsoa: NDArray[np.int32]
    weekday: NDArray[np.int64]
    hour: NDArray[np.int8]

    @classmethod
    def read(cls, folder: Path, files: Sequence[dict[str, Any]], sources: Sequence[str]) -> "Times":
        """Read those of a version from these files of its manifest.

        `sources`: ids of those of the dataset, in order.
        Raises OSError, KeyError or ValueError where it is damaged.
        """
        found = [_dated(kept.rows, kept.lsoa, sources.index(kept.account["source"]))
                 for kept in kept_rows(folder, files, *_COLUMNS)]  # fmt: skip
        told = pa.concat_tables([_DATED.empty_table(), *found])
        kind, first = group_rows(positions(told[name]) for name in ("source", *KIND_COLUMNS))
        of_kind = told.select(["source", *KIND_COLUMNS]).take(first)
        by_column = [of_kind[name].to_pylist() for name in of_kind.column_names]
        return cls(
            kinds=tuple(Kind(*values) for values in zip(*by_column[1:], strict=True)),
            sources=tuple(by_column[0]),
            kind=kind,
            month=told["month"].to_numpy(),
            lsoa=told["lsoa"].to_numpy(),
            weekday=told["weekday"].to_numpy(),
            hour=told["hour"].to_numpy(),
        )


def _dated(rows: pa.Table, lsoa: NDArray[np.int32], source: int) -> pa.Table:
    """The rows of a file that have a day, in the columns that `Times` is made of."""
    dated = rows["date"].is_valid()
    rows = rows.append_column("lsoa", pa.array(lsoa)).filter(dated)
    worked_out = {
        "source": pa.array(np.full(len(rows), source)),
        "night": night_of(rows["hour"]),
        "weekday": pc.day_of_week(rows["date"]),
        "hour": rows["hour"].fill_null(-1),
    }
    columns = [worked_out[name] if name in worked_out else rows[name] for name in _DATED.names]
    return pa.table(columns, names=_DATED.names).cast(_DATED)
