"""Whether a difference between two groups of residents runs through all offences or only some."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from geo.measures._arrays import FloatArray, same_shape, tail_area, whole_counts
from geo.measures.change import compare
from geo.measures.estimate import UNTOLD, Estimate

TOO_FEW = "Fewer than two offences have an incident, so there is no mix to compare."
NOBODY = "There is no rate to compare: nobody lives there, or residents are not known."


@dataclass(frozen=True, eq=False)
class OffenceMix:
    """Two rates over the same offences: their ratio as it is, and as the offences have it.

    `crude`: the ratio of the two total rates. `even`: the ratio with each offence counted alike.
    `least` and `most`: the crude ratio with one offence left out, at its lowest and its highest.
    `dissimilarity`: the share of either group's incidents that would have to be of another
    offence for the two mixes to be the same. `statistic` and `p`: the test that all offences have
    one ratio, chi-square over `df` degrees of freedom. NaN has its reason in `why`.
    """

    crude: Estimate
    even: Estimate
    least: float
    most: float
    dissimilarity: float
    statistic: float
    df: int
    p: float
    why: str | None


def offence_mix(
    one: ArrayLike,
    other: ArrayLike,
    residents_one: float,
    residents_other: float,
    confidence: float = 0.95,
) -> OffenceMix:
    """Compare two groups' rates over their offences: one runs lower throughout, or in its mix.

    Indirect standardisation for offences would divide what one group recorded, sum O_k, by what
    the other's rates U_k / Q would make of its P residents, sum P U_k / Q. Every offence has the
    same residents, so this is (sum O / P) / (sum U / Q): the crude ratio itself. The offences are
    parts of the rate, not groups of residents, and there is nothing in them to adjust for.
    The crude ratio is a mean of the offences' own ratios, each weighted by how common it is in
    the other group, and few common offences decide it. What can be asked is how far it depends on
    that weighting:

    - `even` is standardised directly to an even mix: the geometric mean of the K ratios, so that
      each offence weighs the same and the groups can change places. An offence's log ratio is
      log((O + 1/2) / (U + 1/2)) - log(P / Q), of variance 1/(O + 1/2) + 1/(U + 1/2) (Gart and
      Zweifel 1967), and the limits are normal on the log scale. They are about these offences,
      not others.
    - `least` and `most` leave out each offence in turn: whether any one of them makes the result.
    - the test asks whether the offences share one ratio: Pearson's chi-square of the table of two
      groups by offence (Pearson 1900), which is the same as asking whether the mixes differ.
      `dissimilarity`, half the sum of |O_k / sum O - U_k / sum U|, says by how much (Duncan and
      Duncan 1955).

    Limits of the crude ratio are exact, those of `change.compare`. All take incidents to be
    independent, so that they are a little too sure of recorded crime.

    Args:
        one: incidents of each offence in the first group, whole numbers, shape (k,).
        other: the same of the second group, which the first is set against.
        residents_one: people of the first group.
        residents_other: people of the second group.
        confidence: 0.95 for 95% limits.

    Returns:
        Ratios of the first group's rate to the second's. An offence that neither has is left out.
        All figures are NaN where a group has no residents or fewer than two offences are left,
        and the statistics that need it where a group has no incident. A ratio over no incident is
        infinite.

    Raises:
        ValueError: the shapes differ, a count is negative, missing or not whole, residents are
            negative or missing, or confidence is not between 0 and 1.

    Example:
        >>> mix = offence_mix([100, 10, 30], [200, 20, 60], 1000, 1000)
        >>> round(mix.crude.value, 3), round(mix.even.value, 3), mix.least, round(mix.p, 3)
        (0.5, 0.506, 0.5, 1.0)
    """
    first, second = whole_counts(one, "one"), whole_counts(other, "other")
    same_shape(one=first, other=second)
    z = special.ndtri(1 - tail_area(confidence))
    if not (0 <= residents_one < np.inf and 0 <= residents_other < np.inf):
        raise ValueError("Residents must be a number of 0 or more.")
    either = first + second > 0
    a, b = first[either], second[either]
    if not residents_one or not residents_other:
        return _untold(NOBODY)
    if len(a) < 2:
        return _untold(TOO_FEW)
    scale = residents_other / residents_one
    total = compare([b.sum()], [a.sum()], residents_other, residents_one, confidence)
    logs = np.log((a + 0.5) / (b + 0.5) * scale)
    error = np.sqrt((1 / (a + 0.5) + 1 / (b + 0.5)).sum()) / len(a)
    even = np.exp(logs.mean() + np.array([0, -z, z]) * error)
    with np.errstate(divide="ignore", invalid="ignore"):
        without = (a.sum() - a) / (b.sum() - b) * scale
    dissimilarity, statistic, p = _apart(a.astype(np.float64), b.astype(np.float64))
    ratios = (total.ratio, total.ratio_lower, total.ratio_upper)
    return OffenceMix(
        crude=Estimate(*(float(values[0]) for values in ratios)),
        even=Estimate(*even.tolist()),
        least=float(np.nanmin(without)),
        most=float(np.nanmax(without)),
        dissimilarity=dissimilarity,
        statistic=statistic,
        df=len(a) - 1,
        p=p,
        why=None,
    )


def _apart(a: FloatArray, b: FloatArray) -> tuple[float, float, float]:
    """How far two mixes are apart, and chi-square with its p; NaN where one has no incident."""
    if not a.sum() or not b.sum():
        return np.nan, np.nan, np.nan
    dissimilarity = np.abs(a / a.sum() - b / b.sum()).sum() / 2
    both, n = a + b, a.sum() + b.sum()
    expected = np.array([a.sum(), b.sum()])[:, None] * both / n
    statistic = ((np.array([a, b]) - expected) ** 2 / expected).sum()
    return float(dissimilarity), float(statistic), float(special.chdtrc(len(a) - 1, statistic))


def _untold(why: str) -> OffenceMix:
    return OffenceMix(UNTOLD, UNTOLD, np.nan, np.nan, np.nan, np.nan, 0, np.nan, why)
