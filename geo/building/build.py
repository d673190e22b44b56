"""From an area and its sources to a dataset on disk, taking over what has not changed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.area_file import AreaFile, SourcePlan
from geo.areas.areas import Areas
from geo.areas.assemble import assemble
from geo.areas.plan import AreaPlan
from geo.building.coverage import coverage
from geo.building.inputs import content_id, files_of
from geo.building.manifest import SourceBuilt, describe_build, history
from geo.building.part_files import clear_partial, link_folder
from geo.building.parts import PART_FORMAT, Part, PartTask, keep_open
from geo.building.runners import Run, in_threads
from geo.building.settle import Settled, settle
from geo.building.write import dataset_id, write_manifest, write_neighbours, write_tables
from geo.checksums import checksum
from geo.dataset import Dataset
from geo.errors import InputError
from geo.incidents.files import IncidentFile
from geo.incidents.table import Refusal
from geo.strategy.read import describe as describe_strategy
from geo.versions import FORMAT, Version, contents, latest, new_version

if TYPE_CHECKING:
    from geo.public.make import PublicYear

SAFERMAP = version("safermap")  # another one may make other areas of the same files
Progress = Callable[[Iterable[tuple[int, Part]], int], Iterable[tuple[int, Part]]]
"""Passes parts on as they come, each with its position, and tells of them; how many there are."""
Hiding = Callable[[Iterable["PublicYear"], int], Iterable["PublicYear"]]
"""The same of the public tables that are made."""


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
    """One source of a build, the files that are read of it, and those passed over."""

    plan: SourcePlan
    files: list[IncidentFile]
    passed_over: dict[str, str]


def build(
    plan: AreaFile,
    home: Path,
    run: Run | None = None,
    progress: Progress = lambda parts, _: parts,
    hiding: Hiding = lambda years, _: years,
) -> Built:
    """Build a dataset from an area file and switch to it once it is whole.

    What the version before holds of the same areas and files is taken over. `run` says where files
    are read; without it one after the other, here. Raises InputError where an input cannot be used
    and DatasetError where the dataset cannot be written.
    """
    with new_version(home) as folder:
        before = latest(home)
        printed = _printed(plan)
        inputs = [_Input(item, *files_of(item.files, plan.path.parent)) for item in plan.sources]
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
        rest = iter(parts)
        settled = [_settle(item, rest, folder, areas) for item in inputs]
        sources = [
            _source_built(item, mine, areas) for item, mine in zip(inputs, settled, strict=True)
        ]
        refusals = write_tables(folder, areas, sources, settled)
        name = folder.name.removeprefix(".building-")
        created = datetime.now(UTC).isoformat(timespec="seconds")
        passed_over = {
            file: why
            for item, mine in zip(inputs, settled, strict=True)
            for file, why in {**item.passed_over, **mine.passed_over}.items()
        }
        manifest = describe_build(areas, sources, passed_over)
        manifest |= {
            "strategy": printed,
            "dataset_id": dataset_id(folder, manifest),
            "disclosure": asdict(plan.disclosure),
        }
        if any(built.source.sensitivity == "partner" for built in sources):
            earlier = before.folder if before is not None else None
            from geo.public.make import write_public  # noqa: PLC0415  only this needs scipy

            write_public(folder, Dataset.read(folder, manifest), earlier, hiding)
        manifest |= {
            "created": created,
            "inputs": inputs_id,
            "areas": areas_id,
            "contents": contents(folder),
            "history": history(name, created, manifest["files"], before),
        }
        write_manifest(folder, manifest)
        return Built(home / name, manifest, refusals)


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


def _settle(item: _Input, parts: Iterator[Part], folder: Path, areas: Areas) -> Settled:
    mine = settle([next(parts) for _ in item.files], folder / "parts", item.plan.overlap)
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
    plan, parts = item.plan, tuple(mine.parts)
    return SourceBuilt(
        plan.source, plan.licence, plan.attribution, parts, coverage(mine.parts, areas)
    )
