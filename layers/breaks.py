"""Rounded class breaks, so that each of five classes holds about a fifth of the areas."""

import math
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

CLASSES = 5
ANY = 1e-9  # the least of a class that only nought is below
_APART = 1.2  # a class spans at least a fifth more than its lower bound
_STEPS = (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)


def rounded_breaks(values: ArrayLike, classes: int = CLASSES) -> list[float]:
    """Lower bounds of the upper classes, rounded, rising; fewer where values do not tell apart.

    The breaks are the quantiles of the values above zero, each moved to the nearest round number.
    Values that are missing are left out. No values, no breaks.

    >>> rounded_breaks(range(1, 101))
    [20.0, 40.0, 60.0, 80.0]
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known) & (known > 0)]
    if not len(known):
        return []
    quantiles = np.quantile(known, np.arange(1, classes) / classes)
    breaks: list[float] = []
    for value in map(rounded, quantiles):
        apart = not breaks or value >= breaks[-1] * _APART
        if apart and known.min() < value <= known.max():
            breaks.append(value)
    return breaks


def class_of(value: float, breaks: list[float]) -> int:
    """The class of a value, 0 for the lowest, told from the value as it is shown.

    A break of ANY is passed by any value above nought, however small it is shown.
    """
    return sum((value if limit == ANY else shown(value)) >= limit for limit in breaks)


def shown(value: float) -> float:
    """A value as it is shown: one decimal, halves up, as the map's script rounds too.

    >>> shown(2.25), shown(11.96)
    (2.3, 12.0)
    """
    return math.floor(value * 10 + 0.5) / 10


def least_shown(limit: float) -> float:
    """The least value that is shown as a limit of one decimal.

    >>> least_shown(2.3), shown(2.25)
    (2.25, 2.3)
    """
    return round(limit - 0.05, 2)


def class_labels(breaks: list[float], step: float = 0.1) -> list[str]:
    """The classes in words, lowest first: `Under 3`, `3 to 4.9`, `12 or more`.

    `step` is what values are apart at least: 1 for counts, whose classes are `3 to 4`.
    """
    if not breaks:
        return ["All areas"]
    between = [_between(low, high - step, step) for low, high in pairwise(breaks)]
    return [f"Under {breaks[0]:,g}", *between, f"{breaks[-1]:,g} or more"]


def _between(low: float, last: float, step: float) -> str:
    decimals = ",.0f" if step == 1 else ",.1f"
    told = f"{last:{decimals}}"
    return told if told == f"{low:{decimals}}" else f"{low:,g} to {told}"


def rounded(value: float) -> float:
    """The nearest round number to a value above nought, 0.1 at least."""
    scale = 10.0 ** math.floor(math.log10(value))
    nearest = min(_STEPS, key=lambda step: abs(step * scale - value))
    return max(round(nearest * scale, 1), 0.1)
