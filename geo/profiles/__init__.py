"""Profiles: what a dataset says of rural crime, of business crime and of deprivation.

Each is a tree of plain values. A figure stands with its numerator, its denominator and its limits;
what a source cannot tell is None, with the reason in `why` beside it.
"""

from geo.profiles.business import BusinessProfile, business_profile
from geo.profiles.deprivation import DeprivationProfile, deprivation_profile
from geo.profiles.rural import RuralProfile, rural_profile

__all__ = [
    "BusinessProfile",
    "DeprivationProfile",
    "RuralProfile",
    "business_profile",
    "deprivation_profile",
    "rural_profile",
]
