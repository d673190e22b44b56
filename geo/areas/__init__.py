"""Whose LSOAs, what is known of them, and which files say so."""

from geo.areas.areas import Areas
from geo.areas.codes import LSOA_CODE
from geo.areas.towns import town_id

__all__ = ["LSOA_CODE", "Areas", "town_id"]
