"""The funnel plot: rates by residents, with the limits that a rate must pass to stand out."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from markupsafe import Markup

from geo.counted import counted
from geo.formats import Record
from geo.measures.funnel import LIMITS, funnel_limits
from service.words import number

_WIDE, _NARROW, _HEIGHT = 1160, 358, 380  # drawn twice, so that text keeps its size on a phone
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 48
_STEPS = 60  # of a limit's curve
_LIMIT_STYLES = {"95%": ("limit dashed", 16), "99.8%": ("limit", -6)}  # and where its name goes
_POINTS = {"": 5, "raised": 7, "hot-spot": 10}  # how a point is drawn: its width
By = Literal["hotspot_class", "funnel"]
_STANDS: dict[By, dict[str, tuple[str, str]]] = {  # in words, and how it is drawn
    "hotspot_class": {
        "hot spot": ("hot spots", "hot-spot"),
        "raised": ("raised", "raised"),
        "low": ("low", ""),
    },
    "funnel": {
        "above 99.8%": ("above 99.8%", "hot-spot"),
        "above 95%": ("above 95%", "raised"),
        "below 95%": ("below 95%", ""),
        "below 99.8%": ("below 99.8%", ""),
    },
}


def funnel_charts(
    rows: Sequence[Record],
    overall: float,
    phi: float,
    title: str,
    by: By = "hotspot_class",
) -> tuple[Markup, Markup] | None:
    """The funnel plot of these areas: wide and narrow; None where no area has a rate.

    Args:
        rows: areas with `residents`, `rate` and what `by` names.
        overall: the rate that they are judged against, per 1,000 residents.
        phi: how many times more the rates vary than chance alone would have them.
        title: what the chart shows, for those who do not see it.
        by: what says how an area stands: its class as a hot spot, or its place in the funnel.
    """
    rated = [row for row in rows if row["rate"] is not None]
    if not rated:
        return None
    wide, narrow = (
        _Funnel(rated, overall, phi, width, by).draw(kind, title)
        for width, kind in ((_WIDE, "wide"), (_NARROW, "narrow"))
    )
    return wide, narrow


class _Funnel:
    def __init__(
        self, rows: Sequence[Record], overall: float, phi: float, width: int, by: By
    ) -> None:
        self.rows, self.overall, self.phi, self.width = rows, overall, phi, width
        self.stands, self.known = [row[by] for row in rows], _STANDS[by]
        people = [row["residents"] for row in rows]
        self.across = _ticks(min(people), max(people) + 1, 8 if width == _WIDE else 3)
        self.top = 1.05 * max(overall * 2, *(row["rate"] for row in rows), 1)

    def x(self, residents: float) -> float:
        first, last = self.across[0], self.across[-1]
        return _LEFT + (self.width - _LEFT - _RIGHT) * (residents - first) / (last - first)

    def y(self, rate: float) -> float:
        """On the square-root scale, on which the limits are as far above as below."""
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - math.sqrt(min(rate / self.top, 1)))

    def draw(self, kind: str, title: str) -> Markup:
        start = Markup(
            '<svg class="chart funnel {}" width="{width}" height="{height}" '
            'viewBox="0 0 {width} {height}" role="img" aria-label="{}"><desc>{}</desc>'
        ).format(kind, title, self._said(), width=self.width, height=_HEIGHT)
        parts = (start, self._axes(), self._overall(), self._limits(), self._areas())
        return Markup("").join((*parts, Markup("</svg>")))

    def _said(self) -> str:
        """How many areas stand out, in words."""
        told = [counted(self.stands.count(name), words) for name, (words, _) in self.known.items()]
        return (
            f"{counted(len(self.stands), 'areas')}: {', '.join(told)}. The limits are nearer to "
            "the rate of all the more people live in an area."
        )

    def _axes(self) -> Markup:
        floor = self.y(0)
        lines = [
            Markup(
                '<line class="grid" x1="{}" y1="{y:.1f}" x2="{}" y2="{y:.1f}"/>'
                '<text class="tick end" x="{}" y="{:.1f}">{}</text>'
            ).format(
                _LEFT, self.width - _RIGHT, _LEFT - 8, self.y(rate) + 4, f"{rate:,g}",
                y=self.y(rate),
            )
            for rate in sorted({float(f"{self.top * (i / 5) ** 2:.1g}") for i in range(5)})
        ]  # fmt: skip
        lines += [
            _tick(self.x(people), floor + 18, number(people), "middle")
            for people in self.across[:-1]
        ]
        lines.append(_tick(self.width - _RIGHT, floor + 38, "Residents", "end strong"))
        return Markup("").join(lines)

    def _overall(self) -> Markup:
        return Markup('<line class="mean" x1="{}" y1="{y:.1f}" x2="{}" y2="{y:.1f}"/>').format(
            _LEFT, self.width - _RIGHT, y=self.y(self.overall)
        )

    def _limits(self) -> Markup:
        people = np.linspace(max(self.across[0], 1), self.across[-1], _STEPS)
        drawn = Markup("")
        for name, (kind, below) in _LIMIT_STYLES.items():
            lower, upper = funnel_limits(people, self.overall, self.phi, LIMITS[name])
            for curve in (lower, upper):
                points = " ".join(
                    f"{self.x(p):.1f},{self.y(rate):.1f}"
                    for p, rate in zip(people, curve, strict=True)
                    if rate <= self.top
                )
                drawn += Markup('<polyline class="{}" points="{}"/>').format(kind, points)
            drawn += _tick(self.width - _RIGHT, self.y(upper[-1]) + below, name, "end")
        return drawn

    def _areas(self) -> Markup:
        """One path for all areas of a class, each a round point of no length: small on any map."""
        points: dict[str, list[str]] = {name: [] for name in _POINTS}
        for row, stands in zip(self.rows, self.stands, strict=True):
            _, drawn = self.known.get(stands, ("", ""))
            points[drawn].append(f"M{self.x(row['residents']):.1f} {self.y(row['rate']):.1f}h0")
        return Markup("").join(
            Markup('<path class="areas {}" stroke-width="{}" d="{}"/>').format(
                name, _POINTS[name], "".join(places)
            )
            for name, places in points.items()
            if places
        )


def _tick(x: float, y: float, text: str, kind: str) -> Markup:
    return Markup('<text class="tick {}" x="{:.1f}" y="{:.1f}">{}</text>').format(kind, x, y, text)


def _ticks(least: float, most: float, steps: int) -> list[float]:
    """Round numbers from the last below the least to the first past the most, in about so many."""
    rough = max(most - least, 1.0) / steps
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(size * scale for size in (1, 2, 5, 10) if size * scale >= rough)
    return [step * i for i in range(math.floor(least / step), math.ceil(most / step) + 1)]
