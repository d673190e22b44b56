"""The coordinate systems and the one transformation between them.

Everything is measured in the British National Grid and sent in longitude and latitude, or in
another system that was asked for. Outlines and points go through the same transformation, so what
it is off by cancels out between them.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj.network import set_network_enabled
from pyproj.transformer import TransformerGroup

BNG = "EPSG:27700"
LONLAT = "EPSG:4326"


@dataclass(frozen=True)
class System:
    """A coordinate system that outlines are sent in.

    `uri` names it (OGC). `northing_first`: whether its authority has latitude before longitude.
    `decimals`: what coordinates are rounded to, a tenth of a metre or finer.
    """

    uri: str
    code: str
    decimals: int
    degrees: bool = False
    northing_first: bool = False


_EPSG = "http://www.opengis.net/def/crs/EPSG/0"
CRS84 = System("http://www.opengis.net/def/crs/OGC/1.3/CRS84", LONLAT, 6, degrees=True)
GRID = System(f"{_EPSG}/27700", BNG, 2)
SYSTEMS: Mapping[str, System] = MappingProxyType(
    {
        system.uri: system
        for system in (
            CRS84,
            System(f"{_EPSG}/4326", LONLAT, 6, degrees=True, northing_first=True),
            GRID,
            System(f"{_EPSG}/3857", "EPSG:3857", 2),
        )
    }
)
"""Every system that outlines can be had in, by its URI."""

set_network_enabled(False)  # the answer must not depend on a grid fetched or not


@cache
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def to_bng(longitude: ArrayLike, latitude: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """Easting and northing in metres of longitude and latitude in degrees."""
    return _transformer(LONLAT, BNG).transform(longitude, latitude)


def lonlat_geometry(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """BNG geometries as longitude and latitude, rounded to six decimals, about 0.1 m."""
    return geometry_in(CRS84, geometry)


def geometry_in(system: System, geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """BNG geometries in another system, rounded, in the order of its axes.

    Each vertex is rounded for itself, so a border shared by two areas stays shared.
    """

    def transform(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = xy
        if system.code != BNG:
            moved = np.column_stack(_transformer(BNG, system.code).transform(xy[:, 0], xy[:, 1]))
        rounded = np.round(moved, system.decimals)
        return rounded[:, ::-1] if system.northing_first else rounded

    return shapely.transform(geometry, transform)  # type: ignore[no-any-return]


def transformation_note() -> str:
    """One sentence on how longitude and latitude were turned into metres, for the metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyproj warns of the absent grid that the note speaks of
        group = TransformerGroup(LONLAT, BNG, always_xy=True)
    best = group.transformers[0]
    accuracy = "unknown" if best.accuracy < 0 else f"{best.accuracy:g} m"
    grid = "with" if group.best_available else "without"
    return (
        f"Longitude and latitude to British National Grid by '{best.description}', stated accuracy "
        f"{accuracy}, {grid} the OSTN15 grid; outlines and points share the same transformation."
    )
