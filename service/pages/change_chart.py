"""Counts of two periods as SVG, a hollow circle to an arrow, drawn twice as other charts are."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.pages.charts import NARROW, round_up, tick

HALF = 660  # where it stands beside another section
_TEXT, _TRACK, _FLOOR = 20, 42, 22  # heights: of a line of text, of the marks, of the scale below
_SIDE = 40  # room at either end for the figure beside a mark
_RADIUS, _HEAD = 5, 9
_LETTER = 8.6  # room for one letter of a name


@dataclass(frozen=True)
class ChangeRow:
    """One area: its count of the earlier months and of the later, or a month of either.

    `verdict`: whether the change is clear, in words.
    """

    name: str
    before: float
    after: float
    verdict: str


def change_charts(
    rows: Sequence[ChangeRow], title: str, width: int = HALF, *, hollow: bool, each: str = ""
) -> tuple[Markup, Markup]:
    """A line an area from a hollow circle to an arrow, both with their figure: wide and narrow.

    Args:
        rows: from the top down.
        title: what the chart shows, for those who do not see it.
        width: of the wide one.
        hollow: draw dotted lines, for illustrative counts.
        each: what a figure is of, such as ` a month`, where it is not of a whole period.
    """
    wide, narrow = (
        _ChangeChart(rows, size).draw(kind, title, hollow, each)
        for size, kind in ((width, "wide"), (NARROW, "narrow"))
    )
    return wide, narrow


def figure(value: float) -> str:
    """A count as it is; a count a month to one decimal."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def difference(row: ChangeRow, each: str = "") -> str:
    """`15 fewer`, or how many more."""
    size = figure(round(abs(row.after - row.before), 1))
    return f"{size} {'more' if row.after > row.before else 'fewer'}{each}"


class _ChangeChart:
    def __init__(self, rows: Sequence[ChangeRow], width: int) -> None:
        self.rows, self.width = rows, width
        self.top = round_up(max(max(row.before, row.after) for row in rows))
        self.lines = 2 if width == NARROW else 1  # of text; a phone has no room for both in one
        self.row = _TEXT * self.lines + _TRACK
        self.floor = self.row * len(rows)

    def x(self, value: float) -> float:
        return _SIDE + (self.width - 2 * _SIDE) * value / self.top

    def draw(self, kind: str, title: str, hollow: bool, each: str) -> Markup:
        start = Markup(
            '<svg class="chart changes {}" width="{width}" height="{height}" '
            'viewBox="0 0 {width} {height}" role="img" aria-label="{}"><desc>{}</desc>'
        ).format(kind, title, self._said(each), width=self.width, height=self.floor + _FLOOR)
        rows = [self._row(i, row, hollow, each) for i, row in enumerate(self.rows)]
        return Markup("").join((start, self._scale(), *rows, Markup("</svg>")))

    def _said(self, each: str) -> str:
        told = (
            f"{row.name}: {figure(row.before)} before, {figure(row.after)} now{each}, {row.verdict}"
            for row in self.rows
        )
        return f"{'; '.join(told)}."

    def _scale(self) -> Markup:
        """Lines at nought, half and all of the scale, with their figures."""
        return Markup("").join(
            Markup('<line class="grid" x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{}"/>').format(
                self.floor, x=self.x(value)
            )
            + tick(self.x(value), self.floor + 16, f"{value:,.10g}")
            for value in (0, self.top / 2, self.top)
        )

    def _row(self, i: int, row: ChangeRow, hollow: bool, each: str) -> Markup:
        head = i * self.row + 18
        said = head + _TEXT * (self.lines - 1)
        verdict = f"{difference(row, each)}, {row.verdict}"
        room = int(self.width / _LETTER) - (len(verdict) + 1 if self.lines == 1 else 0)
        name = row.name if len(row.name) <= room else f"{row.name[: max(room - 1, 1)]}…"
        text = Markup(
            '<text class="tick strong" x="0" y="{y}">{}</text>'
            '<text class="tick {}{}" x="{}" y="{}">{}</text>'
        ).format(
            name, self._way(row), *((" end", self.width) if self.lines == 1 else ("", 0)), said,
            verdict, y=head,
        )  # fmt: skip
        return text + self._marks(row, said + 24, hollow)

    def _marks(self, row: ChangeRow, y: int, hollow: bool) -> Markup:
        before, after = self.x(row.before), self.x(row.after)
        side = 1 if after > before else -1
        back = after - side * _HEAD
        line = Markup('<line class="way {}{}" x1="{:.1f}" y1="{y}" x2="{:.1f}" y2="{y}"/>').format(
            self._way(row), " drawn" if hollow else "", before + side * _RADIUS, back, y=y
        )
        arrow = Markup(
            '<path class="arrow {}" d="M{:.1f} {}L{:.1f} {}L{:.1f} {}Z"/>'
        ).format(self._way(row), after, y, back, y - 6, back, y + 6)  # fmt: skip
        circle = Markup('<circle class="from" cx="{:.1f}" cy="{}" r="{}"/>').format(
            before, y, _RADIUS
        )
        figures = (
            Markup('<text class="tick{}{}" x="{:.1f}" y="{}">{}</text>').format(
                " end" if to < 0 else "", strong, at + to * 10, y + 5, figure(value)
            )
            for at, to, value, strong in (
                (before, -side, row.before, ""),
                (after, side, row.after, " strong"),
            )
        )
        return Markup("").join((line, arrow, circle, *figures))

    def _way(self, row: ChangeRow) -> str:
        return "up" if row.after > row.before else "down"
