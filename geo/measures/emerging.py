"""How clusters come, stay and go: the categories of Emerging Hot Spot Analysis."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import BoolArray, IntArray, same_shape
from geo.measures.persistence import in_letters
from geo.measures.trend import mann_kendall

LEAST_PERIODS = 10
MOST = 0.9
TREND_P = 0.05
CLUSTER, COLD, NEITHER, UNTESTED = "C", "X", ".", "?"

NO_PATTERN = "no pattern"
TOO_SHORT = f"Fewer than {LEAST_PERIODS} months on end, up to the last, could be tested."


@dataclass(frozen=True, eq=False)
class Emerging:
    """The pattern of each area, one entry an area; where it is None `reason` says why."""

    pattern: list[str | None]
    reason: list[str | None]
    periods: list[str]
    """A letter a period, first to last: C cluster, X cold cluster, . neither, ? not tested."""


def emerging(z: ArrayLike, cluster: ArrayLike, cold: ArrayLike) -> Emerging:
    """The categories of Emerging Hot Spot Analysis, from Gi* period by period.

    The rules are those of the tool of that name (Esri, ArcGIS Pro, "How Emerging Hot Spot
    Analysis works"). What it calls a hot spot is called a cluster here, and a cold spot a cold
    cluster, since a hot spot is told from an area's own level. With n periods, and for cold
    clusters the same with the signs turned:

    - new: a cluster in the last period and never before;
    - consecutive: a cluster in two or more periods on end up to the last, never before these, and
      in less than 90% of all;
    - intensifying, persistent, diminishing: a cluster in the last period and in 90% or more, with
      z rising, without a trend, or falling;
    - oscillating: a cluster in the last period, in less than 90%, and a cold cluster before;
    - sporadic: a cluster in the last period, in less than 90%, on and off before;
    - historical: a cluster in 90% or more, but not in the last;
    - no pattern: none of these.

    A trend is a two-sided p of the Mann-Kendall test of z of 0.05 or below. What makes a period a
    cluster is for the caller to say: normal theory of z calls far too many so where counts are
    skewed, so the exact test under the false discovery rate (`clusters.clusters`) is the one to
    use. The periods looked at are those up to the last without a gap in the testing.

    Args:
        z: Gi*, shape (periods, n); NaN where a period could not be tested.
        cluster: whether the area is a cluster in the period, the same shape.
        cold: whether it is a cold cluster, the same shape.

    Returns:
        Pattern, reason and letters. The pattern is None where fewer than 10 periods on end, up to
        the last, were tested.

    Raises:
        ValueError: the shapes differ or are not two-dimensional.

    Example:
        >>> z = np.full((10, 2), 3.0)
        >>> on = np.ones((10, 2), dtype=bool)
        >>> on[:8, 1] = False
        >>> emerging(z, on, ~on & False).pattern
        ['persistent cluster', 'consecutive cluster']
    """
    value = np.asarray(z, dtype=np.float64)
    high, low = np.asarray(cluster, dtype=np.bool_), np.asarray(cold, dtype=np.bool_)
    same_shape(z=value, cluster=high, cold=low)
    if value.ndim != 2:
        raise ValueError("z must be two-dimensional: one row a period, one column an area.")
    tested = ~np.isnan(value)
    looked_at = np.flip(np.logical_and.accumulate(np.flip(tested, axis=0), axis=0), axis=0)
    length = looked_at.sum(axis=0)
    trend = mann_kendall(np.where(looked_at, value, np.nan))
    sure = trend.p <= TREND_P
    rising, falling = sure & (trend.s > 0), sure & (trend.s < 0)
    up, down = high & looked_at, low & looked_at
    told = length >= LEAST_PERIODS
    rules = {
        **_in_the_last(up, down, length, stronger=rising, weaker=falling, word="cluster"),
        **_in_the_last(down, up, length, stronger=falling, weaker=rising, word="cold cluster"),
        "historical cluster": up.sum(axis=0) >= MOST * length,
        "historical cold cluster": down.sum(axis=0) >= MOST * length,
    }
    # The first that holds gives the name.
    names = np.select(list(rules.values()), list(rules), default=NO_PATTERN).tolist()
    return Emerging(
        pattern=[name if known else None for name, known in zip(names, told, strict=True)],
        reason=[None if known else TOO_SHORT for known in told],
        periods=in_letters(
            {UNTESTED: ~tested, CLUSTER: high & tested, COLD: low & tested}, NEITHER
        ),
    )


def _in_the_last(
    on: BoolArray,
    opposite: BoolArray,
    length: IntArray,
    *,
    stronger: BoolArray,
    weaker: BoolArray,
    word: str,
) -> dict[str, BoolArray]:
    """The patterns of areas that are on in the last period, the more particular first."""
    last = on[-1] if len(on) else np.zeros(on.shape[1], dtype=np.bool_)
    times = on.sum(axis=0)
    run = np.logical_and.accumulate(np.flip(on, axis=0), axis=0).sum(axis=0)
    most = times >= MOST * length
    rules = {
        "new": times == 1,
        "consecutive": (run >= 2) & (run == times) & ~most,
        "intensifying": most & stronger,
        "diminishing": most & weaker,
        "persistent": most,
        "oscillating": opposite.any(axis=0),
        "sporadic": np.ones_like(last),
    }
    return {f"{name} {word}": last & holds for name, holds in rules.items()}
