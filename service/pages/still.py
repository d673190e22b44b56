"""The map of a page as a still picture, which stands before any script runs and where none does.

It is laid out as `static/map.js` lays out its map, in Web Mercator and as large as the box allows,
so that the one takes the other's place unseen. Areas of one colour are one path.
"""

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from markupsafe import Markup
from numpy.typing import NDArray

from geo.formats import Record
from layers.legend import MARKS, Legend

MOST = 1_000  # areas; with more a page would be too heavy
SIDE = 1_600  # units along the longer side, each about half a pixel of a large screen
_GROUND = "#f6f6f2"
_HATCH = Markup(
    '<pattern id="still-hatch" width="12" height="12" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="12" height="12" fill="#eff0ec"/>'
    '<path d="M0 0V12" stroke="#9aa3a9" stroke-width="2.8"/></pattern>'
)
_LEAST = 4  # points of a ring, the first again at its end

Outlines = NDArray[np.object_]


def still_map(
    outlines: Outlines,
    rows: Sequence[Record],
    legend: Legend,
    *,
    inside: Callable[[Record], bool] = lambda _: True,
    hatched: Outlines | None = None,
) -> Markup:
    """The outlines of some rows in their colours, with what stands out.

    Areas not `inside` are pale. `hatched` are further ones, which the question leaves aside.
    Empty where there is nothing to draw, or more than a page should carry.
    """
    fills = [legend.fill(row) for row in rows]
    shown = [i for i, row in enumerate(rows) if fills[i] is not None and inside(row)]
    pale = [i for i, row in enumerate(rows) if fills[i] is not None and not inside(row)]
    marked = {
        mark: [i for i in shown if legend.drawing.outlines and rows[i]["hotspot_class"] == mark]
        for mark in reversed(MARKS)
    }
    alike: dict[str, list[int]] = {}
    for i in shown:
        alike.setdefault(str(fills[i]), []).append(i)
    return _picture(
        outlines[shown],
        {fill: outlines[found] for fill, found in alike.items()},
        outlines[pale],
        outlines[:0] if hatched is None else hatched,
        {mark: outlines[found] for mark, found in marked.items() if found},
    )


def still_ground(outlines: Outlines) -> Markup:
    """The areas that lie under points, cells or bands, without any figure."""
    none = outlines[:0]
    return _picture(outlines, {_GROUND: outlines}, none, none, {})


def _picture(
    shown: Outlines,
    filled: dict[str, Outlines],
    pale: Outlines,
    hatched: Outlines,
    marked: dict[str, Outlines],
) -> Markup:
    if not len(shown):
        return Markup("")
    sheet = _Sheet(shown)
    pale = pale[sheet.near(pale)]
    if len(shown) + len(pale) + len(hatched) > MOST:
        return Markup("")
    areas = Markup("").join(
        Markup('<path id="still-{}" fill="{}" vector-effect="non-scaling-stroke" d="{}"/>').format(
            i, fill, sheet.path(found)
        )
        for i, (fill, found) in enumerate(filled.items())
    )
    edges = Markup("").join(Markup('<use href="#still-{}"/>').format(i) for i in range(len(filled)))
    marks = Markup("").join(
        Markup('<path class="{0} casing" d="{1}"/><path class="{0}" d="{1}"/>').format(
            mark.replace(" ", "-"), sheet.path(found)
        )
        for mark, found in marked.items()
    )
    aside = Markup('<path class="pale" d="{}"/>').format(sheet.path(pale))
    if len(hatched):
        aside += _HATCH + Markup('<path class="hatched" d="{}"/>').format(sheet.path(hatched))
    return Markup(
        '<svg class="still" viewBox="0 0 {} {}" aria-hidden="true">{}<g class="edge">{}</g>'
        '<g class="areas">{}</g>{}</svg>'
    ).format(*sheet.size, aside, edges, areas, marks)


class _Sheet:
    """From longitude and latitude to the units of a picture that some outlines fill."""

    def __init__(self, outlines: Outlines) -> None:
        self._west, self._north, east, south = shapely.total_bounds(_mercator(outlines)).tolist()
        wide, high = east - self._west, south - self._north
        self._scale = SIDE / max(wide, high, 1e-9)
        self.size = tuple(max(1, round(side * self._scale)) for side in (wide, high))

    def near(self, outlines: Outlines) -> NDArray[np.bool_]:
        """Which of some outlines reach into a frame three times as wide and high."""
        wide, high = self.size
        west, north, east, south = shapely.bounds(self._placed(outlines)).T
        inside = (east > -wide) & (west < 2 * wide) & (south > -high) & (north < 2 * high)
        return np.asarray(inside)

    def path(self, outlines: Outlines) -> str:
        """Outlines as one SVG path in whole units, points that fall together left out."""
        polygons = shapely.get_parts(self._placed(outlines))
        rings = shapely.get_rings(polygons)
        return "".join(map(_ring, rings))

    def _placed(self, outlines: Outlines) -> Outlines:
        corner = (self._west, self._north)
        placed = shapely.transform(_mercator(outlines), lambda xy: (xy - corner) * self._scale)
        return np.asarray(placed)


def _mercator(outlines: Outlines) -> Outlines:
    """Web Mercator in radians, downwards."""

    def project(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        east, north = np.radians(lonlat).T
        return np.column_stack((east, -np.arctanh(np.sin(north))))

    return np.asarray(shapely.transform(outlines, project))


def _ring(ring: shapely.LinearRing) -> str:
    points = np.rint(shapely.get_coordinates(ring)).astype(np.int64)
    moved = np.append(True, np.diff(points, axis=0).any(axis=1))
    points = points[moved]
    if len(points) < _LEAST:
        return ""
    steps = " ".join(map(str, np.diff(points[:-1], axis=0).ravel().tolist())).replace(" -", "-")
    return f"M{points[0, 0]} {points[0, 1]}l{steps}z"
