"""Which format a request wants: `f=` decides, else Accept; who accepts anything gets data."""

from starlette.requests import Request

from geo.errors import QuestionError
from service.formats import FORMATS

MEDIA = {
    "html": "text/html",
    "json": "application/json",
    "pdf": "application/pdf",
    "gemini": "application/vnd.iso.19139+xml",
    "dcat": "application/ld+json",
    "atom": "application/atom+xml",
    "qml": "application/x-qgis-layer-settings",
    "sld": "application/vnd.ogc.sld+xml",
    "qlr": "application/x-qgis-layer-definition",
    "qgs": "application/x-qgis-project",
    **{name: one.media for name, one in FORMATS.items()},
}
_NAMES = {one.media: (one.media, *one.also) for one in FORMATS.values()} | {
    MEDIA["gemini"]: (MEDIA["gemini"], "application/xml", "text/xml")
}


def wanted_format(request: Request, offered: tuple[str, ...]) -> str:
    """One of the offered formats. The first that is not html is what programs get.

    Raises QuestionError where `f=` names another.
    """
    named = request.query_params.get("f")
    if named is not None:
        named = "geojson" if named == "json" and "geojson" in offered else named
        if named not in offered:
            raise QuestionError(f"There is no format '{named}' here; use f= {', '.join(offered)}.")
        return named
    data = next(name for name in offered if name != "html")
    return _by_accept(request.headers.get("accept", "*/*"), offered, data)


def prefers_html(request: Request) -> bool:
    """Whether an error should be a page."""
    named = request.query_params.get("f")
    if named in MEDIA:
        return named == "html"
    return _by_accept(request.headers.get("accept", "*/*"), ("html", "json"), "json") == "html"


def _by_accept(accept: str, offered: tuple[str, ...], data: str) -> str:
    """The offered format that an Accept header likes best; data where it likes all the same."""
    ranges = [_range(part) for part in accept.lower().split(",")]
    liking = {name: _liking(MEDIA[name], ranges) for name in (data, *offered)}
    best = max(liking, key=lambda name: liking[name])  # the first of equals, so data
    return best if liking[best] > (0.0, 0) else data


def _range(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return media, float(parameter[2:])
            except ValueError:
                return media, 0.0
    return media, 1.0


def _liking(media: str, ranges: list[tuple[str, float]]) -> tuple[float, int]:
    """Quality by the narrowest range that matches, and how narrow it is (RFC 9110, 12.5.1)."""
    kind = media.partition("/")[0]
    for narrow, names in ((2, _NAMES.get(media, (media,))), (1, (f"{kind}/*",)), (0, ("*/*",))):
        qualities = [quality for name, quality in ranges if name in names]
        if qualities:
            return max(qualities), narrow if max(qualities) else 0
    return 0.0, 0
