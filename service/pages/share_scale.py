"""A share and its likely range on a line from nought, as SVG."""

from markupsafe import Markup

from geo.profiles.figures import Share
from service.pages.charts import NARROW, round_up
from service.words import percent, share_between

_SIDE, _LINE, _HEIGHT = 14, 10, 34


def share_scales(shares: list[Share | None]) -> list[Markup | None]:
    """Each share on the same scale, from nought to a round share above them all; None without."""
    known = [share.upper for share in shares if share is not None and share.upper is not None]
    top = min(round_up(100 * max(known, default=0)), 100) / 100
    return [
        None if share is None or share.share is None else _scale(share, top) for share in shares
    ]


def _scale(share: Share, top: float) -> Markup:
    def x(value: float | None) -> float:
        return _SIDE + (NARROW - 2 * _SIDE) * (value or 0) / top

    ticks = Markup("").join(
        Markup(
            '<line class="edge" x1="{x:.1f}" y1="{}" x2="{x:.1f}" y2="{}"/>'
            '<text class="tick middle" x="{x:.1f}" y="{}">{}</text>'
        ).format(_LINE - 4, _LINE + 4, _HEIGHT - 4, percent(value), x=x(value))
        for value in (0, top / 2, top)
    )
    said = f"{percent(share.share, 1)}, likely {share_between(share.lower, share.upper)}"
    return Markup(
        '<svg class="chart scale" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" '
        'aria-label="{}"><line class="edge" x1="{:.1f}" y1="{y}" x2="{:.1f}" y2="{y}"/>{}'
        '<line class="limits" x1="{:.1f}" y1="{y}" x2="{:.1f}" y2="{y}"/>'
        '<circle class="dot" cx="{:.1f}" cy="{y}" r="5"/></svg>'
    ).format(
        said, x(0), x(top), ticks, x(share.lower), x(share.upper), x(share.share),
        w=NARROW, h=_HEIGHT, y=_LINE,
    )  # fmt: skip
