"""Which areas are neighbours: those that touch, or those that are nearest."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import KDTree

from geo.measures._arrays import BoolArray, FloatArray, IntArray, positions_among


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Areas that touch or are near, by position: symmetric, none its own neighbour.

    The neighbours of area i are `indices[indptr[i]:indptr[i + 1]]`, in rising order (compressed
    sparse rows). Made with `from_pairs` or `nearest`, which see to the symmetry.

    Example:
        >>> row = Neighbours.from_pairs(4, [0, 1], [1, 2])
        >>> row.degree
        array([1, 2, 1, 0])
        >>> row.sums([1, 10, 100, 1000])
        array([ 10., 101.,  10.,   0.])
    """

    indptr: IntArray
    """Where each area's neighbours begin in `indices`; shape (n + 1,)."""
    indices: IntArray
    """The neighbours' positions, area by area."""

    @classmethod
    def from_pairs(cls, n: int, focal: ArrayLike, neighbour: ArrayLike) -> Self:
        """Neighbours of n areas from pairs of positions.

        A pair may be given one way or both ways and any number of times. A pair of an area with
        itself is left out, since that is how some libraries write an area without neighbours.

        Args:
            n: the number of areas.
            focal: positions from 0 to n - 1, one a pair.
            neighbour: positions of what each touches, the same shape.

        Raises:
            ValueError: the shapes differ or a position is not from 0 to n - 1.
        """
        one, other = positions_among(n, focal), positions_among(n, neighbour)
        if one.shape != other.shape:
            raise ValueError(
                f"A pair has two ends, but there are {one.size} focal and {other.size} neighbour "
                "positions."
            )
        apart = one != other
        one, other = one[apart], other[apart]
        both_ways = np.concatenate([one * n + other, other * n + one])
        rows, columns = np.divmod(np.unique(both_ways), max(n, 1))
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))])
        return cls(starts.astype(np.int64), columns)

    @classmethod
    def nearest(cls, points: ArrayLike, k: int) -> Self:
        """Neighbours by distance: two areas of which one is among the other's k nearest.

        Of areas equally far off, any may count as the nearer.

        Args:
            points: an easting and a northing an area, shape (n, 2).
            k: how many nearest; all the others where there are fewer.

        Raises:
            ValueError: the points are not pairs of finite numbers, or k is less than 1.

        Example:
            >>> Neighbours.nearest([[0, 0], [1, 0], [3, 0], [9, 0]], 1).degree
            array([1, 2, 2, 1])
        """
        where = np.asarray(points, dtype=np.float64)
        if where.ndim != 2 or where.shape[1] != 2 or not np.isfinite(where).all():
            raise ValueError("Every area needs a point: a finite easting and northing.")
        if k < 1:
            raise ValueError(f"k is {k}; an area must have at least 1 nearest.")
        n = len(where)
        if n < 2:
            return cls.from_pairs(n, [], [])
        # The area itself may be any of those that stand on the same point; its pair is left out.
        _, found = KDTree(where).query(where, k=range(1, min(k + 1, n) + 1))
        return cls.from_pairs(n, np.repeat(np.arange(n), found.shape[1]), found.ravel())

    @property
    def n(self) -> int:
        """The number of areas."""
        return self.indptr.size - 1

    @property
    def degree(self) -> IntArray:
        """How many neighbours each area has, shape (n,); 0 is an island."""
        return np.diff(self.indptr)

    def sums(self, values: ArrayLike) -> FloatArray:
        """The sum of the values of each area's neighbours, its own left out.

        Args:
            values: one an area, shape (n,).

        Returns:
            Sums, shape (n,); 0 for an island, NaN where a neighbour's value is NaN.

        Raises:
            ValueError: the values are not one an area.
        """
        array = np.asarray(values, dtype=np.float64)
        if array.shape != (self.n,):
            raise ValueError(f"There are {self.n} areas, but the values have shape {array.shape}.")
        around = np.bincount(self._rows(), weights=array[self.indices], minlength=self.n)
        return around.astype(np.float64)

    def any_true(self, mask: ArrayLike) -> BoolArray:
        """Whether an area touches one for which the mask is true, shape (n,).

        Raises:
            ValueError: the mask is not one an area.
        """
        return self.sums(np.asarray(mask, dtype=np.bool_)) > 0

    def subset(self, positions: ArrayLike) -> Self:
        """The neighbours among some of the areas alone, renumbered in the order given.

        Args:
            positions: the areas to keep, each once.

        Raises:
            ValueError: a position is not one of the areas or is given twice.

        Example:
            >>> row = Neighbours.from_pairs(4, [0, 1, 2], [1, 2, 3])
            >>> row.subset([3, 2, 0]).degree
            array([1, 1, 0])
        """
        kept = positions_among(self.n, positions)
        if np.unique(kept).size != kept.size:
            raise ValueError("An area is given twice; give each position once.")
        renumbered = np.full(self.n, -1, dtype=np.int64)
        renumbered[kept] = np.arange(kept.size)
        one, other = renumbered[self._rows()], renumbered[self.indices]
        inside = (one >= 0) & (other >= 0)
        return self.from_pairs(kept.size, one[inside], other[inside])

    def _rows(self) -> IntArray:
        return np.repeat(np.arange(self.n, dtype=np.int64), self.degree)
