"""The incidents of a version, row by row, whatever parts they lie in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geo.building.part_files import read_part
from geo.incidents.table import with_places
from geo.versions import read_manifest


@dataclass(frozen=True, eq=False)
class KeptRows:
    """The rows of one file that count: those in the area and those with no place.

    `account` is the manifest's of the file. `rows` are of the incident table, `places` the places
    they stand at, `lsoa` the position of the LSOA of each row, below 0 where it has no place.
    """

    account: dict[str, Any]
    rows: pa.Table
    places: pa.Table
    lsoa: NDArray[np.int32]


def kept_rows(folder: Path, files: Sequence[dict[str, Any]], *columns: str) -> Iterator[KeptRows]:
    """The rows of a version that count, file by file; of these columns, or of all.

    `files` are accounts of its manifest. Rows of the ring are left out, and those that gave way to
    another.
    """
    ring = pq.read_table(folder / "lsoas.parquet", columns=["ring"])["ring"].to_numpy()
    inside = int((~ring).sum())
    dropped = pq.read_table(folder / "dropped.parquet")
    wanted = ("place", *columns) if columns else ()
    for account in files:
        part = (folder / "parts", account["part"])
        of_source = pc.equal(dropped["source"], account["source"])
        mine = dropped.filter(pc.and_(of_source, pc.equal(dropped["part"], account["part"])))
        rows, places = read_part(*part, "incidents", *wanted), read_part(*part, "places")
        lsoa = places["lsoa"].to_numpy()[rows["place"].to_numpy()]
        kept = lsoa < inside
        kept[mine["row"].to_numpy()] = False
        yield KeptRows(account, rows.filter(pa.array(kept)), places, lsoa[kept])


def incident_rows(folder: Path) -> pa.Table:
    """Every incident that counts in a version, as `kept_rows` says.

    The columns of the incident table, of its place (`lsoa_code` is the one the incident was put
    in, null where it has no place), `town`, `source` (its id) and `file`.
    """
    areas = pq.read_table(folder / "lsoas.parquet", columns=["lsoa_code", "town"])
    tables = []
    for kept in kept_rows(folder, read_manifest(folder)["files"]):
        flat = with_places(kept.rows, kept.places)
        at = pa.array(kept.lsoa, mask=kept.lsoa < 0)
        for name in ("lsoa_code", "town"):
            values = areas[name].combine_chunks().take(at)
            if name in flat.column_names:
                flat = flat.drop_columns([name])
            flat = flat.append_column(name, values)
        for name in ("source", "name"):
            values = pa.repeat(kept.account[name], len(flat))
            flat = flat.append_column("file" if name == "name" else name, values)
        tables.append(flat.drop_columns(["lsoa", "rows"]))
    return pa.concat_tables(tables, promote_options="permissive")
