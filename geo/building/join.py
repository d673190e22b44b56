"""Puts the places of incidents into their LSOAs."""

from dataclasses import dataclass
from threading import local

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.areas.areas import Areas
from geo.areas.codes import OUTSIDE, UNLOCATED
from geo.errors import InputError

SWAPPED_SHARE = 0.9  # a neighbour's own points can lie in the area by chance when exchanged

Positions = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Placed:
    """Where the rows of one file went.

    `lsoa`: for each place the position in `areas.lsoas`, or UNLOCATED or OUTSIDE.
    `compared` and `agreed`: rows with both an LSOA code of the area and a point, and how many of
    their points lie in that LSOA or on its edge.
    """

    lsoa: Positions
    compared: int
    agreed: int


class Outlines:
    """Outlines that points are looked up in. May be shared by threads."""

    def __init__(self, outlines: NDArray[np.object_], codes: list[str]) -> None:
        self._outlines = outlines
        self._rank = np.argsort(np.argsort(np.array(codes, dtype=str), kind="stable"))
        self._tree = shapely.STRtree(outlines)
        self._tree.query(shapely.Point(0, 0))  # the tree is built when it is first asked
        self._bounds = shapely.total_bounds(outlines)
        self._of_thread = local()

    def locate(self, easting: Floats, northing: Floats) -> Positions:
        """The position of the outline that holds each point; UNLOCATED for NaN, else OUTSIDE.

        A point on a shared border belongs to the outline with the lowest code.
        """
        found = np.where(np.isnan(easting), np.int32(UNLOCATED), np.int32(OUTSIDE))
        west, south, east, north = self._bounds
        near = (easting >= west) & (easting <= east) & (northing >= south) & (northing <= north)
        sought = np.flatnonzero(near)
        points = shapely.points(easting[sought], northing[sought])
        point, area = self._tree.query(points, predicate="intersects")
        order = np.argsort(-self._rank[area], kind="stable")  # written last, the lowest code stands
        found[sought[point[order]]] = area[order]
        return found

    def hold(self, position: Positions, easting: Floats, northing: Floats) -> NDArray[np.bool_]:
        """Whether each point lies in the outline at the position beside it, or on its edge."""
        held: NDArray[np.bool_]
        held = shapely.intersects_xy(self._prepared()[position], easting, northing)
        return held

    def _prepared(self) -> NDArray[np.object_]:
        """Outlines of this thread's own: GEOS prepares them bit by bit, which two would break."""
        if not hasattr(self._of_thread, "outlines"):
            self._of_thread.outlines = shapely.from_wkb(shapely.to_wkb(self._outlines))
            shapely.prepare(self._of_thread.outlines)
        outlines: NDArray[np.object_] = self._of_thread.outlines
        return outlines


class Joiner:
    """Joins places to the outlines of one set of areas."""

    def __init__(self, areas: Areas) -> None:
        self._areas = areas
        self._outlines = Outlines(areas.outlines, areas.lsoas["lsoa_code"].to_pylist())
        self._sets = [(item, Outlines(item.outlines, list(item.codes))) for item in areas.sets]

    @property
    def inside(self) -> int:
        """How many of the areas are no ring; their positions come first."""
        return self._areas.inside

    def place(self, name: str, places: pa.Table, rows: NDArray[np.int64]) -> Placed:
        """Put every place: by its own LSOA code where that is of the area, else by its point.

        A code that is an LSOA elsewhere puts the place outside, wherever the generalised outlines
        would put its point. `rows` says how many rows stand at each place. Raises InputError where
        most points of the file called `name` lie outside the area and nine in ten would lie inside
        with easting and northing exchanged.
        """
        easting, northing = (_floats(places, column) for column in ("easting", "northing"))
        lsoa = self._by_code(places["lsoa_code"])
        told = np.flatnonzero((lsoa >= 0) & (lsoa < self.inside) & ~np.isnan(easting))
        held = self._outlines.hold(lsoa[told], easting[told], northing[told])
        untold = np.flatnonzero(lsoa == UNLOCATED)
        lsoa[untold] = self._outlines.locate(easting[untold], northing[untold])
        self._refuse_swapped(name, lsoa[untold], easting[untold], northing[untold], rows[untold])
        return Placed(lsoa, int(rows[told].sum()), int(rows[told][held].sum()))

    def strangers(self, places: pa.Table, rows: NDArray[np.int64]) -> dict[str, tuple[int, int]]:
        """Codes the areas do not know, of which points lie in the area all the same.

        Gives for each code how many rows have it and a point, and how many of these points lie in
        the area. Near the border a few do; most of them do where the LSOA is of another vintage.
        """
        easting, northing = (_floats(places, column) for column in ("easting", "northing"))
        encoded = places["lsoa_code"].combine_chunks().dictionary_encode()
        codes = encoded.dictionary.to_pylist()
        at = encoded.indices.fill_null(len(codes)).to_numpy(zero_copy_only=False)
        known = self._areas.codes.known
        unknown = np.array([code not in known for code in codes] + [False])
        sought = np.flatnonzero(unknown[at])
        lsoa = self._outlines.locate(easting[sought], northing[sought])
        held = sought[(lsoa >= 0) & (lsoa < self.inside)]
        inside = np.bincount(at[held], rows[held], len(codes) + 1)
        whole = np.bincount(at, np.where(np.isnan(easting), 0, rows), len(codes) + 1)
        return {
            codes[code]: (int(whole[code]), int(inside[code]))
            for code in np.flatnonzero(inside).tolist()
        }

    def sets(self, places: pa.Table) -> dict[str, pa.DictionaryArray]:
        """For each further set of areas the code of the one that holds each place, or null.

        The dictionary has the codes of the set in its order, so that an index is a position.
        """
        easting, northing = (_floats(places, column) for column in ("easting", "northing"))
        found = {}
        for item, outlines in self._sets:
            position = outlines.locate(easting, northing)
            at = pa.array(position, mask=position < 0)
            found[item.id] = pa.DictionaryArray.from_arrays(at, pa.array(item.codes, pa.string()))
        return found

    def _refuse_swapped(
        self,
        name: str,
        lsoa: Positions,
        easting: Floats,
        northing: Floats,
        rows: NDArray[np.int64],
    ) -> None:
        points = int(rows[lsoa != UNLOCATED].sum())
        inside = int(rows[lsoa >= 0].sum())
        if 2 * inside >= points:
            return
        exchanged = int(rows[self._outlines.locate(northing, easting) >= 0].sum())
        if exchanged > points * SWAPPED_SHARE:
            raise InputError(
                f"{name}: easting and northing look swapped. Of {points:,} points {inside:,} lie "
                f"in {self._areas.name} as they stand and {exchanged:,} with the two exchanged."
            )

    def _by_code(self, codes: pa.ChunkedArray) -> Positions:
        encoded = codes.combine_chunks().dictionary_encode()
        known = self._areas.codes.positions(encoded.dictionary.to_pylist())
        at = encoded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
        positions: Positions = np.array([*known, UNLOCATED], dtype=np.int32)[at]
        return positions


def _floats(places: pa.Table, column: str) -> Floats:
    values: Floats = places[column].to_numpy(zero_copy_only=False)
    return values
