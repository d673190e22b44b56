"""Clusters: areas that are high together with their neighbours (Getis-Ord Gi*)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import BoolArray, FloatArray, IntArray, positions_among, whole_counts
from geo.measures._exact import ExactP, exact_p, false_discovery, guard
from geo.measures.neighbours import Neighbours

__all__ = ["Clusters", "ExactP", "clusters", "exact_p", "false_discovery", "gi_star", "guard"]

CLUSTER_Q = 0.10

ISLAND = "This area touches no other, so it has no neighbours to be compared with."
NO_SPREAD = "Every area has the same count, so none can stand out."
TOUCHES_ALL = "This area touches every other, so there is nothing outside to compare with."


@dataclass(frozen=True, eq=False)
class Clusters:
    """Gi* and its test, one entry an area reported; NaN has its reason beside it."""

    z: FloatArray
    p: FloatArray
    """Exact and two-sided."""
    q: FloatArray
    """Of the upper tail: the false discovery rate at which the area would count as a cluster."""
    cluster: BoolArray
    cold: BoolArray
    """The mirror of `cluster`: lower together with its neighbours, by q of the lower tail."""
    neighbours_count: IntArray
    """Incidents in the neighbours, the area's own left out."""
    degree: IntArray
    tested: int
    """How many areas the false discovery rate was held over."""
    reason: list[str | None]


def gi_star(x: ArrayLike, neighbours: Neighbours) -> FloatArray:
    """Getis-Ord Gi* as a z, with weight 1 for each neighbour and for the area itself.

    z = (sum of w x - W xbar) / (s sqrt((n W - W^2) / (n - 1))), W being the neighbours and self,
    s^2 = sum x^2 / n - xbar^2 (Ord and Getis 1995).

    Args:
        x: any real values, shape (n,).
        neighbours: which of the n areas touch.

    Returns:
        z, shape (n,). NaN for an area without neighbours, for one that touches all others, and
        everywhere if the values are all the same.

    Raises:
        ValueError: the values are not one an area, or one is missing.

    Example:
        >>> row = Neighbours.from_pairs(5, [0, 1, 2], [1, 2, 3])
        >>> gi_star([9, 8, 1, 1, 1], row).round(2)
        array([ 1.99,  1.33, -0.44, -1.33,   nan])
    """
    values = np.asarray(x, dtype=np.float64)
    own_and_around = values + neighbours.sums(values)
    if not np.isfinite(values).all():
        raise ValueError("x has a missing or infinite value; every area needs a number.")
    n, weight = neighbours.n, neighbours.degree + 1.0
    z = np.full(n, np.nan)
    # Asked of the values themselves: a variance of 0 may be lost in rounding.
    if n == 0 or (values == values[0]).all():
        return z
    told = (weight > 1) & (weight < n)
    own, around = values - values.mean(), own_and_around - weight * values.mean()
    spread = np.sqrt(np.mean(own**2) * (n * weight - weight**2) / (n - 1))
    z[told] = around[told] / spread[told]
    return z


def clusters(
    count: ArrayLike, neighbours: Neighbours, positions: ArrayLike | None = None
) -> Clusters:
    """Gi*, its exact test and the clusters that survive the false discovery rate.

    An area is a cluster where q of the upper tail is 0.10 or below: together with its
    neighbours it is higher than the deal of counts would make it (Ord and Getis 1995; Anselin
    1995; Benjamini and Hochberg 1995).

    Args:
        count: incidents, whole numbers, shape (n,).
        neighbours: which of the n areas touch.
        positions: the areas reported, in this order, where the others are only a ring around
            them; all if None. The false discovery rate is held over those reported.

    Returns:
        One entry a position. Where z, p and q are NaN, `reason` has a sentence; elsewhere None.

    Raises:
        ValueError: the counts are not one an area, or one is negative, missing or not whole, or
            a position is not one of the areas.

    Example:
        >>> row = Neighbours.from_pairs(40, range(38), range(1, 39))
        >>> found = clusters([9, 9, 9, 9] + [1, 0, 0] * 12, row)
        >>> found.cluster.nonzero()[0], found.tested, found.reason[-1]
        (array([1, 2]), 39, 'This area touches no other, so it has no neighbours ...')
    """
    incidents = whole_counts(count)
    around = neighbours.sums(incidents).astype(np.int64)
    shown = positions_among(neighbours.n, positions)
    reason = _reasons(incidents, neighbours.degree[shown])
    told = np.array([why is None for why in reason], dtype=np.bool_)
    exact = exact_p(incidents, neighbours, shown)
    z = np.where(told, gi_star(incidents, neighbours)[shown], np.nan)
    q = false_discovery(np.where(told, exact.p_ge, np.nan))
    return Clusters(
        z=z,
        p=np.where(told, exact.p_two, np.nan),
        q=q,
        cluster=q <= CLUSTER_Q,
        cold=false_discovery(np.where(told, exact.p_le, np.nan)) <= CLUSTER_Q,
        neighbours_count=around[shown],
        degree=neighbours.degree[shown],
        tested=int(told.sum()),
        reason=reason,
    )


def _reasons(incidents: IntArray, degree: IntArray) -> list[str | None]:
    everywhere = guard(incidents)
    if everywhere is None and (incidents == incidents[0]).all():
        everywhere = NO_SPREAD
    if everywhere is not None:
        return [everywhere] * degree.size
    special = {0: ISLAND, incidents.size - 1: TOUCHES_ALL}
    return [special.get(touched) for touched in degree.tolist()]
