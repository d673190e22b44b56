"""The sets of LSOAs that have a total of their own in public."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.rural_urban import PLACES

EVERYWHERE = "everywhere"
OUTSIDE = "outside the towns"

Zones = dict[str, NDArray[np.bool_]]
"""Which LSOAs each zone is made of, by the zone's name."""


def zones(lsoas: pd.DataFrame, towns: pd.DataFrame) -> Zones:
    """Every town and what lies outside them; rural and urban; the whole area."""
    whole = {EVERYWHERE: np.ones(len(lsoas), dtype=bool)}
    return {name: of for name, of in (dict(_found(lsoas, towns)) | whole).items() if of.any()}


def town_zones(found: Zones) -> Zones:
    """Those that never overlap and are all of the area: the towns and what lies outside them."""
    apart = {name: of for name, of in found.items() if name.startswith("town/") or name == OUTSIDE}
    return apart or {EVERYWHERE: found[EVERYWHERE]}


def _found(lsoas: pd.DataFrame, towns: pd.DataFrame) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    town = lsoas["town"].to_numpy(dtype=object)
    for town_id, name in zip(towns["town_id"], towns["town"], strict=True):
        yield f"town/{town_id}", np.asarray(town == name)
    if len(towns):
        yield OUTSIDE, ~np.isin(town, towns["town"].to_numpy(dtype=object))
    place = lsoas["place"].to_numpy(dtype=object)
    for side in PLACES:
        yield side, np.asarray(place == side)
