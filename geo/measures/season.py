"""The season: whether incidents spread evenly over the calendar year."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from geo.measures._arrays import FloatArray, amounts, same_shape, whole_counts
from geo.measures.rates import rate, rate_limits

CALENDAR = 12
LEAST_INCIDENTS = 60  # five for each month: the usual least for the chi-square distribution

NOT_A_YEAR = "A season needs every calendar month; these months are fewer than 12 or have gaps."
TOO_FEW = f"Fewer than {LEAST_INCIDENTS} incidents are too few to tell a season."


@dataclass(frozen=True, eq=False)
class Season:
    """Twelve entries each, January first, and the test of all twelve; NaN has its reason in `why`.

    `share` is what the month's share would be were all months as long. `statistic` is chi-square,
    over 11 degrees of freedom.
    """

    count: FloatArray
    days: FloatArray
    per_day: FloatArray
    lower: FloatArray
    upper: FloatArray
    share: FloatArray
    statistic: float
    p: float
    why: str | None


def season(count: ArrayLike, month: ArrayLike, days: ArrayLike, confidence: float = 0.95) -> Season:
    """Incidents a day by calendar month, and a test against an even spread over the days.

    With O_m incidents in D_m days of calendar month m, an even spread expects
    E_m = sum O * D_m / sum D, so that a short month is not called quiet. The statistic is
    sum (O_m - E_m)^2 / E_m, held against chi-square with 11 degrees of freedom (Pearson 1900).
    The limits of a day's rate are those of `rates.rate_limits`. Both take incidents to be
    independent of each other; recorded crime comes in runs, so that p is too small and the limits
    too narrow, and one year cannot tell its season from its trend.

    Args:
        count: incidents, one a month of the record, whole numbers, shape (n,).
        month: the calendar month of each, 1 to 12, shape (n,).
        days: how many days each has, shape (n,).
        confidence: 0.95 for 95% limits.

    Returns:
        The months of each name taken together. A calendar month that is not in the record has
        0 incidents, 0 days and NaN for its rate. Unless all twelve are there, `share`,
        `statistic` and `p` are NaN; below 60 incidents `statistic` and `p` are. `why` says so.

    Raises:
        ValueError: the shapes differ, a count is negative, missing or not whole, a month is not
            from 1 to 12, a month has no days, or confidence is not between 0 and 1.

    Example:
        >>> even = season([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], range(1, 13),
        ...               [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
        >>> even.statistic, even.p
        (0.0, 1.0)
    """
    incidents = whole_counts(count).astype(np.float64)
    named, length = amounts(month, "month"), amounts(days, "days")
    same_shape(count=incidents, month=named, days=length)
    if not np.isin(named, np.arange(1, CALENDAR + 1)).all():
        raise ValueError("A month is not a whole number from 1 to 12.")
    if (length == 0).any():
        raise ValueError("A month has no days.")
    place = named.astype(np.int64) - 1
    total, held = (
        np.bincount(place, weights=values, minlength=CALENDAR).astype(np.float64)
        for values in (incidents, length)
    )
    daily = rate(total, held, per=1)
    lower, upper = rate_limits(total, held, per=1, confidence=confidence)
    share, statistic, p = np.full(CALENDAR, np.nan), np.nan, np.nan
    why = None if (held > 0).all() else NOT_A_YEAR
    if why is None and total.sum() < LEAST_INCIDENTS:
        why = TOO_FEW
    if (held > 0).all() and total.sum() > 0:
        share = daily / daily.sum()
    if why is None:
        expected = total.sum() * held / held.sum()
        statistic = float(((total - expected) ** 2 / expected).sum())
        p = float(special.chdtrc(CALENDAR - 1, statistic))
    return Season(total, held, daily, lower, upper, share, statistic, p, why)
