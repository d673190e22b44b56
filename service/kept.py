"""Answers that were made before, given before any routing."""

from starlette.types import ASGIApp, Receive, Scope, Send

from service.encodings import wanted_encoding
from service.site import Site


def asked(scope: Scope) -> tuple[object, ...]:
    """What an answer depends on: the address as others see it, and what Accept headers say.

    Of a header that stands there twice the first counts, here as where the answer is made, or
    somebody could have an answer kept for others that is not theirs.
    """
    headers = dict(reversed(scope["headers"]))
    return (
        scope["scheme"],
        headers.get(b"host"),
        scope.get("root_path"),
        scope["path"],
        scope["query_string"],
        headers.get(b"accept"),
        wanted_encoding(headers.get(b"accept-encoding", b"").decode("latin-1")),
    )


class KeptAnswers:
    """ASGI middleware: a repeated question is one look-up."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the kept answer, or pass the request on."""
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            site: Site = scope["state"]["site"]
            kept = site.kept(asked(scope))
            scope["state"]["kept"] = kept is not None
            if kept is not None:
                await kept.respond(scope)(scope, receive, send)
                return
        await self.app(scope, receive, send)
