"""Empirical Bayes rates: small areas' rates drawn towards what is usual, as far as chance goes."""

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import FloatArray, amounts, one_an_area, same_shape
from geo.measures.neighbours import Neighbours


def smoothed_rate(count: ArrayLike, residents: ArrayLike, per: float = 1000.0) -> FloatArray:
    """Each area's rate drawn towards that of all, more so the fewer live there (Marshall 1991).

    With r_i = O_i/P_i and m = sum O / sum P, the variance of the rates between areas is
    a = max(0, sum P (r - m)^2 / sum P - m / Pbar), what is left once chance is taken off. Then
    EB_i = m + (r_i - m) a / (a + m / P_i).

    Args:
        count: incidents, shape (n,).
        residents: people, shape (n,).
        per: the number of residents the rate is given for.

    Returns:
        Smoothed rates, shape (n,), between the area's own rate and that of all. All are the rate
        of all where the rates vary no more than chance would make them (a = 0). NaN where nobody
        lives: such an area takes no part, nor do its incidents.

    Raises:
        ValueError: the shapes differ, or a number is negative or missing.

    Example:
        >>> smoothed_rate([0, 30, 10, 2], [100, 1000, 1000, 0]).round(2)
        array([13.11, 28.02, 11.64,   nan])
    """
    incidents, people = _checked(count, residents)
    lived_in = people > 0
    smooth = np.full(people.shape, np.nan)
    some, of = incidents[lived_in], people[lived_in]
    if of.size:
        mean = some.sum() / of.sum()
        spread = (of * (some / of - mean) ** 2).sum() / of.sum()
        between = np.maximum(spread - mean / of.mean(), 0.0)
        smooth[lived_in] = per * _drawn(some / of, mean, between, of)
    return smooth


def locally_smoothed_rate(
    count: ArrayLike, residents: ArrayLike, neighbours: Neighbours, per: float = 1000.0
) -> FloatArray:
    """The same towards the rate of the area and its neighbours together (Marshall 1991).

    m, a and Pbar are those of the area and its neighbours, each in turn, instead of all areas.

    Args:
        count: incidents, shape (n,).
        residents: people, shape (n,).
        neighbours: which of the n areas touch.
        per: the number of residents the rate is given for.

    Returns:
        Smoothed rates, shape (n,). NaN where nobody lives, and for an area that touches no other
        in which anybody lives: it has no neighbours to be drawn towards.

    Raises:
        ValueError: the shapes differ, a number is negative or missing, or the counts are not one
            an area.

    Example:
        >>> row = Neighbours.from_pairs(4, [0, 1], [1, 2])
        >>> locally_smoothed_rate([0, 30, 10, 9], [100, 1000, 1000, 500], row).round(2)
        array([25.  , 28.02, 12.  ,   nan])
    """
    incidents, people = _checked(count, residents)
    lived_in = people > 0
    some, of = np.where(lived_in, incidents, 0.0), np.where(lived_in, people, 0.0)

    def together(values: FloatArray) -> FloatArray:
        return values + neighbours.sums(values)

    areas, residing = together(lived_in.astype(np.float64)), together(of)
    told = lived_in & (areas > 1)
    rate = some / np.where(lived_in, of, 1.0)
    within = np.where(told, residing, 1.0)
    mean = together(some) / within
    # sum P (r - m)^2 of each neighbourhood, multiplied out: its m is the same for all its areas.
    spread = together(of * rate**2) / within - mean**2
    between = np.maximum(spread - mean * areas / within, 0.0)
    smooth = per * _drawn(rate, mean, between, np.where(lived_in, of, 1.0))
    return np.where(told, smooth, np.nan)


def _drawn(
    rate: FloatArray, mean: FloatArray, between: FloatArray, people: FloatArray
) -> FloatArray:
    """The mean m, and of r - m the part a / (a + m / P); 0 where there is no incident."""
    chance = mean / people
    some = between + chance > 0
    weight = np.where(some, between / np.where(some, between + chance, 1.0), 0.0)
    result: FloatArray = mean + (rate - mean) * weight
    return result


def _checked(count: ArrayLike, residents: ArrayLike) -> tuple[FloatArray, FloatArray]:
    incidents = one_an_area(amounts(count, "count"), "count")
    people = amounts(residents, "residents")
    same_shape(count=incidents, residents=people)
    return incidents, people
