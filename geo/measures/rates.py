"""Rates and proportions with their limits."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from geo.measures._arrays import FloatArray, amounts, same_shape, tail_area

EXACT_BELOW = 10
"""Counts below this take exact limits; from here up Byar's approximation is close enough."""


def rate(count: ArrayLike, residents: ArrayLike, per: float = 1000.0) -> FloatArray:
    """Incidents per so many residents: per * count / residents.

    Args:
        count: incidents, any shape.
        residents: people, the same shape.
        per: the number of residents the rate is given for.

    Returns:
        Rates in the shape given. NaN where nobody lives: there is no rate to speak of.

    Raises:
        ValueError: the shapes differ, or a number is negative or missing.

    Example:
        >>> rate([65, 3], [10_000, 0])
        array([6.5, nan])
    """
    incidents, people = _checked(count, residents)
    return _per_resident(incidents, people, per)


def count_limits(count: ArrayLike, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Limits of the expected number of incidents behind an observed Poisson count.

    Below 10 they are exact: chi2inv(a/2, 2 O) / 2 and chi2inv(1 - a/2, 2 O + 2) / 2, which are
    quantiles of the gamma distributions of shapes O and O + 1 (Garwood 1936). From 10 up they are
    Byar's: O (1 - 1/(9 O) - z/(3 sqrt O))^3, and with O + 1 and + z for the upper (Breslow and
    Day 1987).

    Args:
        count: incidents, any shape.
        confidence: 0.95 for 95% limits.

    Returns:
        Lower and upper limits, in incidents, in the shape of count; never NaN.

    Raises:
        ValueError: a count is negative or missing, or confidence is not between 0 and 1.

    Example:
        >>> lower, upper = count_limits([0, 65])
        >>> lower.round(3), upper.round(3)
        (array([ 0.   , 50.163]), array([ 3.689, 82.849]))
    """
    observed = amounts(count, "count")
    tail = tail_area(confidence)
    z = special.ndtri(1 - tail)
    # Each formula is evaluated only where it holds, so that neither divides by 0.
    few, many = np.minimum(observed, EXACT_BELOW), np.maximum(observed, EXACT_BELOW)
    exact_lower = np.where(few > 0, special.gammaincinv(np.maximum(few, 1), tail), 0.0)
    exact_upper = special.gammainccinv(few + 1, tail)
    exact = observed < EXACT_BELOW
    lower = np.where(exact, exact_lower, _byar(many, -z))
    upper = np.where(exact, exact_upper, _byar(many + 1, z))
    return lower, upper


def rate_limits(
    count: ArrayLike, residents: ArrayLike, per: float = 1000.0, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Limits of a rate: those of its count, over the same residents.

    Args:
        count: incidents, any shape.
        residents: people, the same shape, taken as known without error.
        per: the number of residents the rate is given for.
        confidence: 0.95 for 95% limits.

    Returns:
        Lower and upper limits, in incidents per `per` residents. NaN where nobody lives.

    Raises:
        ValueError: the shapes differ, a number is negative or missing, or confidence is not
            between 0 and 1.

    Example:
        >>> lower, upper = rate_limits([65], [10_000])
        >>> lower.round(4), upper.round(4)
        (array([5.0163]), array([8.2849]))
    """
    incidents, people = _checked(count, residents)
    lower, upper = count_limits(incidents, confidence)
    return _per_resident(lower, people, per), _per_resident(upper, people, per)


def wilson(
    part: ArrayLike, whole: ArrayLike, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Score limits of a proportion p = part / whole (Wilson 1927).

    (p + z^2/2n -+ z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n), n being the whole.

    Args:
        part: how many of the whole, any shape.
        whole: how many in all, the same shape.
        confidence: 0.95 for 95% limits.

    Returns:
        Lower and upper limits between 0 and 1. NaN where the whole is 0.

    Raises:
        ValueError: the shapes differ, a number is negative or missing, a part exceeds its whole,
            or confidence is not between 0 and 1.

    Example:
        >>> lower, upper = wilson([65], [100])
        >>> lower.round(4), upper.round(4)
        (array([0.5525]), array([0.7364]))
    """
    some, everything = amounts(part, "part"), amounts(whole, "whole")
    same_shape(part=some, whole=everything)
    if (some > everything).any():
        raise ValueError("part is larger than whole; a proportion cannot exceed 1.")
    z = special.ndtri(1 - tail_area(confidence))
    n = np.where(everything > 0, everything, np.nan)
    p = some / n
    middle = p + z**2 / (2 * n)
    reach = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    # Rounding may step a hair outside at a part of 0 or of the whole.
    return np.clip((middle - reach) / scale, 0, 1), np.clip((middle + reach) / scale, 0, 1)


def _checked(count: ArrayLike, residents: ArrayLike) -> tuple[FloatArray, FloatArray]:
    incidents, people = amounts(count, "count"), amounts(residents, "residents")
    same_shape(count=incidents, residents=people)
    return incidents, people


def _per_resident(value: FloatArray, people: FloatArray, per: float) -> FloatArray:
    result: FloatArray = per * value / np.where(people > 0, people, np.nan)
    return result


def _byar(count: FloatArray, z: float) -> FloatArray:
    result: FloatArray = count * (1 - 1 / (9 * count) + z / (3 * np.sqrt(count))) ** 3
    return result
