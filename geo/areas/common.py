"""The areas that LSOA 2011 and LSOA 2021 have in common, and what a code stands for in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from geo.areas.codes import OUTSIDE, UNLOCATED, Codes
from geo.areas.look_up import CodeLookUp
from geo.areas.select import Mask
from geo.areas.shapes import Shapes
from geo.errors import InputError


@dataclass(frozen=True)
class Rows:
    """Areas in code order: `table` has `lsoa_code`, `lsoa_name`, `authority`; which are inside.

    `parts` has the codes of both vintages of an area that is common to them and no single LSOA.
    """

    table: pa.Table
    shapes: Shapes
    inside: Mask
    parts: Mapping[str, Sequence[str]]

    def take(self, order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> "Rows":
        """The rows at these positions, in their order."""
        table = self.table.take(pa.array(order)).combine_chunks()
        held = set(table["lsoa_code"].to_pylist())
        parts = {code: members for code, members in self.parts.items() if code in held}
        return Rows(table, self.shapes[order], self.inside[order], parts)


def group_common(rows: Rows, outlines: str, look_up: CodeLookUp) -> Rows:
    """The rows of one vintage as the areas that both vintages have in common.

    A split LSOA has its code of 2011, a merged one its code of 2021, any other group the lowest
    code of 2021 in it. Groups outside that the outlines do not hold whole are left out. Raises
    InputError for such a group inside.
    """
    codes = rows.table["lsoa_code"].to_pylist()
    at = {code: row for row, code in enumerate(codes)}
    names = {**look_up.told("2011", "name"), **look_up.told("2021", "name")}
    authority = rows.table["authority"].to_pylist()
    whole: list[tuple[str, str | None, str | None]] = []
    shapes, inside, parts, gone = [], [], {}, set()
    for old, new in look_up.groups:
        members = [code for code in (*old, *new) if code in at]
        if not members:
            continue
        positions = [at[code] for code in members]
        gone.update(positions)
        within = bool(rows.inside[positions].any())
        if members not in (old, new):
            if within:
                lacking = sorted({*(new if members[0] in new else old)} - set(members))
                raise InputError(
                    f"{outlines} lacks the outline of {lacking[0]}, which is one area with "
                    f"{members[0]} where 2011 and 2021 are compared."
                )
            continue
        code = old[0] if len(old) == 1 else new[0]
        told = {authority[row] for row in positions}
        whole.append((code, names.get(code), told.pop() if len(told) == 1 else None))
        shapes.append(shapely.union_all(rows.shapes[positions]))
        inside.append(within)
        parts[code] = [*old, *new]
    kept = np.array([row for row in range(len(codes)) if row not in gone], dtype=np.int64)
    added = pa.table(
        {
            name: pa.array([item[column] for item in whole], pa.string())
            for column, name in enumerate(("lsoa_code", "lsoa_name", "authority"))
        }
    )
    table = pa.concat_tables([rows.table.take(pa.array(kept)), added])
    joined = np.concatenate([rows.shapes[kept], np.array(shapes, dtype=object)])
    both = np.concatenate([rows.inside[kept], np.array(inside, dtype=bool)])
    grouped = Rows(table, joined, both, parts)
    return grouped.take(np.argsort(np.array(table["lsoa_code"].to_pylist()), kind="stable"))


def code_table(rows: Rows, vintage: str, look_up: CodeLookUp | None) -> Codes:
    """Which of the rows a code of either vintage stands for."""
    listed = rows.table["lsoa_code"].to_pylist()
    known = {code: row for row, code in enumerate(listed)}
    if look_up is None:
        return Codes(vintage, known)
    if vintage == "common":
        for code, members in rows.parts.items():
            known |= dict.fromkeys(members, known[code])
        return Codes(vintage, known)
    there = set(listed)
    for code, parts in look_up.parts.items():
        if code in there or _is_of(code, vintage, look_up):
            continue
        held = [part for part in parts if part in there]
        if not held:
            known[code] = OUTSIDE
        else:
            known[code] = known[held[0]] if len(parts) == 1 else UNLOCATED
    return Codes(vintage, known)


def _is_of(code: str, vintage: str, look_up: CodeLookUp) -> bool:
    return (code in look_up.retired) == (vintage == "2011")
