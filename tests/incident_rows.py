"""The incidents of a version one by one, for tests that count them again."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from geo.rows import kept_rows
from geo.versions import read_manifest


def incident_rows(folder: Path) -> pa.Table:
    """Every incident that counts in a version: the columns of the incident table and of its place.

    `lsoa_code` is the one it was put in, null where it has no place; `town` is that area's.
    `source` is the id.
    """
    areas = pq.read_table(folder / "lsoas.parquet", columns=["lsoa_code", "town"])
    tables = []
    for kept in kept_rows(folder, read_manifest(folder)["files"]):
        columns = {name: kept.rows[name] for name in kept.rows.column_names}
        at = columns.pop("place")
        columns |= {name: kept.places[name].take(at) for name in kept.places.column_names}
        area = pa.array(kept.lsoa, mask=kept.lsoa < 0)
        columns |= {name: areas[name].take(area) for name in areas.column_names}
        columns["source"] = pa.repeat(kept.account["source"], len(kept.rows))
        del columns["lsoa"], columns["rows"]
        tables.append(pa.table(columns))
    return pa.concat_tables(tables, promote_options="permissive")
