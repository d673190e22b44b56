"""Small charts as SVG, with a title that says what they show."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from markupsafe import Markup

from geo.period import MONTH_NAMES, Period
from service.words import number

_WIDE, _NARROW, _HEIGHT = 1160, 358, 240  # drawn twice, so that text keeps its size on a phone
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
) -> tuple[Markup, Markup]:
    """Counts by month from zero, the chosen months shaded, their average dashed: wide and narrow.

    Args:
        period: the months of the counts.
        counts: one a month; None where it is not held, which leaves a gap.
        chosen: the months to shade.
        title: what the chart shows, for those who do not see it.
        hollow: draw hollow marks and a dotted line, for illustrative counts.
        breaks: months from which recording is different, and how, in words. Each is marked by a
            numbered line before the month.
    """
    wide, narrow = (
        _MonthChart(period, counts, chosen, width).draw(kind, title, hollow, breaks)
        for width, kind in ((_WIDE, "wide"), (_NARROW, "narrow"))
    )
    return wide, narrow


class _MonthChart:
    def __init__(
        self, period: Period, counts: Sequence[int | None], chosen: Period, width: int
    ) -> None:
        self.period, self.counts, self.width = period, counts, width
        self.first, self.last = chosen.first - period.first, chosen.last - period.first
        self.top = _round_up(max((count for count in counts if count is not None), default=0))
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
        under = (self._shade(), self._grid(), self._breaks(breaks))
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

    def _grid(self) -> Markup:
        return Markup("").join(
            Markup(
                '<line class="grid" x1="{}" y1="{y:.1f}" x2="{}" y2="{y:.1f}"/>'
                '<text class="tick end" x="{}" y="{:.1f}">{}</text>'
            ).format(
                _LEFT,
                self.width - _RIGHT,
                _LEFT - 8,
                self.y(value) + 4,
                number(value),
                y=self.y(value),
            )
            for value in (0, self.top / 2, self.top)
        )

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
                text += _tick(self.x(i), self.y(0) + 18, MONTH_NAMES[month % 12][:3], "")
            if month % 12 == 0 or i == 0 == len(self.counts) // 12:
                text += _tick(self.x(i), self.y(0) + 34, str(month // 12), " strong")
        return text


def _tick(x: float, y: float, text: str, kind: str) -> Markup:
    return Markup('<text class="tick middle{}" x="{:.1f}" y="{:.1f}">{}</text>').format(
        kind, x, y, text
    )


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _round_up(value: float) -> float:
    """The next number that halves well."""
    scale = 1
    while True:
        for step in (2, 4, 6, 10):
            if value <= step * scale:
                return float(step * scale)
        scale *= 10
