"""The files of a part, and folders that come into being whole.

The tables are Arrow files, since a build reads and writes thousands of them:

- `incidents`: the rows in the area, in the ring round it or with no place at all; `place`
  is the position of the place
- `places`: the distinct places, with `lsoa` (a position, or UNLOCATED), `set_…`, the code of
  the area of each further set that holds it, and `rows`, how many incidents stand there
- `ids`: every crime ID of the file as `key`, a number that equal IDs share, with `month`
  and `row`, the position in `incidents`, or -1 where the row lies outside
- `counts`: incidents by kind, month and LSOA position
- `set_counts`: those inside the area by `set` and `area` (positions), kind and month, if there
  are further sets
- `refused`: `line`, `field`, `value` and `reason` of every refused row, if there are any

`part.json` says what became of the rows.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.areas.codes import OUTSIDE
from geo.counts import SET_COLUMN, count_part
from geo.crime_ids import crime_keys
from geo.errors import DatasetError
from geo.incidents.table import FileRead

REFUSED = pa.schema(
    [("line", pa.int64()), ("field", pa.string()), ("value", pa.string()), ("reason", pa.string())]
)


def write_part_files(
    folder: Path,
    read: FileRead,
    lsoa: NDArray[np.int32],
    weight: NDArray[np.int64],
    *,
    sets: Mapping[str, pa.DictionaryArray],
    inside: int,
) -> None:
    """Write the tables of a part.

    Args:
        folder: where they are put.
        read: the file, read.
        lsoa: the position of each place, or UNLOCATED or OUTSIDE.
        weight: how many rows stand at each place.
        sets: for each further set of areas the code of each place, or null.
        inside: how many of the areas are no ring.
    """
    place = read.rows["place"].to_numpy()
    kept_places = (lsoa != OUTSIDE) & (weight > 0)
    kept = kept_places[place]
    moved = np.cumsum(kept_places, dtype=np.int32) - 1
    rows = read.rows if kept.all() else read.rows.filter(pa.array(kept))
    at = rows.schema.get_field_index("place")
    rows = rows.set_column(at, rows.schema.field(at), pa.array(moved[place[kept]]))
    _write(rows, folder, "incidents")

    places = read.places.append_column("lsoa", pa.array(lsoa))
    for name, codes in sets.items():
        places = places.append_column(f"{SET_COLUMN}{name}", codes)
    places = places.append_column("rows", pa.array(weight)).filter(pa.array(kept_places))
    _write(places, folder, "places")
    _write(_ids(read.rows, kept), folder, "ids")
    for name, counts in count_part(rows, places, inside).items():
        _write(counts, folder, name)
    if read.refusals:
        refused = [[getattr(item, name) for item in read.refusals] for name in REFUSED.names]
        _write(pa.table(refused, schema=REFUSED), folder, "refused")


def _write(table: pa.Table, folder: Path, name: str) -> None:
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_file(str(folder / f"{name}.arrow"), table.schema, options=options) as file:
        file.write_table(table)


def read_part(folder: Path, name: str, *columns: str) -> pa.Table:
    """A table of a part, or some of its columns in their order.

    Raises DatasetError where the file is damaged.
    """
    try:
        with pa.memory_map(str(folder / f"{name}.arrow")) as source:
            file = pa.ipc.open_file(source)
            if columns:
                chosen = [file.schema.get_field_index(column) for column in columns]
                options = pa.ipc.IpcReadOptions(included_fields=chosen, use_threads=False)
                file = pa.ipc.open_file(source, options=options)
            return file.read_all()
    except (OSError, pa.ArrowInvalid) as error:
        raise DatasetError(f"The part {folder} of the dataset is damaged: {error}.") from error


def _ids(rows: pa.Table, kept: NDArray[np.bool_]) -> pa.Table:
    known = rows["crime_id"].is_valid()
    row = pa.array(np.where(kept, np.cumsum(kept, dtype=np.int32) - 1, np.int32(-1)))
    return pa.table(
        {
            "key": pa.array(crime_keys(rows["crime_id"].filter(known))),
            "month": rows["month"].filter(known),
            "row": row.filter(known),
        }
    )


@contextmanager
def settle_folder(target: Path) -> Iterator[Path]:
    """A folder to write into, which gets its name once the block ends without an error.

    Where another worker was first with the same content, its folder stands.
    """
    partial = target.with_name(f".{target.name}-{uuid4().hex}")
    partial.mkdir()  # without parents: a worker that comes too late must not bring a build back
    try:
        yield partial
        try:
            partial.rename(target)
        except OSError:
            if not target.exists():
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def clear_partial(folder: Path) -> None:
    """Remove what workers that died left unfinished in a folder of parts."""
    for left in folder.glob(".*"):
        shutil.rmtree(left, ignore_errors=True)


def link_folder(source: Path, target: Path) -> None:
    """The same files in another folder, as hard links where the file system has them."""
    with settle_folder(target) as folder:
        shutil.copytree(source, folder, copy_function=link_file, dirs_exist_ok=True)


def link_file(source: str | Path, target: str | Path) -> None:
    """The same file under another name, as a hard link where the file system has them."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
