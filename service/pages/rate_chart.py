"""Rates of areas beside each other as SVG, drawn twice so that text keeps its size on a phone."""

from collections.abc import Sequence

from markupsafe import Markup

from geo.formats import Record
from service.pages.charts import NARROW, WIDE, round_up
from service.words import between, rate

_ROW, _BAR, _FLOOR = 48, 14, 24  # heights: of an area, of its bar, of the figures below
_OVER = 3  # how far the ends of a range stand out of the bar
_RIGHT = 12
_FIGURES, _LETTER = 160, 8  # room for the figures beside a name, and for one letter of it


def rate_charts(areas: Sequence[Record], title: str) -> tuple[Markup, Markup] | None:
    """A bar an area with a line from limit to limit, the first area's rate dashed: wide and narrow.

    None where no area has a rate. `areas` have `area`, `rate`, `rate_lower`, `rate_upper` and
    `illustrative`, which makes a bar hollow. `title`: what it shows, for those who do not see it.
    """
    if all(area["rate"] is None for area in areas):
        return None
    wide, narrow = (
        _RateChart(areas, width).draw(kind, title)
        for width, kind in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    return wide, narrow


class _RateChart:
    def __init__(self, areas: Sequence[Record], width: int) -> None:
        self.areas, self.width = areas, width
        self.top = round_up(max(area["rate_upper"] or 0 for area in areas))
        self.floor = _ROW * len(areas)

    def x(self, value: float) -> float:
        return (self.width - _RIGHT) * value / self.top

    def draw(self, kind: str, title: str) -> Markup:
        start = Markup(
            '<svg class="chart rates {}" width="{width}" height="{height}" '
            'viewBox="0 0 {width} {height}" role="img" aria-label="{}"><desc>{}</desc>'
        ).format(kind, title, self._said(), width=self.width, height=self.floor + _FLOOR)
        rows = [self._area(i, area) for i, area in enumerate(self.areas)]
        return Markup("").join((start, self._grid(), self._first(), *rows, Markup("</svg>")))

    def _said(self) -> str:
        told = (f"{area['area']}: {_figures(area)}" for area in self.areas)
        return f"{'; '.join(told)}."

    def _grid(self) -> Markup:
        """Lines at nought, half and all of the scale, with their figures."""
        return Markup("").join(
            Markup('<line class="grid" x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{}"/>').format(
                self.floor, x=self.x(value)
            )
            + Markup('<text class="tick{}" x="{:.1f}" y="{}">{}</text>').format(
                kind, self.x(value), self.floor + 17, f"{value:,.10g}"
            )
            for value, kind in ((0, ""), (self.top / 2, " middle"), (self.top, " end"))
        )

    def _first(self) -> Markup:
        value = self.areas[0]["rate"]
        if value is None or len(self.areas) == 1:
            return Markup("")
        return Markup('<line class="mean" x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{}"/>').format(
            self.floor, x=self.x(value)
        )

    def _area(self, i: int, area: Record) -> Markup:
        bar = i * _ROW + 24
        room = (self.width - _FIGURES) // _LETTER
        name = area["area"] if len(area["area"]) <= room else f"{area['area'][: room - 1]}…"
        text = Markup(
            '<text class="tick{}" x="0" y="{y}">{}</text>'
            '<text class="tick end" x="{}" y="{y}">{}</text>'
        ).format(
            "" if i else " strong", name, self.width - _RIGHT, _figures(area), y=bar - 8,
        )  # fmt: skip
        if area["rate"] is None:
            return text
        kind = " hollow" if area["illustrative"] else " other" if i else ""
        low, high = self.x(area["rate_lower"]), self.x(area["rate_upper"])
        top, end = bar - _OVER, f"v{_BAR + 2 * _OVER}"
        return text + Markup(
            '<rect class="bar{}" x="0" y="{}" width="{:.1f}" height="{}"/>'
            '<path class="limits" d="M{:.1f} {}{}M{:.1f} {}{}M{:.1f} {}H{:.1f}"/>'
        ).format(
            kind, bar, self.x(area["rate"]), _BAR,
            low, top, end, high, top, end, low, bar + _BAR / 2, high,
        )  # fmt: skip


def _figures(area: Record) -> str:
    if area["rate"] is None:
        return "no rate"
    return f"{rate(area['rate'])} ({between(area['rate_lower'], area['rate_upper'])})"
