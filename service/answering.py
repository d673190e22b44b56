"""One way to answer: the format wanted, made once, in bytes that are kept."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from service.file_body import FileBody
from service.kept import asked
from service.negotiate import MEDIA, wanted_format
from service.operation.work import Work
from service.parameters import check_names
from service.responses import Body, encoding_of, json_bytes
from service.site import Site

_STYLED = {"Link": "</static/joined/look.css>; rel=preload; as=style"}

Makers = Mapping[str, Callable[[], Body | FileBody]]
"""How each offered format of an answer is made."""


async def answer(
    request: Request,
    allowed: tuple[str, ...],
    makers: Callable[[Site, str], Makers],
    *,
    dated: bool = False,
) -> Response:
    """Answer in the format wanted, with bytes made once.

    `makers` says, for the site and the base address, how each offered format is made. The bytes
    are kept by what was asked, so that `KeptAnswers` gives them at once the next time; not where
    they are `dated`, since tomorrow's are others.
    """
    site: Site = request.state.site
    key = asked(request.scope)
    check_names(request.query_params, allowed)
    offered = makers(site, str(request.base_url).rstrip("/"))
    wanted = wanted_format(request, tuple(offered))

    def make() -> Body | FileBody:
        made = offered[wanted]()
        if isinstance(made, FileBody):
            return made
        if not dated and wanted != "html":
            made = made.since(site.modified)
        made = made.packed(encoding_of(request.scope))
        if not dated:
            site.keep(key, made)
        return made

    work: Work = request.app.state.work
    made = await work.run((site, key), make)
    return made.respond(request.scope)


def page(make: Callable[..., bytes], *args: Any) -> Callable[[], Body]:  # noqa: ANN401
    """A page, made when it is wanted. Its styles are named first, so that they come with it."""
    return lambda: Body.of(make(*args), "text/html; charset=utf-8", _STYLED)


def data(make: Callable[[], Any], media: str = MEDIA["json"]) -> Callable[[], Body]:
    """A JSON document, made when it is wanted."""
    return lambda: Body.of(json_bytes(make()), media)
