"""Outlines and points as they are sent: in longitude and latitude, made once."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import lonlat_geometry

_PLAIN = (shapely.GeometryType.POINT, shapely.GeometryType.POLYGON)


@dataclass(frozen=True)
class Shapes:
    """Outlines in longitude and latitude, six decimals, in the order of their ids."""

    ids: tuple[str, ...]
    outlines: NDArray[np.object_]

    @classmethod
    def of(cls, ids: Iterable[str], frame: geopandas.GeoDataFrame) -> "Shapes":
        """The outlines of a frame in the British National Grid, all of one geometry type."""
        return cls.from_bng(ids, frame.geometry.to_numpy())

    @classmethod
    def from_bng(cls, ids: Iterable[str], geometry: NDArray[np.object_]) -> "Shapes":
        """Outlines or points in the British National Grid, all of one geometry type."""
        outlines = lonlat_geometry(geometry)
        crossed = ~shapely.is_valid(outlines)  # rounding can lay two edges across each other
        outlines[crossed] = shapely.make_valid(
            outlines[crossed], method="structure", keep_collapsed=False
        )
        if not np.isin(shapely.get_type_id(outlines), _PLAIN).all():
            outlines = _multipolygons(outlines)
        return cls(tuple(ids), outlines)

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """West, south, east and north of each outline."""
        return np.asarray(shapely.bounds(self.outlines))

    @cached_property
    def extent(self) -> list[float]:
        """West, south, east and north of all outlines together."""
        low, high = self.bounds[:, :2].min(axis=0), self.bounds[:, 2:].max(axis=0)
        return [*low.tolist(), *high.tolist()]

    @cached_property
    def json(self) -> tuple[bytes, ...]:
        """Each outline as GeoJSON, its outer rings anticlockwise (RFC 7946)."""
        turned = shapely.orient_polygons(self.outlines, exterior_cw=False)
        return tuple(text.encode() for text in shapely.to_geojson(turned))

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each id stands."""
        return {name: i for i, name in enumerate(self.ids)}


def _multipolygons(outlines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Every outline as a multipolygon; lines and points left over from mending are let go."""
    some, owner = shapely.get_parts(outlines, return_index=True)
    parts, within = shapely.get_parts(some, return_index=True)  # a collection has multipolygons
    areas = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    made = np.full(len(outlines), shapely.MultiPolygon(), dtype=object)
    shapely.multipolygons(parts[areas], indices=owner[within][areas], out=made)
    return made
