"""The words beside the months that a chart rings, where there is room for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

LINE = 16  # height of a line of text
LETTER = 7.8  # width of a letter
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


def month_notes(ringed: Sequence[Ringed], middle: float, floor: float) -> Iterator[Markup]:
    """Two lines a month, above a high one and below a low one; those farthest outside first.

    Words reach from their month towards the middle of the chart. A month whose words would stand on
    others has none; a low one near the floor has them above.
    """
    taken: list[tuple[bool, float, float]] = []
    for month in sorted(ringed, key=lambda month: -max(month.over, month.under)):
        above = month.over > 0 or month.y + _UNDER + LINE > floor - 4
        lines = (month.words, f"{'above' if month.over > 0 else 'below'} the usual range")
        length = max(map(len, lines)) * LETTER
        late = month.x > middle
        start = month.x + 8 - length if late else month.x - 8
        if any(a == above and start < b and c < start + length for a, c, b in taken):
            continue
        taken.append((above, start, start + length))
        top = month.y + (-_OVER - LINE if above else _UNDER)
        for n, line in enumerate(lines):
            yield Markup('<text class="tick note{}{}" x="{:.1f}" y="{:.1f}">{}</text>').format(
                "" if n else " strong",
                " end" if late else "",
                month.x + (8 if late else -8),
                top + n * LINE,
                line,
            )
