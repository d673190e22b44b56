"""Hot spots: areas whose own rate stands out from the whole, and where the incidents gather."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import FloatArray, IntArray, amounts, one_an_area, same_shape
from geo.measures.neighbours import Neighbours

LEAST_AREAS = 30
HOT_Z, HOT_COUNT = 3.090, 10
RAISED_Z, RAISED_COUNT = 1.960, 5

NOBODY = "Nobody lives here, so there is no rate to compare."
TOO_FEW = f"Fewer than {LEAST_AREAS} areas have residents, too few to say which is unusual."


@dataclass(frozen=True, eq=False)
class OwnLevel:
    """How far each area's rate lies from the rate of all, in units of its usual spread."""

    z: FloatArray
    """Above 0 higher than the whole, below 0 lower; NaN where it cannot be told."""
    phi: float
    """How many times more the rates vary than chance alone would have them; NaN if untold."""


@dataclass(frozen=True, eq=False)
class Concentration:
    """Each area's place in the order of counts, and its part of the total."""

    rank: IntArray
    share: FloatArray
    cumulative_share: FloatArray


def own_level(count: ArrayLike, residents: ArrayLike) -> OwnLevel:
    """How unusual each area's own rate is, allowing for rates varying more than by chance.

    With O incidents, P residents and r = sum O / sum P, z = 2 sqrt(P) (sqrt(O/P) - sqrt(r)).
    Then z is divided by sqrt(max(phi, 1)), phi being the mean square of z once it is clipped to
    its own 10% and 90% quantiles, so that the extremes do not set their own yardstick
    (Spiegelhalter 2005, multiplicative overdispersion with winsorised z).

    Args:
        count: incidents, shape (n,).
        residents: people, shape (n,).

    Returns:
        z, shape (n,), and phi. An area where nobody lives has NaN and takes no part; with fewer
        than 30 areas that have residents all are NaN, and so is phi.

    Raises:
        ValueError: the shapes differ, or a number is negative or missing.

    Example:
        >>> level = own_level([1] * 29 + [40], [1000] * 30)
        >>> round(float(level.z[-1]), 2), round(level.phi, 2)
        (9.31, 1.07)
    """
    incidents = one_an_area(amounts(count, "count"), "count")
    people = amounts(residents, "residents")
    same_shape(count=incidents, residents=people)
    z = np.full(people.shape, np.nan)
    lived_in = people > 0
    if lived_in.sum() < LEAST_AREAS:
        return OwnLevel(z, float("nan"))
    some, of = incidents[lived_in], people[lived_in]
    raw = 2 * np.sqrt(of) * (np.sqrt(some / of) - np.sqrt(some.sum() / of.sum()))
    low, high = np.quantile(raw, [0.1, 0.9])
    phi = float(np.mean(np.clip(raw, low, high) ** 2))
    z[lived_in] = raw / np.sqrt(max(phi, 1.0))
    return OwnLevel(z, phi)


def classify(
    own_z: ArrayLike, count: ArrayLike, residents: ArrayLike, neighbours: Neighbours
) -> tuple[list[str], list[str | None]]:
    """The word for each area, by its own level first and its neighbours' last.

    `hot spot`: own_z of 3.090 or above and 10 incidents or more; `raised`: 1.960 and 5; `low`:
    -1.960 or below; otherwise `beside a hot spot` where it touches one, or `not unusual`;
    `not told` where own_z is NaN. The two z are the 99.8% and 95% limits of a funnel plot
    (Spiegelhalter 2005).

    Args:
        own_z: z of `own_level`, shape (n,).
        count: incidents, shape (n,).
        residents: people, shape (n,).
        neighbours: which of the n areas touch.

    Returns:
        A class an area, and beside it the reason where the class is `not told`, else None.

    Raises:
        ValueError: the shapes differ, or a count or number of residents is negative or missing.

    Example:
        >>> pair = Neighbours.from_pairs(3, [0], [1])
        >>> classify([4.0, 0.5, np.nan], [20, 6, 2], [900, 1200, 0], pair)[0]
        ['hot spot', 'beside a hot spot', 'not told']
    """
    z = np.asarray(own_z, dtype=np.float64)
    incidents, people = amounts(count, "count"), amounts(residents, "residents")
    same_shape(own_z=z, count=incidents, residents=people)
    hot = (z >= HOT_Z) & (incidents >= HOT_COUNT)
    named = {
        "not told": np.isnan(z),
        "hot spot": hot,
        "raised": (z >= RAISED_Z) & (incidents >= RAISED_COUNT),
        "low": z <= -RAISED_Z,
        "beside a hot spot": neighbours.any_true(hot),
    }
    # The first that holds gives the name.
    classes = np.select(list(named.values()), list(named), default="not unusual").tolist()
    why_not = np.where(people > 0, TOO_FEW, NOBODY).tolist()
    told = zip(classes, why_not, strict=True)
    return classes, [why if name == "not told" else None for name, why in told]


def concentration(count: ArrayLike) -> Concentration:
    """Rank and share of the incidents, and the share held so far down the order.

    Args:
        count: incidents, shape (n,).

    Returns:
        rank: 1 for the most; equal counts share the lowest rank among them.
        share: count / total, from 0 to 1.
        cumulative_share: shares added from the highest rank down, equal counts in the order
            given. Both shares are NaN where there is no incident at all.

    Raises:
        ValueError: a count is negative or missing, or the counts are not one-dimensional.

    Example:
        >>> held = concentration([2, 5, 2, 1])
        >>> held.rank, held.cumulative_share
        (array([2, 1, 2, 4]), array([0.7, 0.5, 0.9, 1. ]))
    """
    incidents = one_an_area(amounts(count, "count"), "count")
    total = incidents.sum() or np.nan
    order = np.argsort(-incidents, kind="stable")
    rank = 1 + np.searchsorted(-incidents[order], -incidents, side="left")
    cumulative = np.empty_like(incidents)
    # Counts are added before the division, so that the last share is 1 exactly.
    cumulative[order] = np.cumsum(incidents[order]) / total
    return Concentration(rank, incidents / total, cumulative)


def fewest_holding(count: ArrayLike, share: float) -> int | None:
    """How many areas or places, the largest first, together hold a share of the incidents.

    Args:
        count: incidents, shape (n,).
        share: above 0 and at most 1.

    Returns:
        The number; None where there is no incident at all.

    Raises:
        ValueError: a count is negative or missing, the counts are not one-dimensional, or the
            share is not above 0 and at most 1.

    Example:
        >>> fewest_holding([2, 5, 2, 1], 0.5), fewest_holding([2, 5, 2, 1], 0.6)
        (1, 2)
    """
    if not 0 < share <= 1:
        raise ValueError(f"share is {share}; it must be above 0 and at most 1.")
    incidents = one_an_area(amounts(count, "count"), "count")
    held = np.cumsum(np.sort(incidents)[::-1])
    if not incidents.sum():
        return None
    nearly = share * held[-1] * (1 - 1e-12)  # a third of 3 is 1, whatever a float makes of it
    return int(np.searchsorted(held, nearly)) + 1
