"""Parts of a dataset taken over into another version, without the months that are too old."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from geo.areas.codes import UNLOCATED
from geo.building.part_files import (
    REFUSED,
    link_file,
    part_path,
    read_account,
    read_part,
    write_tables,
)
from geo.building.parts import Part
from geo.counts import count_part
from geo.errors import DatasetError
from geo.incidents.report import without_value
from geo.incidents.table import Refusal


def take_over(
    source: Path,
    target: Path,
    file: Mapping[str, Any],
    first_month: int | None,
    *,
    valueless: bool,
) -> Part | None:
    """Put a part from one folder into another, without the rows of months before `first_month`.

    `file` is the manifest's account of the part's file. `valueless`: its refused rows say nothing
    of their values already. None where no row would be left; then nothing is put. Raises
    DatasetError where the part is damaged.
    """
    key, name = file["part"], file["name"]
    account = read_account(source, key)
    if account is None:
        raise DatasetError(f"{part_path(source, key)} of the dataset is missing; build it again.")
    part = Part.of(account, name)
    if first_month is None or (valueless and part.months[0] >= first_month):
        link_file(part_path(source, key), part_path(target, key))
        return part
    if part.months[-1] < first_month:
        return None
    return _trimmed(source, target, part, first_month)


def _trimmed(source: Path, target: Path, part: Part, first_month: int) -> Part:
    rows, places, ids = (read_part(source, part.key, n) for n in ("incidents", "places", "ids"))
    kept = rows["month"].to_numpy() >= first_month
    moved = np.cumsum(kept, dtype=np.int32) - 1
    rows = rows.filter(pa.array(kept))
    place = rows["place"].to_numpy()
    weight = np.bincount(place, minlength=len(places))
    at = rows.schema.get_field_index("place")
    position = np.cumsum(weight > 0, dtype=np.int32) - 1
    rows = rows.set_column(at, rows.schema.field(at), pa.array(position[place]))
    places = places.set_column(places.schema.get_field_index("rows"), "rows", pa.array(weight))
    places = places.filter(pa.array(weight > 0))
    ids = ids.filter(pa.array(ids["month"].to_numpy() >= first_month))
    row = ids["row"].to_numpy()
    stands = np.where(row >= 0, moved[row], np.int32(-1)).astype(np.int32)
    ids = ids.set_column(ids.schema.get_field_index("row"), "row", pa.array(stands))
    refused = [
        without_value(Refusal(part.name, **one))
        for one in read_part(source, part.key, "refused").to_pylist()
    ]
    told = [[getattr(one, name) for one in refused] for name in REFUSED.names]
    tables = {
        "incidents": rows,
        "places": places,
        "ids": ids,
        **count_part(rows, places, part.inside),
        "refused": pa.table(told, schema=REFUSED),
    }
    lsoa = places["lsoa"].to_numpy()[rows["place"].to_numpy()]
    removed = int((~kept).sum())
    left = replace(
        part,
        key=hashlib.sha256(f"{part.key} {first_month}".encode()).hexdigest()[:24],
        months=tuple(month for month in part.months if month >= first_month),
        loose_months=tuple(month for month in part.loose_months if month >= first_month),
        read=part.read - removed,
        located=int(((lsoa >= 0) & (lsoa < part.inside)).sum()),
        ring=int((lsoa >= part.inside).sum()),
        unlocated=int((lsoa == UNLOCATED).sum()),
        expired=part.expired + removed,
    )
    write_tables(part_path(target, left.key), tables.items(), left.account)
    return left
