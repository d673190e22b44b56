"""Outlines as polygons in the British National Grid: moved, mended, measured, compared."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from geo.crs import BNG
from geo.errors import InputError

Shapes = NDArray[np.object_]

_SAME = 0.01  # metres; what is left of one outline written twice in two coordinate systems
_POLYGON, _MULTIPOLYGON = 3, 6
_LIMITS = (-300_000.0, -300_000.0, 1_000_000.0, 1_500_000.0)  # metres; the whole of Britain and sea


def queen_pairs(outlines: Shapes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of every two areas whose outlines share a point, both ways round, no self.

    >>> from shapely import box
    >>> squares = np.array([box(0, 0, 1, 1), box(1, 1, 2, 2), box(5, 5, 6, 6)])
    >>> [pair.tolist() for pair in queen_pairs(squares)]
    [[0, 1], [1, 0]]
    """
    one, other = shapely.STRtree(outlines).query(outlines)
    once = one < other
    one, other = one[once], other[once]
    touch = shapely.intersects(outlines[one], outlines[other])
    one, other = one[touch], other[touch]
    focal, neighbour = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.lexsort((neighbour, focal))
    return focal[order], neighbour[order]


def to_grid(name: str, codes: Sequence[str], shapes: Shapes, crs: str) -> Shapes:
    """Shapes moved from `crs` to the British National Grid.

    Raises InputError for a coordinate system that is not known and for shapes that come to lie
    nowhere near Britain.
    """
    try:
        source, transformer = _transformer(crs)
        if transformer is not None:
            xy = shapely.get_coordinates(shapes)
            moved = np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
            shapes = shapely.set_coordinates(shapes.copy(), moved)
    except ProjError as error:
        raise InputError(f"{name} has a coordinate system that is not known: {error}.") from error
    west, south, east, north = shapely.bounds(shapes).T
    near = (west > _LIMITS[0]) & (south > _LIMITS[1]) & (east < _LIMITS[2]) & (north < _LIMITS[3])
    if not near.all():  # so too for infinite and missing numbers
        code = codes[int(np.flatnonzero(~near)[0])]
        raise InputError(
            f"{name}: the outline of {code} does not lie in Britain. Its coordinates are not in "
            f"the coordinate system that the file names, {source.name}."
        )
    return shapes


@cache
def _transformer(crs: str) -> tuple[pyproj.CRS, pyproj.Transformer | None]:
    """A coordinate system and the way from it to the grid; None where it is the grid itself."""
    source = pyproj.CRS(crs)
    if source.equals(pyproj.CRS(BNG), ignore_axis_order=True):
        return source, None
    return source, pyproj.Transformer.from_crs(source, BNG, always_xy=True)


def polygons(name: str, codes: Sequence[str], shapes: Shapes, crs: str) -> tuple[Shapes, list[str]]:
    """Valid polygons of the shapes on the grid, and the codes of those that had to be mended.

    Raises InputError for a shape that is missing, empty or has no ground in it, and where
    `to_grid` does.
    """
    kinds = shapely.get_type_id(shapes)
    flat = ~np.isin(kinds, (_POLYGON, _MULTIPOLYGON)) | shapely.is_empty(shapes)
    if flat.any():
        code = codes[int(np.flatnonzero(flat)[0])]
        raise InputError(f"{name} has no outline for {code}: a polygon is needed.")
    return _mended(name, codes, to_grid(name, codes, shapes, crs))


def _mended(name: str, codes: Sequence[str], shapes: Shapes) -> tuple[Shapes, list[str]]:
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    if not len(broken):
        return shapes, []
    shapes = shapes.copy()
    for at in map(int, broken):
        parts = shapely.get_parts(shapely.make_valid(shapes[at]))
        flat = [part for part in parts if part.geom_type in ("Polygon", "MultiPolygon")]
        if not flat:
            raise InputError(f"{name}: the outline of {codes[at]} has no ground in it.")
        shapes[at] = shapely.union_all(flat)
    return shapes, [codes[int(at)] for at in broken]


def same_ground(one: Shapes, other: Shapes) -> NDArray[np.bool_]:
    """Whether shapes are the same pair by pair, wherever their rings begin."""
    pairs = shapely.normalize(one), shapely.normalize(other)
    return np.asarray(shapely.equals_exact(*pairs, tolerance=_SAME), dtype=bool)


def hectares(shapes: Shapes) -> NDArray[np.float64]:
    """The ground of each shape in hectares."""
    return np.asarray(shapely.area(shapes), dtype=np.float64) / 10_000
