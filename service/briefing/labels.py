"""Where the words of a printed map stand: findings beside their areas, names inside, none covered.

Positions are in points, x to the right and y down.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import cos, hypot, pi, sin

import numpy as np
import shapely
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
SIZES = {"finding": 8.6, "area": 7.8, "near": 7.8}  # points
LEADING = 1.2
_ROOM = {"finding": (2.0, 1.5), "area": (3.5, 2.5), "near": (2.0, 1.5)}
_DISTANCES, _TURNS = (28, 44, 64, 90, 122, 160), 16
_STEP = 5.0
_AWAY_FROM_AREAS, _AWAY_FROM_MARKS, _AWAY_FROM_PLACES = 190, 250, 14
_THIN, _WIDE = frozenset("iIjltf.,:;'’|!()[] -"), frozenset("mwMW@%—")  # noqa: RUF001


@dataclass(frozen=True)
class Label:
    """Some lines of words round their middle, and the line that leads from them, if one does."""

    kind: str
    lines: tuple[str, ...]
    x: float
    y: float
    leader: tuple[tuple[float, float], tuple[float, float]] | None = None


@dataclass
class Ground:
    """A sheet to write on. `town`: what is coloured; `marks`: outlined areas; `places`: circles."""

    width: float
    height: float
    town: shapely.Geometry
    marks: Sequence[shapely.Geometry]
    places: NDArray[np.float64]
    taken: list[Box] = field(default_factory=list)
    leaders: list[shapely.Geometry] = field(default_factory=list)

    def beside(self, area: shapely.Geometry, lines: tuple[str, ...]) -> Label | None:
        """A finding near its area, best on ground that is not coloured, with a line to its edge."""
        at = area.representative_point()
        half = half_size("finding", lines)
        cores = [shapely.box(*_shrunk(mark.bounds)) for mark in self.marks]

        def cost(x: float, y: float) -> float:
            box = shapely.box(*_edges(x, y, half))
            on_areas = box.intersection(self.town).area / box.area
            on_marks = sum(box.intersection(core).area for core in cores) / box.area
            far = hypot(x - at.x, y - at.y)
            return float(far + _AWAY_FROM_AREAS * on_areas + _AWAY_FROM_MARKS * on_marks)

        found = self._best(_round(at.x, at.y), half, cost)
        if found is None:
            return None
        leader = _lead(area, (at.x, at.y), _edges(*found, half))
        if leader is not None:
            self.leaders.append(shapely.LineString(leader))
        return Label("finding", lines, *found, leader)

    def inside(self, area: shapely.Geometry, name: str) -> Label | None:
        """A name wholly inside its area, as near its middle as may be and clear of lines."""
        half = half_size("area", (name,))
        left, top, right, bottom = area.bounds
        spots = [
            (float(x), float(y))
            for x in np.arange(left + half[0], right - half[0], _STEP)
            for y in np.arange(top + half[1], bottom - half[1], _STEP)
        ]
        if not spots:
            return None
        boxes = shapely.box(*np.array([_edges(x, y, half) for x, y in spots]).T)
        within = shapely.covers(area, boxes)
        for line in (*self.leaders, *(mark.boundary for mark in self.marks)):
            within &= ~shapely.intersects(boxes, line)
        middle = ((left + right) / 2, (top + bottom) / 2)

        def cost(x: float, y: float) -> float:
            return hypot(x - middle[0], y - middle[1]) + _AWAY_FROM_PLACES * self._covered(
                _edges(x, y, half)
            )

        clear = (spot for spot, good in zip(spots, within, strict=True) if good)
        found = self._best(clear, half, cost)
        return None if found is None else Label("area", (name,), *found)

    def near(self, x: float, y: float, name: str) -> Label | None:
        """The name of a town outside, on its point or just beside it."""
        half = half_size("near", (name,))
        spots = ((x, y + down) for down in (0, 9, -9, 14, -14))
        found = self._best(spots, half, lambda _, down: abs(down - y))
        return None if found is None else Label("near", (name,), *found)

    def _best(
        self,
        spots: Iterable[tuple[float, float]],
        half: tuple[float, float],
        cost: Callable[[float, float], float],
    ) -> tuple[float, float] | None:
        """The cheapest spot where the words lie on the sheet and cover no others; it is taken."""
        free = [spot for spot in spots if self._free(_edges(*spot, half))]
        if not free:
            return None
        found = min(free, key=lambda spot: cost(*spot))
        self.taken.append(_edges(*found, half))
        return found

    def _free(self, box: Box) -> bool:
        left, top, right, bottom = box
        if left < 0 or top < 0 or right > self.width or bottom > self.height:
            return False
        return not any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
            for other in self.taken
        )

    def _covered(self, box: Box) -> int:
        """How many places have their middle in a box."""
        if not len(self.places):
            return 0
        x, y = self.places.T
        return int(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).sum())


def half_size(kind: str, lines: tuple[str, ...]) -> tuple[float, float]:
    """Half the width and height of some lines with room round them; widths are estimated."""
    across, down = _ROOM[kind]
    size = SIZES[kind]
    width = max(sum(map(_width, line)) for line in lines) * size
    return width / 2 + across, len(lines) * size * LEADING / 2 + down


def _width(letter: str) -> float:
    """About how wide a letter is, in parts of the size of the type, at the wide side."""
    if letter in _THIN:
        return 0.28
    if letter in _WIDE:
        return 0.87
    return 0.64 if letter.isupper() else 0.54


def _round(x: float, y: float) -> Iterator[tuple[float, float]]:
    for far in _DISTANCES:
        for turn in range(_TURNS):
            angle = turn * 2 * pi / _TURNS
            yield x + cos(angle) * far * 1.5, y + sin(angle) * far


def _edges(x: float, y: float, half: tuple[float, float]) -> Box:
    return x - half[0], y - half[1], x + half[0], y + half[1]


def _shrunk(bounds: Box) -> Box:
    left, top, right, bottom = bounds
    x, y = 0.08 * (right - left), 0.08 * (bottom - top)
    return left + x, top + y, right - x, bottom - y


def _lead(
    area: shapely.Geometry, at: tuple[float, float], box: Box
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """From the edge of an area to the edge of a box; None where they touch."""
    left, top, right, bottom = box
    end = (min(max(at[0], left + 3), right - 3), min(max(at[1], top), bottom))
    outside = shapely.LineString([at, end]).difference(area)
    if outside.is_empty:
        return None
    last = shapely.get_parts(outside)[-1]
    start = shapely.get_coordinates(last)[0]
    return (float(start[0]), float(start[1])), end
