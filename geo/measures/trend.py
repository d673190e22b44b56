"""Whether a series rises or falls over time (Mann-Kendall)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from geo.measures._arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Trend:
    """The Mann-Kendall test of each series; NaN where a series has no two values that differ."""

    s: FloatArray
    """Pairs that rise less pairs that fall; 0 where there is nothing to compare."""
    variance: FloatArray
    z: FloatArray
    p: FloatArray
    """Two-sided, by normal theory with continuity correction."""
    tau: FloatArray
    """Kendall's tau-b: -1 for an unbroken fall, 1 for an unbroken rise."""


def mann_kendall(values: ArrayLike) -> Trend:
    """Test series for a steady rise or fall, whatever its shape (Mann 1945; Kendall 1975).

    S = sum of sign(x_j - x_i) over i < j. Without a trend its mean is 0 and its variance
    (n (n - 1) (2n + 5) - sum of t (t - 1) (2t + 5)) / 18, t being the size of each group of equal
    values. z = (S - sign S) / sqrt(variance). tau-b divides S by the root of the pairs that differ
    in time times the pairs that differ in value. Normal theory is close from 10 values up.

    Args:
        values: one row a time, one column a series, shape (times, n); NaN for a time that is
            not known, which takes no part in its series.

    Returns:
        Shape (n,) each. z, p and tau are NaN where a series has no two different values.

    Raises:
        ValueError: the values are not two-dimensional, or one is infinite.

    Example:
        >>> trend = mann_kendall([[1, 5], [2, 5], [3, 5], [3, 5]])
        >>> trend.s, trend.variance.round(3), trend.p.round(3)
        (array([5., 0.]), array([7.667, 0.   ]), array([0.149,   nan]))
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 2:
        raise ValueError("values must be two-dimensional: one row a time, one column a series.")
    if np.isinf(x).any():
        raise ValueError("values has an infinite value; leave out what is not known as NaN.")
    n = (~np.isnan(x)).sum(axis=0).astype(np.float64)
    s, equal = np.zeros(x.shape[1]), np.zeros(x.shape)
    for i, row in enumerate(x):
        s += np.nan_to_num(np.sign(x[i + 1 :] - row)).sum(axis=0)
        equal[i] = (x == row).sum(axis=0)
    # Each of the t members of a group adds its part, so a sum over values is one over groups.
    tied = np.where(equal > 0, (equal - 1) * (2 * equal + 5), 0).sum(axis=0)
    variance = (n * (n - 1) * (2 * n + 5) - tied) / 18
    pairs, alike = n * (n - 1) / 2, np.maximum(equal - 1, 0).sum(axis=0) / 2
    differ = pairs > alike
    spread = np.sqrt(np.where(differ, variance, np.nan))
    z = (s - np.sign(s)) / spread
    tau = s / np.sqrt(np.where(differ, pairs * (pairs - alike), np.nan))
    return Trend(s, variance, z, 2 * special.ndtr(-np.abs(z)), tau)
