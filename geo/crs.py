"""The two coordinate systems and the one transformation between them.

Everything is measured in the British National Grid and sent in longitude and latitude. Outlines
and points go through the same transformation, so what it is off by cancels out between them.
"""

import warnings
from functools import cache

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj.network import set_network_enabled
from pyproj.transformer import TransformerGroup

BNG = "EPSG:27700"
LONLAT = "EPSG:4326"

set_network_enabled(False)  # the answer must not depend on a grid fetched or not


@cache
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def to_bng(longitude: ArrayLike, latitude: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """Easting and northing in metres of longitude and latitude in degrees."""
    return _transformer(LONLAT, BNG).transform(longitude, latitude)


def lonlat_geometry(geometry: NDArray[np.object_], decimals: int = 6) -> NDArray[np.object_]:
    """BNG geometries as longitude and latitude, rounded (six decimals are about 0.1 m).

    Each vertex is rounded for itself, so a border shared by two areas stays shared.
    """

    def transform(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        lonlat = _transformer(BNG, LONLAT).transform(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack(lonlat), decimals)

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
