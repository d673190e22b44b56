"""Incidents by deprivation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import FloatArray, IntArray, amounts, one_an_area, same_shape
from geo.measures.rates import rate, rate_limits


@dataclass(frozen=True, eq=False)
class ByDecile:
    """Ten entries each, from the most deprived tenth of the country (1) to the least (10)."""

    decile: IntArray
    areas: IntArray
    residents: FloatArray
    count: FloatArray
    rate: FloatArray
    """Per 1,000 residents; NaN, like its limits, where a decile has no residents."""
    lower: FloatArray
    upper: FloatArray


def by_decile(
    decile: ArrayLike, count: ArrayLike, residents: ArrayLike, confidence: float = 0.95
) -> ByDecile:
    """Incidents per 1,000 residents in each national decile, 1000 * sum O / sum P, with limits.

    The deciles are taken as published and never ranked again among the areas at hand. The limits
    are those of `rates.rate_limits` (Garwood 1936; Byar in Breslow and Day 1987).

    Args:
        decile: 1 to 10, shape (n,); NaN for an area without one, which is left out.
        count: incidents, shape (n,).
        residents: people, shape (n,).
        confidence: 0.95 for 95% limits.

    Returns:
        All ten deciles, also those without an area: these have 0 areas, residents and incidents,
        and NaN for the rate and its limits.

    Raises:
        ValueError: the shapes differ, a number is negative, a count or number of residents is
            missing, a decile is not from 1 to 10, or confidence is not between 0 and 1.

    Example:
        >>> table = by_decile([1, 1, 10], [30, 35, 8], [4000, 6000, 2000])
        >>> table.rate[[0, 1, 9]], table.areas[[0, 1, 9]]
        (array([6.5, nan, 4. ]), array([2, 0, 1]))
    """
    tenth = np.asarray(decile, dtype=np.float64)
    incidents = one_an_area(amounts(count, "count"), "count")
    people = amounts(residents, "residents")
    same_shape(decile=tenth, count=incidents, residents=people)
    known = ~np.isnan(tenth)
    group = tenth[known]
    if not np.isin(group, np.arange(1, 11)).all():
        raise ValueError("A decile is not a whole number from 1 to 10.")
    row = group.astype(np.int64) - 1
    total, living = (
        np.bincount(row, weights=amount[known], minlength=10).astype(np.float64)
        for amount in (incidents, people)
    )
    lower, upper = rate_limits(total, living, confidence=confidence)
    return ByDecile(
        decile=np.arange(1, 11),
        areas=np.bincount(row, minlength=10),
        residents=living,
        count=total,
        rate=rate(total, living),
        lower=lower,
        upper=upper,
    )
