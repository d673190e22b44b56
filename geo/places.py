"""The distinct places that incidents stand on, and their counts by kind and month."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.counts import KIND_COLUMNS, count_kinds
from geo.grouping import group_rows, positions, times_before
from geo.incidents import Source
from geo.offences import Kind
from geo.period import Period
from geo.rows import KeptRows, kept_rows

_BITS = 21  # a northing in metres has no more
_COLUMNS = ("offence", "business", "rural_flag", "hour", "rural_offence", "month")


@dataclass(frozen=True)
class Places:
    """Every place inside the area, in the order of LSOA, easting and northing.

    A place is a point, told apart to the metre, in the LSOA that its incidents were put in.
    `location` is what the files call it, or None; an open source's word for it goes before a
    partner's. `kinds` and `sources` are as `geo.counts` has
    them; `place`, `kind`, `month` and `count` are the lines of a long table of counts.
    """

    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    lsoa: NDArray[np.int64]
    location: NDArray[np.object_]
    kinds: tuple[Kind, ...]
    sources: tuple[int, ...]
    place: NDArray[np.int32]
    kind: NDArray[np.int32]
    month: NDArray[np.int32]
    count: NDArray[np.int64]

    @classmethod
    def read(
        cls, folder: Path, files: Sequence[dict[str, Any]], sources: Sequence[Source]
    ) -> "Places":
        """The places of a version, from the parts of these files of its manifest.

        `sources`: those of the dataset, in order. Raises OSError where there are no parts.
        """
        ids = [source.id for source in sources]
        found, counted, start = [], [], 0
        for part in kept_rows(folder, files, *_COLUMNS):
            places, counts = _of_part(part, ids.index(part.account["source"]), start)
            found.append(places)
            counted.append(counts)
            start += len(places)
        places, counts = pa.concat_tables(found), pa.concat_tables(counted)
        easting, northing, lsoa = (
            places[name].to_numpy() for name in ("easting", "northing", "lsoa")
        )
        key = (lsoa.astype(np.int64) << 2 * _BITS) | metres(easting, northing)
        partner = np.array([source.sensitivity == "partner" for source in sources])
        order = np.lexsort((partner[places["source"].to_numpy()], key))
        _, at, place = np.unique(key[order], return_index=True, return_inverse=True)
        place[order] = place.copy()
        first = order[at]
        columns = [counts[name] for name in ("source", *KIND_COLUMNS)]
        kind, of_kind = group_rows(map(positions, columns))
        told = [column.take(of_kind).to_pylist() for column in columns]
        return cls(
            easting=easting[first],
            northing=northing[first],
            lsoa=lsoa[first].astype(np.int64),
            location=places["location"].take(first).to_numpy(zero_copy_only=False),
            kinds=tuple(Kind(*values) for values in zip(*told[1:], strict=True)),
            sources=tuple(told[0]),
            place=place[counts["place"].to_numpy()].astype(np.int32),
            kind=kind,
            month=counts["month"].to_numpy(),
            count=counts["count_all"].to_numpy(),
        )

    def __len__(self) -> int:
        return len(self.lsoa)

    @cached_property
    def ids(self) -> NDArray[np.object_]:
        """What each place is called in web addresses: its easting and northing in metres.

        A point that is recorded in two LSOAs is two places, told apart by a number behind.
        """
        point = metres(self.easting, self.northing)
        ids = [
            f"{at >> _BITS}.{at & (1 << _BITS) - 1}" + (f".{more + 1}" if more else "")
            for at, more in zip(point.tolist(), times_before(point).tolist(), strict=True)
        ]
        return np.array(ids, dtype=object)

    def counts(self, chosen: NDArray[np.bool_], period: Period) -> NDArray[np.int64]:
        """How many incidents of the chosen kinds and the period each place has."""
        wanted = chosen[self.kind] & (self.month >= period.first) & (self.month <= period.last)
        total = np.bincount(self.place[wanted], self.count[wanted], len(self))
        return total.astype(np.int64)

    def recorded(self, sources: Sequence[int]) -> NDArray[np.bool_]:
        """Which places the sources have used at all, whatever the kind and month."""
        used = np.zeros(len(self), dtype=bool)
        used[self.place[np.isin(np.array(self.sources)[self.kind], sources)]] = True
        return used


def metres(easting: NDArray[np.float64], northing: NDArray[np.float64]) -> NDArray[np.int64]:
    """One number for each point, the same for all points that round to the same metre."""
    east, north = (np.rint(values).astype(np.int64) for values in (easting, northing))
    number: NDArray[np.int64] = (east << _BITS) | north
    return number


def _of_part(part: KeptRows, source: int, start: int) -> tuple[pa.Table, pa.Table]:
    """The places of a part, and counts of its rows that have one, numbered from `start`."""
    at = part.rows["place"].to_numpy()
    pointed = part.places["easting"].is_valid().to_numpy() & (part.places["lsoa"].to_numpy() >= 0)
    used = np.zeros(len(part.places), dtype=bool)
    mapped = pointed[at]
    used[at[mapped]] = True
    number = np.cumsum(used, dtype=np.int32) - 1 + start
    rows = part.rows.filter(pa.array(mapped))
    counts = count_kinds(rows, number[at[mapped]], "place")
    places = part.places.select(["easting", "northing", "lsoa", "location"]).filter(pa.array(used))
    return _recorded_by(source, places), _recorded_by(source, counts)


def _recorded_by(source: int, table: pa.Table) -> pa.Table:
    return table.append_column("source", pa.repeat(source, len(table)))
