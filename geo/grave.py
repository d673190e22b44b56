"""Grave offences: sexual, domestic and hate offences, which a partner's figures guard most.

This is for partners' sources alone. Open data, which may count sexual offences with violence, are
published as they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from geo.incidents.table import Source
from geo.offences import NEVER_MAPPED, Theme

GRAVE = NEVER_MAPPED | {"violence-and-sexual-offences", "domestic-abuse", "hate-crime"}
"""Offences of the list, and codes that are grave whichever source has a kind by them."""


def grave_offences(sources: Iterable[Source]) -> frozenset[str]:
    """Codes of the offences and kinds that are grave: GRAVE, and what a source itself marks so.

    >>> cared_for = Source("nhs", "NHS", "partner", kinds=(("stalking", "Stalking"),))
    >>> sorted(grave_offences([replace(cared_for, grave=("stalking",))]) - GRAVE)
    ['stalking']
    """
    return GRAVE.union(*(source.grave for source in sources))


def hidden_below(theme: Theme, thresholds: Mapping[str, int], grave: frozenset[str] = GRAVE) -> int:
    """Counts of the theme from 1 to below this are hidden; `thresholds` as the manifest has them.

    `grave`: what `grave_offences` says of the dataset's sources.

    >>> from geo.offences import find_theme
    >>> thresholds = {"hidden_below": 5, "hidden_below_grave": 10}
    >>> [hidden_below(find_theme(name), thresholds) for name in ("asb", "sexual-offences", "crime")]
    [5, 10, 10]
    """
    return thresholds["hidden_below_grave" if theme.offences & grave else "hidden_below"]


def below_town(theme: Theme, grave: frozenset[str] = GRAVE) -> Theme | None:
    """The theme as it may be mapped below the town, without grave offences; None if none is left.

    `grave`: what `grave_offences` says of the dataset's sources.

    >>> from geo.offences import find_theme
    >>> below_town(find_theme("sexual-offences")) is None
    True
    """
    offences = theme.offences - grave
    return replace(theme, offences=offences, proxy=theme.proxy - grave) if offences else None
