"""The counts that every question is answered from: kind of incident by month by LSOA."""

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.areas.codes import UNLOCATED
from geo.incidents.table import NIGHT_FROM, NIGHT_TO
from geo.offences import Kind
from geo.period import Period

KIND_COLUMNS = [field.name for field in fields(Kind)]


def count_kinds(incidents: pa.Table, lsoa: NDArray[np.int32]) -> pa.Table:
    """How many incidents there are of each kind, month and LSOA position, as a long table.

    `incidents` has the columns of the incident table; `lsoa` is the position of each (UNLOCATED
    where no place is recorded).
    """
    keys = pa.table(
        {
            "offence": incidents["offence"].cast(pa.string()),
            "business": incidents["business"],
            "rural_flag": incidents["rural_flag"],
            "night": _night(incidents["hour"]),
            "rural_offence": incidents["rural_offence"].cast(pa.string()),
            "month": incidents["month"],
            "lsoa": pa.array(lsoa),
        }
    )
    told = [name for name in keys.column_names if keys[name].null_count < len(keys)]
    if not told:
        return keys.append_column("count_all", pa.array([], pa.int64()))
    counted = keys.group_by(told, use_threads=False).aggregate([([], "count_all")])
    columns = [
        counted[name] if name in told else pa.nulls(len(counted), keys.schema.field(name).type)
        for name in keys.column_names
    ]
    return pa.table([*columns, counted["count_all"]], names=[*keys.column_names, "count_all"])


def _night(hours: pa.ChunkedArray) -> pa.Array:
    if hours.null_count == len(hours):
        return pa.nulls(len(hours), pa.bool_())
    hour = hours.fill_null(0).to_numpy()
    return pa.array((hour >= NIGHT_FROM) | (hour < NIGHT_TO), mask=hours.is_null().to_numpy())


@dataclass(frozen=True)
class Counts:
    """A cube of counts: kinds by months by LSOA positions, and one more place for the unlocated.

    The positions are those of the areas inside, then those of the ring. `sources` says which
    source recorded each kind: a kind that two sources record stands twice.
    """

    kinds: tuple[Kind, ...]
    sources: tuple[int, ...]
    period: Period
    cube: NDArray[np.int32]

    @classmethod
    def from_table(cls, table: pa.Table, period: Period, lsoas: int) -> "Counts":
        """The cube of tables of `count_kinds`, one after the other, with a column `source`."""
        columns = [table[name] for name in ("source", *KIND_COLUMNS)]
        number = np.zeros(len(table), dtype=np.int64)
        for column in columns:
            values = column.combine_chunks().dictionary_encode("encode")
            number = number * (len(values.dictionary) + 1) + values.indices.to_numpy()
        _, first, numbers = np.unique(number, return_index=True, return_inverse=True)
        found = [column.take(first).to_pylist() for column in columns]
        kinds = tuple(Kind(*values) for values in zip(*found[1:], strict=True))
        cube = np.zeros((len(kinds), len(period), lsoas + 1), dtype=np.int32)
        lsoa, month = table["lsoa"].to_numpy(), table["month"].to_numpy()
        place = np.where(lsoa == UNLOCATED, lsoas, lsoa)
        np.add.at(cube, (numbers, month - period.first, place), table["count_all"].to_numpy())
        return cls(kinds, tuple(found[0]), period, cube)

    def by_month(self, chosen: NDArray[np.bool_], period: Period) -> NDArray[np.int64]:
        """Counts of the chosen kinds, months by LSOA positions; the last column is unlocated."""
        first = period.first - self.period.first
        months = self.cube[chosen, first : first + len(period)]
        total: NDArray[np.int64] = months.sum(axis=0, dtype=np.int64)
        return total
