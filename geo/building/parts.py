"""One incident file, read, joined and written as one part of a dataset.

A part depends on the file's bytes, on how its source is read and on the areas, and on nothing else,
so a later build takes it over as it is. `geo.building.part_files` says what is in it.
"""

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
from cachetools import LRUCache
from numpy.typing import NDArray

from geo.areas.areas import Areas
from geo.areas.codes import OUTSIDE, UNLOCATED
from geo.building.crime_ids import Keys, crime_keys, superseded_rows
from geo.building.join import Joiner, Placed
from geo.building.part_files import link_file, part_path, read_account, write_part
from geo.errors import InputError
from geo.incidents.columns import ColumnMap
from geo.incidents.files import IncidentFile
from geo.incidents.read import read_file
from geo.incidents.report import without_value
from geo.incidents.table import POLICE_STREET, FileRead, Refusal

PART_FORMAT = 5
REPEATED = "The crime ID occurs again; the last row of the latest month stands."


@dataclass(frozen=True)
class PartTask:
    """What is needed to make one part, on this machine or on another that sees the same folders.

    `column_map` is None for police street files. `areas` is a folder of written areas, `parts`
    where parts are put, `earlier` where those of the version before lie, or None. `first_month` is
    the first of which rows may be held, where the source has such a one.
    """

    file: IncidentFile
    column_map: ColumnMap | None
    areas: Path
    join_id: str
    parts: Path
    earlier: Path | None = None
    first_month: int | None = None


@dataclass(frozen=True)
class Part:
    """What became of the rows of one file. read = refused + located + ring + unlocated + outside.

    `expired`: rows that are not held, nor in any other of these numbers, as they are too old.

    `claims`: the forces and months that a police street file holds. `months`: those of the rows.
    `loose_months`: those with rows that have no ID. `inside`: how many areas are no ring.
    `strangers`: codes that the areas do not know, with their rows that have a point and how many of
    these points lie in the area. `reused`: the part was taken over as it was.
    """

    key: str
    name: str
    sha256: str
    claims: tuple[tuple[str, int], ...]
    months: tuple[int, ...]
    loose_months: tuple[int, ...]
    read: int
    refused: int
    located: int
    ring: int
    unlocated: int
    outside: int
    compared: int
    disagreed: int
    inside: int
    strangers: tuple[tuple[str, int, int], ...] = ()
    expired: int = 0
    reused: bool = False

    @property
    def accepted(self) -> int:
        """Rows that were taken."""
        return self.read - self.refused

    @classmethod
    def of(cls, account: dict[str, Any], name: str) -> "Part":
        """The part of this account, made of the bytes that the file called `name` has too."""
        facts = account | {"name": name}
        for field in ("claims", "strangers"):
            facts[field] = tuple(tuple(item) for item in facts[field])
        for field in ("months", "loose_months"):
            facts[field] = tuple(facts[field])
        return cls(**facts)

    @property
    def account(self) -> dict[str, Any]:
        """Without the file's name: files of the same bytes share a part, whichever is read."""
        return {name: value for name, value in asdict(self).items() if name != "name"}


def make_part(task: PartTask) -> Part:
    """Read a file, join it and write its part, or take over the part that was made of it before.

    Raises InputError where the file cannot be read.
    """
    data = task.file.load()
    checksum = hashlib.sha256(data).hexdigest()
    key = _key(checksum, task)
    # The same bytes may have come before, or a worker may have died before it told.
    if account := read_account(task.parts, key):
        return Part.of(account, task.file.name)
    if task.earlier is not None and (account := read_account(task.earlier, key)):
        link_file(part_path(task.earlier, key), part_path(task.parts, key))
        return replace(Part.of(account, task.file.name), reused=True)
    read = read_file(task.file.name, data, checksum, task.column_map)
    del data
    refuse_other_kind(read, task.column_map)
    found = read.rows.num_rows
    if task.first_month is not None:
        read = _from(read, task.first_month)
    expired = found - read.rows.num_rows
    keys = crime_keys(read.rows["crime_id"])
    read, keys = _settle_repeats(read, keys)
    if task.first_month is not None:
        read = replace(read, refusals=[without_value(refusal) for refusal in read.refusals])
    joiner = _joiner(task.areas, task.join_id)
    place = read.rows["place"].to_numpy()
    weight = np.bincount(place, minlength=len(read.places))
    placed = joiner.place(read.name, read.places, weight)
    strangers = joiner.strangers(read.places, weight)
    part = replace(
        _account(read, key, placed, weight, joiner.inside),
        strangers=tuple((code, *counts) for code, counts in sorted(strangers.items())),
        expired=expired,
    )
    write_part(
        part_path(task.parts, key),
        read,
        placed.lsoa,
        weight,
        keys,
        sets=joiner.sets(read.places),
        inside=joiner.inside,
        account=part.account,
    )
    return part


def _from(read: FileRead, first_month: int) -> FileRead:
    """The file without the rows of the months before."""
    kept = pa.array(read.rows["month"].to_numpy() >= first_month)
    return replace(read, rows=read.rows.filter(kept))


def refuse_other_kind(read: FileRead, column_map: ColumnMap | None) -> None:
    """Refuse a file of another kind than its source, as it would be counted under the wrong name.

    A source of police street files has no `column_map`. Raises InputError.
    """
    if column_map is None and read.source is not POLICE_STREET:
        raise InputError(
            f"{read.name} is no police street file, but its source is of the kind police-street; "
            "give it a source of its own, of the kind extract."
        )
    if column_map is not None and read.source is POLICE_STREET:
        raise InputError(
            f"{read.name} is a police street file, but its source is of the kind extract; give it "
            "a source of its own, of the kind police-street."
        )


def _key(checksum: str, task: PartTask) -> str:
    read_by = task.column_map and task.column_map.model_dump(exclude={"name", "grave"})
    told = (PART_FORMAT, checksum, task.join_id, read_by, task.first_month)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]


_one_at_a_time = Lock()
_joiners: LRUCache[tuple[Path, str], Joiner] = LRUCache(maxsize=2)


def keep_open(areas: Areas, folder: Path) -> None:
    """Take areas that are in memory for those that lie in the folder, for this process's parts."""
    with _one_at_a_time:
        _joiners[folder, areas.join_id] = Joiner(areas)


def _joiner(folder: Path, join_id: str) -> Joiner:
    """The areas of a folder, opened once a process, whichever thread is first."""
    with _one_at_a_time:
        joiner = _joiners.get((folder, join_id))
        if joiner is None:
            joiner = _joiners[folder, join_id] = Joiner(Areas.read(folder))
        return joiner


def _settle_repeats(read: FileRead, keys: Keys) -> tuple[FileRead, Keys]:
    """Keep one row of every crime ID of the file, and its key; the others are refused."""
    others = superseded_rows(keys, read.rows["crime_id"], read.rows["month"])
    if not len(others):
        return read, keys
    told = read.rows.take(pa.array(others)).select(["line", "crime_id"]).to_pylist()
    repeats = [
        Refusal(read.name, row["line"], "crime ID", row["crime_id"], REPEATED) for row in told
    ]
    refusals = sorted([*read.refusals, *repeats], key=lambda refusal: refusal.line)
    kept = np.ones(len(read.rows), dtype=bool)
    kept[others] = False
    return replace(read, rows=read.rows.filter(pa.array(kept)), refusals=refusals), keys[kept]


def _account(
    read: FileRead, key: str, placed: Placed, weight: NDArray[np.int64], inside: int
) -> Part:
    months, lsoa = read.rows["month"], placed.lsoa
    loose = months.filter(read.rows["crime_id"].is_null())
    return Part(
        key=key,
        name=read.name,
        sha256=read.sha256,
        claims=tuple(sorted(read.recorders)),
        months=tuple(sorted(months.unique().to_pylist())),
        loose_months=tuple(sorted(loose.unique().to_pylist())),
        read=read.read,
        refused=len(read.refusals),
        located=int(weight[(lsoa >= 0) & (lsoa < inside)].sum()),
        ring=int(weight[lsoa >= inside].sum()),
        unlocated=int(weight[lsoa == UNLOCATED].sum()),
        outside=int(weight[lsoa == OUTSIDE].sum()),
        compared=placed.compared,
        disagreed=placed.compared - placed.agreed,
        inside=inside,
    )
