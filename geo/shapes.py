"""Outlines and points as they are sent, in the system of coordinates asked for, made once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.crs import CRS84, System, geometry_in

_PLAIN = (shapely.GeometryType.POINT, shapely.GeometryType.POLYGON)


Box = tuple[float, float, float, float]
"""Least first, least second, greatest first, greatest second coordinate, by the axes' order."""


@dataclass(frozen=True)
class Placed:
    """Outlines or points in one system of coordinates, as they are sent."""

    system: System
    outlines: NDArray[np.object_]

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """The box round each outline."""
        return np.asarray(shapely.bounds(self.outlines))

    @cached_property
    def extent(self) -> list[float]:
        """The box round all outlines together."""
        low, high = self.bounds[:, :2].min(axis=0), self.bounds[:, 2:].max(axis=0)
        return [*low.tolist(), *high.tolist()]

    @cached_property
    def json(self) -> pa.LargeBinaryArray:
        """Each outline as GeoJSON, its outer rings anticlockwise on the ground (RFC 7946)."""
        turned = shapely.orient_polygons(self.outlines, exterior_cw=self.system.northing_first)
        return pa.array(shapely.to_geojson(turned), pa.large_string()).cast(pa.large_binary())

    def touching(self, box: Box) -> NDArray[np.int64]:
        """Which outlines a box touches or holds, in their order.

        A box whose west is greater than its east goes across the 180th meridian. The outlines lie
        between the meridians, so it holds those from there to its east, or from its west on.
        """
        west, east = (1, 3) if self.system.northing_first else (0, 2)
        boxes = [list(box)]
        if self.system.degrees and box[west] > box[east]:
            boxes = [[*box], [*box]]
            boxes[0][west], boxes[1][east] = -180.0, 180.0
        found = self._tree.query([shapely.box(*part) for part in boxes], "intersects")[1]
        return np.unique(found)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.outlines)


@dataclass(frozen=True)
class Shapes:
    """Outlines or points of one geometry type, in the order of their ids.

    `grid` has them in the British National Grid, as they are kept.
    """

    ids: tuple[str, ...]
    grid: NDArray[np.object_]
    _placed: dict[str, Placed] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, ids: Iterable[str], geometry: NDArray[np.object_]) -> "Shapes":
        """Outlines or points in the British National Grid, all of one geometry type."""
        return cls(tuple(ids), np.asarray(geometry, dtype=object))

    def placed(self, system: System = CRS84) -> Placed:
        """The outlines in a system of coordinates, made once."""
        if system.uri not in self._placed:
            self._placed[system.uri] = Placed(system, _sent(geometry_in(system, self.grid)))
        return self._placed[system.uri]

    @property
    def outlines(self) -> NDArray[np.object_]:
        """Each outline in longitude and latitude."""
        return self.placed().outlines

    @property
    def extent(self) -> list[float]:
        """West, south, east and north of all outlines together."""
        return self.placed().extent

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each id stands."""
        return {name: i for i, name in enumerate(self.ids)}


def _sent(outlines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Outlines that are valid after rounding, all of one geometry type."""
    crossed = ~shapely.is_valid(outlines)  # rounding can lay two edges across each other
    outlines[crossed] = shapely.make_valid(
        outlines[crossed], method="structure", keep_collapsed=False
    )
    plain = np.isin(shapely.get_type_id(outlines), _PLAIN).all()
    return outlines if plain else _multipolygons(outlines)


def _multipolygons(outlines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Every outline as a multipolygon; lines and points left over from mending are let go."""
    some, owner = shapely.get_parts(outlines, return_index=True)
    parts, within = shapely.get_parts(some, return_index=True)  # a collection has multipolygons
    areas = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    made = np.full(len(outlines), shapely.MultiPolygon(), dtype=object)
    shapely.multipolygons(parts[areas], indices=owner[within][areas], out=made)
    return made
