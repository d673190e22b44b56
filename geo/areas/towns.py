"""Towns: which LSOAs belong to one, its outline and its centre."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from geo.areas.facts import Facts, facts_of
from geo.areas.gis_files import read_gis
from geo.areas.look_up import near_misses
from geo.areas.shapes import Shapes, polygons
from geo.areas.tables import TableFile, read_tables
from geo.errors import InputError

_BUILT_UP = r"(bua|builtuparea)(20)?(\d\d)?(nm|name)?(20)?(\d\d)?"
_TOWN = r"town(name|nm)?"
_OUTLINE_NAME = rf"{_BUILT_UP}|{_TOWN}|(tcity|towncity)(\d\d)?(nm|name)|name"


@dataclass(frozen=True)
class Point:
    """A town and, where they are told, its centre in BNG and its role."""

    town: str
    easting: int | None = None
    northing: int | None = None
    role: str | None = None


@dataclass(frozen=True)
class Towns:
    """`town` of each area (null outside the towns), the table of towns and their outlines."""

    town: pa.Array
    table: pa.Table
    outlines: Shapes
    notes: list[str]


def town_id(town: str) -> str:
    """The town as it stands in a web address: `Bishop's Castle` is `bishops-castle`."""
    return re.sub(r"[^a-z0-9]+", "-", town.lower().replace("'", "").replace("’", "")).strip("-")  # noqa: RUF001


def read_town_look_up(table: TableFile) -> Facts:
    """`built_up_area` of each LSOA, null where it is in none.

    Raises InputError for a table without a column of built-up areas or towns.
    """
    heading = table.find(_BUILT_UP) or table.find(_TOWN)
    if heading is None:
        raise InputError(f"{table.name} has no column of built-up areas, such as BUA22NM.")
    return facts_of(table, {"built_up_area": table.text(heading)})


def read_points(path: Path) -> list[Point]:
    """The towns of a table with `town`, `easting`, `northing` and, if wanted, `role`.

    Raises InputError where a column is missing or a town has no whole easting and northing.
    """
    table = read_tables(path, _TOWN, "towns")[0]
    headings = [table.find(name) for name in (_TOWN, "easting", "northing")]
    if None in headings:
        raise InputError(f"{table.name} needs the columns town, easting and northing.")
    town, easting, northing = (str(heading) for heading in headings)
    role = table.find("role")
    roles = [None] * table.columns.num_rows if role is None else table.text(role).to_pylist()
    names = table.text(town).to_pylist()
    sides = [table.whole(side, 0, 1_300_000).to_pylist() for side in (easting, northing)]
    for row, told in enumerate(zip(names, *sides, strict=True)):
        if None in told:
            raise InputError(f"{table.where(row)}: a town needs a name, an easting and a northing.")
    return [Point(*told) for told in zip(names, *sides, roles, strict=True)]


def towns_by_outline(path: Path, lsoas: Shapes) -> pa.Array:
    """The name of the town outline that holds more than half of each LSOA, else null.

    Raises InputError where the file cannot be read as named outlines.
    """
    gis = read_gis(path, lambda table: table.find(_OUTLINE_NAME), "town names, such as BUA22NM")
    names = gis.table.text(gis.table.find(_OUTLINE_NAME) or "").fill_null("").to_pylist()
    shapes, _ = polygons(str(path), names, gis.shapes, gis.crs)
    area, town = shapely.STRtree(shapes).query(lsoas, predicate="intersects")
    held = shapely.area(shapely.intersection(lsoas[area], shapes[town]))
    most = held > shapely.area(lsoas[area]) / 2
    found: list[str | None] = [None] * len(lsoas)
    for row, at in zip(area[most], town[most], strict=True):
        found[row] = names[at] or None
    return pa.array(found, pa.string())


def make_towns(
    built_up: pa.Array, shapes: Shapes, inside: int, points: Sequence[Point], names: Sequence[str]
) -> Towns:
    """The towns of an area from the built-up area of each LSOA.

    The towns are the `names`, else those of the `points`, else every built-up area of two LSOAs
    inside or more. A point's town that lies elsewhere is left out, with a note. Raises InputError
    for a town that should be here and has no LSOA, and for two with one address.
    """
    held = dict(enumerate(built_up[:inside].to_pylist()))
    rows: dict[str, list[int]] = {}
    for row, name in held.items():
        if name is not None:
            rows.setdefault(name, []).append(row)
    chosen, notes = _choose(rows, shapes[:inside], points, names)
    town: list[str | None] = [None] * len(built_up)
    outlines = np.empty(len(chosen), dtype=object)
    for at, (point, area) in enumerate(chosen):
        for row in rows[area]:
            town[row] = point.town
        outlines[at] = shapely.union_all(shapes[rows[area]])
    table = _table([point for point, _ in chosen], outlines)
    return Towns(pa.array(town, pa.string()), table, outlines, notes)


def _choose(
    rows: dict[str, list[int]], shapes: Shapes, points: Sequence[Point], names: Sequence[str]
) -> tuple[list[tuple[Point, str]], list[str]]:
    """Each chosen town with the built-up area that it is, and notes on those left out."""
    at = {point.town: point for point in points}
    if not names and not points:
        names = sorted(name for name, members in rows.items() if len(members) > 1)
    wanted = [at.get(name, Point(name)) for name in names] if names else list(points)
    chosen, away, missing = [], [], []
    for point in wanted:
        area = _built_up_area(point.town, rows)
        if area is not None:
            chosen.append((point, area))
        elif names or _covers(shapes, point):
            missing.append(point.town)
        else:
            away.append(point.town)
    if missing:
        near = sorted({n for name in missing for n in near_misses(name, rows)})
        hint = f"; there is {', '.join(near)}" if near else ""
        raise InputError(
            f"No LSOA belongs to {', '.join(missing)}{hint}. A town is whole LSOAs; leave out one "
            "that has none of its own."
        )
    return chosen, [f"Outside the area, so left out: {', '.join(away)}."] if away else []


def _built_up_area(town: str, rows: dict[str, list[int]]) -> str | None:
    """The built-up area of a town; `Whitchurch (Shropshire)` is one where it is the only one."""
    if town in rows:
        return town
    alike = [name for name in rows if re.sub(r" \(.*\)$", "", name).lower() == town.lower()]
    return alike[0] if len(alike) == 1 else None


def _covers(shapes: Shapes, point: Point) -> bool:
    if point.easting is None or point.northing is None:
        return False
    place = shapely.Point(point.easting, point.northing)
    return bool(shapely.intersects(shapes, place).any())


def _table(points: Sequence[Point], outlines: Shapes) -> pa.Table:
    ids = [town_id(point.town) for point in points]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise InputError(f"Two towns have the address '{twice[0]}'; choose the towns by name.")
    within = [(round(p.x), round(p.y)) for p in shapely.point_on_surface(outlines)]
    told = [
        (point.easting, point.northing) if point.northing is not None else place
        for point, place in zip(points, within, strict=True)
    ]
    return pa.table(
        {
            "town_id": pa.array(ids, pa.string()),
            "town": pa.array([point.town for point in points], pa.string()),
            "role": pa.array([point.role for point in points], pa.string()),
            "easting": pa.array([place[0] for place in told], pa.int64()),
            "northing": pa.array([place[1] for place in told], pa.int64()),
        }
    )
