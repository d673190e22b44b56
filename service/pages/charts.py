"""Small charts as SVG, with a title that says what they show."""

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup

WIDE, NARROW = 1160, 358  # drawn twice, so that text keeps its size on a phone
LETTER, BOLD_LETTER = 7.3, 8.6  # widths of most fonts: of 13 pixels, and bold of 14
LARGER, SMALLER = 660, 470  # wide ones that stand side by side


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
        points=points_of(points),
        width=width,
        breaks=Markup("").join(
            Markup('<line class="break" x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{y}"/>').format(
                x=step * (place - 0.5), y=floor
            )
            for place in breaks
        ),
    )


def grid_lines(top: float, y: Callable[[float], float], left: int, right: int) -> Markup:
    """Lines at nought, half and all of the scale, with their figures; `y` places a value."""
    return Markup("").join(
        Markup(
            '<line class="grid" x1="{}" y1="{y:.1f}" x2="{}" y2="{y:.1f}"/>'
            '<text class="tick end" x="{}" y="{:.1f}">{}</text>'
        ).format(left, right, left - 8, y(value) + 4, f"{value:,.10g}", y=y(value))
        for value in (0, top / 2, top)
    )


def shortened(text: str, room: float, letter: float = LETTER) -> str:
    """Text cut to so many pixels, of letters so wide."""
    letters = max(int(room / letter), 2)
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"


def in_two(name: str, room: float, letter: float = LETTER) -> list[str]:
    """A name in one line, or in two where it does not fit, cut at the end where that is too little.

    It breaks at the last space that fits.
    """
    first = shortened(name, room, letter)
    if first == name:
        return [name]
    at = name.rfind(" ", 0, len(first))
    if at <= 0:
        return [first]
    return [name[:at], shortened(name[at + 1 :], room, letter)]


def tick(x: float, y: float, text: str, kind: str = "") -> Markup:
    """A word under a chart, in the middle of its place."""
    return Markup('<text class="tick middle{}" x="{:.1f}" y="{:.1f}">{}</text>').format(
        kind, x, y, text
    )


def points_of(points: Sequence[tuple[float, float]]) -> str:
    """Places of a line or an area, as SVG has them."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def round_up(value: float) -> float:
    """The next number that halves well; 2 for nought."""
    scale = 1.0 if value > 2 or not value else 10.0 ** math.floor(math.log10(value))
    while True:
        for step in (2, 4, 6, 8, 10):
            if value <= step * scale:
                return step * scale
        scale *= 10
