"""Counts of two periods as SVG, a hollow circle to an arrow, drawn twice as other charts are."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.pages.charts import BOLD_LETTER, LARGER, NARROW, in_two, round_up, shortened, tick

_HEAD = 24  # height of the scale above
_NAMES, _VERDICTS = 196, 118  # room for the names at the left and the verdicts at the right
_ROW, _LINE = 50, 18  # height of an area, and of a line of its words
_SIDE = 42  # room at either end of the scale for the figure beside a mark
_RADIUS, _ARROW = 5, 9


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
    rows: Sequence[ChangeRow], title: str, *, hollow: bool, each: str = ""
) -> tuple[Markup, Markup]:
    """A line an area from a hollow circle to an arrow, both with their figure: wide and narrow.

    Args:
        rows: from the top down.
        title: what the chart shows, for those who do not see it.
        hollow: draw dotted lines, for illustrative counts.
        each: what a figure is of, such as ` a month`, where it is not of a whole period.
    """
    wide, narrow = (
        _ChangeChart(rows, width, each).draw(kind, title, hollow)
        for width, kind in ((LARGER, "wide"), (NARROW, "narrow"))
    )
    return wide, narrow


class _ChangeChart:
    def __init__(self, rows: Sequence[ChangeRow], width: int, each: str) -> None:
        self.rows, self.width, self.each = rows, width, each
        self.top = round_up(max(max(row.before, row.after) for row in rows))
        self.wide = width > NARROW  # a phone has no room for words beside the marks
        self.row = _ROW if self.wide else _ROW + 2 * _LINE
        self.left, self.right = (_NAMES, width - _VERDICTS) if self.wide else (0, width)
        self.floor = _HEAD + self.row * len(rows)

    def x(self, value: float) -> float:
        return self.left + _SIDE + (self.right - self.left - 2 * _SIDE) * value / self.top

    def figure(self, value: float) -> str:
        return f"{value:,.1f}" if self.each else f"{value:,.0f}"

    def draw(self, kind: str, title: str, hollow: bool) -> Markup:
        start = Markup(
            '<svg class="chart changes {}" width="{width}" height="{height}" '
            'viewBox="0 0 {width} {height}" role="img" aria-label="{}"><desc>{}</desc>'
        ).format(kind, title, self._said(), width=self.width, height=self.floor)
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
        """Lines at nought, half and all of the scale, with their figures above."""
        return Markup("").join(
            Markup('<line class="grid" x1="{x:.1f}" y1="{}" x2="{x:.1f}" y2="{}"/>').format(
                _HEAD - 4, self.floor, x=self.x(value)
            )
            + tick(self.x(value), 13, f"{value:,.10g}")
            for value in (0, self.top / 2, self.top)
        )

    def _middle(self, i: int) -> float:
        """Where the marks of an area stand: at the foot of its words, or beside them."""
        return _HEAD + (i + (0.5 if self.wide else 1)) * self.row - (0 if self.wide else _ROW / 2)

    def _text(self, i: int, row: ChangeRow) -> Markup:
        """The name, how many more or fewer, and whether that is clear; on a phone above the mark.

        A name has two lines at most.
        """
        size = self.figure(abs(row.after - row.before))
        told = f"{size} {'more' if row.after > row.before else 'fewer'}{self.each}"
        middle = self._middle(i)
        if self.wide:
            lines = in_two(row.name, _NAMES - 8, BOLD_LETTER)
            first = middle + 5 - _LINE / 2 * (len(lines) - 1)
            words = [(0.0, first + _LINE * n, " strong", line) for n, line in enumerate(lines)]
            words += [
                (self.width, middle - 4, f" end strong {_way(row)}", told),
                (self.width, middle + _LINE - 4, " end", row.verdict),
            ]
        else:
            top = middle - _ROW / 2
            name = shortened(row.name, self.width, BOLD_LETTER)
            words = [
                (0, top - _LINE - 4, " strong", name),
                (0, top - 4, f" {_way(row)}", f"{told}, {row.verdict}"),
            ]
        return Markup("").join(
            Markup('<text class="tick{}" x="{}" y="{:.1f}">{}</text>').format(kind, x, y, line)
            for x, y, kind, line in words
        )

    def _marks(self, i: int, row: ChangeRow, hollow: bool) -> Markup:
        """The circle, the line and the arrow, whose head lies over the circle where it is near."""
        y = self._middle(i)
        before, after = self.x(row.before), self.x(row.after)
        side = 1 if after > before else -1
        start, back = before + side * _RADIUS, after - side * _ARROW
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
        aside = max(10, 12 - abs(after - before))  # clear of an arrow head that lies over it
        figures = (
            (before - side * aside, -side, row.before, ""),
            (after + side * 10, side, row.after, " strong"),
        )
        parts += [
            Markup('<text class="tick{}{}" x="{:.1f}" y="{}">{}</text>').format(
                " end" if to < 0 else "", strong, at, y + 5, self.figure(value)
            )
            for at, to, value, strong in figures
        ]
        return Markup("").join(parts)


def _way(row: ChangeRow) -> str:
    return "up" if row.after > row.before else "down"
