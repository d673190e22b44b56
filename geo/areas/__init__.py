"""Whose LSOAs, what is known of them, and which files say so."""

from typing import TYPE_CHECKING

from geo.areas.codes import LSOA_CODE
from geo.areas.towns import town_id

if TYPE_CHECKING:
    from geo.areas._old import Areas, dissolve_towns, queen_pairs, read_outlines

__all__ = ["LSOA_CODE", "Areas", "dissolve_towns", "queen_pairs", "read_outlines", "town_id"]


def __getattr__(name: str) -> object:
    """Load what needs a data frame only where it is asked for."""
    if name in ("Areas", "dissolve_towns", "queen_pairs", "read_outlines"):
        from geo.areas import _old  # noqa: PLC0415

        return getattr(_old, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
