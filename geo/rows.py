"""The incidents of a version, row by row, whatever parts they lie in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.building.part_files import read_part
from geo.parquet import read_parquet


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
    ring = read_parquet(folder / "lsoas.parquet", ["ring"])["ring"].to_numpy()
    inside = int((~ring).sum())
    dropped = read_parquet(folder / "dropped.parquet")
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
