"""The funnel: how far rates may stray from that of all before they stand out, by residents."""

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import FloatArray, amounts
from geo.measures.hotspots import HOT_Z, RAISED_Z

LIMITS = {"95%": RAISED_Z, "99.8%": HOT_Z}
"""The limits drawn, each with the z that `hotspots.classify` asks for."""


def funnel_limits(
    residents: ArrayLike, overall: float, phi: float, z: float, per: float = 1000.0
) -> tuple[FloatArray, FloatArray]:
    """Limits round the rate of all, wider where fewer live and where rates vary much.

    On the square-root scale, where the spread of a rate depends on residents alone:
    (sqrt(r) -+ z sqrt(max(phi, 1)) / (2 sqrt P))^2 (Spiegelhalter 2005, multiplicative
    overdispersion). An area lies outside exactly where its z of `hotspots.own_level` is at least
    that far from 0. Limits of chance alone (phi = 1) would flag far too many.

    Args:
        residents: people, any shape.
        overall: the rate of all, per `per` residents.
        phi: of `hotspots.own_level` over the areas judged.
        z: 1.960 for 95% limits, 3.090 for 99.8%.
        per: the number of residents the rates are given for.

    Returns:
        Lower and upper limits, per `per` residents, in the shape of residents. The lower is 0
        where no rate could be low enough to stand out. NaN where nobody lives, and everywhere if
        phi is NaN.

    Raises:
        ValueError: residents are negative or missing, or `overall` or z is negative.

    Example:
        >>> lower, upper = funnel_limits([1000, 4000], overall=20.0, phi=6.0, z=1.96)
        >>> lower.round(2), upper.round(2)
        (array([ 4.29, 10.71]), array([47.23, 32.18]))
    """
    people = amounts(residents, "residents")
    if overall < 0 or z < 0:
        raise ValueError(f"overall is {overall} and z is {z}; each must be 0 or more.")
    reach = z * np.sqrt(max(phi, 1.0) if phi == phi else np.nan)  # noqa: PLR0124  NaN
    half = reach / (2 * np.sqrt(np.where(people > 0, people, np.nan)))
    middle = np.sqrt(overall / per)
    return per * np.maximum(middle - half, 0.0) ** 2, per * (middle + half) ** 2


def funnel_places(own_z: ArrayLike) -> list[str | None]:
    """Where each area lies in the funnel, told from its own level.

    Args:
        own_z: z of `hotspots.own_level`, shape (n,).

    Returns:
        `inside`, or `above` or `below` and the widest limits it is outside of, such as
        `above 99.8%`; None where z is NaN.

    Example:
        >>> funnel_places([0.3, 2.5, -3.1, float("nan")])
        ['inside', 'above 95%', 'below 99.8%', None]
    """
    z = np.asarray(own_z, dtype=np.float64)
    widest_first = sorted(LIMITS.items(), key=lambda limit: -limit[1])
    named = {
        **{f"above {name}": z >= limit for name, limit in widest_first},
        **{f"below {name}": z <= -limit for name, limit in widest_first},
    }
    places = np.select(list(named.values()), list(named), default="inside").tolist()
    return [None if untold else name for name, untold in zip(places, np.isnan(z), strict=True)]
