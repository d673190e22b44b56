"""The week as a chart: days by hours, coloured by count, weekend nights outlined."""

import math
from collections.abc import Iterator

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from geo.measures.times import DAYS, HOURS
from layers.breaks import class_labels, class_of, rounded_breaks
from layers.palette import RAMP
from service.pages.charts import NARROW, SMALLER

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOUR_NAMES = tuple(
    {0: "midnight", 12: "noon"}.get(hour, f"{hour % 12}{'ap'[hour // 12]}m")
    for hour in range(HOURS)
)
_TOP, _FOOT, _TALL, _NARROW_TALL = 24, 4, 25.0, 20.0
_WIDE, _NARROW = (SMALLER, 88, 3), (NARROW, 40, 6)  # width, room for days, hours between names


class WeekChart:
    """Draws a table of counts, Monday first, shape (7, 24); `nights` are hours to outline."""

    def __init__(self, table: NDArray[np.int64], nights: NDArray[np.bool_]) -> None:
        self._table, self._nights = table, nights
        told = {float(math.ceil(limit)) for limit in rounded_breaks(table.ravel())}
        self._breaks = sorted(told) or [float(max(table.max(), 1))]

    @property
    def legend(self) -> list[tuple[str, str]]:
        """Colour and words of each class, lowest first."""
        labels = class_labels(self._breaks, 1)
        if self._breaks[0] == 1:
            labels[0] = "None"
        return [(self._colour(level), label) for level, label in enumerate(labels)]

    def draw(self, title: str) -> tuple[Markup, Markup]:
        """The chart wide, and narrow for a phone. `title` is for those who do not see it."""
        wide, narrow = (
            self._draw(kind, title, *sizes)
            for kind, sizes in (("wide", _WIDE), ("narrow", _NARROW))
        )
        return wide, narrow

    def paper(self, title: str) -> Markup:
        """The chart for a column of a printed page."""
        return self._draw("paper", title, *_NARROW)

    def _colour(self, level: int) -> str:
        return RAMP[-1] if level and level == len(self._breaks) else RAMP[level]

    def _draw(self, kind: str, title: str, width: int, left: int, step: int) -> Markup:
        cell = (width - left) / HOURS
        tall = _TALL if kind == "wide" else _NARROW_TALL
        start = Markup(
            '<svg class="chart week {}" width="{w}" height="{h:.0f}" viewBox="0 0 {w} {h:.0f}" '
            'role="img" aria-label="{}">'
        ).format(kind, title, w=width, h=_TOP + tall * DAYS + _FOOT)
        hours = (
            Markup('<text class="tick" x="{:.1f}" y="16">{}</text>').format(
                left + hour * cell, HOUR_NAMES[hour] if hour else "12am"
            )
            for hour in range(0, HOURS, step)
        )
        days = (
            Markup('<text class="tick" x="0" y="{:.1f}">{}</text>').format(
                _TOP + (day + 0.5) * tall + 5, name if kind == "wide" else name[:3]
            )
            for day, name in enumerate(DAY_NAMES)
        )
        cells, edges = self._cells(left, cell, tall), self._edges(left, cell, tall)
        return Markup("").join((start, *hours, *days, *cells, *edges, Markup("</svg>")))

    def _cells(self, left: float, cell: float, tall: float) -> Iterator[Markup]:
        for (day, hour), count in np.ndenumerate(self._table):
            x, y = left + hour * cell, _TOP + day * tall
            colour = self._colour(class_of(float(count), self._breaks))
            yield Markup(
                '<rect class="cell" fill="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" '
                'height="{:.1f}"/>'
            ).format(colour, x, y, cell, tall)

    def _edges(self, left: float, cell: float, tall: float) -> Iterator[Markup]:
        """A line wherever an hour to outline meets one that is not."""
        framed = np.pad(self._nights, 1)
        across = framed[:-1, 1:-1] != framed[1:, 1:-1]  # above each day, and below the last
        along = framed[1:-1, :-1] != framed[1:-1, 1:]
        for (day, hour), edge in np.ndenumerate(across):
            if edge:
                x, y = left + hour * cell, _TOP + day * tall
                yield _edge(x, y, x + cell, y)
        for (day, hour), edge in np.ndenumerate(along):
            if edge:
                x, y = left + hour * cell, _TOP + day * tall
                yield _edge(x, y, x, y + tall)


def _edge(*ends: float) -> Markup:
    return Markup('<line class="edge" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
        *ends
    )
