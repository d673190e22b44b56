"""Chances for Gi*: the exact permutation test, its guards and the false discovery rate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from geo.measures._arrays import FloatArray, IntArray, positions_among, whole_counts
from geo.measures._subsets import chance_at_least, chance_below
from geo.measures.neighbours import Neighbours

LEAST_AREAS = 30
LEAST_NON_ZERO = 10


@dataclass(frozen=True, eq=False)
class ExactP:
    """Chances under the permutation null, one an area; NaN where there is no test."""

    p_ge: FloatArray
    p_le: FloatArray
    p_two: FloatArray


def guard(count: ArrayLike) -> str | None:
    """Why these counts cannot be tested for clusters, as a sentence; None if they can.

    Args:
        count: incidents, shape (n,).

    Raises:
        ValueError: a count is negative, missing or not whole.

    Example:
        >>> guard([1] * 12)
        'There are fewer than 30 areas, too few to test for clusters.'
    """
    incidents = whole_counts(count)
    if incidents.size < LEAST_AREAS:
        return f"There are fewer than {LEAST_AREAS} areas, too few to test for clusters."
    if np.count_nonzero(incidents) < LEAST_NON_ZERO:
        return f"Fewer than {LEAST_NON_ZERO} areas have an incident, too few to test for clusters."
    return None


def exact_p(count: ArrayLike, neighbours: Neighbours, positions: ArrayLike | None = None) -> ExactP:
    """Exact conditional permutation test of Gi*, without a random number.

    An area's own count is held and the others are dealt out anew: the sum over its k neighbours
    is then that of k of the other n - 1 counts drawn without replacement. p_ge is the share of
    the C(n - 1, k) subsets whose sum is at least the one seen, p_le at most, and
    p_two = min(1, 2 min(p_ge, p_le)). The null is that of Anselin (1995), with every deal counted
    instead of a sample drawn. One table of subset sums serves every area, and sums are followed
    only up to the largest that is asked for, which bounds the work on a large map.

    Args:
        count: incidents, whole numbers, shape (n,).
        neighbours: which of the n areas touch.
        positions: the areas wanted, in this order; all of them if None. The counts dealt out are
            those of all n areas either way.

    Returns:
        Chances, one a position. NaN for an area without neighbours, and everywhere if `guard`
        objects to the counts.

    Raises:
        ValueError: the counts are not one an area, or one is negative, missing or not whole, or
            a position is not one of the areas.

    Example:
        >>> row = Neighbours.from_pairs(30, range(29), range(1, 30))
        >>> exact_p([5, 4, 3] + [1, 0, 0] * 9, row).p_ge[:3].round(4)
        array([0.0345, 0.0025, 0.0911])
    """
    incidents = whole_counts(count)
    around = neighbours.sums(incidents).astype(np.int64)
    wanted = positions_among(neighbours.n, positions)
    p_ge, p_le = np.full((2, wanted.size), np.nan)
    told = neighbours.degree[wanted] > 0
    if told.any() and guard(incidents) is None:
        area = wanted[told]
        p_ge[told], p_le[told] = _tails(
            incidents, incidents[area], neighbours.degree[area], around[area]
        )
    return ExactP(p_ge, p_le, np.minimum(1.0, 2 * np.minimum(p_ge, p_le)))


def false_discovery(p: ArrayLike) -> FloatArray:
    """Adjusted chances that hold the false discovery rate (Benjamini and Hochberg 1995).

    q of the i-th smallest of m chances is the least of m p_j / j over j from i up.

    Args:
        p: chances, shape (n,); NaN for what was not tested, which does not count towards m.

    Returns:
        q, shape (n,); NaN where p is.

    Raises:
        ValueError: a chance is not between 0 and 1.

    Example:
        >>> false_discovery([0.01, np.nan, 0.04, 0.03])
        array([0.03,  nan, 0.04, 0.04])
    """
    chance = np.asarray(p, dtype=np.float64)
    q = np.full(chance.shape, np.nan)
    tested = ~np.isnan(chance)
    if ((chance[tested] < 0) | (chance[tested] > 1)).any():
        raise ValueError("A p-value is not between 0 and 1.")
    if tested.any():
        q[tested] = stats.false_discovery_control(chance[tested])
    return q


def _tails(
    incidents: IntArray, own: IntArray, degree: IntArray, around: IntArray
) -> tuple[FloatArray, FloatArray]:
    n = incidents.size
    others = n - 1 - degree
    # An area that touches more than half of the others is judged by those it does not touch,
    # whose sum is high exactly where that of its neighbours is low.
    swap = degree > others
    size = np.minimum(degree, others)
    seen = np.where(swap, incidents.sum() - own - around, around)
    below = chance_below(incidents, int(size.max()), int(seen.max()) + 1)
    at_least = chance_at_least(below, n, size, seen, own)
    at_most = 1 - chance_at_least(below, n, size, seen + 1, own)
    # What was seen is itself one of the subsets, so no chance is less than one of their number.
    least = 1 / special.binom(n - 1, size)
    p_ge, p_le = np.where(swap, (at_most, at_least), (at_least, at_most))
    return np.maximum(p_ge, least), np.maximum(p_le, least)
