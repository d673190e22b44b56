"""A series of months: which of them are unusual for it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import BoolArray, FloatArray, amounts, one_an_area, same_shape

LEAST_MONTHS = 12
USUAL_Z = 1.960


@dataclass(frozen=True, eq=False)
class UsualRange:
    """The range that 19 of 20 months fall into where nothing changes, in incidents.

    All are NaN, and no month is outside, where there are too few months to say.
    """

    lower: FloatArray
    upper: FloatArray
    outside: BoolArray
    phi: float
    """How many times more the months vary than chance alone would have them."""


def usual_range(count: ArrayLike, days: ArrayLike) -> UsualRange:
    """The usual range of each month of a series, allowing for its length and for seasons.

    With O incidents in d days and r = sum O / sum d, z = 2 sqrt(d) (sqrt(O/d) - sqrt(r)), and phi
    is the mean square of z once it is clipped to its own 10% and 90% quantiles. The range is
    d (sqrt(r) -+ 1.960 sqrt(max(phi, 1)) / (2 sqrt d))^2: the control limits of a count on the
    square-root scale with multiplicative overdispersion (Spiegelhalter 2005), the months being
    what areas are there. What varies with the season is part of the usual.

    Args:
        count: incidents a month, shape (n,); NaN where the month is not held.
        days: days of each month, above 0, shape (n,).

    Returns:
        The range of every month, held or not, and whether its count lies outside. With fewer than
        12 months held nothing is told.

    Raises:
        ValueError: the shapes differ, a count is negative or infinite, or a length is not above 0.

    Example:
        >>> usual = usual_range([30, 28, 31, 29, 30, 33, 27, 30, 31, 29, 30, 80], [30] * 12)
        >>> usual.outside.nonzero()[0], usual.lower[0].round(1), usual.upper[0].round(1)
        (array([11]), np.float64(23.5), np.float64(46.4))
    """
    given = np.asarray(count, dtype=np.float64)
    held = ~np.isnan(given)
    incidents = one_an_area(amounts(np.where(held, given, 0), "count"), "count")
    length = amounts(days, "days")
    same_shape(count=incidents, days=length)
    if (length <= 0).any():
        raise ValueError("A month has no days; every length must be above 0.")
    if held.sum() < LEAST_MONTHS:
        untold = np.full(given.shape, np.nan)
        return UsualRange(untold, untold, np.zeros(given.shape, dtype=np.bool_), float("nan"))
    middle = np.sqrt(incidents[held].sum() / length[held].sum())
    raw = 2 * np.sqrt(length) * (np.sqrt(incidents / length) - middle)
    phi = float(np.mean(np.clip(raw[held], *np.quantile(raw[held], [0.1, 0.9])) ** 2))
    half = USUAL_Z * np.sqrt(max(phi, 1.0)) / (2 * np.sqrt(length))
    lower = length * np.maximum(middle - half, 0) ** 2
    upper = length * (middle + half) ** 2
    return UsualRange(lower, upper, held & ((incidents < lower) | (incidents > upper)), phi)
