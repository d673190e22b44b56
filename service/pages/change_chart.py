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
        _ChangeChart(rows, size, each).draw(kind, title, hollow)
        for size, kind in ((width, "wide"), (NARROW, "narrow"))
    )
    return wide, narrow


class _ChangeChart:
    def __init__(self, rows: Sequence[ChangeRow], width: int, each: str) -> None:
        self.rows, self.width, self.each = rows, width, each
        self.top = round_up(max(max(row.before, row.after) for row in rows))
        self.lines = 2 if width == NARROW else 1  # of text; a phone has no room for both in one
        self.row = _TEXT * self.lines + _TRACK
        self.floor = self.row * len(rows)

    def x(self, value: float) -> float:
        return _SIDE + (self.width - 2 * _SIDE) * value / self.top

    def figure(self, value: float) -> str:
        return f"{value:,.1f}" if self.each else f"{value:,.0f}"

    def draw(self, kind: str, title: str, hollow: bool) -> Markup:
        start = Markup(
            '<svg class="chart changes {}" width="{width}" height="{height}" '
            'viewBox="0 0 {width} {height}" role="img" aria-label="{}"><desc>{}</desc>'
        ).format(kind, title, self._said(), width=self.width, height=self.floor + _FLOOR)
        rows = [
            part
            for i, row in enumerate(self.rows)
            for part in (self._text(i, row), self._marks(i, row, hollow))
        ]
        return Markup("").join((start, self._scale(), *rows, Markup("</svg>")))

    def _said(self) -> str:
        told = (
            f"{row.name}: {self.figure(row.before)} before, {self.figure(row.after)} now"
            f"{self.each}, {row.verdict}"
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

    def _text(self, i: int, row: ChangeRow) -> Markup:
        """The name, and how many more or fewer: beside it, or below on a phone."""
        size = self.figure(abs(row.after - row.before))
        more = "more" if row.after > row.before else "fewer"
        told = f"{size} {more}{self.each}, {row.verdict}"
        room = int(self.width / _LETTER) - (len(told) + 1 if self.lines == 1 else 0)
        name = row.name if len(row.name) <= room else f"{row.name[: max(room - 1, 1)]}…"
        top = i * self.row + 18
        end, x = (" end", self.width) if self.lines == 1 else ("", 0)
        return Markup(
            '<text class="tick strong" x="0" y="{}">{}</text>'
            '<text class="tick {}{}" x="{}" y="{}">{}</text>'
        ).format(top, name, _way(row), end, x, top + _TEXT * (self.lines - 1), told)

    def _marks(self, i: int, row: ChangeRow, hollow: bool) -> Markup:
        """The circle, the line and the arrow, whose head lies over the circle where it is near."""
        y = (i + 1) * self.row - _TRACK + 20
        before, after = self.x(row.before), self.x(row.after)
        side = 1 if after > before else -1
        start, back = before + side * _RADIUS, after - side * _HEAD
        parts = [
            Markup('<circle class="from" cx="{:.1f}" cy="{}" r="{}"/>').format(before, y, _RADIUS),
            Markup('<path class="arrow {}" d="M{:.1f} {}L{b:.1f} {}L{b:.1f} {}Z"/>').format(
                _way(row), after, y, y - 6, y + 6, b=back
            ),
        ]
        if side * (back - start) > 0:
            parts.append(
                Markup('<line class="way {}{}" x1="{:.1f}" y1="{y}" x2="{:.1f}" y2="{y}"/>').format(
                    _way(row), " drawn" if hollow else "", start, back, y=y
                )
            )
        figures = ((before, -side, row.before, ""), (after, side, row.after, " strong"))
        parts += [
            Markup('<text class="tick{}{}" x="{:.1f}" y="{}">{}</text>').format(
                " end" if to < 0 else "", strong, at + to * 10, y + 5, self.figure(value)
            )
            for at, to, value, strong in figures
        ]
        return Markup("").join(parts)


def _way(row: ChangeRow) -> str:
    return "up" if row.after > row.before else "down"
