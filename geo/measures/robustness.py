"""How often a hot spot or a cluster stands when the settings it was found with are others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import BoolArray, FloatArray, IntArray, amounts
from geo.measures.hotspots import HOT_COUNT, HOT_Z, own_level

Z_THRESHOLDS = (2.576, HOT_Z, 3.291)
COUNT_THRESHOLDS = (5, HOT_COUNT)
Q_THRESHOLDS = (0.05, 0.10, 0.20)


@dataclass(frozen=True, eq=False)
class Stands:
    """In how many settings each area was flagged, of how many in which it could be told."""

    flagged: IntArray
    settings: IntArray
    """0 where it could be told in none."""


def hot_spot_settings(count_by_month: ArrayLike, residents: ArrayLike) -> Stands:
    """How often an area is a hot spot by other thresholds and without any one of the months.

    The settings are each z of 2.576, 3.090 and 3.291 (99%, 99.8% and 99.9% limits) with at least
    5 and at least 10 incidents, and then, where there are two months or more, each month left
    out in turn at 3.090 and 10. A month without any incident is no setting, since leaving it out
    changes nothing. Each month costs one `own_level`, so the work grows with months times areas.

    Args:
        count_by_month: incidents, shape (months, n).
        residents: people, shape (n,).

    Returns:
        Counts of settings, shape (n,). Both are 0 where nobody lives or where fewer than 30 areas
        have residents.

    Raises:
        ValueError: the counts are not months by areas, the shapes differ, or a number is negative
            or missing.

    Example:
        >>> stands = hot_spot_settings([[1] * 29 + [12], [1] * 29 + [1]], [1000] * 30)
        >>> stands.flagged[[0, 29]], stands.settings[[0, 29]]
        (array([0, 7]), array([8, 8]))
    """
    months = amounts(count_by_month, "count_by_month")
    if months.ndim != 2:
        raise ValueError("count_by_month must be two-dimensional, months by areas.")
    total = months.sum(axis=0)
    z = own_level(total, residents).z
    flags = [
        (z >= limit) & (total >= least) for limit in Z_THRESHOLDS for least in COUNT_THRESHOLDS
    ]
    busy = months[months.any(axis=1)]
    if len(busy) > 1:
        flags += [_hot(total - month, residents) for month in busy]
    return Stands(np.stack(flags).sum(axis=0), np.where(np.isnan(z), 0, len(flags)))


def cluster_settings(q: Sequence[FloatArray]) -> Stands:
    """How often an area is a cluster by other rules of who is a neighbour and by other q.

    Each rule is judged at a false discovery rate of 0.05, 0.10 and 0.20.

    Args:
        q: of `clusters`, for each rule an array of shape (n,); NaN where there is no test.

    Returns:
        Counts of settings, shape (n,). A rule under which an area was not tested is no setting
        for it.

    Raises:
        ValueError: the arrays differ in shape, or there are none.

    Example:
        >>> stands = cluster_settings([np.array([0.04, np.nan]), np.array([0.15, 0.3])])
        >>> stands.flagged, stands.settings
        (array([4, 0]), array([6, 3]))
    """
    rates = np.stack([np.asarray(one, dtype=np.float64) for one in q])
    flags = np.concatenate([rates <= limit for limit in Q_THRESHOLDS])
    return Stands(flags.sum(axis=0), len(Q_THRESHOLDS) * (~np.isnan(rates)).sum(axis=0))


def in_words(hot_spot: Stands, cluster: Stands) -> list[str | None]:
    """One sentence an area, with what cannot be told left out; None where neither can.

    Such as `A hot spot in 9 of 18 settings; a cluster in none of 9 settings.`
    Raises:
        ValueError: the two are not of the same areas.
    """
    both = zip(_told("hot spot", hot_spot), _told("cluster", cluster), strict=True)
    said = ["; ".join(part for part in parts if part) for parts in both]
    return [f"{words[0].upper()}{words[1:]}." if words else None for words in said]


def _told(what: str, stands: Stands) -> list[str]:
    found = zip(stands.flagged.tolist(), stands.settings.tolist(), strict=True)
    return [f"a {what} in {n or 'none'} of {of} settings" if of else "" for n, of in found]


def _hot(count: FloatArray, residents: ArrayLike) -> BoolArray:
    hot: BoolArray = (own_level(count, residents).z >= HOT_Z) & (count >= HOT_COUNT)
    return hot
