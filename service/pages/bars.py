"""Bars with their limits as SVG, drawn twice so that text keeps its size on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.pages.charts import NARROW, WIDE, grid_lines, round_up, tick

_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 260, 44, 12, 32, 40
_GAP = 0.3  # of the room for a bar


@dataclass(frozen=True)
class Bar:
    """One bar, what stands below it in full and in short, and its limits; None leaves a gap."""

    label: str
    short: str
    value: float | None
    lower: float | None
    upper: float | None
    note: str = ""
    """What is told above it, for the bar that stands out."""


def bar_charts(
    bars: Sequence[Bar],
    mean: float | None,
    title: str,
    hollow: bool,
    ends: tuple[str, str] = ("", ""),
    *,
    width: int = WIDE,
) -> tuple[Markup, Markup]:
    """Bars from zero with a line from limit to limit, the mean dashed: wide and narrow.

    Args:
        bars: from left to right.
        mean: where to draw the dashed line; None for none.
        title: what the chart shows, for those who do not see it.
        hollow: draw hollow bars, for illustrative counts.
        ends: what the left and the right end of the bars stand for.
        width: of the wide one.
    """
    wide, narrow = (
        _BarChart(bars, size).draw(kind, title, mean, hollow, ends)
        for size, kind in ((width, "wide"), (NARROW, "narrow"))
    )
    return wide, narrow


class _BarChart:
    def __init__(self, bars: Sequence[Bar], width: int) -> None:
        self.bars, self.width = bars, width
        highest = [v for bar in bars for v in (bar.value, bar.upper) if v is not None]
        self.top = round_up(max(highest, default=0))
        self.step = (width - _LEFT - _RIGHT) / max(len(bars), 1)

    def y(self, value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value / self.top)

    def draw(
        self, kind: str, title: str, mean: float | None, hollow: bool, ends: tuple[str, str]
    ) -> Markup:
        start = Markup(
            '<svg class="chart {}" width="{width}" height="{height}" '
            'viewBox="0 0 {width} {height}" role="img" aria-label="{}">'
        ).format(kind, title, width=self.width, height=_HEIGHT)
        parts = [start, grid_lines(self.top, self.y, _LEFT, self.width - _RIGHT)]
        parts += [self._bar(i, bar, hollow, kind) for i, bar in enumerate(self.bars)]
        if mean is not None:
            parts.append(
                Markup('<line class="mean" x1="{}" y1="{y:.1f}" x2="{}" y2="{y:.1f}"/>').format(
                    _LEFT, self.width - _RIGHT, y=self.y(mean)
                )
            )
        parts += [
            Markup('<text class="tick {}" x="{}" y="{}">{}</text>').format(
                side, x, _HEIGHT - 6, text
            )
            for side, x, text in (("", _LEFT, ends[0]), ("end", self.width - _RIGHT, ends[1]))
            if text
        ]
        return Markup("").join((*parts, Markup("</svg>")))

    def _bar(self, i: int, bar: Bar, hollow: bool, kind: str) -> Markup:
        middle = _LEFT + self.step * (i + 0.5)
        text = tick(middle, self.y(0) + 18, bar.label if kind == "wide" else bar.short)
        if bar.value is None:
            return text
        drawn = Markup(
            '<rect class="bar{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
        ).format(
            " hollow" if hollow else "",
            middle - self.step * (1 - _GAP) / 2,
            self.y(bar.value),
            self.step * (1 - _GAP),
            self.y(0) - self.y(bar.value),
        )
        if bar.lower is not None and bar.upper is not None:
            drawn += Markup(
                '<line class="limits" x1="{x:.1f}" y1="{:.1f}" x2="{x:.1f}" y2="{:.1f}"/>'
            ).format(self.y(bar.lower), self.y(bar.upper), x=middle)
        return drawn + text + self._note(i, bar, middle)

    def _note(self, i: int, bar: Bar, middle: float) -> Markup:
        """What is told of a bar, above it, and towards the middle of the chart from either side."""
        if not bar.note or bar.value is None:
            return Markup("")
        third = 3 * i // len(self.bars)
        side, x = (("", middle - self.step / 2), (" middle", middle),
                   (" end", middle + self.step / 2))[third]  # fmt: skip
        return Markup('<text class="tick strong note{}" x="{:.1f}" y="{:.1f}">{}</text>').format(
            side, x, self.y(max(bar.value, bar.upper or 0)) - 8, bar.note
        )
