"""The incidents of a version, row by row, whatever parts they lie in."""

from collections.abc import Iterator
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


@dataclass(frozen=True)
class PartRows:
    """The rows of one part, its places, and which of the rows count.

    `account` is what the manifest says of the part, `lsoa` the position of each row's LSOA.
    """

    account: dict[str, Any]
    rows: pa.Table
    places: pa.Table
    lsoa: NDArray[np.int32]
    kept: NDArray[np.bool_]


def parts_of(folder: Path, columns: tuple[str, ...] = ()) -> Iterator[PartRows]:
    """The parts of a version, one by one, with these columns of their rows, or all.

    Rows of the ring do not count, nor those that gave way to another.
    """
    areas = pq.read_table(folder / "lsoas.parquet", columns=["ring"])
    inside = len(areas) - int(np.sum(areas["ring"].to_numpy()))
    dropped = pq.read_table(folder / "dropped.parquet")
    for account in read_manifest(folder)["files"]:
        part = (folder / "parts", account["part"])
        of_source = pc.equal(dropped["source"], account["source"])
        mine = dropped.filter(pc.and_(of_source, pc.equal(dropped["part"], account["part"])))
        rows, places = read_part(*part, "incidents", *columns), read_part(*part, "places")
        lsoa = places["lsoa"].to_numpy()[rows["place"].to_numpy()]
        kept = lsoa < inside
        kept[mine["row"].to_numpy()] = False
        yield PartRows(account, rows, places, lsoa, kept)


def incident_rows(folder: Path) -> pa.Table:
    """Every incident that counts in a version: those of the area and those with no place.

    The columns of the incident table, of its place (`lsoa_code` is the one the incident was put
    in, null where it has no place), `town`, `source` (its id) and `file`. Rows of the ring are left
    out, and those that gave way to another.
    """
    areas = pq.read_table(folder / "lsoas.parquet", columns=["lsoa_code", "town"])
    tables = []
    for part in parts_of(folder):
        flat = with_places(part.rows, part.places)
        at = pa.array(part.lsoa, mask=part.lsoa < 0)
        for name in ("lsoa_code", "town"):
            values = areas[name].combine_chunks().take(at)
            if name in flat.column_names:
                flat = flat.drop_columns([name])
            flat = flat.append_column(name, values)
        for name, value in (("source", part.account["source"]), ("file", part.account["name"])):
            flat = flat.append_column(name, pa.repeat(value, len(flat)))
        tables.append(flat.drop_columns(["lsoa", "rows"]).filter(pa.array(part.kept)))
    return pa.concat_tables(tables, promote_options="permissive")
