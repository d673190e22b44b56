"""Further named sets of areas, such as wards, parishes and police neighbourhoods."""

from collections import Counter

import numpy as np
import shapely

from geo.areas.areas import AreaSet
from geo.areas.gis_files import read_gis
from geo.areas.headings import normal
from geo.areas.plan import SetPlan
from geo.areas.shapes import Shapes, polygons
from geo.areas.tables import TableFile
from geo.errors import InputError

_LEAST_SHARE = 0.01  # borders drawn at another scale overlap by slivers


def read_set(plan: SetPlan, inside: Shapes) -> tuple[AreaSet, list[str]]:
    """The areas of a set that lie in the area, at least a hundredth of each, and notes.

    `inside`: the outlines of the area's LSOAs. Raises InputError where the file cannot be read or
    lacks the columns of the plan, a code is blank or occurs twice, or none lies in the area.
    """
    path = plan.outlines.path
    gis = read_gis(path, lambda table: _column(table, plan.code), f"codes called '{plan.code}'")
    heading, title = (_column(gis.table, name) for name in (plan.code, plan.name))
    if heading is None or title is None:
        raise InputError(
            f"{path} has no column '{plan.name}'; it has {', '.join(gis.table.headings)}."
        )
    codes, names = (gis.table.text(name).fill_null("").to_pylist() for name in (heading, title))
    for code, times in Counter(codes).items():
        if not code or times > 1:
            fault = f"has '{code}' more than once" if code else "has a blank code"
            raise InputError(f"{path} {fault} in '{heading}'.")
    shapes, mended = polygons(str(path), codes, gis.shapes, gis.crs)
    member, lsoa = shapely.STRtree(inside).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[member], inside[lsoa]))
    held = np.bincount(member, weights=shared, minlength=len(shapes))
    kept = np.flatnonzero(held >= _LEAST_SHARE * shapely.area(shapes))
    if not len(kept):
        raise InputError(f"None of the areas of {path} lies in the area.")
    chosen = {codes[row] for row in kept}
    notes = [f"Mended: {', '.join(sorted(m))}." if (m := chosen.intersection(mended)) else ""]
    order = sorted(map(int, kept), key=lambda row: codes[row])
    told = tuple(codes[row] for row in order), tuple(names[row] or codes[row] for row in order)
    return AreaSet(plan.id, plan.title, *told, shapes[order]), [note for note in notes if note]


def _column(table: TableFile, name: str) -> str | None:
    return next((h for h in table.headings if normal(h) == normal(name)), None)
