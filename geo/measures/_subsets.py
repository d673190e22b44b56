"""Sums of random subsets, exactly: the chance behind the cluster test."""

import numpy as np

from geo.measures._arrays import FloatArray, IntArray


def chance_below(values: IntArray, most: int, cap: int) -> FloatArray:
    """Chance that k of the values, drawn without replacement, sum to less than s.

    The number of k-subsets with sum s is the coefficient of t^k u^s in the product of
    (1 + t u^x) over the values x. Equal values are multiplied in together:
    (1 + t u^v)^m = sum over j of C(m, j) t^j u^(j v).

    Args:
        values: whole numbers of 0 or more, shape (n,).
        most: the largest k wanted, at most n.
        cap: the largest s wanted; sums from there up are never followed.

    Returns:
        Shape (most + 1, cap + 1): row k, column s.
    """
    n = values.size
    k = np.arange(most + 1)
    # Counts of k-subsets are held as multiples of n^k / k!, which they never exceed, so that no
    # map is too large for a float. Every term is positive: nothing cancels.
    held = np.zeros((most + 1, cap + 1))
    held[0, 0] = 1.0
    for value, times in zip(*np.unique(values[values <= cap], return_counts=True), strict=True):
        before = held.copy()
        weight = np.ones(most + 1)
        for j in range(1, min(most, times, cap // value if value else most) + 1):
            weight = weight * (k - j + 1) * (times - j + 1) / (j * n)
            held[j:, j * value :] += (
                weight[j:, None] * before[: most + 1 - j, : cap + 1 - j * value]
            )
    subsets = np.cumprod(np.concatenate([[1.0], (n - k[:-1]) / n]))
    below = np.zeros_like(held)
    below[:, 1:] = np.cumsum(held[:, :-1], axis=1) / subsets[:, None]
    return below


def chance_at_least(
    below: FloatArray, n: int, k: IntArray, least: IntArray, left_out: IntArray
) -> FloatArray:
    """Chance that k of the n - 1 values other than x sum to at least s, for many x at once.

    Leaving x out divides the product by (1 + t u^x), that is, multiplies it by the series
    1 - t u^x + t^2 u^2x - ...: with T_k(s) the number of k-subsets summing to s or more, the
    number without x is the sum over j of (-1)^j T_(k-j)(s - j x).

    Args:
        below: of `chance_below`, over all n values.
        n: how many values there are.
        k: subset sizes, at most (n - 1) / 2, so that the series falls and rounding stays small.
        least: s, at most the cap of `below`.
        left_out: x, one of the values.

    Returns:
        Chances in the shape of k.
    """
    total = np.zeros(k.shape)
    # C(n, k - j) / C(n - 1, k), first for j = 0; it becomes 0 past j = k.
    ratio = n / (n - k)
    for j in range(below.shape[0]):
        tail = 1 - below[np.maximum(k - j, 0), np.maximum(least - j * left_out, 0)]
        total += (-1) ** j * ratio * tail
        ratio = ratio * (k - j) / (n - k + j + 1)
        if not ratio.any():
            break
    return np.clip(total, 0.0, 1.0)
