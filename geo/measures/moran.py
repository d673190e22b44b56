"""Moran's I: whether areas are like their neighbours, over the whole map and area by area."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import FloatArray, same_shape, whole_counts
from geo.measures._exact import false_discovery
from geo.measures.neighbours import Neighbours

QUADRANT_Q = 0.10
NO_PATTERN = (
    "Its neighbours are neither higher nor lower together than chance would often have them."
)


@dataclass(frozen=True)
class Moran:
    """Moran's I of a whole map; NaN where it cannot be told."""

    i: float
    """Above `expected` where areas are like their neighbours, below where they are unlike."""
    expected: float
    z: float


@dataclass(frozen=True, eq=False)
class LocalMoran:
    """Moran's I area by area. NaN and None where it cannot be told."""

    i: FloatArray
    """Above 0 where an area lies on the same side of the mean as its neighbours do."""
    quadrant: list[str | None]
    """`high-high`, `low-low`, `high-low` or `low-high`: the area first, then its neighbours."""


def moran(x: ArrayLike, neighbours: Neighbours) -> Moran:
    """Global Moran's I with row-standardised weights (Moran 1950; Cliff and Ord 1981).

    I = sum of y_i l_i / sum of y_i^2, where y_i = x_i - xbar and l_i is the mean of y over the
    neighbours of i. The expectation is -1 / (n - 1), and z is over the standard deviation that
    randomisation gives: the same values dealt out over the areas in any order. An area without
    neighbours takes no part, not even in the mean.

    Args:
        x: any real values, shape (n,).
        neighbours: which of the n areas touch.

    Returns:
        I, its expectation and z. All NaN if fewer than 4 areas have neighbours or these all have
        the same value; z alone is NaN where no other order of the values changes I.

    Raises:
        ValueError: the values are not one an area, or one is missing.

    Example:
        >>> row = Neighbours.from_pairs(6, range(5), range(1, 6))
        >>> found = moran([1, 2, 3, 4, 5, 6], row)
        >>> round(found.i, 4), round(found.expected, 4), round(found.z, 4)
        (0.7143, -0.2, 2.2319)
    """
    values = _values(x, neighbours)
    linked = np.flatnonzero(neighbours.degree > 0)
    n, touching = linked.size, neighbours.subset(linked)
    apart = values[linked]
    if n < 4 or (apart == apart[0]).all():
        return Moran(float("nan"), float("nan"), float("nan"))
    y = apart - apart.mean()
    i = float(y @ (touching.sums(y) / touching.degree) / (y @ y))
    expected = -1 / (n - 1)
    variance = _variance_of_deals(touching, float(np.mean(y**4) / np.mean(y**2) ** 2))
    # Where every deal gives the same I the variance is 0, but for rounding.
    z = (i - expected) / np.sqrt(variance) if variance > 1e-14 else np.nan
    return Moran(i, expected, float(z))


def local_moran(count: ArrayLike, neighbours: Neighbours) -> LocalMoran:
    """Local Moran's I and its quadrant, with row-standardised weights (Anselin 1995).

    I_i = y_i l_i / m, where y_i = x_i - xbar, l_i is the mean of y over the neighbours of i, and
    m = sum of y^2 / n. The quadrant says on which side of xbar the area lies, then its
    neighbours' mean; exactly at xbar counts as low.

    Args:
        count: incidents, whole numbers, shape (n,).
        neighbours: which of the n areas touch.

    Returns:
        I and the quadrant of each area. NaN and None for an area without neighbours, and
        everywhere if the counts are all the same.

    Raises:
        ValueError: the counts are not one an area, or one is negative, missing or not whole.

    Example:
        >>> row = Neighbours.from_pairs(5, [0, 1, 2], [1, 2, 3])
        >>> local = local_moran([9, 8, 1, 0, 2], row)
        >>> local.i.round(2), local.quadrant[:3]
        (array([ 1.43,  0.29, -0.  ,  0.86,   nan]), ['high-high', 'high-high', 'low-low'])
    """
    incidents = whole_counts(count)
    values = _values(incidents, neighbours)
    i = np.full(values.shape, np.nan)
    if values.size == 0 or (values == values[0]).all():
        return LocalMoran(i, [None] * values.size)
    told = neighbours.degree > 0
    y = values - values.mean()
    i[told] = (y * neighbours.sums(y))[told] / neighbours.degree[told] / np.mean(y**2)
    # Compared as whole numbers, so that a count at the mean is never pushed off it by rounding.
    total, n = incidents.sum(), incidents.size
    around = neighbours.sums(incidents).astype(np.int64)
    side = {True: "high", False: "low"}
    sides = zip(
        told.tolist(),
        (incidents * n > total).tolist(),
        (around * n > neighbours.degree * total).tolist(),
        strict=True,
    )
    return LocalMoran(i, [f"{side[own]}-{side[near]}" if ok else None for ok, own, near in sides])


def told_quadrants(
    quadrant: list[str | None], p: ArrayLike
) -> tuple[list[str | None], FloatArray, list[str | None]]:
    """The quadrants that are more than chance, with the false discovery rate held at 0.10.

    With the area's own value held, its local I is a straight line of the sum over its neighbours:
    whichever deal of the other values has a higher sum has an I further along that line. So the
    exact chances of the sum (`exact_p`) are those of I, under row-standardised weights too.

    Args:
        quadrant: of `local_moran`, one an area reported.
        p: exact two-sided chances of the same areas, NaN where there is no test.

    Returns:
        quadrant: None where q is above 0.10 or there is no test.
        q: false discovery rate over the areas tested (Benjamini and Hochberg 1995), shape (n,).
        reason: a sentence where an area was tested but its quadrant is not told; else None.

    Raises:
        ValueError: the shapes differ, or a chance is not between 0 and 1.

    Example:
        >>> told_quadrants(["high-high", "low-low"], [0.001, 0.4])[0]
        ['high-high', None]
    """
    q = false_discovery(p)
    same_shape(quadrant=np.asarray(quadrant, dtype=object), p=q)
    told = (q <= QUADRANT_Q).tolist()
    tested = (~np.isnan(q)).tolist()
    return (
        [name if clear else None for name, clear in zip(quadrant, told, strict=True)],
        q,
        [NO_PATTERN if t and not clear else None for t, clear in zip(tested, told, strict=True)],
    )


def _variance_of_deals(neighbours: Neighbours, kurtosis: float) -> float:
    """Variance of I over all orders of the values (Cliff and Ord 1981), every area linked.

    With S0 the sum of the weights, S1 half the sum of (w_ij + w_ji)^2, S2 the sum of the squared
    row and column totals, and b the kurtosis: ( n ((n^2 - 3 n + 3) S1 - n S2 + 3 S0^2)
    - b ((n^2 - n) S1 - 2 n S2 + 6 S0^2) ) / ((n - 1) (n - 2) (n - 3) S0^2) - 1 / (n - 1)^2.
    """
    n, inverse = neighbours.n, 1 / neighbours.degree
    received = neighbours.sums(inverse)
    s0 = float(n)
    # Sum of w_ij^2 is that of 1/k_i; sum of w_ij w_ji is that of (1/k_i) times what i receives.
    s1 = float(inverse.sum() + inverse @ received)
    s2 = float(((1 + received) ** 2).sum())
    normal = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    tailed = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    return (normal - tailed) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - 1 / (n - 1) ** 2


def _values(x: ArrayLike, neighbours: Neighbours) -> FloatArray:
    values = np.asarray(x, dtype=np.float64)
    if values.shape != (neighbours.n,):
        raise ValueError(f"There are {neighbours.n} areas, but x has shape {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError("x has a missing or infinite value; every area needs a number.")
    return values
