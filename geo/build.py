"""Writes a prepared dataset: a new folder, then one switch.

A build writes into a folder of its own. Only when that is whole does the name in `CURRENT` change,
in one step, so a build that dies half-way leaves the old dataset served.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import filelock
import geopandas
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from geo.areas import queen_pairs
from geo.counts import count_kinds
from geo.crs import BNG, transformation_note
from geo.dataset import FORMAT
from geo.errors import DatasetError
from geo.incidents.report import write_refusals
from geo.incidents.table import INCIDENTS
from geo.names import name_lsoas
from geo.period import Period, month_iso
from geo.prepare import Prepared

LIBRARIES = ("geopandas", "numpy", "pandas", "pyarrow", "pyproj", "shapely")


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
    lsoas = areas.lsoas.join(name_lsoas(areas, _open_locations(prepared))).assign(ring=False)
    lsoas.to_parquet(folder / "lsoas.parquet", compression="zstd")
    areas.towns.to_parquet(folder / "towns.parquet", compression="zstd")
    pairs = pa.table(dict(zip(("focal", "neighbour"), queen_pairs(areas.lsoas), strict=True)))
    pa.parquet.write_table(pairs, folder / "neighbours.parquet", compression="zstd")
    pa.parquet.write_table(count_kinds(incidents), folder / "counts.parquet", compression="zstd")
    _write_incidents(prepared, folder)
    write_refusals(folder / "refused.csv", prepared.refusals)
    manifest = json.dumps(_manifest(prepared, folder), indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(manifest + "\n", encoding="utf-8")


def _open_locations(prepared: Prepared) -> pa.Table | None:
    """Street locations to name areas by; partner records and drawn incidents name none."""
    if prepared.source.sensitivity != "open" or prepared.source.illustrative:
        return None
    located = pc.greater_equal(prepared.incidents["lsoa"], 0)
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


def _manifest(prepared: Prepared, folder: Path) -> dict[str, Any]:
    areas, accounts = prepared.areas, prepared.accounts
    held = prepared.months
    period = Period(held[0], held[-1])
    compared = sum(account.compared for account in accounts)
    disagreed = sum(account.disagreed for account in accounts)
    parts = ("read", "refused", "accepted", "located", "unlocated", "outside")
    rows = {name: sum(getattr(account, name) for account in accounts) for name in parts}
    return {
        "format": FORMAT,
        "dataset_id": _content_id(prepared, folder),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "safermap": version("safermap"),
        "libraries": {name: version(name) for name in LIBRARIES},
        "area": {
            "name": areas.name,
            "partnership": areas.partnership,
            "vintage": str(areas.vintage),
            "denominator": asdict(areas.denominator),
            "files": list(areas.provenance),
            "deprivation": [2015, 2019],
        },
        "sources": [
            {
                **asdict(prepared.source),
                "period": period.iso(),
                "months_missing": [month_iso(m) for m in period.months() if m not in held],
                "ring_covered": [],
                "ring_why": "",
                "rows": rows,
            }
        ],
        "period": period.iso(),
        "rows": rows,
        "agreement": {
            "compared": compared,
            "disagreed": disagreed,
            "share_disagreed": disagreed / compared if compared else None,
        },
        "transformation": transformation_note(),
        "files": [asdict(account) for account in accounts],
        "files_passed_over": prepared.passed_over,
    }


def _content_id(prepared: Prepared, folder: Path) -> str:
    """Names what is answered: the same areas, counts and source have the same id."""
    content = hashlib.sha256(repr((FORMAT, prepared.source, prepared.areas.denominator)).encode())
    for name in ("lsoas", "towns", "counts"):
        content.update((folder / f"{name}.parquet").read_bytes())
    return content.hexdigest()[:16]
