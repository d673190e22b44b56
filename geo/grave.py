"""Grave offences: sexual, domestic and hate offences, which a partner's figures guard most.

This is for partners' sources alone. Open data, which may count sexual offences with violence, are
published as they are.
"""

from collections.abc import Mapping
from dataclasses import replace

from geo.offences import NEVER_MAPPED, Theme

GRAVE = NEVER_MAPPED | {"violence-and-sexual-offences", "domestic-abuse", "hate-crime"}
"""Offences of the list, and the codes that a source gives kinds of its own of that nature."""


def hidden_below(theme: Theme, thresholds: Mapping[str, int]) -> int:
    """Counts of the theme from 1 to below this are hidden; `thresholds` as the manifest has them.

    >>> from geo.offences import find_theme
    >>> thresholds = {"hidden_below": 5, "hidden_below_grave": 10}
    >>> [hidden_below(find_theme(name), thresholds) for name in ("asb", "sexual-offences", "crime")]
    [5, 10, 10]
    """
    return thresholds["hidden_below_grave" if theme.offences & GRAVE else "hidden_below"]


def below_town(theme: Theme) -> Theme | None:
    """The theme as it may be mapped below the town, without grave offences; None if none is left.

    >>> from geo.offences import find_theme
    >>> below_town(find_theme("sexual-offences")) is None
    True
    """
    offences = theme.offences - GRAVE
    return replace(theme, offences=offences, proxy=theme.proxy - GRAVE) if offences else None
