"""The map of a town on paper: an SVG in points, in the colours and lines of the map on the page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import shapely
from markupsafe import Markup
from numpy.typing import NDArray

from geo.counted import counted
from geo.dataset import Dataset
from geo.formats import Record
from geo.query import Question
from layers.legend import MARKS, NO_FIGURE, Legend
from layers.styles.xml import clean
from service.briefing.labels import LEADING, SIZES, Ground, Label

WIDTH, HEIGHT = 516.0, 370.0  # points: the width of the page inside its margins
_PAD = 20.0
_PAPER, _OUTSIDE, _OUTSIDE_EDGE, _TOWN_EDGE = "#fbfbf8", "#eff0ec", "#d3d6d1", "#5c6872"
_INK, _NEAR = "#14202b", "#46535f"
_LINES = {"hot spot": (2.6, 5.0, ""), "raised": (1.6, 3.6, "4.6 2.8")}  # width, casing, dashes
_LARGEST, _LEAST = 8.0, 1.3  # points, of the circles
_BARS = (5_000, 2_000, 1_000, 500, 200, 100)  # metres of a scale bar
_BAR = 110.0  # its greatest length in points


@dataclass(frozen=True)
class TownMap:
    """A drawn map. `circles`: counts and radii in points to show in the legend, smallest first."""

    svg: str
    circles: list[tuple[int, float]]


def draw_town(
    dataset: Dataset,
    question: Question,
    rows: Sequence[Record],
    legend: Legend | None,
    places: Sequence[Record] = (),
) -> TownMap:
    """The areas of a town in their colours, what stands out, its places, names and a scale bar.

    `rows` are those of the hot spots, each with its `short_name`; `places` those of the map points.
    Without a legend, or where a row has no figure, an area is white.
    """
    shown = question.areas(dataset)[question.shown(dataset)]
    view = _View(shapely.bounds(dataset.lsoas.geometry.iloc[shown].union_all()))
    outlines = dataset.lsoas.set_index("lsoa_code").geometry
    areas = {row["lsoa_code"]: view.place(outlines[row["lsoa_code"]]) for row in rows}
    if not areas:
        areas = {str(i): view.place(dataset.lsoas.geometry.iloc[i]) for i in shown}
    town = shapely.union_all(list(areas.values()))
    marks = {
        mark: [areas[row["lsoa_code"]] for row in rows if row["hotspot_class"] == mark]
        for mark in MARKS
    }
    points = np.array([view.at(p["easting"], p["northing"]) for p in places]).reshape(-1, 2)
    ground = Ground(
        WIDTH, HEIGHT, town, [outline for found in marks.values() for outline in found], points,
        taken=[(0, HEIGHT - 24, _BAR + 70, HEIGHT)],
    )  # fmt: skip
    labels = _labels(dataset, question, rows, areas, ground=ground, view=view)
    radius = _radius(places)
    parts = (
        _beside(dataset, view),
        _path(town, fill="none", stroke=_TOWN_EDGE, stroke_width=3.2),
        *(
            _path(outline, fill=_fill(legend, row), stroke="#fff", stroke_width=0.8)
            for row, outline in _filled(rows, areas)
        ),
        *(
            _circle(x, y, radius(place["count"]))
            for (x, y), place in zip(points.tolist(), places, strict=True)
        ),
        *(_outline(mark, marks[mark]) for mark in reversed(MARKS)),
        *map(_leader, labels),
        *map(_words, labels),
        _scale_bar(view.scale),
    )
    svg = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w:.0f} {h:.0f}" width="{w:.0f}" '
        'height="{h:.0f}"><clipPath id="sheet"><rect width="{w:.0f}" height="{h:.0f}"/></clipPath>'
        '<g clip-path="url(#sheet)" font-family="Roboto"><rect width="{w:.0f}" height="{h:.0f}" '
        'fill="{paper}"/>{inside}</g></svg>'
    ).format(w=WIDTH, h=HEIGHT, paper=_PAPER, inside=Markup("").join(parts))
    return TownMap(clean(str(svg)), _samples(places, radius))


class _View:
    """From the British National Grid to points on the sheet, with some box in the middle."""

    def __init__(self, bounds: NDArray[np.float64]) -> None:
        west, south, east, north = bounds.tolist()
        wide, high = max(east - west, 1.0), max(north - south, 1.0)
        self.scale = min((WIDTH - 2 * _PAD) / wide, (HEIGHT - 2 * _PAD) / high)
        self._left = (west + east) / 2 - WIDTH / 2 / self.scale
        self._top = (south + north) / 2 + HEIGHT / 2 / self.scale

    def at(self, easting: float, northing: float) -> tuple[float, float]:
        return (easting - self._left) * self.scale, (self._top - northing) * self.scale

    def place(self, outline: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(outline, lambda xy: np.column_stack(self.at(xy[:, 0], xy[:, 1])))

    @property
    def sheet(self) -> shapely.Geometry:
        """What the sheet holds, in the British National Grid."""
        right, bottom = self._left + WIDTH / self.scale, self._top - HEIGHT / self.scale
        return shapely.box(self._left, bottom, right, self._top)


def _labels(
    dataset: Dataset,
    question: Question,
    rows: Sequence[Record],
    areas: Mapping[str, shapely.Geometry],
    *,
    ground: Ground,
    view: _View,
) -> list[Label]:
    """Findings first, then towns round about, then the areas whose name fits into them."""
    found: list[Label | None] = []
    told = [row for mark in MARKS for row in rows if row["hotspot_class"] == mark]
    for row in told:
        name = f"{row['hotspot_class'].capitalize()}: {_street(row['short_name'])}"
        lines = (name, counted(row["count"], question.theme.noun))
        found.append(ground.beside(areas[row["lsoa_code"]], lines))
    towns = zip(dataset.towns["town_id"], dataset.towns["town"], dataset.towns["easting"],
                dataset.towns["northing"], strict=True)  # fmt: skip
    found += [
        ground.near(*view.at(east, north), name)
        for town, name, east, north in towns
        if town != question.town
    ]
    rest = [row for row in rows if row not in told and "(" not in row["short_name"]]
    found += [ground.inside(areas[row["lsoa_code"]], _street(row["short_name"])) for row in rest]
    return [label for label in found if label is not None]


def _street(name: str) -> str:
    """The first street an area is named after."""
    return name.split(" and ", maxsplit=1)[0]


def _beside(dataset: Dataset, view: _View) -> Markup:
    """The areas round about, pale, as far as the sheet reaches."""
    sheet, outlines = view.sheet, dataset.lsoas.geometry.to_numpy()
    near = shapely.intersection(outlines[shapely.intersects(outlines, sheet)], sheet)
    return Markup("").join(
        _path(view.place(outline), fill=_OUTSIDE, stroke=_OUTSIDE_EDGE, stroke_width=0.6)
        for outline in near
    )


def _filled(
    rows: Sequence[Record], areas: Mapping[str, shapely.Geometry]
) -> list[tuple[Record, shapely.Geometry]]:
    by_code = {row["lsoa_code"]: row for row in rows}
    return [(by_code.get(code, {}), outline) for code, outline in areas.items()]


def _fill(legend: Legend | None, row: Record) -> str:
    return (legend.colour(row) if legend and row else None) or NO_FIGURE


def _radius(places: Sequence[Record]) -> Callable[[int], float]:
    """The radius of a circle by its count, so that areas are in proportion."""
    most = max((place["count"] for place in places), default=1)
    return lambda count: max(_LEAST, _LARGEST * sqrt(count / most))


def _samples(places: Sequence[Record], radius: Callable[[int], float]) -> list[tuple[int, float]]:
    """One, some and most of the counts, with their circles."""
    if not places:
        return []
    most = max(place["count"] for place in places)
    chosen = sorted({1, round(most / 3) or 1, most})
    return [(count, radius(count)) for count in chosen]


def _circle(x: float, y: float, radius: float) -> Markup:
    return Markup(
        '<circle cx="{:.1f}" cy="{:.1f}" r="{:.2f}" fill="{}" fill-opacity="0.82" stroke="#fff" '
        'stroke-width="0.7"/>'
    ).format(x, y, radius, _INK)


def _outline(mark: str, outlines: Sequence[shapely.Geometry]) -> Markup:
    """A dark line on a white one round areas of one mark, those that touch as one."""
    if not outlines:
        return Markup("")
    whole = shapely.union_all(list(outlines))
    width, casing, dashes = _LINES[mark]
    return _path(whole, fill="none", stroke="#fff", stroke_width=casing) + _path(
        whole, fill="none", stroke=_INK, stroke_width=width, stroke_dasharray=dashes or "none"
    )


def _leader(label: Label) -> Markup:
    if label.leader is None:
        return Markup("")
    (x1, y1), (x2, y2) = label.leader
    return Markup("").join(
        Markup(
            '<path d="M{:.1f},{:.1f}L{:.1f},{:.1f}" stroke="{}" stroke-width="{}" fill="none"/>'
        ).format(x1, y1, x2, y2, colour, width)
        for colour, width in (("#fff", 2.4), (_INK, 0.9))
    )


def _words(label: Label) -> Markup:
    size = SIZES[label.kind]
    top = label.y - size * LEADING * len(label.lines) / 2
    near = label.kind == "near"
    return Markup("").join(
        Markup(
            '<text x="{:.1f}" y="{:.1f}" font-size="{}" font-weight="{}" font-style="{}" '
            'text-anchor="middle" fill="{}" stroke="#fff" stroke-width="2.4" '
            'stroke-linejoin="round" paint-order="stroke">{}</text>'
        ).format(
            label.x,
            top + size * (LEADING * i + 0.95),
            size,
            700 if label.kind == "finding" and not i else 400,
            "italic" if near else "normal",
            _NEAR if near else _INK,
            line,
        )
        for i, line in enumerate(label.lines)
    )


def _scale_bar(scale: float) -> Markup:
    metres = next((bar for bar in _BARS if bar * scale <= _BAR), _BARS[-1])
    said = f"{metres // 1000} km" if metres >= 1000 else f"{metres} metres"
    x, y, long = 12.0, HEIGHT - 12, metres * scale
    return Markup(
        '<path d="M{x},{up}V{y}H{end:.1f}V{up}" fill="none" stroke="{ink}" stroke-width="0.9"/>'
        '<text x="{after:.1f}" y="{base}" font-size="7.5" fill="{ink}" stroke="#fff" '
        'stroke-width="2" paint-order="stroke">{said}</text>'
    ).format(
        x=x, up=y - 4, y=y, end=x + long, after=x + long + 5, base=y + 0.5, ink=_INK, said=said
    )


def _path(outline: shapely.Geometry, **style: object) -> Markup:
    """An outline as a path; `stroke_width` is `stroke-width`."""
    rings = [
        ring
        for polygon in shapely.get_parts(outline)
        if polygon.geom_type == "Polygon"
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    drawn = "".join(
        f"M{'L'.join(f'{x:.1f},{y:.1f}' for x, y in shapely.get_coordinates(ring))}Z"
        for ring in rings
    )
    said = Markup("").join(
        Markup(' {}="{}"').format(name.replace("_", "-"), value) for name, value in style.items()
    )
    return Markup('<path d="{}" fill-rule="evenodd" stroke-linejoin="round"{}/>').format(
        drawn, said
    )
