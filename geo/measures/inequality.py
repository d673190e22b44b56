"""Incidents by deprivation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from geo.measures._arrays import FloatArray, IntArray, amounts, one_an_area, same_shape, tail_area
from geo.measures.estimate import UNTOLD, Estimate
from geo.measures.rates import rate, rate_limits

LEAST_DECILES = 5

TOO_FEW = f"Fewer than {LEAST_DECILES} deciles have residents, too few to draw a slope through."


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


@dataclass(frozen=True)
class SlopeIndex:
    """The slope across all residents, from the most to the least deprived; NaN is told in `why`.

    `slope` is in the unit of the rate: below 0 where the more deprived have more. `relative` is
    the slope as a multiple of the rate of all, with limits that take that rate as known.
    `most_deprived` and `least_deprived` are the fitted rates at the two ends.
    """

    slope: Estimate
    relative: Estimate
    most_deprived: float
    least_deprived: float
    deciles: int
    why: str | None


def slope_index(table: ByDecile, confidence: float = 0.95) -> SlopeIndex:
    """Slope index of inequality over national deciles (Preston, Haines and Pamuk 1981).

    From the most deprived decile to the least, a_k is decile k's share of the residents and b_k
    the middle of its stretch of their cumulative share, from 0 to 1. Least squares, without an
    intercept, of rate_k sqrt(a_k) on [sqrt(a_k), b_k sqrt(a_k)] fits rates weighted by residents;
    the second coefficient is the slope, the fitted difference between the last resident and the
    first. The relative index divides it by the rate of all residents (Pamuk 1985).

    The limits are the regression's own: Student's t with n - 2 degrees of freedom on the residual
    variance. They take in how far the deciles lie off the line, whatever puts them there, and not
    the chance in each decile's count alone.

    Args:
        table: of `by_decile`. A decile without residents takes no part.
        confidence: 0.95 for 95% limits.

    Returns:
        The slope per 1,000 residents with its limits. All NaN where fewer than 5 deciles have
        residents; the relative index also where there is no incident.

    Raises:
        ValueError: confidence is not between 0 and 1.

    Example:
        >>> table = by_decile(range(1, 11), range(20, 0, -2), [1000] * 10)
        >>> found = slope_index(table)
        >>> round(found.slope.value, 6), round(found.relative.value, 4), found.deciles
        (-20.0, -1.8182, 10)
    """
    tail = tail_area(confidence)
    told = table.residents > 0
    n = int(told.sum())
    if n < LEAST_DECILES:
        return SlopeIndex(UNTOLD, UNTOLD, np.nan, np.nan, n, TOO_FEW)
    share = table.residents[told] / table.residents.sum()
    middle = np.cumsum(share) - share / 2
    weight = np.sqrt(share)
    design = np.column_stack([weight, middle * weight])
    wanted = table.rate[told] * weight
    inverse = np.linalg.inv(design.T @ design)
    fitted = inverse @ design.T @ wanted
    variance = ((wanted - design @ fitted) ** 2).sum() / (n - 2)
    reach = special.stdtrit(n - 2, 1 - tail) * np.sqrt(variance * inverse[1, 1])
    start, slope = fitted.tolist()
    limits = (slope, float(slope - reach), float(slope + reach))
    overall = float(table.rate[told] @ share)
    relative = UNTOLD
    if overall:
        relative = Estimate(*(value / overall for value in limits))
    return SlopeIndex(Estimate(*limits), relative, start, start + slope, n, None)
