"""The commands that load data: init, check, build, datasets, rollback."""

import gc
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from boundaries import SHROPSHIRE
from geo.area_file import AreaFile, read_area_files, write_template
from geo.building.build import Built, build
from geo.building.cluster import on_cluster
from geo.building.inputs import files_of
from geo.building.purge import plan_purge
from geo.building.runners import in_threads
from geo.building.sources import plan_sources
from geo.errors import InputError
from geo.incidents import ColumnMap, Refusal
from geo.incidents.read import read_each
from geo.incidents.report import REPORT, write_refusals
from geo.versions import all_versions, roll_back
from service.console import (
    account_table,
    hiding_progress,
    parts_progress,
    print_passed_over,
    print_refusals,
    progress,
    read_table,
    stdout,
    version_table,
)

HOME = Path("dataset")
AREA_FILE = Path("safermap.toml")

Files = Annotated[
    list[Path], typer.Argument(help="Street CSV files, folders, a ZIP archive, or extracts.")
]
Columns = Annotated[
    Path | None, typer.Option(help="Column map (TOML) for an extract with another header.")
]
_WHERE = {"envvar": "SAFERMAP_DATASET", "help": "Where datasets are kept."}
Out = Annotated[Path, typer.Option("--out", **_WHERE)]
Home = Annotated[Path, typer.Option("--dataset", **_WHERE)]


def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = AREA_FILE,
) -> None:
    """Write an area file to begin with: every setting, explained."""
    write_template(path)
    stdout.print(f"Wrote {path}. Fill it in: it says how.", soft_wrap=True)


def check(
    files: Files,
    columns: Columns = None,
    report: Annotated[Path | None, typer.Option(help="Write the refused rows as CSV.")] = None,
) -> None:
    """Read files and report every refused row, without building anything."""
    column_map = ColumnMap.read(columns) if columns else None
    refusals: list[Refusal] = []
    rows = []
    found, passed_over = files_of(files, Path.cwd())
    for read in read_each(found, column_map, progress):
        if read.same_as is not None:
            passed_over[read.name] = f"it is the same as {read.same_as}"
            continue
        rows.append((read.name, read.read, read.rows.num_rows, len(read.refusals)))
        refusals += read.refusals
    stdout.print(read_table(rows))
    print_passed_over(passed_over)
    print_refusals(refusals)
    if report is not None:
        try:
            write_refusals(report, refusals)
        except OSError as error:
            raise InputError(f"The report {report} cannot be written: {error.strerror}.") from error


def build_command(
    incidents: Annotated[
        list[Path] | None, typer.Option(help="Files, folders or a ZIP; repeatable.")
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(help="More of them.")] = None,
    *,
    area: Annotated[
        list[Path] | None,
        typer.Option(
            envvar="SAFERMAP_AREA",
            help="Area file; several of one area are taken together. Without it safermap.toml in "
            "this folder, else the area that ships.",
        ),
    ] = None,
    out: Out = HOME,
    columns: Columns = None,
    denominator: Annotated[
        str | None, typer.Option(help="Residents to divide by, by name, such as mid-2022.")
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            envvar="SAFERMAP_BUILD_WORKERS",
            min=1,
            max=256,
            help="Files read side by side; one a core unless said.",
        ),
    ] = os.cpu_count() or 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            envvar="SAFERMAP_SCHEDULER",
            help="Read on a Dask cluster: its address, tcp://host:port.",
        ),
    ] = None,
) -> None:
    """Join incidents to areas and switch to the new dataset once it is whole.

    What has not changed since the build before is taken over from it.
    """
    gc.set_threshold(200_000)  # each look for cycles walks through every outline
    paths = [*(incidents or []), *(more or [])]
    plan = _plan(area, paths, ColumnMap.read(columns) if columns else None, denominator)
    run = on_cluster(scheduler) if scheduler else in_threads(workers)
    _report(build(plan, out, run, parts_progress, hiding_progress))
    if (held := plan_purge(out, date.today())).overdue:
        stdout.print(
            f"Earlier versions hold what may not be held any longer: {len(held.versions)}. Remove "
            f"them: safermap purge --dataset {out}",
            soft_wrap=True,
        )


def _plan(
    area: list[Path] | None,
    paths: list[Path],
    column_map: ColumnMap | None,
    denominator: str | None,
) -> AreaFile:
    """The area file, with the files of the command line in the place of its own."""
    if not area:
        area = [AREA_FILE if AREA_FILE.exists() else SHROPSHIRE]
    plan = read_area_files(area)
    if paths:
        plan = replace(plan, sources=plan_sources(paths, column_map))
    elif column_map is not None:
        raise InputError("--columns is for files given with --incidents; there are none.")
    if not plan.sources:
        raise InputError(
            f"The area file {area[0]} names no source of incidents; add a [[source]] to it, or "
            "give files with --incidents."
        )
    if denominator is not None:
        plan = replace(plan, area=replace(plan.area, denominator=denominator))
    return plan


def _report(built: Built) -> None:
    manifest = built.manifest
    if not built.changed:
        stdout.print(
            f"Nothing is new since {manifest['created']}: the same files, the same area. "
            f"{built.folder} stands as it is.",
            soft_wrap=True,
        )
        return
    stdout.print(account_table(manifest["files"], manifest["area"]["name"]))
    print_passed_over(manifest["files_passed_over"])
    for file in manifest["files"]:
        if file["expired"]:
            words = f"{file['name']}: {file['expired']:,} rows more are too old to be held."
            stdout.print(Text(words), soft_wrap=True)
    print_refusals(built.refusals)
    compared, share = (manifest["agreement"][name] for name in ("compared", "share_disagreed"))
    if compared:
        stdout.print(
            f"Of {compared:,} rows with an LSOA code and a point, {share:.1%} have their point "
            "outside the outline of their code; the code was used.",
            soft_wrap=True,
        )
    for warning in manifest["warnings"]:
        stdout.print(f"Warning: {warning}", soft_wrap=True, highlight=False, markup=False)
    entry = manifest["history"][0]
    if entry["reused"]:
        stdout.print(f"Taken over from the build before: {entry['reused']:,} files.")
    stdout.print(
        f"Built {built.folder}, now current. Refused rows: {built.folder / REPORT}. A "
        "running service switches to it by itself.",
        soft_wrap=True,
    )


def datasets(out: Out = HOME) -> None:
    """List the versions of the dataset: what each holds and what it changed."""
    stdout.print(version_table(all_versions(out)))


def rollback(
    version: Annotated[
        str | None, typer.Argument(help="The version to serve; the one before unless said.")
    ] = None,
    *,
    out: Out = HOME,
) -> None:
    """Serve an earlier version of the dataset again. Nothing is removed."""
    chosen = roll_back(out, version)
    stdout.print(
        f"{out / chosen.name}, built {chosen.manifest['created']}, is current again. A running "
        "service switches to it by itself.",
        soft_wrap=True,
    )
