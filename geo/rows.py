"""The incidents of a version, row by row, whatever parts they lie in."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geo.building.part_files import read_part
from geo.incidents.table import with_places
from geo.versions import read_manifest


def incident_rows(folder: Path) -> pa.Table:
    """Every incident that counts in a version: those of the area and those with no place.

    The columns of the incident table, of its place (`lsoa_code` is the one the incident was put
    in, null where it has no place), `town`, `source` (its id) and `file`. Rows of the ring are left
    out, and those that gave way to another.
    """
    manifest = read_manifest(folder)
    areas = pq.read_table(folder / "lsoas.parquet", columns=["lsoa_code", "town", "ring"])
    inside = len(areas) - int(np.sum(areas["ring"].to_numpy()))
    dropped = pq.read_table(folder / "dropped.parquet")
    tables = []
    for account in manifest["files"]:
        part = (folder / "parts", account["part"])
        of_source = pc.equal(dropped["source"], account["source"])
        mine = dropped.filter(pc.and_(of_source, pc.equal(dropped["part"], account["part"])))
        rows, places = read_part(*part, "incidents"), read_part(*part, "places")
        lsoa = places["lsoa"].to_numpy()[rows["place"].to_numpy()]
        kept = lsoa < inside
        kept[mine["row"].to_numpy()] = False
        flat = with_places(rows, places)
        at = pa.array(lsoa, mask=lsoa < 0)
        for name in ("lsoa_code", "town"):
            values = areas[name].combine_chunks().take(at)
            if name in flat.column_names:
                flat = flat.drop_columns([name])
            flat = flat.append_column(name, values)
        for name, value in (("source", account["source"]), ("file", account["name"])):
            flat = flat.append_column(name, pa.repeat(value, len(flat)))
        tables.append(flat.drop_columns(["lsoa", "rows"]).filter(pa.array(kept)))
    return pa.concat_tables(tables, promote_options="permissive")
