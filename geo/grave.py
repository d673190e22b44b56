"""Grave offences: sexual, domestic and hate offences, which a partner's figures guard most.

This is for partners' sources alone. Open data, which may count sexual offences with violence, are
published as they are.
"""

from collections.abc import Iterable

from geo.incidents.table import Source
from geo.offences import NEVER_MAPPED

GRAVE = NEVER_MAPPED | {"violence-and-sexual-offences", "domestic-abuse", "hate-crime"}
"""Offences of the list, and codes that are grave whichever source has a kind by them."""


def grave_offences(sources: Iterable[Source]) -> frozenset[str]:
    """Codes of the offences and kinds that are grave: GRAVE, and what a source itself marks so.

    >>> care = Source("nhs", "NHS", "partner", grave=("stalking",))
    >>> sorted(grave_offences([care]) - GRAVE)
    ['stalking']
    """
    return GRAVE.union(*(source.grave for source in sources))
