"""Areas beside each other: each one's rate as a multiple of the first one's."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import FloatArray, amounts, same_shape, whole_counts
from geo.measures._exact import false_discovery
from geo.measures.change import compare


@dataclass(frozen=True, eq=False)
class RateRatios:
    """What each area's rate is to the first area's, shape (n,) each; NaN for the first itself."""

    ratio: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray
    q: FloatArray


def rate_ratios(count: ArrayLike, residents: ArrayLike) -> RateRatios:
    """The rate of every area over that of the first, with 95% limits, p and q.

    Two Poisson counts given their sum, with residents for lengths, as in `change.compare`
    (Przyborowski and Wilenski 1940; Clopper and Pearson 1934). q is p after the false discovery
    rate over all areas compared (Benjamini and Hochberg 1995). Areas are taken as independent, and
    their counts as chance alone would spread them, which recorded crime does not keep to: limits
    are too narrow rather than too wide.

    Args:
        count: incidents, shape (n,), the first area's first.
        residents: people, shape (n,); 0 where there is no rate.

    Returns:
        Ratio, limits, p and q, shape (n,) each. NaN for the first area, where either area has no
        rate, and where both counts are 0. The ratio and its upper limit are infinite where the
        first area alone has no incident.

    Raises:
        ValueError: the shapes differ, a count is negative, missing or not whole, or residents are
            negative or missing.

    Example:
        >>> found = rate_ratios([40, 60, 400], [1000, 1000, 2000])
        >>> found.ratio, found.q.round(3)
        (array([nan, 1.5, 5. ]), array([  nan, 0.057, 0.   ]))
    """
    incidents = whole_counts(count)
    people = amounts(residents, "residents")
    same_shape(count=incidents, residents=people)
    ratio, lower, upper, p = (np.full(people.shape, np.nan) for _ in range(4))
    for i in range(1, len(people)):
        if people[0] and people[i]:
            pair = compare(incidents[:1], incidents[i : i + 1], people[0], people[i])
            ratio[i], lower[i], upper[i], p[i] = (
                values[0] for values in (pair.ratio, pair.ratio_lower, pair.ratio_upper, pair.p)
            )
    return RateRatios(ratio, lower, upper, p, false_discovery(p))
