"""Puts each incident into its LSOA."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.areas import Areas
from geo.errors import InputError

UNLOCATED = -1  # the row has no place at all
OUTSIDE = -2  # its place is in no area of the dataset

SWAPPED_SHARE = 0.9  # a neighbour's own points can lie in the area by chance when exchanged

Positions = NDArray[np.int32]


@dataclass(frozen=True)
class Placed:
    """Where the rows of one file went.

    `lsoa`: for each row the position in `areas.lsoas`, or UNLOCATED or OUTSIDE.
    `compared` and `agreed`: rows with both an LSOA code of the area and a point, and how many of
    their points lie in that LSOA.
    """

    lsoa: Positions
    compared: int
    agreed: int


class Joiner:
    """Joins points to the outlines of one set of areas."""

    def __init__(self, areas: Areas) -> None:
        self._areas = areas
        self._position = {code: i for i, code in enumerate(areas.lsoas["lsoa_code"])}
        self._outlines = areas.lsoas.geometry.to_numpy()
        shapely.prepare(self._outlines)

    def locate(self, easting: NDArray[np.float64], northing: NDArray[np.float64]) -> Positions:
        """The position of the LSOA that holds each point; UNLOCATED for NaN, else OUTSIDE.

        Distinct points are joined once. A point on a shared border belongs to the LSOA with the
        lowest code.
        """
        distinct, back = np.unique(easting + 1j * northing, return_inverse=True)
        found = np.full(len(distinct), UNLOCATED, dtype=np.int32)
        known = np.flatnonzero(~np.isnan(distinct))
        found[known] = OUTSIDE
        tree = shapely.STRtree(shapely.points(distinct.real[known], distinct.imag[known]))
        area, point = tree.query(self._outlines, predicate="intersects")
        order = np.argsort(area, kind="stable")[::-1]  # written last, the lowest code stands
        found[known[point[order]]] = area[order]
        return found[back]

    def place(self, name: str, incidents: pa.Table) -> Placed:
        """Place every row: by its own LSOA code where that is of the area, else by its point.

        A code that is an LSOA of the same vintage elsewhere puts the row outside, wherever the
        generalised outlines would put its point. Raises InputError where most points of the file
        called `name` lie outside the area and nine in ten would lie inside with easting and
        northing exchanged.
        """
        easting, northing = (
            incidents[name].to_numpy(zero_copy_only=False) for name in ("easting", "northing")
        )
        by_point = self.locate(easting, northing)
        by_code = self._by_code(incidents["lsoa_code"])
        told = by_code >= 0
        lsoa = np.where(told | (by_code == OUTSIDE), by_code, by_point)
        both = told & (by_point != UNLOCATED)
        untold = by_code == UNLOCATED
        self._refuse_swapped(name, by_point[untold], easting[untold], northing[untold])
        return Placed(
            lsoa=lsoa.astype(np.int32),
            compared=int(both.sum()),
            agreed=int((by_code == by_point)[both].sum()),
        )

    def _refuse_swapped(
        self,
        name: str,
        by_point: Positions,
        easting: NDArray[np.float64],
        northing: NDArray[np.float64],
    ) -> None:
        points = int((by_point != UNLOCATED).sum())
        inside = int((by_point >= 0).sum())
        if 2 * inside >= points:
            return
        exchanged = int((self.locate(northing, easting) >= 0).sum())
        if exchanged > points * SWAPPED_SHARE:
            raise InputError(
                f"{name}: easting and northing look swapped. Of {points:,} points {inside:,} lie "
                f"in {self._areas.name} as they stand and {exchanged:,} with the two exchanged."
            )

    def _by_code(self, codes: pa.ChunkedArray) -> Positions:
        """Positions by code; OUTSIDE for another area's code; UNLOCATED where no code can tell."""
        encoded = codes.combine_chunks().dictionary_encode()
        known = [
            self._position.get(code, OUTSIDE if self._areas.could_hold(code) else UNLOCATED)
            for code in encoded.dictionary.to_pylist()
        ]
        indices = encoded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
        positions: Positions = np.array([*known, UNLOCATED], dtype=np.int32)[indices]
        return positions
