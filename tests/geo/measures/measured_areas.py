"""Areas as the tests against independent results hold them."""

from dataclasses import dataclass

import geopandas
import numpy as np
from libpysal.graph import Graph

from geo.measures._arrays import IntArray
from geo.measures.neighbours import Neighbours


@dataclass(frozen=True)
class Shropshire:
    codes: list[str]
    neighbours: Neighbours
    asb: IntArray
    residents: IntArray


def queen(areas: geopandas.GeoDataFrame) -> Neighbours:
    """Queen neighbours by position, from outlines in the order of their rows."""
    pairs = Graph.build_contiguity(areas.reset_index(drop=True), rook=False).adjacency
    focal, neighbour = (
        pairs.index.get_level_values(level).to_numpy(dtype=np.int64) for level in (0, 1)
    )
    return Neighbours.from_pairs(len(areas), focal, neighbour)
