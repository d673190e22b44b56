"""A part on disk: one file a part, since a build reads and writes thousands of them.

It is a ZIP, packed no further, of Arrow files:

- `incidents`: the rows in the area, in the ring round it or with no place at all; `place`
  is the position of the place
- `places`: the distinct places, with `lsoa` (a position, or UNLOCATED), `set_…`, the code of
  the area of each further set that holds it, and `rows`, how many incidents stand there
- `ids`: every crime ID of the file as `key`, a number that equal IDs share, with `month`
  and `row`, the position in `incidents`, or -1 where the row lies outside
- `counts`: incidents by kind, month and LSOA position
- `set_counts`: those inside the area by `set` and `area` (positions), kind and month, if there
  are further sets
- `refused`: `line`, `field`, `value` and `reason` of every refused row

`account.json` says what became of the rows.
"""

import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.areas.codes import OUTSIDE
from geo.building.crime_ids import Keys
from geo.counts import SET_COLUMN, count_part
from geo.errors import DatasetError
from geo.incidents.table import FileRead

ACCOUNT = "account.json"
REFUSED = pa.schema(
    [("line", pa.int64()), ("field", pa.string()), ("value", pa.string()), ("reason", pa.string())]
)


def part_path(parts: Path, key: str) -> Path:
    """Where the part of that key lies in a folder of parts."""
    return parts / f"{key}.zip"


def write_part(
    path: Path,
    read: FileRead,
    lsoa: NDArray[np.int32],
    weight: NDArray[np.int64],
    keys: Keys,
    *,
    sets: Mapping[str, pa.DictionaryArray],
    inside: int,
    account: Mapping[str, Any],
) -> None:
    """Write a part; it is there whole or not at all. The same arguments give the same bytes.

    Args:
        path: where it is put.
        read: the file, read.
        lsoa: the position of each place, or UNLOCATED or OUTSIDE.
        weight: how many rows stand at each place.
        keys: the number of each row's crime ID, 0 where it has none.
        sets: for each further set of areas the code of each place, or null.
        inside: how many of the areas are no ring.
        account: what became of the rows.
    """
    tables = _tables(read, lsoa, weight, keys, sets=sets, inside=inside)
    write_tables(path, tables, account)


def write_tables(
    path: Path, tables: Iterable[tuple[str, pa.Table]], account: Mapping[str, Any]
) -> None:
    """Write a part of these tables; it is there whole or not at all."""
    partial = path.with_name(f".{path.name}-{uuid4().hex}")
    try:
        with zipfile.ZipFile(partial, "x") as file:
            for name, table in tables:
                file.writestr(zipfile.ZipInfo(f"{name}.arrow"), _arrow(table))
            file.writestr(zipfile.ZipInfo(ACCOUNT), json.dumps(account) + "\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _tables(
    read: FileRead,
    lsoa: NDArray[np.int32],
    weight: NDArray[np.int64],
    keys: Keys,
    *,
    sets: Mapping[str, pa.DictionaryArray],
    inside: int,
) -> Iterator[tuple[str, pa.Table]]:
    place = read.rows["place"].to_numpy()
    kept_places = (lsoa != OUTSIDE) & (weight > 0)
    kept = kept_places[place]
    moved = np.cumsum(kept_places, dtype=np.int32) - 1
    rows = read.rows if kept.all() else read.rows.filter(pa.array(kept))
    at = rows.schema.get_field_index("place")
    rows = rows.set_column(at, rows.schema.field(at), pa.array(moved[place[kept]]))
    yield "incidents", rows

    places = read.places.append_column("lsoa", pa.array(lsoa))
    for name, codes in sets.items():
        places = places.append_column(f"{SET_COLUMN}{name}", codes)
    places = places.append_column("rows", pa.array(weight)).filter(pa.array(kept_places))
    yield "places", places
    yield "ids", _ids(read.rows, keys, kept)
    yield from count_part(rows, places, inside).items()
    refused = [[getattr(item, name) for item in read.refusals] for name in REFUSED.names]
    yield "refused", pa.table(refused, schema=REFUSED)


def _arrow(table: pa.Table) -> pa.Buffer:
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    buffer = pa.BufferOutputStream()
    with pa.ipc.new_file(buffer, table.schema, options=options) as file:
        file.write_table(table)
    return buffer.getvalue()


def read_part(parts: Path, key: str, name: str, *columns: str) -> pa.Table:
    """A table of a part, or some of its columns in the table's order.

    Raises DatasetError where the part is damaged.
    """
    source = pa.py_buffer(_member(parts, key, f"{name}.arrow"))
    try:
        file = pa.ipc.open_file(source)
        chosen = [file.schema.get_field_index(column) for column in columns] or None
        options = pa.ipc.IpcReadOptions(included_fields=chosen, use_threads=False)
        return pa.ipc.open_file(source, options=options).read_all()
    except pa.ArrowInvalid as error:
        raise _damaged(parts, key, error) from error


def read_account(parts: Path, key: str) -> dict[str, Any] | None:
    """What became of the rows of a part; None where there is no such part."""
    if not part_path(parts, key).exists():
        return None
    try:
        account: dict[str, Any] = json.loads(_member(parts, key, ACCOUNT))
    except ValueError as error:
        raise _damaged(parts, key, error) from error
    return account


def _member(parts: Path, key: str, name: str) -> bytes:
    try:
        with zipfile.ZipFile(part_path(parts, key)) as file:
            return file.read(name)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise _damaged(parts, key, error) from error


def _damaged(parts: Path, key: str, error: Exception) -> DatasetError:
    return DatasetError(f"{part_path(parts, key)} of the dataset is damaged: {error}.")


def _ids(rows: pa.Table, keys: Keys, kept: NDArray[np.bool_]) -> pa.Table:
    known = keys != 0
    row = np.where(kept, np.cumsum(kept, dtype=np.int32) - 1, np.int32(-1))
    columns = {"key": keys, "month": rows["month"].to_numpy(), "row": row}
    return pa.table({name: pa.array(values[known]) for name, values in columns.items()})


def clear_partial(parts: Path) -> None:
    """Remove what workers that died left unfinished in a folder of parts."""
    for left in parts.glob(".*"):
        left.unlink(missing_ok=True)


def link_folder(source: Path, target: Path) -> None:
    """The same files in another folder, as hard links where the file system has them."""
    shutil.copytree(source, target, copy_function=link_file)


def link_file(source: str | Path, target: str | Path) -> None:
    """The same file under another name, as a hard link where the file system has them."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
