"""Removes what is held too long from a dataset: a version is made without it, others go.

The version without it is made from the parts of the one before, so that neither the files nor the
area file need be there any more.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from geo.areas.areas import Areas
from geo.building.coverage import coverage
from geo.building.manifest import SourceBuilt
from geo.building.part_files import link_folder
from geo.building.settle import Settled, settle
from geo.building.trim import take_over
from geo.building.version import Hiding, write_version
from geo.building.write import write_neighbours
from geo.errors import DatasetError, QuestionError
from geo.held import Held
from geo.retention import Overdue, Rules, overdue, rules_of
from geo.versions import (
    Version,
    current_folder,
    new_version,
    read_manifest,
    remove_versions,
    unreadable_versions,
    versions_in,
)


@dataclass(frozen=True)
class Purge:
    """What is held too long under a home.

    `overdue`: what of each source, over all versions. `versions`: names of those that hold it, or
    that cannot be read, so that nothing tells. `current`: the version served, where it holds some.
    """

    overdue: tuple[Overdue, ...]
    versions: tuple[str, ...]
    current: Version | None
    rules: Rules


@dataclass(frozen=True)
class Purged:
    """What a purge did: the folder of the version made, where one was; rows removed by source id.

    Rows are those of the version served before, the refused ones of a whole source as well.
    """

    folder: Path | None
    rows: dict[str, int]


def plan_purge(home: Path, today: date) -> Purge:
    """What is held too long under a home.

    Raises DatasetError where there is nothing, or where the version served cannot be read: a build
    must make it anew first.
    """
    if not home.is_dir() or (home / "CURRENT").exists():
        read_manifest(current_folder(home))
    versions = versions_in(home)
    try:
        rules = rules_of(version.manifest for version in versions)
        held = {one.name: list(overdue(one.manifest, rules, today)) for one in versions}
    except (KeyError, TypeError, ValueError, QuestionError) as error:
        raise DatasetError(f"The dataset in {home} is damaged; build it again.") from error
    found: dict[str, Overdue] = {}
    for item in (item for items in held.values() for item in items):
        found[item.source] = item.joined(found.get(item.source, item))
    names = [name for name, items in held.items() if items]
    return Purge(
        overdue=tuple(found.values()),
        versions=(*names, *unreadable_versions(home)),
        current=next((one for one in versions if one.current and held[one.name]), None),
        rules=rules,
    )


def purge(
    home: Path,
    planned: Purge,
    today: date,
    hiding: Hiding = lambda years, _: years,
) -> Purged:
    """Remove what is held too long, from every version under a home and for good.

    The version served is replaced by one without it before any is removed; where nothing would be
    left there is no dataset any more. Killed at any moment it leaves a whole version served, or
    none where none was to be left, and what is left over is done the next time. Raises
    DatasetError where a version is damaged, another build is at work or the folder cannot be
    written.
    """
    made, old = None, planned.current
    if old is not None:
        with new_version(home) as folder:
            if write_kept(folder, old, planned.rules, today, hiding):
                made = home / folder.name.removeprefix(".building-")
    remove_versions(home, planned.versions)
    before = _rows(old.manifest) if old is not None else {}
    after = _rows(read_manifest(made)) if made is not None else {}
    gone = {name: rows - after.get(name, 0) for name, rows in before.items()}
    return Purged(made, {name: rows for name, rows in gone.items() if rows})


def _rows(manifest: dict[str, Any]) -> dict[str, int]:
    return {entry["id"]: entry["rows"]["read"] for entry in manifest["sources"]}


def write_kept(folder: Path, old: Version, rules: Rules, today: date, hiding: Hiding) -> bool:
    """Write a version into a folder: an old one without what it holds too long.

    Returns whether anything is left of it; where not, no manifest is written. Raises DatasetError
    where the old one is damaged.
    """
    link_folder(old.folder / "areas", folder / "areas")
    areas = Areas.read(folder / "areas")
    (folder / "parts").mkdir()
    try:
        made = [_source(folder, old, entry["id"], rules, today, areas=areas)
                for entry in old.manifest["sources"]]  # fmt: skip
        built = [both for both in made if both is not None]
        if not built:
            return False
        write_neighbours(folder, areas, old)
        manifest = old.manifest
        write_version(
            folder,
            areas,
            [source for source, _ in built],
            [settled for _, settled in built],
            said=manifest | {"inputs": ""},  # the next build is of the files, never nothing new
            passed_over=manifest["files_passed_over"],
            before=old,
            hiding=hiding,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError(
            f"The dataset in {old.folder.parent} is damaged; build it again."
        ) from error
    return True


def _source(
    folder: Path, old: Version, name: str, rules: Rules, today: date, *, areas: Areas
) -> tuple[SourceBuilt, Settled] | None:
    """What is left of a source; None where nothing is."""
    [entry] = [one for one in old.manifest["sources"] if one["id"] == name]
    keep = rules[name]
    if keep.over(today):
        return None
    first = keep.first_month(today)
    valueless = entry.get("keep_months") is not None
    files = [file for file in old.manifest["files"] if file["source"] == name]
    here, there = old.folder / "parts", folder / "parts"
    taken = (take_over(here, there, file, first, valueless=valueless) for file in files)
    parts = [part for part in taken if part is not None]
    if not parts:
        return None
    settled = settle(parts, there, entry["overlap"])
    return SourceBuilt(
        source=Held.read(entry, frozenset()).source,
        licence=entry["licence"],
        attribution=entry["attribution"],
        keep=keep,
        overlap=entry["overlap"],
        parts=tuple(settled.parts),
        coverage=coverage(settled.parts, areas),
    ), settled
