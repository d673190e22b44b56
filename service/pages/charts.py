"""Small charts as SVG, with a title that says what they show."""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from markupsafe import Markup

from geo.measures.series import UsualRange
from geo.period import MONTH_NAMES, Period

WIDE, NARROW = 1160, 358  # drawn twice, so that text keeps its size on a phone
SCREEN: Mapping[str, int] = MappingProxyType({"wide": WIDE, "narrow": NARROW})
PAPER: Mapping[str, int] = MappingProxyType({"paper": 520})
_HEIGHT = 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 16, 40


def sparkline(
    values: Sequence[float], top: float, shaded: int, label: str, breaks: Sequence[int] = ()
) -> Markup:
    """A line with its last months shaded; `top` is the value at the upper edge.

    `breaks`: positions of months in which recording changed, each marked by a line.
    """
    width, height, floor = 240.0, 62.0, 60.0
    step = width / max(len(values) - 1, 1)
    points = [
        (i * step, floor - 56 * value / top if top else floor) for i, value in enumerate(values)
    ]
    start = width - step * (shaded - 1) if shaded < len(values) else 0.0
    return Markup(
        '<svg class="spark" viewBox="-4 0 {w} {h}" role="img" aria-label="{label}" '
        'preserveAspectRatio="none">'
        '<rect class="band" x="{start:.1f}" y="0" width="{shade:.1f}" height="{floor}"/>'
        '{breaks}<polyline class="line" points="{points}"/>'
        '<line class="base" x1="0" y1="{floor}" x2="{width}" y2="{floor}"/></svg>'
    ).format(
        w=width + 8,
        h=height,
        label=label,
        start=start,
        shade=width - start,
        floor=floor,
        points=_points(points),
        width=width,
        breaks=Markup("").join(
            Markup('<line class="break" x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{y}"/>').format(
                x=step * (place - 0.5), y=floor
            )
            for place in breaks
        ),
    )


def month_charts(
    period: Period,
    counts: Sequence[int | None],
    chosen: Period,
    title: str,
    *,
    hollow: bool,
    breaks: Mapping[int, str] = MappingProxyType({}),
    usual: UsualRange | None = None,
    widths: Mapping[str, int] = SCREEN,
) -> tuple[Markup, ...]:
    """Counts by month from zero, the chosen months shaded, their average dashed; one a width.

    Args:
        period: the months of the counts.
        counts: one a month; None where it is not held, which leaves a gap.
        chosen: the months to shade.
        title: what the chart shows, for those who do not see it.
        hollow: draw hollow marks and a dotted line, for illustrative counts.
        breaks: months from which recording is different, and how, in words. Each is marked by a
            numbered line before the month.
        usual: the usual range, drawn as two dotted lines; months outside it are ringed.
        widths: a name and a width in pixels for each drawing.
    """
    return tuple(
        _MonthChart(period, counts, chosen, width, usual).draw(kind, title, hollow, breaks)
        for kind, width in widths.items()
    )


class _MonthChart:
    def __init__(
        self,
        period: Period,
        counts: Sequence[int | None],
        chosen: Period,
        width: int,
        usual: UsualRange | None,
    ) -> None:
        self.period, self.counts, self.width, self.usual = period, counts, width, usual
        self.first, self.last = chosen.first - period.first, chosen.last - period.first
        highest = [count for count in counts if count is not None]
        highest += [] if usual is None else usual.upper[~np.isnan(usual.upper)].tolist()
        self.top = round_up(max(highest, default=0))
        self.step = (width - _LEFT - _RIGHT) / max(len(counts) - 1, 1)

    def x(self, month: float) -> float:
        return _LEFT + month * self.step

    def y(self, count: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - count / self.top)

    def draw(self, kind: str, title: str, hollow: bool, breaks: Mapping[int, str]) -> Markup:
        start = Markup(
            '<svg class="chart {}" width="{width}" height="{height}" '
            'viewBox="0 0 {width} {height}" role="img" aria-label="{}">'
        ).format(kind, title, width=self.width, height=_HEIGHT)
        grid = grid_lines(self.top, self.y, _LEFT, self.width - _RIGHT)
        under = (self._shade(), grid, self._breaks(breaks), self._usual())
        parts = (start, *under, self._line(hollow), self._months())
        return Markup("").join((*parts, Markup("</svg>")))

    def _shade(self) -> Markup:
        left, right = self.x(self.first) - 4, self.x(self.last) + 4
        chosen = [c for c in self.counts[self.first : self.last + 1] if c is not None]
        mean = self.y(sum(chosen) / max(len(chosen), 1))
        return Markup(
            '<rect class="band" x="{:.1f}" y="{}" width="{:.1f}" height="{:.1f}"/>'
            '<line class="mean" x1="{:.1f}" y1="{y:.1f}" x2="{:.1f}" y2="{y:.1f}"/>'
        ).format(left, _TOP, right - left, self.y(0) - _TOP, left, right, y=mean)

    def _usual(self) -> Markup:
        """The usual range as two lines, and a ring round every month outside it."""
        if self.usual is None or np.isnan(self.usual.upper).any():
            return Markup("")
        lines = (
            Markup('<polyline class="usual" points="{}"/>').format(
                _points([(self.x(i), self.y(value)) for i, value in enumerate(side.tolist())])
            )
            for side in (self.usual.lower, self.usual.upper)
        )
        rings = (
            Markup('<circle class="ring" cx="{:.1f}" cy="{:.1f}" r="7"/>').format(
                self.x(i), self.y(float(self.counts[i] or 0))
            )
            for i in np.flatnonzero(self.usual.outside).tolist()
        )
        return Markup("").join((*lines, *rings))

    def _breaks(self, breaks: Mapping[int, str]) -> Markup:
        """A numbered line before each month from which recording is different."""
        return Markup("").join(
            Markup(
                '<g><desc>{}</desc><line class="break" x1="{x:.1f}" y1="{}" x2="{x:.1f}" '
                'y2="{:.1f}"/><text class="tick middle strong" x="{x:.1f}" y="{}">{}</text></g>'
            ).format(words, _TOP, self.y(0), _TOP - 2, i, x=self.x(month - self.period.first - 0.5))
            for i, (month, words) in enumerate(breaks.items(), 1)
        )

    def _line(self, hollow: bool) -> Markup:
        runs: list[list[tuple[float, float]]] = [[]]
        for i, count in enumerate(self.counts):
            if count is None:
                runs.append([])
            else:
                runs[-1].append((self.x(i), self.y(count)))
        line = Markup("").join(
            Markup('<polyline class="line{}" points="{}"/>').format(
                " drawn" if hollow else "", _points(run)
            )
            for run in runs
        )
        dots = (
            Markup('<circle class="dot{}" cx="{:.1f}" cy="{:.1f}" r="3.5"/>').format(
                " hollow" if hollow else "", x, y
            )
            for run in runs
            for x, y in run
        )
        return line + Markup("").join(dots)

    def _months(self) -> Markup:
        """Every third month named, fewer where there is no room, and every year."""
        room = self.step * 3 >= 36
        text = Markup("")
        for i, month in enumerate(self.period.months()):
            if len(self.counts) <= 6 or (month % 3 == 0 and room):
                text += tick(self.x(i), self.y(0) + 18, MONTH_NAMES[month % 12][:3])
            if month % 12 == 0 or i == 0 == len(self.counts) // 12:
                text += tick(self.x(i), self.y(0) + 34, str(month // 12), " strong")
        return text


def grid_lines(top: float, y: Callable[[float], float], left: int, right: int) -> Markup:
    """Lines at nought, half and all of the scale, with their figures; `y` places a value."""
    return Markup("").join(
        Markup(
            '<line class="grid" x1="{}" y1="{y:.1f}" x2="{}" y2="{y:.1f}"/>'
            '<text class="tick end" x="{}" y="{:.1f}">{}</text>'
        ).format(left, right, left - 8, y(value) + 4, f"{value:,.10g}", y=y(value))
        for value in (0, top / 2, top)
    )


def tick(x: float, y: float, text: str, kind: str = "") -> Markup:
    """A word under a chart, in the middle of its place."""
    return Markup('<text class="tick middle{}" x="{:.1f}" y="{:.1f}">{}</text>').format(
        kind, x, y, text
    )


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def round_up(value: float) -> float:
    """The next number that halves well; 2 for nought."""
    scale = 1.0 if value > 2 or not value else 10.0 ** math.floor(math.log10(value))
    while True:
        for step in (2, 4, 6, 8, 10):
            if value <= step * scale:
                return step * scale
        scale *= 10
