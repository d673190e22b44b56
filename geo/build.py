"""Builds a dataset: incident files and an area pack in, a new folder out, then one switch.

A build writes into a folder of its own. Only when that is whole does the name in `CURRENT` change,
in one step, so a build that dies half-way leaves the old dataset served.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import filelock
import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from geo.areas import Areas, queen_pairs
from geo.counts import count_kinds
from geo.crs import BNG, transformation_note
from geo.errors import DatasetError, InputError
from geo.incidents import FileRead, Refusal, Source
from geo.incidents.report import write_refusals
from geo.incidents.table import INCIDENTS
from geo.join import OUTSIDE, UNLOCATED, Joiner, Placed
from geo.names import name_lsoas
from geo.period import Period, month_iso

FORMAT = 1  # of the files in a dataset folder; another number is not read
LIBRARIES = ("geopandas", "numpy", "pandas", "pyarrow", "pyproj", "shapely")


@dataclass(frozen=True)
class FileAccount:
    """What became of the rows of one file: read = accepted + refused; accepted = the last three."""

    name: str
    sha256: str
    source: str
    months: tuple[str, str]
    read: int
    refused: int
    accepted: int
    located: int
    unlocated: int
    outside: int
    compared: int
    disagreed: int


@dataclass(frozen=True)
class Prepared:
    """Everything a dataset is made of, before it is written."""

    areas: Areas
    source: Source
    incidents: pa.Table
    months: tuple[int, ...]
    accounts: list[FileAccount]
    refusals: list[Refusal]


def prepare(reads: Iterator[FileRead], areas: Areas) -> Prepared:
    """Join the files' rows to the areas and settle repeated crime IDs.

    A crime ID that occurs again is one crime: the row of the latest month stands, the others are
    refused. Raises InputError where two sources come together or no row lies in the area.
    """
    joiner = Joiner(areas)
    files: list[tuple[FileRead, Placed]] = []
    tables: list[pa.Table] = []
    for read in reads:
        placed = joiner.place(read.name, read.incidents)
        table = read.incidents.append_column("lsoa", pa.array(placed.lsoa))
        table = table.append_column("file", pa.array(np.full(len(table), len(files), np.int32)))
        tables.append(table)
        files.append((read, placed))
    sources = {read.source for read, _ in files}
    if not sources:
        raise InputError("There is no incident file to build a dataset of.")
    if len(sources) > 1:
        names = " and ".join(sorted(source.name for source in sources))
        raise InputError(
            f"The files come from {names}. The two may record the same incident, so build a "
            "dataset of each."
        )
    incidents, repeats = _settle_repeats(pa.concat_tables(tables), [read.name for read, _ in files])
    refusals = [refusal for read, _ in files for refusal in read.refusals] + repeats
    accounts = _accounts(files, incidents, refusals)
    if not sum(account.located for account in accounts):
        rows = sum(account.read for account in accounts)
        raise InputError(
            f"None of the {rows:,} rows lies in {areas.name}. Check that these are files of the "
            "area, and that their points are in the columns and coordinate system they claim."
        )
    months = tuple(sorted(incidents["month"].unique().to_pylist()))
    incidents = incidents.filter(pa.compute.not_equal(incidents["lsoa"], OUTSIDE))
    return Prepared(areas, sources.pop(), incidents, months, accounts, refusals)


def _settle_repeats(incidents: pa.Table, names: list[str]) -> tuple[pa.Table, list[Refusal]]:
    ids = incidents["crime_id"].combine_chunks().dictionary_encode().indices
    known = ids.fill_null(-1).to_numpy()
    often = np.bincount(known[known >= 0], minlength=1)[known] > 1
    rows = np.flatnonzero((known >= 0) & often)
    if not len(rows):
        return incidents, []
    rows = rows[np.argsort(incidents["month"].to_numpy()[rows], kind="stable")]
    repeated = np.zeros(len(known), dtype=bool)
    repeated[rows] = pd.Series(known[rows]).duplicated(keep="last")
    told = incidents.filter(pa.array(repeated)).select(["file", "line", "crime_id"]).to_pylist()
    reason = "The crime ID occurs again; the last row of the latest month stands."
    refusals = [
        Refusal(names[row["file"]], row["line"], "crime ID", row["crime_id"], reason)
        for row in told
    ]
    return incidents.filter(pa.array(~repeated)), refusals


def _accounts(
    files: list[tuple[FileRead, Placed]], incidents: pa.Table, refusals: list[Refusal]
) -> list[FileAccount]:
    refused = pd.Series([refusal.file for refusal in refusals], dtype=object).value_counts()
    rows = pd.DataFrame({name: incidents[name].to_numpy() for name in ("file", "lsoa", "month")})
    accounts = []
    for number, (read, placed) in enumerate(files):
        mine = rows[rows["file"] == number]
        unlocated, outside = ((mine["lsoa"] == code).sum() for code in (UNLOCATED, OUTSIDE))
        months = read.incidents["month"].to_numpy()
        accounts.append(
            FileAccount(
                name=read.name,
                sha256=read.sha256,
                source=read.source.name,
                months=(month_iso(int(months.min())), month_iso(int(months.max()))),
                read=read.read,
                refused=int(refused.get(read.name, 0)),
                accepted=len(mine),
                located=len(mine) - int(unlocated + outside),
                unlocated=int(unlocated),
                outside=int(outside),
                compared=placed.compared,
                disagreed=placed.compared - placed.agreed,
            )
        )
    return accounts


def write_dataset(prepared: Prepared, home: Path) -> str:
    """Write a dataset into a new folder under `home` and switch to it. Returns its version name.

    Raises DatasetError where another build is at work or the folder cannot be written.
    """
    try:
        with _building_folder(home) as (folder, name):
            _write_files(prepared, folder)
            folder.rename(home / name)
            _replace(home / "CURRENT", name)
    except OSError as error:
        raise DatasetError(f"The dataset cannot be written to {home}: {error.strerror}.") from error
    return name


@contextmanager
def _building_folder(home: Path) -> Iterator[tuple[Path, str]]:
    home.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(home / ".lock", blocking=False):
            for left in home.glob(".building-*"):  # of a build that died
                shutil.rmtree(left)
            name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
            folder = home / f".building-{name}"
            folder.mkdir()
            try:
                yield folder, name
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except filelock.Timeout as error:
        raise DatasetError(f"Another build is writing to {home}; wait until it is done.") from error


def _replace(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _write_files(prepared: Prepared, folder: Path) -> None:
    areas, incidents = prepared.areas, prepared.incidents
    lsoas = areas.lsoas.join(name_lsoas(areas, _open_locations(prepared)))
    lsoas.to_parquet(folder / "lsoas.parquet", compression="zstd")
    areas.towns.to_parquet(folder / "towns.parquet", compression="zstd")
    pairs = pa.table(dict(zip(("focal", "neighbour"), queen_pairs(areas.lsoas), strict=True)))
    pa.parquet.write_table(pairs, folder / "neighbours.parquet", compression="zstd")
    pa.parquet.write_table(count_kinds(incidents), folder / "counts.parquet", compression="zstd")
    _write_incidents(prepared, folder)
    write_refusals(folder / "refused.csv", prepared.refusals)
    manifest = json.dumps(_manifest(prepared), indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(manifest + "\n", encoding="utf-8")


def _open_locations(prepared: Prepared) -> pa.Table | None:
    """Street locations to name areas by; partner records and drawn incidents name none."""
    if prepared.source.sensitivity != "open" or prepared.source.illustrative:
        return None
    located = pa.compute.greater_equal(prepared.incidents["lsoa"], 0)
    return prepared.incidents.select(["lsoa", "location"]).filter(located)


def _write_incidents(prepared: Prepared, folder: Path) -> None:
    table, lsoas = prepared.incidents, prepared.areas.lsoas
    codes = pa.array([*lsoas["lsoa_code"], None], pa.string())
    positions = table["lsoa"].to_numpy()
    towns = pa.array(
        [t if isinstance(t, str) else None for t in lsoas["town"]] + [None], pa.string()
    )
    joined = pa.table(
        {
            **{name: table[name] for name in INCIDENTS.names if name != "lsoa_code"},
            "lsoa_code": codes.take(pa.array(positions % len(codes))),
            "town": towns.take(pa.array(positions % len(towns))),
            "file": pa.array([prepared.accounts[i].name for i in table["file"].to_numpy()]),
        }
    ).to_pandas(types_mapper=None)
    points = geopandas.points_from_xy(joined["easting"], joined["northing"], crs=BNG)
    frame = geopandas.GeoDataFrame(joined.drop(columns=["easting", "northing"]), geometry=points)
    frame.to_parquet(folder / "incidents.parquet", compression="zstd")


def _manifest(prepared: Prepared) -> dict[str, Any]:
    areas, accounts = prepared.areas, prepared.accounts
    held = prepared.months
    period = Period(held[0], held[-1])
    compared = sum(account.compared for account in accounts)
    disagreed = sum(account.disagreed for account in accounts)
    inputs = [account.sha256 for account in accounts] + [f["sha256"] for f in areas.provenance]
    content = "\n".join([str(FORMAT), version("safermap"), areas.denominator.name, *inputs])
    return {
        "format": FORMAT,
        "dataset_id": hashlib.sha256(content.encode()).hexdigest()[:16],
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "safermap": version("safermap"),
        "libraries": {name: version(name) for name in LIBRARIES},
        "area": {
            "name": areas.name,
            "partnership": areas.partnership,
            "vintage": areas.vintage,
            "denominator": asdict(areas.denominator),
            "files": list(areas.provenance),
        },
        "source": asdict(prepared.source),
        "period": period.iso(),
        "months_missing": [month_iso(m) for m in period.months() if m not in held],
        "rows": {
            name: sum(getattr(account, name) for account in accounts)
            for name in ("read", "refused", "accepted", "located", "unlocated", "outside")
        },
        "agreement": {
            "compared": compared,
            "disagreed": disagreed,
            "share_disagreed": disagreed / compared if compared else None,
        },
        "transformation": transformation_note(),
        "files": [asdict(account) for account in accounts],
    }
