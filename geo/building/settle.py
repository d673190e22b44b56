"""Settles what the parts of a source say twice, so that nothing is counted twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.areas.codes import UNLOCATED
from geo.building.crime_ids import repeated
from geo.building.part_files import read_part
from geo.building.parts import REPEATED, Part
from geo.errors import InputError
from geo.incidents.table import Refusal
from geo.period import month_iso

COVERED = "A later file of the source covers this month."
Rows = NDArray[np.int64]


@dataclass
class Settled:
    """The parts that count, each file's once, with what was taken out of them.

    `dropped`: by part, the positions of rows that do not count. `refusals`: one for each of them.
    `covered`: by part, the months that a later file stands for. `passed_over`: files that were not
    taken as they hold nothing new, with the reason.
    """

    parts: list[Part]
    passed_over: dict[str, str]
    dropped: dict[str, Rows] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    covered: dict[str, list[int]] = field(default_factory=dict)


def settle(parts: Sequence[Part], folder: Path, overlap: str) -> Settled:
    """Settle the parts of one source, which lie in `folder`, in the order of its files.

    The same bytes count once. A crime ID in several files is one crime. Raises InputError where
    two files hold the same force and month, or the same months of an extract without IDs.
    """
    settled = _same_bytes_once(parts)
    if any(part.claims for part in parts):
        _refuse_same_force_and_month(settled.parts)
    elif overlap == "replace":
        _drop_covered_months(settled, folder)
    elif overlap == "refuse":
        _refuse_loose_months(settled.parts)
    _drop_repeated_ids(settled, folder)
    return settled


def _same_bytes_once(parts: Sequence[Part]) -> Settled:
    first: dict[str, Part] = {}
    passed_over = {}
    for part in parts:
        known = first.setdefault(part.key, part)
        if known is not part:
            passed_over[part.name] = f"it is the same as {known.name}"
    return Settled(list(first.values()), passed_over)


def _refuse_same_force_and_month(parts: list[Part]) -> None:
    held: dict[tuple[str, int], str] = {}
    for part in parts:
        for force, month in part.claims:
            other = held.setdefault((force, month), part.name)
            if other != part.name:
                raise InputError(
                    f"{other} and {part.name} both hold {month_iso(month)} of {force}, with "
                    "different rows; counting both would count the month twice. Give only one."
                )


def _refuse_loose_months(parts: list[Part]) -> None:
    for one, other in combinations(parts, 2):
        if both := set(one.loose_months) & set(other.loose_months):
            raise InputError(
                f"{one.name} and {other.name} both hold rows of {month_iso(min(both))} that have "
                "no ID, so nothing tells whether they are the same incidents. Give only one of "
                'them, or say in the area file overlap = "replace" (a later file stands for every '
                'month it covers) or "add" (they never hold the same incident).'
            )


def _drop_covered_months(settled: Settled, folder: Path) -> None:
    """Drop the rows of months that a later file covers, from its first month to its last."""
    for number, part in enumerate(settled.parts):
        later = settled.parts[number + 1 :]
        covered = {m for other in later for m in range(other.months[0], other.months[-1] + 1)}
        if covered & set(part.months):
            settled.covered[part.key] = sorted(covered)
            month = _read(folder, part, "incidents", "month")
            _drop(
                settled,
                number,
                folder,
                np.flatnonzero(np.isin(month, settled.covered[part.key])),
                COVERED,
            )


def _drop_repeated_ids(settled: Settled, folder: Path) -> None:
    """Of the rows that share a crime ID, keep the last of the latest month.

    A row outside the area may be the one that stands, and is never the one that is dropped.
    """
    keys = [_read(folder, part, "ids", "key") for part in settled.parts]
    ordered = np.sort(np.concatenate(keys)) if keys else np.array([], dtype=np.uint64)
    shared = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(shared):
        return
    found: list[NDArray[np.int64]] = []
    for number, (part, mine) in enumerate(zip(settled.parts, keys, strict=True)):
        at = np.flatnonzero(np.isin(mine, shared))
        month = _read(folder, part, "ids", "month")
        at = at[~np.isin(month[at], settled.covered.get(part.key, []))]
        month, row = month[at], _read(folder, part, "ids", "row")[at].astype(np.int64)
        identity = np.searchsorted(shared, mine[at])
        found.append(np.column_stack([identity, month, row, np.full(len(at), number)]))
    identity, month, row, part_number = np.concatenate(found).T
    given_up = repeated(identity, month)
    given_up = given_up[row[given_up] >= 0]
    for number in np.unique(part_number[given_up]).tolist():
        rows = row[given_up[part_number[given_up] == number]]
        _drop(settled, number, folder, rows, REPEATED)


def _read(folder: Path, part: Part, file: str, column: str) -> NDArray[Any]:
    values: NDArray[Any] = read_part(folder, part.key, file, column)[column].to_numpy()
    return values


def _drop(settled: Settled, number: int, folder: Path, rows: Rows, reason: str) -> None:
    """Take rows of a part out of what counts and out of its account."""
    part = settled.parts[number]
    columns = ("crime_id", "month", "place", "line")
    incidents = read_part(folder, part.key, "incidents", *columns).take(pa.array(rows))
    where = _read(folder, part, "places", "lsoa")[incidents["place"].to_numpy()]
    settled.parts[number] = replace(
        part,
        refused=part.refused + len(rows),
        located=part.located - int(((where >= 0) & (where < part.inside)).sum()),
        ring=part.ring - int((where >= part.inside).sum()),
        unlocated=part.unlocated - int((where == UNLOCATED).sum()),
    )
    before = settled.dropped.get(part.key, np.array([], dtype=np.int64))
    settled.dropped[part.key] = np.union1d(before, rows)
    for item in incidents.to_pylist():
        name, value = "crime ID", item["crime_id"]
        if reason == COVERED:
            name, value = "month", month_iso(item["month"])
        settled.refusals.append(Refusal(part.name, item["line"], name, value, reason))
