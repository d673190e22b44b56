"""Which LSOAs are inside an area, and which are the ring round it."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo.areas.look_up import PartnershipLookUp, near_misses, rows_of
from geo.areas.plan import AreaPlan
from geo.areas.shapes import Shapes
from geo.errors import InputError

Mask = NDArray[np.bool_]


def choose_inside(
    plan: AreaPlan, outlines: str, authority: pa.Array, look_up: PartnershipLookUp | None
) -> Mask:
    """Which rows are LSOAs of the plan's authorities, partnerships and forces.

    `authority` is the local authority of each row, null where no file tells. Raises InputError for
    a plan that names none, for unknown codes, and where nothing tells an LSOA's authority.
    """
    if plan.everywhere:
        return np.ones(len(authority), dtype=bool)
    wanted = list(plan.authorities)
    if plan.partnerships or plan.forces:
        if look_up is None:
            raise InputError(
                f"{plan.name} names partnerships or forces; give the partnership_look_up that says "
                "which local authorities these are."
            )
        wanted += look_up.authorities(plan.partnerships, plan.forces)
    if not wanted:
        raise InputError(f"{plan.name} names no local authority, partnership or force.")
    if authority.null_count == len(authority):
        raise InputError(
            f"No file says which local authority an LSOA of {outlines} is in. A column LAD22CD in "
            "the outlines would, and so would the exact-fit look-up as code_look_up."
        )
    _refuse_unknown(wanted, outlines, authority)
    return rows_of(authority, wanted)


def _refuse_unknown(wanted: Iterable[str], outlines: str, authority: pa.Array) -> None:
    known = authority.drop_null().unique().to_pylist()
    unknown = []
    for code in dict.fromkeys(wanted):
        if code not in known:
            near = near_misses(code, known)
            unknown.append(code + (f" (there is {', '.join(near)})" if near else ""))
    if unknown:
        raise InputError(
            f"{outlines} has no LSOA in the local authority {', nor in '.join(unknown)}."
        )


def choose_ring(shapes: Shapes, inside: Mask) -> Mask:
    """Which rows are not inside and share a point with one that is."""
    ring = np.zeros(len(shapes), dtype=bool)
    outside = np.flatnonzero(~inside)
    tree = shapely.STRtree(shapes[inside])
    touching, _ = tree.query(shapes[outside], predicate="intersects")
    ring[outside[touching]] = True
    return ring


def first_known(*columns: pa.Array) -> pa.Array:
    """For each row the first value that is not null."""
    return pc.coalesce(*columns)
