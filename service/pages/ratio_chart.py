"""Ratios of two rates on a log axis as SVG, drawn twice so that text keeps its size on a phone."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from geo.profiles.figures import HIGHER, LOWER, SAME, Ratio
from geo.profiles.offences import OffenceRatio
from service.pages.charts import LARGER, NARROW, in_two, tick
from service.words import between, number

_LEAST, _MOST = -4, 3  # the axis reaches from a sixteenth to eight times at most
_NAMES = {-4: "1/16", -3: "⅛", -2: "¼", -1: "½", 0: "same", 1: "double", 2: "4 times", 3: "8 times"}
_HEAD = 26  # height of the axis above
_NAMES_END = 208  # where a name must end, for the count to follow
_APART = 42  # pixels between two lines that are both named
_WAY = {LOWER: "down", HIGHER: "up", SAME: "same"}


def ratio_charts(
    offences: Sequence[OffenceRatio], noun: str, title: str, *, hollow: bool
) -> tuple[Markup, Markup] | None:
    """A mark an offence with its limits on a log axis, a line at the same rate: wide and narrow.

    The mark is filled where the difference is clear, hollow where the rates could be the same. What
    lies beyond the axis is drawn at its end. None where no offence has a ratio.

    Args:
        offences: from the top down; of one without a ratio only the count is told.
        noun: what is counted.
        title: what the chart shows, for those who do not see it.
        hollow: draw dotted lines, for illustrative counts.
    """
    if all(item.ratio.ratio is None for item in offences):
        return None
    wide, narrow = (
        _RatioChart(offences, width, noun).draw(kind, title, hollow)
        for width, kind in ((LARGER, "wide"), (NARROW, "narrow"))
    )
    return wide, narrow


def ratio_figures(ratio: Ratio) -> str:
    """A ratio with its limits: `0.58 (0.54 to 0.63)`."""
    if ratio.ratio is None or ratio.lower is None or ratio.upper is None:
        return "no ratio"
    return f"{ratio.ratio:.2f} ({between(ratio.lower, ratio.upper, 2)})"


class _RatioChart:
    def __init__(self, offences: Sequence[OffenceRatio], width: int, noun: str) -> None:
        self.offences, self.width, self.noun = offences, width, noun
        self.wide = width > NARROW
        self.left, self.right = (_NAMES_END + 50, width - 166) if self.wide else (12, width - 24)
        self.row = 32 if self.wide else 62
        found = [v for o in offences for v in (o.ratio.lower, o.ratio.upper) if v]
        self.low = max(_LEAST, min(-1, math.floor(math.log2(min(found, default=1)))))
        self.high = min(_MOST, max(1, math.ceil(math.log2(max(found, default=1)))))
        self.floor = _HEAD + self.row * len(offences)

    def x(self, ratio: float) -> float:
        power = math.log2(ratio) if ratio > 0 else self.low
        along = (min(max(power, self.low), self.high) - self.low) / (self.high - self.low)
        return self.left + (self.right - self.left) * along

    def draw(self, kind: str, title: str, hollow: bool) -> Markup:
        start = Markup(
            '<svg class="chart ratios {}" width="{width}" height="{height}" '
            'viewBox="0 0 {width} {height}" role="img" aria-label="{}"><desc>{}</desc>'
        ).format(kind, title, self._said(), width=self.width, height=self.floor)
        rows = [self._offence(i, item, hollow) for i, item in enumerate(self.offences)]
        return Markup("").join((start, self._axis(), *rows, Markup("</svg>")))

    def _said(self) -> str:
        told = (f"{o.title}: {ratio_figures(o.ratio)}, {o.verdict}" for o in self.offences)
        return f"{'; '.join(told)}."

    def _axis(self) -> Markup:
        """A line at each halving and doubling, that at the same rate the strongest.

        Where they stand close, every other one is named.
        """
        close = (self.right - self.left) / (self.high - self.low) < _APART
        heads = Markup("")
        if self.wide:
            heads = Markup(
                '<text class="tick end" x="{}" y="14">{}</text>'
                '<text class="tick end" x="{}" y="14">Ratio (likely range)</text>'
            ).format(_NAMES_END + 28, self.noun.capitalize(), self.width)
        return heads + Markup("").join(
            Markup('<line class="{}" x1="{x:.1f}" y1="{}" x2="{x:.1f}" y2="{}"/>').format(
                "grid" if power else "at-same", _HEAD - 6, self.floor, x=self.x(2.0**power)
            )
            + (
                Markup("")
                if close and power % 2
                else tick(self.x(2.0**power), 14, _NAMES[power], "" if power else " strong")
            )
            for power in range(self.low, self.high + 1)
        )

    def _offence(self, i: int, item: OffenceRatio, hollow: bool) -> Markup:
        top = _HEAD + i * self.row
        count, told = f"{number(item.ratio.rural)} {self.noun}", ratio_figures(item.ratio)
        if self.wide:
            names = in_two(item.title, _NAMES_END - 10)
            placed = [(_NAMES_END + 28, " end", number(item.ratio.rural)),
                      (self.width, " end", told)]  # fmt: skip
            text = [(x, top + 20.0, kind, words) for x, kind, words in placed]
            first = top + 20 - 7 * (len(names) - 1)
            text += [(0, first + 14 * n, "", name) for n, name in enumerate(names)]
            line = top + 15
        else:
            text = [(0, top + 16, " strong", item.title), (0, top + 33, "", f"{count}, {told}")]
            line = top + 48
        named = Markup("").join(
            Markup('<text class="tick{}" x="{}" y="{}">{}</text>').format(kind, x, y, words)
            for x, y, kind, words in text
        )
        return named + self._mark(item, line, hollow)

    def _mark(self, item: OffenceRatio, y: float, hollow: bool) -> Markup:
        ratio, way = item.ratio, _WAY[item.verdict]
        if ratio.ratio is None or ratio.lower is None:
            return Markup("")
        high = self.right if ratio.upper is None else self.x(ratio.upper)
        return Markup(
            '<line class="way {way}{}" x1="{:.1f}" y1="{y}" x2="{:.1f}" y2="{y}"/>'
            '<circle class="point {way}" cx="{:.1f}" cy="{y}" r="5.5"/>'
        ).format(
            " drawn" if hollow else "", self.x(ratio.lower), high, self.x(ratio.ratio), y=y, way=way
        )
