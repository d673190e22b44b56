"""Change between two periods."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from geo.measures._arrays import FloatArray, same_shape, tail_area, whole_counts


@dataclass(frozen=True, eq=False)
class Change:
    """The later monthly rate over the earlier, and the chance of so large a difference."""

    p: FloatArray
    ratio: FloatArray
    ratio_lower: FloatArray
    ratio_upper: FloatArray


def compare(
    before: ArrayLike,
    after: ArrayLike,
    months_before: float = 1,
    months_after: float = 1,
    confidence: float = 0.95,
) -> Change:
    """Compare two Poisson counts, given their sum (Przyborowski and Wilenski 1940).

    If nothing changed, `after` out of before + after is binomial with chance
    T2 / (T1 + T2), T1 and T2 being the lengths. p is exact and two-sided: the chance of all
    outcomes no likelier than the one seen. The limits of that proportion (Clopper and Pearson
    1934), pi, become limits of the ratio of monthly rates as pi / (1 - pi) * T1 / T2.

    Args:
        before: incidents in the earlier period, shape (n,).
        after: incidents in the later period, shape (n,).
        months_before: length of the earlier period.
        months_after: length of the later period.
        confidence: 0.95 for 95% limits.

    Returns:
        p, and the ratio later / earlier per month with its limits, shape (n,) each. NaN where
        both counts are 0; the ratio and its upper limit are infinite where only before is.

    Raises:
        ValueError: the shapes differ, a count is negative, missing or not whole, a length is
            not above 0, or confidence is not between 0 and 1.

    Example:
        >>> change = compare([40], [60])
        >>> change.p.round(6), change.ratio, change.ratio_lower.round(3)
        (array([0.056888]), array([1.5]), array([0.989]))
    """
    first, second = whole_counts(before, "before"), whole_counts(after, "after")
    same_shape(before=first, after=second)
    if not (0 < months_before < np.inf and 0 < months_after < np.inf):
        raise ValueError("A period must be longer than 0 months.")
    tail = tail_area(confidence)
    chance = months_after / (months_before + months_after)
    both = first + second
    p = [
        stats.binomtest(k, n, chance).pvalue if n else np.nan
        for k, n in zip(second.tolist(), both.tolist(), strict=True)
    ]
    # The beta distribution wants shapes above 0; at a count of 0 the limit is 0 or 1 outright.
    lower = np.where(second > 0, special.betaincinv(np.maximum(second, 1), first + 1, tail), 0.0)
    upper = np.where(first > 0, special.betainccinv(second + 1, np.maximum(first, 1), tail), 1.0)
    seen = np.where(both > 0, second / np.maximum(both, 1), np.nan)
    lengths = months_before / months_after
    ratio, low, high = (
        _odds(np.where(both > 0, share, np.nan)) * lengths for share in (seen, lower, upper)
    )
    return Change(np.array(p, dtype=np.float64), ratio, low, high)


def _odds(share: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        result: FloatArray = share / (1 - share)
    return result
