"""Records who was shown what that not everyone may see, before it is sent."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.errors import StorageError
from service.access.roles import Visitor
from service.audit.log import AuditLog, Entry
from service.errors import explained
from service.site import Site

_FOR_ALL = ("/static/", "/health", "/ready", "/metrics", "/login", "/logout")
_UPLOADS = ("/uploads", "/uploads/load", "/uploads/discard")  # which record what is done there
_COLLECTIONS = "/collections/"
_WORDS = "What you see here must be recorded, and the record cannot be kept. Try again later."


class Recorded:
    """ASGI middleware: what cannot be recorded is not shown.

    Of a role that sees more than is public, where the dataset holds such records.
    """

    def __init__(self, app: ASGIApp, audit: AuditLog) -> None:
        self.app, self.audit = app, audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and record its answer as soon as it begins."""
        if scope["type"] != "http" or not _restricted(scope):
            await self.app(scope, receive, send)
            return
        refused = False

        async def recorded(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] < 400:
                try:
                    await run_in_threadpool(self.audit.record, _entry(scope, message))
                except StorageError:
                    refused = True
                    answer = explained(Request(scope), StorageError(_WORDS))
                    await answer(scope, receive, send)
            if not refused:
                await send(message)

        await self.app(scope, receive, recorded)


def _restricted(scope: Scope) -> bool:
    visitor: Visitor = scope["state"]["visitor"]
    site: Site = scope["state"]["site"]
    path: str = scope["path"]
    shown = not path.startswith(_FOR_ALL) and path not in _UPLOADS
    return shown and visitor.may("partner") and site.holds_partner_records


def _entry(scope: Scope, start: Message) -> Entry:
    """Who is shown which address, of which layer, filtered how, as what."""
    visitor: Visitor = scope["state"]["visitor"]
    headers = dict(start.get("headers", ()))
    path: str = scope["path"]
    layer = path.removeprefix(_COLLECTIONS).partition("/")[0] if _COLLECTIONS in path else None
    return Entry(
        visitor.name,
        visitor.role,
        "shown",
        {
            "layer": layer,
            "path": path,
            "query": scope["query_string"].decode("latin-1"),
            "format": headers.get(b"content-type", b"").decode("latin-1").partition(";")[0],
            "status": start["status"],
            "bytes": int(headers.get(b"content-length", 0)),
        },
        scope["state"].get("request_id"),
    )
