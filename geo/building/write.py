"""Writes the tables of a version: what questions are answered from."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo.areas.areas import Areas, AreaSet
from geo.areas.geoparquet import write_geoparquet
from geo.areas.shapes import queen_pairs
from geo.building.manifest import SourceBuilt
from geo.building.names import name_lsoas
from geo.building.part_files import link_file, read_part
from geo.building.parts import Part
from geo.building.settle import Settled
from geo.counts import SET_COLUMN, count_part
from geo.incidents.report import REPORT, write_refusals
from geo.incidents.table import Refusal
from geo.parquet import SUMMED, write_parquet
from geo.versions import Version

_AT_ONCE = 1_000_000  # rows in memory; more are added up or written first
_LOCATION = ["lsoa", "location", "rows"]


def write_tables(
    folder: Path, areas: Areas, sources: Sequence[SourceBuilt], settled: Sequence[Settled]
) -> list[Refusal]:
    """Write areas, towns, counts and refused rows of a version whose parts lie in `folder`.

    Returns the refused rows, file by file.
    """
    short, full = name_lsoas(areas, _open_locations(folder, sources))
    lsoas = areas.lsoas.append_column("short_name", pa.array(short, pa.string()))
    lsoas = lsoas.append_column("name", pa.array(full, pa.string()))
    write_geoparquet(folder / "lsoas.parquet", lsoas, areas.outlines)
    write_geoparquet(folder / "towns.parquet", areas.towns, areas.town_outlines)
    if areas.sets:
        _write_sets(folder / "sets.parquet", areas.sets)
    _write_counts(folder, settled, areas.sets)
    _write_dropped(folder, sources, settled)
    refusals = [refusal for mine in settled for refusal in _refusals(folder, mine)]
    write_refusals(folder / REPORT, refusals)
    return refusals


def write_neighbours(folder: Path, areas: Areas, same: Version | None) -> None:
    """Which areas touch, the ring among them; taken over from the version with the same areas."""
    target = folder / "neighbours.parquet"
    if same is not None:
        link_file(same.folder / "neighbours.parquet", target)
        return
    pairs = dict(zip(("focal", "neighbour"), queen_pairs(areas.outlines), strict=True))
    write_parquet(target, pa.table(pairs))


def _open_locations(folder: Path, sources: Sequence[SourceBuilt]) -> pa.Table | None:
    """How many incidents there are at each LSOA's street locations, to name areas by.

    Partner records and drawn incidents name none.
    """
    waiting: list[pa.Table] = []
    for built in sources:
        if built.source.sensitivity == "open" and not built.source.illustrative:
            for part in in_order(built.parts):
                places = read_part(folder / "parts", part.key, "places", *_LOCATION)
                waiting.append(places.filter(pa.array(places["lsoa"].to_numpy() >= 0)))
                if sum(map(len, waiting)) > _AT_ONCE:
                    waiting = [_added_up(waiting)]
    return _added_up(waiting) if waiting else None


def _added_up(tables: list[pa.Table]) -> pa.Table:
    whole = pa.concat_tables([table.select(_LOCATION) for table in tables])
    grouped = whole.group_by(["lsoa", "location"], use_threads=False)
    return grouped.aggregate([("rows", "sum")]).rename_columns(_LOCATION)


def _write_sets(path: Path, sets: Sequence[AreaSet]) -> None:
    """The areas of all further sets, one set after the other."""
    told = [
        (item.id, item.title, code, name)
        for item in sets
        for code, name in zip(item.codes, item.names, strict=True)
    ]
    names = ("set", "set_title", "code", "name")
    table = pa.table(dict(zip(names, map(pa.array, zip(*told, strict=True)), strict=True)))
    write_geoparquet(path, table, np.concatenate([item.outlines for item in sets]))


def _write_counts(folder: Path, settled: Sequence[Settled], sets: Sequence[AreaSet]) -> None:
    """The parts' counts one after the other; the same kind, month and area may occur again."""
    for name in ("counts", "set_counts") if sets else ("counts",):
        tables = _counts(folder, settled, sets, name)
        first = next(tables)
        path = folder / f"{name}.parquet"
        with pq.ParquetWriter(path, first.schema, compression="zstd", **SUMMED) as file:
            waiting = [first]
            for table in tables:
                waiting.append(table)
                if sum(map(len, waiting)) > _AT_ONCE:
                    file.write_table(pa.concat_tables(waiting))
                    waiting = []
            if waiting:
                file.write_table(pa.concat_tables(waiting))


def _counts(
    folder: Path, settled: Sequence[Settled], sets: Sequence[AreaSet], name: str
) -> Iterator[pa.Table]:
    columns = ["lsoa", *(f"{SET_COLUMN}{item.id}" for item in sets)]
    for number, mine in enumerate(settled):
        for part in in_order(mine.parts):
            place = (folder / "parts", part.key)
            if part.key in mine.dropped:
                rows, places = read_part(*place, "incidents"), read_part(*place, "places", *columns)
                kept = np.ones(len(rows), dtype=bool)
                kept[mine.dropped[part.key]] = False
                counts = count_part(rows.filter(pa.array(kept)), places, part.inside)[name]
            else:
                counts = read_part(*place, name)
            source = pa.array(np.full(len(counts), number, dtype=np.int8))
            yield counts.add_column(0, "source", source)


def in_order(parts: Iterable[Part]) -> list[Part]:
    """Parts in an order that does not depend on what their files are called."""
    return sorted(parts, key=lambda part: (part.months, part.key))


def _write_dropped(
    folder: Path, sources: Sequence[SourceBuilt], settled: Sequence[Settled]
) -> None:
    """Rows of parts that do not count, by source, part and position."""
    told = [
        (built.source.id, key, row)
        for built, mine in zip(sources, settled, strict=True)
        for key, rows in mine.dropped.items()
        for row in rows.tolist()
    ]
    columns = list(zip(*told, strict=True)) or [(), (), ()]
    names = (("source", pa.string()), ("part", pa.string()), ("row", pa.int64()))
    table = pa.table(
        {name: pa.array(column, kind) for (name, kind), column in zip(names, columns, strict=True)}
    )
    write_parquet(folder / "dropped.parquet", table)


def _refusals(folder: Path, mine: Settled) -> list[Refusal]:
    told = []
    for part in mine.parts:
        if part.refused:
            rows = read_part(folder / "parts", part.key, "refused").to_pylist()
            told += [Refusal(part.name, **row) for row in rows]
    return told + mine.refusals


def dataset_id(folder: Path, manifest: dict[str, Any]) -> str:
    """Names what is answered: the same areas, counts and sources have the same id."""
    told = (manifest["format"], manifest["sources"], manifest["area"]["denominator"])
    content = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    for name in ("lsoas", "towns", "counts", "sets", "set_counts"):
        path = folder / f"{name}.parquet"
        content.update(path.read_bytes() if path.exists() else b"")
    return content.hexdigest()[:16]


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest, which makes the version whole."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
