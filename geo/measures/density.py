"""Kernel density: how densely incidents lie round every cell of a lattice."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import KDTree

from geo.measures._arrays import FloatArray, amounts, one_an_area, same_shape

PER_KM2 = 1e6  # square metres in a square kilometre


@dataclass(frozen=True)
class Lattice:
    """Square cells in rows from the south and columns from the west, in metres.

    `west` and `south` are the corner of the first cell.
    """

    west: float
    south: float
    cell: float
    columns: int
    rows: int

    def __post_init__(self) -> None:
        positive(self.cell, "cell")
        if self.columns < 1 or self.rows < 1:
            raise ValueError("A lattice has at least one column and one row.")

    @classmethod
    def covering(cls, bounds: ArrayLike, cell: float) -> Self:
        """The cells anchored at multiples of `cell` that hold a box.

        Args:
            bounds: west, south, east and north, in metres.
            cell: side of a cell in metres.

        Raises:
            ValueError: the cell is not above 0, or the box is not four finite numbers that rise.
        """
        positive(cell, "cell")
        box = np.asarray(bounds, dtype=np.float64)
        if box.shape != (4,) or not np.isfinite(box).all() or (box[:2] > box[2:]).any():
            raise ValueError("bounds must be west, south, east and north, finite and rising.")
        low, high = np.floor_divide(box[:2], cell), np.floor_divide(box[2:], cell)
        columns, rows = (high - low + 1).astype(int).tolist()
        west, south = (low * cell).tolist()
        return cls(west, south, cell, columns, rows)

    @property
    def x(self) -> FloatArray:
        """Eastings of the cell centres, shape (columns,)."""
        return _centres(self.west, self.cell, self.columns)

    @property
    def y(self) -> FloatArray:
        """Northings of the cell centres, shape (rows,)."""
        return _centres(self.south, self.cell, self.rows)


def _centres(start: float, cell: float, number: int) -> FloatArray:
    return start + (np.arange(number, dtype=np.float64) + 0.5) * np.float64(cell)


def peak(bandwidth: float) -> float:
    """The density of one incident where it stands, 3 / (pi h^2), per square kilometre.

    Raises:
        ValueError: the bandwidth is not above 0.
    """
    positive(bandwidth, "bandwidth")
    return 3 / (np.pi * bandwidth**2) * PER_KM2


def kernel_density(
    easting: ArrayLike, northing: ArrayLike, weight: ArrayLike, lattice: Lattice, bandwidth: float
) -> FloatArray:
    """Incidents per square kilometre at the centre of every cell, by the quartic kernel.

    A point at distance d from a centre adds weight * 3 / (pi h^2) * (1 - (d/h)^2)^2 where d is at
    most the bandwidth h, else nothing (Silverman 1986, the biweight in two dimensions). Each point
    reaches few cells and is added to those alone.

    Args:
        easting: metres, EPSG:27700, shape (n,).
        northing: metres, the same shape.
        weight: incidents at each point, the same shape.
        lattice: the cells.
        bandwidth: h in metres.

    Returns:
        Shape (rows, columns) of the lattice; exactly 0 where no point is within reach.

    Raises:
        ValueError: the shapes differ, a coordinate is missing, a weight is negative or missing, or
            the bandwidth is not above 0.

    Example:
        >>> one = Lattice(0, 0, 100, 3, 1)
        >>> kernel_density([150], [50], [2], one, 200).round(2)
        array([[26.86, 47.75, 26.86]])
    """
    east, north = points(easting, northing)
    mass = one_an_area(amounts(weight, "weight"), "weight")
    same_shape(easting=east, weight=mass)
    top = peak(bandwidth)
    cell, columns, rows = lattice.cell, lattice.columns, lattice.rows
    column = np.floor((east - lattice.west) / cell).astype(np.int64)
    row = np.floor((north - lattice.south) / cell).astype(np.int64)
    surface = np.zeros(rows * columns)
    reach = int(np.floor(bandwidth / cell + 0.5))
    for across in range(-reach, reach + 1):
        dx = (lattice.west + (column + across + 0.5) * cell - east) / bandwidth
        for up in range(-reach, reach + 1):
            dy = (lattice.south + (row + up + 0.5) * cell - north) / bandwidth
            left = 1 - (dx * dx + dy * dy)
            at, on = row + up, column + across
            near = (left > 0) & (at >= 0) & (at < rows) & (on >= 0) & (on < columns)
            where = at[near] * columns + on[near]
            np.add.at(surface, where, mass[near] * top * left[near] ** 2)
    return surface.reshape(rows, columns)


def point_spacing(easting: ArrayLike, northing: ArrayLike) -> float:
    """The median distance from a point to the nearest other one, in metres.

    Incidents that are moved to map points cannot be told apart more finely than this.

    Args:
        easting: metres, shape (n,); each point once.
        northing: metres, the same shape.

    Returns:
        Metres; NaN for fewer than two points.

    Raises:
        ValueError: the shapes differ, or a coordinate is missing.

    Example:
        >>> point_spacing([0, 3, 3, 50], [0, 0, 4, 0])
        3.5
    """
    east, north = points(easting, northing)
    if east.size < 2:
        return float("nan")
    both = np.column_stack([east, north])
    distance, _ = KDTree(both).query(both, k=2)
    return float(np.median(distance[:, 1]))


def points(easting: ArrayLike, northing: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Finite coordinates, one of each a point."""
    east = one_an_area(np.asarray(easting, dtype=np.float64), "easting")
    north = one_an_area(np.asarray(northing, dtype=np.float64), "northing")
    same_shape(easting=east, northing=north)
    if not (np.isfinite(east).all() and np.isfinite(north).all()):
        raise ValueError("A coordinate is missing or infinite; every point needs both.")
    return east, north


def positive(metres: float, name: str) -> None:
    """Refuse a length that is not a finite number above 0."""
    if not (np.isfinite(metres) and metres > 0):
        raise ValueError(f"{name} is {metres}; it must be a number of metres above 0.")
