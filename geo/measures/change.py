"""Change between two periods."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from geo.measures._arrays import FloatArray, IntArray, same_shape, tail_area, whole_counts

_EQUAL = 1 + 1e-7  # outcomes as likely as the one seen may differ in their last digits


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
    p = np.where(both > 0, _two_sided(second, both, chance), np.nan)
    # The beta distribution wants shapes above 0; at a count of 0 the limit is 0 or 1 outright.
    lower = np.where(second > 0, special.betaincinv(np.maximum(second, 1), first + 1, tail), 0.0)
    upper = np.where(first > 0, special.betainccinv(second + 1, np.maximum(first, 1), tail), 1.0)
    seen = np.where(both > 0, second / np.maximum(both, 1), np.nan)
    lengths = months_before / months_after
    ratio, low, high = (
        _odds(np.where(both > 0, share, np.nan)) * lengths for share in (seen, lower, upper)
    )
    return Change(p, ratio, low, high)


def _two_sided(seen: IntArray, of: IntArray, chance: float) -> FloatArray:
    """Chance of all outcomes of a binomial that are no likelier than the one seen."""
    # Turned round where need be, so that what is seen never lies above the mean.
    turned = seen > of * chance
    k, share = np.where(turned, of - seen, seen), np.where(turned, 1 - chance, chance)
    most = stats.binom.pmf(k, of, share) * _EQUAL
    # Past the mean outcomes grow ever less likely: halve the range down to the first that counts.
    low = np.ceil(of * share).astype(np.int64)
    high = of + 1
    while (low < high).any():
        middle = (low + high) // 2
        counts = stats.binom.pmf(middle, of, share) <= most
        low, high = np.where(counts, low, middle + 1), np.where(counts, middle, high)
        low = np.minimum(low, high)
    both: FloatArray = stats.binom.cdf(k, of, share) + stats.binom.sf(low - 1, of, share)
    # At the mean itself both tails meet in one outcome.
    return np.where(low <= k, 1.0, np.minimum(both, 1.0))


def _odds(share: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        result: FloatArray = share / (1 - share)
    return result
