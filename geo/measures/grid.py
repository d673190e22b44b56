"""Cells of equal size, square or hexagonal, anchored so that any two maps line up."""

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import FloatArray, IntArray
from geo.measures.density import points, positive


def square_cells(easting: ArrayLike, northing: ArrayLike, cell: float) -> IntArray:
    """The square that holds each point: half-open, [x0, x0 + cell), anchored at multiples of cell.

    Args:
        easting: metres, EPSG:27700, shape (n,).
        northing: metres, the same shape.
        cell: side of a square in metres.

    Returns:
        Column and row of each point's square, shape (n, 2); its corner is cell times the two.

    Raises:
        ValueError: the shapes differ, a coordinate is missing, or the cell is not above 0.

    Example:
        >>> square_cells([399.9, 400.0], [0.0, 0.0], 400).tolist()
        [[0, 0], [1, 0]]
    """
    positive(cell, "cell")
    both = np.column_stack(points(easting, northing))
    return np.floor_divide(both, cell).astype(np.int64)


def square_corners(cells: ArrayLike, cell: float) -> FloatArray:
    """Corners of squares from the south-west anticlockwise, in metres, shape (n, 4, 2).

    Args:
        cells: columns and rows, shape (n, 2).
        cell: side of a square in metres.

    Raises:
        ValueError: the cells are not pairs, or the cell is not above 0.
    """
    positive(cell, "cell")
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    found: FloatArray = (_pairs(cells)[:, None, :] + corners) * np.float64(cell)
    return found


def hexagon_cells(easting: ArrayLike, northing: ArrayLike, cell: float) -> IntArray:
    """The hexagon that holds each point: that of the nearest centre.

    Hexagons stand on a corner and are `cell` wide. One has its centre at the origin of the grid;
    odd rows are half a cell further east. A point as near to two centres is in one of them, the
    same each time.

    Args:
        easting: metres, EPSG:27700, shape (n,).
        northing: metres, the same shape.
        cell: width from side to side in metres.

    Returns:
        Column and row of each point's hexagon, shape (n, 2).

    Raises:
        ValueError: the shapes differ, a coordinate is missing, or the cell is not above 0.

    Example:
        >>> hexagon_cells([0.0, 49.0, 52.0], [0.0, 0.0, 80.0], 100).tolist()
        [[0, 0], [0, 0], [0, 1]]
    """
    positive(cell, "cell")
    east, north = points(easting, northing)
    height = cell * np.sqrt(3)  # of two rows
    best = np.full(east.shape, np.inf)
    found = np.empty((east.size, 2), dtype=np.int64)
    for odd in (0, 1):  # the even rows are a lattice of rectangles, the odd rows another
        column = np.floor(east / cell - odd / 2 + 0.5)
        pair = np.floor(north / height - odd / 2 + 0.5)
        away = (east - (column + odd / 2) * cell) ** 2 + (north - (pair + odd / 2) * height) ** 2
        nearer = away < best
        best[nearer] = away[nearer]
        found[nearer] = np.column_stack([column, 2 * pair + odd])[nearer]
    return found


def hexagon_corners(cells: ArrayLike, cell: float) -> FloatArray:
    """Corners of hexagons from the southernmost anticlockwise, in metres, shape (n, 6, 2).

    Args:
        cells: columns and rows, shape (n, 2).
        cell: width from side to side in metres.

    Raises:
        ValueError: the cells are not pairs, or the cell is not above 0.
    """
    positive(cell, "cell")
    column, row = _pairs(cells).T
    # In half widths and half sides from the origin, so that neighbours share corners exactly.
    across = (2 * column + row % 2)[:, None] + np.array([0, 1, 1, 0, -1, -1])
    up = (3 * row)[:, None] + np.array([-2, -1, 1, 2, 1, -1])
    return np.stack([across * (cell / 2), up * (cell / (2 * np.sqrt(3)))], axis=-1)


def _pairs(cells: ArrayLike) -> IntArray:
    array = np.asarray(cells, dtype=np.int64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"Cells are pairs of column and row, but these have shape {array.shape}.")
    return array
