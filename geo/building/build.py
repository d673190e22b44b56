"""From an area and its sources to a dataset on disk, taking over what has not changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from geo.area_file import AreaFile, SourcePlan
from geo.areas.areas import Areas
from geo.areas.assemble import assemble
from geo.areas.plan import AreaPlan
from geo.building.coverage import coverage
from geo.building.incoming import Incoming, clear_incoming
from geo.building.inputs import content_id, files_of
from geo.building.manifest import SourceBuilt
from geo.building.part_files import clear_partial, link_folder
from geo.building.parts import PART_FORMAT, Part, PartTask, keep_open
from geo.building.runners import Run, in_threads
from geo.building.settle import Settled, settle
from geo.building.version import Hiding, write_version
from geo.building.write import write_neighbours
from geo.checksums import checksum
from geo.errors import InputError
from geo.incidents.files import IncidentFile
from geo.incidents.table import Refusal
from geo.strategy.read import describe as describe_strategy
from geo.versions import FORMAT, Version, latest, new_version

SAFERMAP = version("safermap")  # another one may make other areas of the same files
Progress = Callable[[Iterable[tuple[int, Part]], int], Iterable[tuple[int, Part]]]
"""Passes parts on as they come, each with its position, and tells of them; how many there are."""


@dataclass(frozen=True)
class Built:
    """What a build made: the version's folder, its manifest, and its refused rows.

    `changed` is False where nothing was new and the version before still stands.
    """

    folder: Path
    manifest: dict[str, Any]
    refusals: list[Refusal]
    changed: bool = True


@dataclass(frozen=True)
class _Input:
    """One source of a build, the files that are read of it, and those passed over.

    `first_month` is the first of which rows may be held; None where every month may be.
    """

    plan: SourcePlan
    files: list[IncidentFile]
    passed_over: dict[str, str]
    first_month: int | None


def build(
    plan: AreaFile,
    home: Path,
    run: Run | None = None,
    progress: Progress = lambda parts, _: parts,
    hiding: Hiding = lambda years, _: years,
    *,
    today: date | None = None,
    incoming: Incoming | None = None,
) -> Built:
    """Build a dataset from an area file and switch to it once it is whole.

    What the version before holds of the same areas and files is taken over. What may not be held
    any more by the day it is, or `today`, is left out. `run` says where files are read; without it
    one after the other, here. `incoming` is read as if it lay in its place, and put there just
    before the switch; a build that fails leaves nothing of it. Raises InputError where an input
    cannot be used and DatasetError where the dataset cannot be written.
    """
    instead: Mapping[Path, Path] = {}
    last = incoming.settle if incoming else lambda: None
    with ExitStack() as left, new_version(home, last) as folder:
        clear_incoming(plan.sources)
        if incoming:
            left.callback(incoming.drop)
            instead = incoming.bring()
        before = latest(home)
        printed = _printed(plan)
        inputs, left_out = _inputs(plan, today or date.today(), instead)
        if before is not None and before.manifest["inputs"] == _inputs_id(plan, inputs, []):
            return Built(before.folder, before.manifest, [], changed=False)
        areas, areas_id = _areas(plan.area, folder, before)
        tasks = _tasks(inputs, folder, areas, before)
        with ThreadPoolExecutor(1) as beside:
            same = before if areas_id == _areas_of(before) else None
            neighbours = beside.submit(write_neighbours, folder, areas, same)
            parts = _make_parts(tasks, run or in_threads(1), progress)
            neighbours.result()
        clear_partial(folder / "parts")
        inputs_id = _inputs_id(plan, inputs, parts)
        held, too_old = _held(inputs, parts)
        settled = [_settle(item, mine, folder, areas) for item, mine in held]
        manifest, refusals = write_version(
            folder,
            areas,
            [_source_built(item, s, areas) for (item, _), s in zip(held, settled, strict=True)],
            settled,
            said={
                "strategy": printed,
                "disclosure": asdict(plan.disclosure),
                "inputs": inputs_id,
                "areas": areas_id,
            },
            passed_over=left_out | too_old | _passed_over(inputs, settled),
            before=before,
            hiding=hiding,
        )
        name = folder.name.removeprefix(".building-")
        return Built(home / name, manifest, refusals)


def _inputs(
    plan: AreaFile, today: date, instead: Mapping[Path, Path]
) -> tuple[list[_Input], dict[str, str]]:
    """The sources that may be held, and the files of the others with the reason."""
    inputs, left_out = [], dict[str, str]()
    for item in plan.sources:
        if item.keep.over(today):
            left_out |= {str(path): f"it may be held {item.keep.words}" for path in item.files}
            continue
        found = files_of(item.files, plan.path.parent, instead)
        inputs.append(_Input(item, *found, item.keep.first_month(today)))
    if left_out and not inputs:
        raise InputError(f"There is nothing to build: {_said(left_out)}.")
    return inputs, left_out


def _said(left_out: dict[str, str]) -> str:
    return "; ".join(f"{file}: {why}" for file, why in left_out.items())


def _held(
    inputs: Sequence[_Input], parts: Iterable[Part]
) -> tuple[list[tuple[_Input, list[Part]]], dict[str, str]]:
    """Each source with its parts that hold anything still, and the other files with the reason."""
    rest, left_out = iter(parts), dict[str, str]()
    held = []
    for item in inputs:
        mine = [next(rest) for _ in item.files]
        old = [part for part in mine if part.expired and not part.months]
        left_out |= {part.name: f"it may be held {item.plan.keep.words}" for part in old}
        if kept := [part for part in mine if part not in old]:
            held.append((item, kept))
    if not held:
        raise InputError(f"There is nothing to build: {_said(left_out)}.")
    return held, left_out


def _printed(plan: AreaFile) -> dict[str, Any] | None:
    """The printed figures that the area file names, checked whole."""
    if plan.strategy is None:
        return None
    kinds = {code for source in plan.sources for code, _ in source.source.kinds}
    return describe_strategy(plan.strategy, kinds)


def _inputs_id(plan: AreaFile, inputs: Sequence[_Input], parts: Sequence[Part]) -> str:
    """Names all that goes into a build: the area, and of each source its files in their order.

    `parts` are those made of the files, whose bytes need not be read again; or none.
    """
    files = [file for item in inputs for file in item.files]
    told = {file.path: part.sha256 for file, part in zip(files, parts, strict=False)}
    archives = {file.path for file in files if file.member is not None}
    digest = {
        path: checksum(path) if path in archives else told.get(path) or checksum(path)
        for path in {file.path for file in files}
    }
    said = [
        (
            repr({**vars(item.plan), "files": None}),
            [file.name for file in item.files],
            [digest[path] for path in dict.fromkeys(file.path for file in item.files)],
            item.first_month,
        )
        for item in inputs
    ]
    shown = (plan.disclosure, plan.strategy)
    return content_id(SAFERMAP, FORMAT, PART_FORMAT, plan.area, said, *shown)


def _areas(plan: AreaPlan, folder: Path, before: Version | None) -> tuple[Areas, str]:
    """The areas, written into the folder; those of the version before where nothing changed."""
    areas_id = content_id(SAFERMAP, FORMAT, plan)
    if before is not None and areas_id == _areas_of(before):
        link_folder(before.folder / "areas", folder / "areas")
        return Areas.read(folder / "areas"), areas_id
    areas = assemble(plan)
    areas.write(folder / "areas")
    return areas, areas_id


def _areas_of(before: Version | None) -> str | None:
    return before.manifest["areas"] if before is not None else None


def _tasks(
    inputs: Sequence[_Input], folder: Path, areas: Areas, before: Version | None
) -> list[PartTask]:
    here = folder.resolve()
    earlier = (before.folder / "parts").resolve() if before is not None else None
    tasks = [
        PartTask(
            file=replace(file, path=file.path.absolute()),  # workers stand in other folders
            column_map=None if item.plan.kind == "police-street" else item.plan.column_map,
            areas=here / "areas",
            join_id=areas.join_id,
            parts=here / "parts",
            earlier=earlier,
            first_month=item.first_month,
        )
        for item in inputs
        for file in item.files
    ]
    if not tasks:
        raise InputError("There is no incident file to build a dataset of.")
    keep_open(areas, here / "areas")
    (folder / "parts").mkdir()
    return tasks


def _make_parts(tasks: list[PartTask], run: Run, progress: Progress) -> list[Part]:
    """The parts in the order of their tasks, in whatever order they come."""
    with closing(run(tasks)) as made:
        numbered = dict(progress(made, len(tasks)))
    return [numbered[number] for number in range(len(tasks))]


def _passed_over(inputs: Iterable[_Input], settled: Iterable[Settled]) -> dict[str, str]:
    told = [*(item.passed_over for item in inputs), *(mine.passed_over for mine in settled)]
    return {file: why for one in told for file, why in one.items()}


def _settle(item: _Input, parts: Sequence[Part], folder: Path, areas: Areas) -> Settled:
    mine = settle(parts, folder / "parts", item.plan.overlap)
    if sum(part.located for part in mine.parts):
        return mine
    rows = sum(part.read for part in mine.parts)
    if not sum(part.outside + part.ring for part in mine.parts):
        raise InputError(f"None of the {rows:,} rows has a place: no point and no LSOA code.")
    raise InputError(
        f"None of the {rows:,} rows lies in {areas.name}. Check that these are files of the "
        "area, and that their points are in the columns and coordinate system they claim."
    )


def _source_built(item: _Input, mine: Settled, areas: Areas) -> SourceBuilt:
    plan = item.plan
    return SourceBuilt(
        source=plan.source,
        licence=plan.licence,
        attribution=plan.attribution,
        keep=plan.keep,
        overlap=plan.overlap,
        parts=tuple(mine.parts),
        coverage=coverage(mine.parts, areas),
    )
