"""Filled contours of a surface on a lattice, as polygons that tile."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from contourpy import FillType, contour_generator
from numpy.typing import NDArray

from geo.measures.density import Lattice


def filled_contours(
    lattice: Lattice, surface: NDArray[np.float64], levels: Sequence[float]
) -> NDArray[np.object_]:
    """The ground between each level and the next, and above the last: one outline a level.

    Between the centres of cells the surface is taken to rise evenly, so neighbouring bands share
    their border exactly. A surface of one row or column has no ground between its centres.

    Args:
        lattice: where the surface is known, in the British National Grid.
        surface: a value a cell, shape (rows, columns).
        levels: rising.

    Returns:
        Shape (levels,); empty where no ground is as high.
    """
    bands = np.full(len(levels), shapely.MultiPolygon(), dtype=object)
    if min(surface.shape) < 2:
        return bands
    generator = contour_generator(lattice.x, lattice.y, surface, fill_type=FillType.OuterOffset)
    for i, (low, high) in enumerate(pairwise([*levels, np.inf])):
        found: Any = generator.filled(
            low, high
        )  # outer rings with their holes, and where they start
        rings, starts = found
        bands[i] = shapely.MultiPolygon(
            [_polygon(points, at) for points, at in zip(rings, starts, strict=True)]
        )
    touching = ~shapely.is_valid(bands)  # where the surface has just the height of a level
    bands[touching] = shapely.make_valid(bands[touching], method="structure", keep_collapsed=False)
    return bands


def _polygon(points: NDArray[np.float64], starts: NDArray[np.uint32]) -> shapely.Polygon:
    """A polygon whose rings lie one after the other, the outer one first."""
    outer, *inner = (points[first:last] for first, last in pairwise(starts.tolist()))
    return shapely.Polygon(outer, inner)
