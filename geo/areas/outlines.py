"""LSOA outlines from the publishers' GIS files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.areas.facts import first_repeated, refuse_other_codes
from geo.areas.gis_files import read_gis
from geo.areas.headings import AUTHORITY, LSOA, LSOA_NAME, census_year
from geo.areas.look_up import CodeLookUp, vintage_of
from geo.areas.shapes import Shapes, polygons, same_ground
from geo.errors import InputError


@dataclass(frozen=True)
class Outlines:
    """LSOA outlines of one vintage in BNG, in code order; `name` and `authority` may be null.

    `vintage` is None where nothing tells it. `mended` has the codes mended by file.
    """

    name: str
    table: pa.Table
    shapes: Shapes
    vintage: str | None
    mended: dict[Path, list[str]] = field(default_factory=dict)

    @property
    def codes(self) -> pa.Array:
        """The LSOA codes."""
        return self.table["lsoa_code"].combine_chunks()


def read_outlines(paths: Sequence[Path], look_up: CodeLookUp | None = None) -> Outlines:
    """The outlines of several files of one vintage together.

    An LSOA that two files outline alike is taken once. Raises InputError where a file cannot be
    read as outlines, has a code twice or a code that is none, and where two files are of different
    vintages or contradict each other.
    """
    if not paths:
        raise InputError("There is no file of LSOA outlines; name at least one.")
    together: Outlines | None = None
    for path in dict.fromkeys(paths):
        one = _read(path, look_up)
        together = one if together is None else _both(together, one)
    assert together is not None  # noqa: S101  # there is at least one path
    order = pc.sort_indices(together.codes)
    shapes = together.shapes[order.to_numpy()]
    table = together.table.take(order).combine_chunks()
    return Outlines(together.name, table, shapes, together.vintage, together.mended)


def _read(path: Path, look_up: CodeLookUp | None) -> Outlines:
    gis = read_gis(path, lambda table: table.find(LSOA), "LSOA codes, such as LSOA11CD or LSOA21CD")
    table = gis.table
    heading = table.find(LSOA) or ""
    codes = table.text(heading)
    if codes.null_count:
        raise InputError(f"{path} has an outline whose code in '{heading}' is blank.")
    refuse_other_codes(table, heading, codes)
    if (twice := first_repeated(codes)) is not None:
        raise InputError(f"{path} has {twice} more than once in '{heading}'.")
    columns = {"lsoa_code": codes}
    for name, pattern in (("lsoa_name", LSOA_NAME), ("authority", AUTHORITY)):
        column = table.find(pattern)
        columns[name] = pa.nulls(len(codes), pa.string()) if column is None else table.text(column)
    listed = codes.to_pylist()
    shapes, mended = polygons(str(path), listed, gis.shapes, gis.crs)
    vintage = vintage_of(path.name, codes, census_year(heading), look_up)
    return Outlines(path.name, pa.table(columns), shapes, vintage, {path: sorted(mended)})


def _both(one: Outlines, other: Outlines) -> Outlines:
    if one.vintage and other.vintage and one.vintage != other.vintage:
        raise InputError(
            f"{one.name} has LSOAs of {one.vintage} and {other.name} has LSOAs of {other.vintage}; "
            "give outlines of one vintage."
        )
    at = pc.index_in(other.codes, value_set=one.codes)
    shared = np.flatnonzero(at.is_valid())
    mine = one.shapes[at.drop_null().to_numpy()]
    unlike = np.flatnonzero(~same_ground(mine, other.shapes[shared]))
    if len(unlike):
        code = other.codes[int(shared[unlike[0]])].as_py()
        raise InputError(
            f"{one.name} and {other.name} contradict each other: the outline of {code} is not the "
            f"same in both, nor are {len(unlike) - 1} more."
            if len(unlike) > 1
            else f"{one.name} and {other.name} contradict each other: the outline of {code} is not "
            "the same in both."
        )
    new = at.is_null()
    return Outlines(
        f"{one.name}, {other.name}",
        pa.concat_tables([one.table, other.table.filter(new)]),
        np.concatenate([one.shapes, other.shapes[np.asarray(new)]]),
        one.vintage or other.vintage,
        one.mended | other.mended,
    )
