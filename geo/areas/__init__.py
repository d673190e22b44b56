"""Whose LSOAs, what is known of them, and which files say so."""

from geo.areas._old import Areas, dissolve_towns, queen_pairs, read_outlines
from geo.areas.codes import LSOA_CODE
from geo.areas.towns import town_id

__all__ = ["LSOA_CODE", "Areas", "dissolve_towns", "queen_pairs", "read_outlines", "town_id"]
