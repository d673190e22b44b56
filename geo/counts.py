"""The counts that every question is answered from: kind of incident by month by area."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.areas.codes import UNLOCATED
from geo.grouping import group_rows, positions
from geo.incidents.table import NIGHT_FROM, NIGHT_TO
from geo.offences import Kind
from geo.period import Period

KIND_COLUMNS = [field.name for field in fields(Kind)]
SET_COLUMN = "set_"  # before the id of a further set, in the places of a part


def count_part(incidents: pa.Table, places: pa.Table, inside: int) -> dict[str, pa.Table]:
    """The tables of counts of a part: `counts`, and `set_counts` where there are further sets.

    `incidents` and `places` are as `geo.building.part_files` has them. Sets count what lies in the
    first `inside` LSOAs, by its point; what has no point, or one in no area of a set, is left out
    of it.
    """
    place = incidents["place"].to_numpy()
    lsoa = places["lsoa"].to_numpy()[place]
    tables = {"counts": count_kinds(incidents, lsoa)}
    by_set = []
    names = (name for name in places.column_names if name.startswith(SET_COLUMN))
    for number, name in enumerate(names):
        found = places[name].combine_chunks().indices.fill_null(-1).to_numpy()[place]
        held = (found >= 0) & (lsoa >= 0) & (lsoa < inside)
        counted = count_kinds(incidents.filter(pa.array(held)), found[held], "area")
        by_set.append(
            counted.add_column(0, "set", pa.repeat(pa.scalar(number, pa.int16()), len(counted)))
        )
    if by_set:
        tables["set_counts"] = pa.concat_tables(by_set)
    return tables


def count_kinds(incidents: pa.Table, position: NDArray[np.int32], name: str = "lsoa") -> pa.Table:
    """How many incidents there are of each kind, month and position, as a long table.

    `incidents` has the columns of the incident table; `position` is the area of each (UNLOCATED
    where no place is recorded), in a column of that name.
    """
    keys = pa.table(
        {
            "offence": incidents["offence"],
            "business": incidents["business"],
            "rural_flag": incidents["rural_flag"],
            "night": night_of(incidents["hour"]),
            "rural_offence": incidents["rural_offence"],
            "month": incidents["month"],
            name: pa.array(position),
        }
    )
    group, first = group_rows(map(positions, keys.columns))
    counted = keys.take(first)
    columns = [
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for column in counted.columns
    ]
    return pa.table(
        [*columns, pa.array(np.bincount(group))], names=[*keys.column_names, "count_all"]
    )


def night_of(hours: pa.ChunkedArray) -> pa.Array:
    """Whether each hour is of the night-time economy, 8pm to 4am; null where it is not known."""
    if hours.null_count == len(hours):
        return pa.nulls(len(hours), pa.bool_())
    hour = hours.fill_null(0).to_numpy()
    return pa.array((hour >= NIGHT_FROM) | (hour < NIGHT_TO), mask=hours.is_null().to_numpy())


@dataclass(frozen=True)
class Counts:
    """A cube of counts: kinds by months by positions, and one more place for the unlocated.

    The positions are those of LSOAs, the areas inside and then the ring, or those of the areas of
    further sets. `sources` says which source recorded each kind: a kind that two sources record
    stands twice.
    """

    kinds: tuple[Kind, ...]
    sources: tuple[int, ...]
    period: Period
    cube: NDArray[np.int32]

    @classmethod
    def from_table(
        cls, table: pa.Table, period: Period, position: NDArray[np.integer[Any]], areas: int
    ) -> "Counts":
        """The cube of tables of `count_kinds`, one after the other, with a column `source`.

        `position`: the area of each line, out of so many `areas`.
        """
        columns = [table[name] for name in ("source", *KIND_COLUMNS)]
        numbers, first = group_rows(map(positions, columns))
        found = [column.take(first).to_pylist() for column in columns]
        kinds = tuple(Kind(*values) for values in zip(*found[1:], strict=True))
        cube = np.zeros((len(kinds), len(period), areas + 1), dtype=np.int32)
        month = table["month"].to_numpy() - period.first
        place = np.where(position == UNLOCATED, areas, position)
        np.add.at(cube, (numbers, month, place), table["count_all"].to_numpy())
        return cls(kinds, tuple(found[0]), period, cube)

    def by_month(self, chosen: NDArray[np.bool_], period: Period) -> NDArray[np.int64]:
        """Counts of the chosen kinds, months by positions; the last column is unlocated."""
        first = period.first - self.period.first
        months = self.cube[chosen, first : first + len(period)]
        total: NDArray[np.int64] = months.sum(axis=0, dtype=np.int64)
        return total
