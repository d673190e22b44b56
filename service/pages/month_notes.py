"""The words beside the months that a chart rings, where there is room for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

LINE = 16  # height of a line of text
LETTER = 7.8  # width of a letter
_ASIDE = 8  # how far words begin beyond their month
_OVER, _UNDER = 12, 22  # from the middle of a ring to the foot of the words above and below it


@dataclass(frozen=True)
class Ringed:
    """A month outside its usual range: where its ring is, its count in words, how far outside.

    `over` and `under` are above nought on the side that it is outside of.
    """

    x: float
    y: float
    words: str
    over: float
    under: float


def month_notes(
    ringed: Sequence[Ringed], left: float, right: float, floor: float
) -> Iterator[Markup]:
    """Two lines a month, above a high one and below a low one; those farthest outside first.

    Words reach from their month towards the middle, and stay between `left` and `right`. Where they
    would stand on others, on another month's ring or under the floor they stand on the other side
    of their month; a month with no room on either has none.
    """
    taken: list[_Box] = []
    for month in sorted(ringed, key=lambda month: -max(month.over, month.under)):
        lines = (month.words, f"{'above' if month.over > 0 else 'below'} the usual range")
        length = max(map(len, lines)) * LETTER
        late = month.x > (left + right) / 2
        start = (
            max(left, min(month.x + _ASIDE, right) - length)
            if late
            else min(month.x - _ASIDE, right - length)
        )
        tops = (month.y - _OVER - LINE, month.y + _UNDER)
        boxes = (
            _Box(start, start + length, top - LINE, top + LINE + 4)
            for top in (tops if month.over > 0 else tops[::-1])
        )
        rings = [other for other in ringed if other is not month]
        free = (
            box
            for box in boxes
            if box.within(left, right, floor)
            and not any(map(box.meets, taken))
            and not any(map(box.holds, rings))
        )
        if (box := next(free, None)) is None:
            continue
        taken.append(box)
        for n, line in enumerate(lines):
            yield Markup('<text class="tick note{}{}" x="{:.1f}" y="{:.1f}">{}</text>').format(
                "" if n else " strong",
                " end" if late else "",
                box.right if late else box.left,
                box.top + (n + 1) * LINE,
                line,
            )


@dataclass(frozen=True)
class _Box:
    left: float
    right: float
    top: float
    bottom: float

    def within(self, left: float, right: float, floor: float) -> bool:
        return left <= self.left and self.right <= right and self.bottom <= floor

    def meets(self, other: "_Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, month: Ringed) -> bool:
        return self.left < month.x < self.right and self.top < month.y < self.bottom
