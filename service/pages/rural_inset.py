"""The inset of the rural page: which areas count as rural, and how many residents live in each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from markupsafe import Markup
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.formats import Record
from geo.rural_urban import CLASSES
from service.words import percent

Points = NDArray[np.float64]
_ACROSS = 300  # units of the drawing, two for a pixel of the page
_TOLERANCE, _LEAST = 1.6, 3.0  # what such a drawing cannot show: in units, and units squared
_FILLS = ("url(#urban)", "#84a0cb", "#e0e9f4")  # urban as on the map, then the larger places first


@dataclass(frozen=True)
class Inset:
    """A drawing, and beside it each kind of place: its title, its fill, and the share in words."""

    drawing: Markup
    kinds: tuple[tuple[str, str, str], ...]


def rural_inset(dataset: Dataset, classes: Sequence[Record]) -> Inset | None:
    """The inset for the classes of an area, as the rural-urban layer has them; None of none.

    Classes that differ in how sparse a place is, or how near a city, are one kind of place.
    """
    kinds: dict[str, list[Record]] = {}
    for row in classes:
        kinds.setdefault(_kind(row["code"]), []).append(row)
    ordered = sorted(kinds, key=lambda kind: CLASSES[kinds[kind][0]["code"]].place != "urban")
    if not ordered:
        return None
    fills = _FILLS if CLASSES[kinds[ordered[0]][0]["code"]].place == "urban" else _FILLS[1:]
    known = [(kind, fill, _share(kinds[kind])) for kind, fill in zip(ordered, fills, strict=False)]
    shapes = dataset.rural_urban_shapes
    outlines = {
        kind: shapely.union_all(
            [shapes.outlines[shapes.position[row["code"]]] for row in kinds[kind]]
        )
        for kind in ordered
    }
    said = "; ".join(f"{kind}, {share}" for kind, _, share in known)
    return Inset(_drawn(dataset.area, outlines, [fill for _, fill, _ in known], said), tuple(known))


def _kind(code: str) -> str:
    """`Town and fringe, sparse` is of the kind `Town and fringe`."""
    return CLASSES[code].title.partition(",")[0]


def _share(rows: Sequence[Record]) -> str:
    shares = [row["residents_share"] for row in rows]
    if None in shares:
        return "residents not known"
    return f"{percent(sum(shares))} of residents"


def _drawn(
    area: str, outlines: dict[str, shapely.Geometry], fills: Sequence[str], said: str
) -> Markup:
    west, south, east, north = shapely.union_all(list(outlines.values())).bounds
    narrow = np.cos(np.radians((south + north) / 2))
    scale = _ACROSS / max((east - west) * narrow, north - south)
    size = [round(value * scale) for value in ((east - west) * narrow, north - south)]

    def placed(points: Points) -> Points:
        found: Points = (points - (west, north)) * (narrow * scale, -scale)
        return found

    paths = Markup("").join(
        Markup('<path fill="{}" d="{}"/>').format(fill, _path(shapely.transform(shape, placed)))
        for fill, shape in zip(fills, outlines.values(), strict=True)
    )
    return Markup(
        '<svg class="inset" viewBox="-2 -2 {} {}" role="img" '
        'aria-labelledby="inset-t" aria-describedby="inset-d">'
        '<title id="inset-t">What counts as rural in {}</title><desc id="inset-d">{}.</desc>'
        '<pattern id="urban" width="8" height="8" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path fill="#eff0ec" d="M0 0h8v8H0z"/>'
        '<path stroke="#5c6872" stroke-width="4" d="M0 0v8"/></pattern>{}</svg>'
    ).format(size[0] + 4, size[1] + 4, area, said, paths)


def _path(shape: shapely.Geometry) -> str:
    """Outlines in whole units, by steps from point to point; what cannot be seen is left out."""
    parts = shapely.get_parts(shapely.simplify(shape, _TOLERANCE))
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    text = []
    for ring in rings:
        if shapely.area(shapely.Polygon(ring)) < _LEAST:
            continue
        points = np.rint(shapely.get_coordinates(ring)).astype(np.int64)
        steps = np.diff(points, axis=0)[:-1]
        moved = steps[(steps != 0).any(axis=1)]
        text.append(f"M{_joined(points[:1])}l{_joined(moved)}z")
    return "".join(text)


def _joined(pairs: NDArray[np.int64]) -> str:
    """Numbers with a space between, where no minus sign parts them."""
    return " ".join(map(str, pairs.ravel())).replace(" -", "-")
