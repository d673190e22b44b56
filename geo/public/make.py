"""Making the public tables of a version: once, when it is built."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from geo.dataset import Dataset
from geo.held import Held
from geo.measures.disclosure import suppress
from geo.parquet import read_parquet, write_parquet
from geo.period import Period
from geo.public.groups import Groups, Offences, groups_of, told_of
from geo.public.tables import FILE, SCHEMA, TOGETHER
from geo.public.zones import EVERYWHERE, Zones, town_zones, zones

FIRST_MONTH = 3  # April: the year of recorded crime, which never moves
KEYS = b"safermap"
METHOD = 1  # another one hides other figures of the same counts


@dataclass(frozen=True, eq=False)
class PublicYear:
    """One table of one year of a source, before anything is hidden.

    `cells`: counts by group and area, one after the other; `areas`: what the areas are called.
    `totals`: what each total is of, group and area, and `members` which cells it adds up.
    """

    source: str
    of: Groups
    year: Period
    areas: tuple[str, ...]
    cells: NDArray[np.int64]
    totals: tuple[tuple[str, str], ...]
    members: sparse.csr_array
    cost: NDArray[np.float64]
    hidden_below: int

    @property
    def name(self) -> str:
        """What is told of it while it is made."""
        return f"{self.source}, {self.of.name}, {self.year.words()}"

    @property
    def key(self) -> str:
        """Names all that its public figures follow from."""
        told = hashlib.sha256(repr((METHOD, self.source, self.of, self.year, self.areas)).encode())
        told.update(repr((self.totals, self.hidden_below)).encode())
        for array in (self.cells, self.cost, self.members.indices, self.members.indptr):
            told.update(np.ascontiguousarray(array).tobytes())
        return told.hexdigest()

    def table(self, before: frozenset[tuple[str, str]] = frozenset()) -> pa.Table:
        """Its figures, null where hidden.

        `before`: groups and areas whose figures of the same year were hidden in the version before.
        They stay hidden, or a restated year would tell by its difference.
        """
        figures = np.concatenate([self.cells, self.members @ self.cells])
        named = [(group, area) for group in self.of.groups for area in self.areas]
        named += self.totals
        again = np.array([one in before for one in named], dtype=bool)
        below = np.where(again, figures + 1, self.hidden_below)
        hidden = np.zeros(len(figures), dtype=bool)
        if self.hidden_below > 1:
            hidden = suppress(self.cells, self.members, below, cost=self.cost).hidden
        groups = self.of.groups | {TOGETHER: told_of(self.of.groups.values())}
        rows = {
            "source": [self.source] * len(named),
            "table": [self.of.name] * len(named),
            "group": [group for group, _ in named],
            "offences": [sorted(groups[group]) for group, _ in named],
            "grave": [self.of.grave] * len(named),
            "first_month": [self.year.first] * len(named),
            "area": [area for _, area in named],
            "count": pa.array(figures, mask=hidden),
        }
        return pa.table(rows, SCHEMA)


def public_years(held: Held) -> list[Period]:
    """Twelve months from April that a source holds whole; they never overlap."""
    starts = range(held.period.first, held.period.last - 10)
    years = [Period(first, first + 11) for first in starts if first % 12 == FIRST_MONTH]
    return [year for year in years if all(map(held.has, year.months()))]


def tables_to_make(dataset: Dataset) -> Iterator[PublicYear]:
    """Every public table of every partner's source, year by year."""
    found = zones(dataset.lsoas, dataset.towns)
    thresholds = dataset.manifest["disclosure"]
    for number, held in enumerate(dataset.held):
        if held.source.sensitivity == "partner":
            for year in public_years(held):
                for of in groups_of(held):
                    name = "hidden_below_grave" if of.grave else "hidden_below"
                    yield _year(dataset, (number, of, year), found, thresholds[name])


def write_public(
    folder: Path,
    dataset: Dataset,
    before: Path | None = None,
    progress: Callable[[Iterable[PublicYear], int], Iterable[PublicYear]] = lambda made, _: made,
) -> None:
    """Write the public tables of a version; none where it has no partner's source.

    A table that follows from the same counts as one of the version `before` is taken over.
    """
    wanted = list(tables_to_make(dataset))
    if not wanted:
        return
    made = _tables_by_key(before)
    hidden = {_which(table): _hidden_in(table) for table in made.values()}
    keys = [one.key for one in wanted]
    new = [one for one, key in zip(wanted, keys, strict=True) if key not in made]
    for one in progress(new, len(new)):
        which = (one.source, one.of.name, one.year.first)
        made[one.key] = one.table(hidden.get(which, frozenset()))
    sizes = json.dumps([[key, len(made[key])] for key in keys])
    whole = pa.concat_tables([made[key] for key in keys]).replace_schema_metadata(
        {KEYS: sizes.encode()}
    )
    write_parquet(folder / FILE, whole)


def _tables_by_key(before: Path | None) -> dict[str, pa.Table]:
    if before is None or not (before / FILE).exists():
        return {}
    whole = read_parquet(before / FILE)
    found, start = {}, 0
    for key, size in json.loads(whole.schema.metadata[KEYS]):
        found[key] = whole.slice(start, size).replace_schema_metadata()
        start += size
    return found


def _which(table: pa.Table) -> tuple[str, str, int]:
    """Source, table and first month of the figures of one table of one year."""
    source, name, first = (table[c][0].as_py() for c in ("source", "table", "first_month"))
    return source, name, first


def _hidden_in(table: pa.Table) -> frozenset[tuple[str, str]]:
    hidden = table.filter(table["count"].is_null())
    return frozenset(zip(hidden["group"].to_pylist(), hidden["area"].to_pylist(), strict=True))


def _year(
    dataset: Dataset, asked: tuple[int, Groups, Period], found: Zones, hidden_below: int
) -> PublicYear:
    source, of, year = asked
    count = np.stack([_counts(dataset, source, group, year) for group in of.groups.values()])
    residents = 1.0 + dataset.residents
    if of.grave:
        parts = town_zones(found)
        apart = {EVERYWHERE: found[EVERYWHERE]} if EVERYWHERE not in parts else {}
        areas, sums = tuple(parts), np.ones((len(apart), len(parts)), dtype=np.int64)
        within = np.array(list(parts.values()), dtype=np.int64)
        count, residents = count @ within.T, within @ residents
    else:
        apart, areas = found, tuple(dataset.lsoas["lsoa_code"])
        sums = np.array(list(found.values()), dtype=np.int64)
    size, zone = len(of.groups), sparse.csr_array(sums)
    each, own = sparse.eye_array(size), sparse.eye_array(len(areas))
    every = sparse.csr_array(np.ones((1, size)))
    blocks, cost = [sparse.kron(each, zone)], [np.tile(residents, size)]
    totals = [(group, name) for group in of.groups for name in apart]
    cost.append(np.tile(zone @ residents, size))
    if size > 1:
        blocks += [sparse.kron(every, own), sparse.kron(every, zone)]
        totals += [(TOGETHER, area) for area in (*areas, *apart)]
        cost += [size * residents, size * (zone @ residents)]
    return PublicYear(
        source=dataset.sources[source].id,
        of=of,
        year=year,
        areas=areas,
        cells=count.ravel(),
        totals=tuple(totals),
        members=sparse.csr_array(sparse.vstack(blocks), dtype=np.int64),
        cost=np.concatenate(cost),
        hidden_below=hidden_below,
    )


def _counts(dataset: Dataset, source: int, offences: Offences, year: Period) -> NDArray[np.int64]:
    """Incidents of a source by LSOA."""
    counts = dataset.counts
    told = zip(counts.kinds, counts.sources, strict=True)
    chosen = np.array([s == source and kind.offence in offences for kind, s in told], dtype=bool)
    total: NDArray[np.int64] = counts.by_month(chosen, year).sum(axis=0)
    return total[: len(dataset.lsoas)]
