"""Which format a request wants: `f=` decides, else Accept; who accepts anything gets data."""

from starlette.requests import Request

from geo.errors import QuestionError

MEDIA = {
    "html": "text/html",
    "json": "application/json",
    "geojson": "application/geo+json",
    "csv": "text/csv",
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
    if named is not None:
        return named == "html"
    return _by_accept(request.headers.get("accept", "*/*"), ("html", "json"), "json") == "html"


def _by_accept(accept: str, offered: tuple[str, ...], data: str) -> str:
    """The offered format that an Accept header likes best; data where it likes all the same."""
    ranges = [_range(part) for part in accept.split(",")]
    best, liking = data, 0.0
    for name in (data, *(name for name in offered if name != data)):
        quality = max((_quality(MEDIA[name], *item) for item in ranges), default=0.0)
        if quality > liking:
            best, liking = name, quality
    return best


def _range(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return media.lower(), float(parameter[2:])
            except ValueError:
                return media.lower(), 0.0
    return media.lower(), 1.0


def _quality(media: str, wanted: str, quality: float) -> float:
    """How much one range of an Accept header likes a medium; a bare wildcard likes it least."""
    if wanted == media or (wanted == "application/json" and media == MEDIA["geojson"]):
        return quality
    kind = media.partition("/")[0]
    return quality * 0.001 if wanted in ("*/*", f"{kind}/*") else 0.0
