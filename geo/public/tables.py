"""The public tables of one source: read from a version, and asked for a theme's counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.offences import Theme
from geo.period import Period
from geo.public.groups import Offences, told_of
from geo.public.zones import Zones
from geo.tally import Tally

FILE = "public.parquet"
TOGETHER = "all together"
SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("table", pa.string()),
        ("group", pa.string()),
        ("offences", pa.list_(pa.string())),
        ("grave", pa.bool_()),
        ("first_month", pa.int32()),
        ("area", pa.string()),  # an LSOA's code, or a zone's name
        ("count", pa.int64()),  # null: hidden
    ]
)


@dataclass(frozen=True, eq=False)
class PublicTable:
    """Counts of groups of offences that never overlap, year by year.

    `groups`: the offences of each group; where there are several, all together is one more column.
    `tally`: by the first month of the year, one a column, of LSOAs and then of zones. Grave ones
    have zones alone: there all LSOAs are hidden.
    """

    groups: tuple[Offences, ...]
    grave: bool
    tally: Mapping[int, tuple[Tally, ...]]

    def columns(self, offences: Offences) -> list[int] | None:
        """The columns that add up to these offences; None where none do."""
        if not offences:
            return None
        if offences == told_of(self.groups):
            return [len(self.groups) if len(self.groups) > 1 else 0]
        found = [number for number, group in enumerate(self.groups) if group <= offences]
        return found if told_of(self.groups[n] for n in found) == offences else None


@dataclass(frozen=True, eq=False)
class Published:
    """What is public of one source: its tables, and the LSOAs and zones they are of.

    `grave`: the offences that are in no table but their own.
    """

    tables: tuple[PublicTable, ...]
    grave: Offences
    told: Offences
    lsoas: int
    zones: Zones

    @property
    def years(self) -> tuple[Period, ...]:
        """The years that are public, in order."""
        firsts = sorted({first for table in self.tables for first in table.tally})
        return tuple(Period(first, first + 11) for first in firsts)

    def whole_years(self, period: Period) -> bool:
        """Whether a period is whole public years, one after the other."""
        return _months(self.years_of(period)) == list(period.months())

    def years_of(self, period: Period) -> list[Period]:
        """The public years within a period."""
        return [year for year in self.years if period.contains(year)]

    def answers(self, theme: Theme) -> bool:
        """Whether a theme can be told from the tables."""
        return self._found(theme) is not None

    def below_town(self, theme: Theme) -> bool:
        """Whether a theme is shown by LSOA."""
        found = self._found(theme)
        return found is not None and not found[0].grave

    def left_out(self, theme: Theme) -> Offences:
        """Grave offences of a theme that its counts leave out."""
        return theme.offences & self.grave if self.below_town(theme) else frozenset()

    def areas(self, theme: Theme, period: Period) -> Tally:
        """Counts of a theme and whole years by LSOA, shape (lsoas,)."""
        return self._figures(theme, period).of(np.arange(self.lsoas))

    def together(self, theme: Theme, period: Period, members: NDArray[np.bool_]) -> int | None:
        """The count of some LSOAs together; None where it is hidden.

        It is shown where they are a zone whose total is shown, or where each of them is.
        """
        figures = self._figures(theme, period)
        zone = self._zone_of.get(members.tobytes())
        if zone is not None and not figures.hidden[self.lsoas + zone]:
            return int(figures.count[self.lsoas + zone])
        own = figures.of(np.flatnonzero(members))
        return None if own.hidden.any() else int(own.count.sum())

    @cached_property
    def _zone_of(self) -> dict[bytes, int]:
        return {members.tobytes(): number for number, members in enumerate(self.zones.values())}

    def _found(self, theme: Theme) -> tuple[PublicTable, list[int]] | None:
        if theme.mark is not None:
            return None
        asked = theme.offences & self.told
        for offences in (asked - self.grave, asked & self.grave):
            for table in self.tables:
                if columns := table.columns(offences):
                    return table, columns
        return None

    def _figures(self, theme: Theme, period: Period) -> Tally:
        found = self._found(theme)
        if found is None:
            raise KeyError(theme.name)
        table, columns = found
        size = self.lsoas + len(self.zones)
        count, hidden = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool)
        for year in self.years_of(period):
            for column in columns:
                tally = table.tally[year.first][column]
                count += tally.count
                hidden |= tally.hidden
        return Tally(np.where(hidden, 0, count), hidden)


def _months(years: Iterable[Period]) -> list[int]:
    return [month for year in years for month in year.months()]


def read_tables(table: pa.Table, source: str, areas: Sequence[str]) -> tuple[PublicTable, ...]:
    """The tables of a source as the file has them; `areas` are LSOA codes, then zone names."""
    position = {area: number for number, area in enumerate(areas)}
    found: dict[str, dict[str, Any]] = {}
    for row in table.to_pylist():
        if row["source"] != source:
            continue
        one = found.setdefault(row["table"], {"grave": row["grave"], "groups": {}, "years": {}})
        one["groups"].setdefault(row["group"], frozenset(row["offences"]))
        columns = one["years"].setdefault(row["first_month"], {})
        tally = columns.setdefault(row["group"], _all_hidden(len(areas)))
        if row["count"] is not None:
            tally.count[position[row["area"]]] = row["count"]
            tally.hidden[position[row["area"]]] = False
    return tuple(
        PublicTable(
            tuple(of for name, of in one["groups"].items() if name != TOGETHER),
            one["grave"],
            {first: tuple(columns.values()) for first, columns in one["years"].items()},
        )
        for one in found.values()
    )


def _all_hidden(size: int) -> Tally:
    return Tally(np.zeros(size, dtype=np.int64), np.ones(size, dtype=bool))
