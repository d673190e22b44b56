"""The outline of an area as the police API takes it: few corners, and nothing of the area lost."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio.raw
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import ProjError

from geo.crs import BNG, lonlat_geometry
from geo.errors import InputError

MARGIN = 200.0  # metres the outline grows before corners are left out
MOST_CORNERS = 500
MOST_PARTS = 20
SEAM = 0.0002  # degrees by which quarters overlap: a point on a seam is in both
_STRAIGHT = 5000.0  # metres of a straight line that may be sent as one
_BBOX = re.compile(r"\s*,\s*".join([r"\s*(-?\d+(?:\.\d+)?)"] * 4) + r"\s*")


@dataclass(frozen=True)
class Outline:
    """Polygons without holes in longitude and latitude, and the name to call them by."""

    name: str
    parts: tuple[shapely.Polygon, ...]


def read_outline(area: str) -> Outline:
    """The outline of `minlon,minlat,maxlon,maxlat`, or of a file of polygons.

    A file's polygons are grown by `MARGIN` metres or more and lose only corners that the margin
    outweighs, so each point of the area stays inside. Raises InputError.
    """
    match = _BBOX.fullmatch(area)
    if match:
        west, south, east, north = map(float, match.groups())
        if not (-9 <= west < east <= 2.5 and 49 <= south < north <= 61):
            raise InputError(
                f"The box {area} is none in Great Britain; write it as "
                "minlongitude,minlatitude,maxlongitude,maxlatitude, such as -3.2,52.3,-2.2,53.0."
            )
        return Outline("box", (shapely.box(west, south, east, north),))
    path = Path(area)
    return Outline(path.stem, tuple(_simplified(_polygons(path))))


def _polygons(path: Path) -> shapely.Geometry:
    """Everything a file holds as one geometry, British National Grid."""
    if not path.is_file():
        raise InputError(
            f"There is no outline file {path}; give a file of polygons, or a box as "
            "minlongitude,minlatitude,maxlongitude,maxlatitude."
        )
    try:
        meta, _, wkb, _ = pyogrio.raw.read(path, columns=[], force_2d=True)
        if meta["crs"] is None:
            raise InputError(f"{path} does not say its coordinate system.")
        shapes = shapely.from_wkb(wkb)
        shapes = shapely.make_valid(shapes[~shapely.is_missing(shapes)])
        change = pyproj.Transformer.from_crs(meta["crs"], BNG, always_xy=True)
        shapes = shapely.transform(
            shapes, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1]))
        )
    except (DataSourceError, DataLayerError, ProjError, shapely.errors.ShapelyError) as error:
        raise InputError(f"{path} cannot be read as outlines: {error}.") from error
    whole = shapely.union_all(shapes) if len(shapes) else None
    if whole is None or not whole.area or not np.isfinite(whole.bounds).all():
        raise InputError(f"{path} holds no polygon in Great Britain.")
    return whole


def _simplified(area: shapely.Geometry) -> list[shapely.Polygon]:
    """Few parts with few corners in longitude and latitude that hold all of an area (metres)."""
    margin = MARGIN
    while True:
        grown = area.buffer(margin)
        # A line moves by three quarters of the margin at most: none of the area comes out
        simple = grown.simplify(0.75 * margin)
        parts = [shapely.Polygon(part.exterior) for part in shapely.get_parts(simple)]
        corners = max(len(part.exterior.coords) for part in parts)
        if corners <= MOST_CORNERS and len(parts) <= MOST_PARTS:
            break
        margin *= 2
    # A straight line on the grid is bent in longitude and latitude: sent in short pieces
    straight = shapely.segmentize(np.array(parts, dtype=object), _STRAIGHT)
    return list(lonlat_geometry(straight))


def quarters(part: shapely.Polygon) -> list[shapely.Polygon]:
    """A polygon in the four quarters of its box; they overlap a little."""
    west, south, east, north = part.bounds
    x, y = round((west + east) / 2, 6), round((south + north) / 2, 6)
    boxes = [
        shapely.box(*corners)
        for corners in (
            (west, south, x + SEAM, y + SEAM),
            (x - SEAM, south, east, y + SEAM),
            (west, y - SEAM, x + SEAM, north),
            (x - SEAM, y - SEAM, east, north),
        )
    ]
    return [
        piece
        for box in boxes
        for piece in shapely.get_parts(part.intersection(box))
        if piece.geom_type == "Polygon"
    ]


def poly(part: shapely.Polygon) -> str:
    """A polygon as the police API writes one: `lat,lng:lat,lng:...`."""
    corners = shapely.get_coordinates(part.exterior)[:-1]
    return ":".join(f"{lat:.6f},{lon:.6f}" for lon, lat in corners)
