"""Counts by month as SVG: the usual range as a band, the months outside it ringed and named."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from markupsafe import Markup

from geo.measures.series import UsualRange
from geo.period import MONTH_NAMES, Period, month_words
from service.pages.charts import BOLD_LETTER, LARGER, NARROW, grid_lines, points_of, round_up, tick
from service.pages.month_notes import LETTER, LINE, Ringed, month_notes
from service.words import number

SCREEN: Mapping[str, int] = MappingProxyType({"wide": LARGER, "narrow": NARROW})
PAPER: Mapping[str, int] = MappingProxyType({"paper": 520})
_HEIGHT = 290
_TOP, _BOTTOM = 46, 42
_INSIDE = 10  # from the ends of the band to the first and last month


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
    """Counts by month from zero, their average dashed, the chosen months underlined; one a width.

    Args:
        period: the months of the counts.
        counts: one a month; None where it is not held, which leaves a gap.
        chosen: the months to underline, where they are not all.
        title: what the chart shows, for those who do not see it.
        hollow: draw hollow marks and a dotted line, for illustrative counts.
        breaks: months from which recording is different, and how, in words. Each is marked by a
            numbered line before the month.
        usual: the usual range, drawn as a band whose limits are told at its end; months outside it
            are ringed, and named where there is room, those farthest outside first.
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
        self.period, self.counts, self.chosen, self.width = period, counts, chosen, width
        self.usual = None if usual is None or np.isnan(usual.upper).any() else usual
        self.short = width <= NARROW
        self.held = [count for count in counts if count is not None]
        highest = [] if self.usual is None else self.usual.upper.tolist()
        self.top = round_up(max([2, *self.held, *highest]))
        self.left = max(44, 12 + round(LETTER * len(f"{self.top:,.0f}")))
        told = self._told()
        widths = [BOLD_LETTER * len(told[0]), *(LETTER * len(words) for words in told[1:])]
        self.right = width - 8 - round(max(widths))
        self.step = (self.right - self.left - 2 * _INSIDE) / max(len(counts) - 1, 1)

    def x(self, month: float) -> float:
        return self.left + _INSIDE + month * self.step

    def y(self, count: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - count / self.top)

    def draw(self, kind: str, title: str, hollow: bool, breaks: Mapping[int, str]) -> Markup:
        start = Markup(
            '<svg class="chart {}" width="{width}" height="{height}" '
            'viewBox="0 0 {width} {height}" role="img" aria-label="{}">'
        ).format(kind, title, width=self.width, height=_HEIGHT)
        grid = grid_lines(self.top, self.y, self.left, self.right)
        under = (self._band(), grid, self._limits(), self._breaks(breaks), self._axis())
        return Markup("").join((start, *under, self._line(hollow), self._rings(), Markup("</svg>")))

    def _band(self) -> Markup:
        if self.usual is None:
            return Markup("")
        sides = [
            [(self.left, self.y(side[0])), *((self.x(i), self.y(v)) for i, v in enumerate(side)),
             (self.right, self.y(side[-1]))]
            for side in (self.usual.upper.tolist(), self.usual.lower.tolist())
        ]  # fmt: skip
        return Markup('<polygon class="band" points="{}"/>').format(
            points_of(sides[0] + sides[1][::-1])
        )

    def _limits(self) -> Markup:
        """The average as a dashed line; beside it and the limits of the last month their figures.

        Figures that would stand on each other are moved apart.
        """
        if not self.held:
            return Markup("")
        average = self.average
        line = Markup('<line class="mean" x1="{}" y1="{y:.1f}" x2="{}" y2="{y:.1f}"/>').format(
            self.left, self.right, y=self.y(average)
        )
        places = [self.y(average) + 4]
        if self.usual is not None:
            upper, lower = (
                self.y(float(side[-1])) for side in (self.usual.upper, self.usual.lower)
            )
            places += [min(upper + 4, places[0] - LINE), max(lower + 4, places[0] + LINE)]
        return line + Markup("").join(
            Markup('<text class="tick{}" x="{:.1f}" y="{:.1f}">{}</text>').format(
                "" if i else " strong", self.right + 8, y, words
            )
            for i, (y, words) in enumerate(zip(places, self._told(), strict=True))
        )

    @property
    def average(self) -> float:
        """Of the months held."""
        return sum(self.held) / max(len(self.held), 1)

    def _told(self) -> list[str]:
        """The average and the limits of the last month in words, if there is a usual range."""
        told = [f"{_few(self.average)} average"]
        if self.usual is not None:
            limit = "" if self.short else " limit"
            told += [f"{_few(self.usual.upper[-1])} upper{limit}",
                     f"{_few(self.usual.lower[-1])} lower{limit}"]  # fmt: skip
        return told

    def _breaks(self, breaks: Mapping[int, str]) -> Markup:
        """A numbered line before each month from which recording is different."""
        return Markup("").join(
            Markup(
                '<g><desc>{}</desc><line class="break" x1="{x:.1f}" y1="{}" x2="{x:.1f}" '
                'y2="{:.1f}"/><text class="tick middle strong" x="{x:.1f}" y="{}">{}</text></g>'
            ).format(words, 16, self.y(0), 12, i, x=self.x(month - self.period.first - 0.5))
            for i, (month, words) in enumerate(breaks.items(), 1)
        )

    def _axis(self) -> Markup:
        """The line at nought, the chosen months on it, every third month named and every year.

        Where there is no room the months have no names, and fewer years have one.
        """
        floor = self.y(0)
        text = Markup('<line class="base" x1="{}" y1="{y:.1f}" x2="{}" y2="{y:.1f}"/>').format(
            self.left, self.right, y=floor
        )
        if not self.chosen.contains(self.period):
            first, last = (end - self.period.first for end in (self.chosen.first, self.chosen.last))
            text += Markup(
                '<line class="chosen" x1="{:.1f}" y1="{y:.1f}" x2="{:.1f}" y2="{y:.1f}"/>'
            ).format(self.x(first) - 4, self.x(last) + 4, y=floor + 1)
        few, room = len(self.counts) <= 6, self.step * 3 >= 36
        years = max(1, math.ceil(44 / (12 * self.step)))
        for i, month in enumerate(self.period.months()):
            if few or (month % 3 == 0 and room):
                text += tick(self.x(i), floor + 19, MONTH_NAMES[month % 12][:3])
            first_of_few = i == 0 and len(self.counts) < 12
            if first_of_few or (month % 12 == 0 and month // 12 % years == 0):
                text += tick(self.x(i), floor + 36, str(month // 12), " strong")
        return text

    def _line(self, hollow: bool) -> Markup:
        runs: list[list[tuple[float, float]]] = [[]]
        for i, count in enumerate(self.counts):
            if count is None:
                runs.append([])
            else:
                runs[-1].append((self.x(i), self.y(count)))
        line = Markup("").join(
            Markup('<polyline class="line{}" points="{}"/>').format(
                " drawn" if hollow else "", points_of(run)
            )
            for run in runs
            if len(run) > 1
        )
        dots = (
            Markup('<circle class="dot{}" cx="{:.1f}" cy="{:.1f}" r="3.5"/>').format(
                " hollow" if hollow else "", x, y
            )
            for run in runs
            for x, y in run
            if self.step >= 7 or len(run) == 1  # else they would hide the line
        )
        return line + Markup("").join(dots)

    def _rings(self) -> Markup:
        """A ring round every month outside the usual range, and what it is in words."""
        if self.usual is None:
            return Markup("")
        outside = np.flatnonzero(self.usual.outside).tolist()
        at = [(self.x(i), self.y(self._count(i))) for i in outside]
        rings = (
            Markup('<circle class="ring" cx="{:.1f}" cy="{:.1f}" r="7"/>').format(x, y)
            for x, y in at
        )
        ringed = [
            Ringed(
                x,
                y,
                f"{number(self._count(i))} in {month_words(self.period.first + i)}:",
                self._count(i) - float(self.usual.upper[i]),
                float(self.usual.lower[i]) - self._count(i),
            )
            for i, (x, y) in zip(outside, at, strict=True)
        ]
        notes = month_notes(ringed, self.left, self.right, self.y(0))
        return Markup("").join((*rings, *notes))

    def _count(self, i: int) -> float:
        return float(self.counts[i] or 0)


def _few(value: float) -> str:
    """A number whole, or to one decimal where it is small."""
    return f"{value:.1f}".removesuffix(".0") if value < 10 else number(value)
