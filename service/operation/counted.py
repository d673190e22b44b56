"""Counts and logs every request, and gives it an id."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import parse_qsl, quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.operation.counts import Counts
from service.operation.log import REQUESTS, RequestRecord
from service.parameters import PARAMETERS

_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_LONGEST = 200  # characters of an address
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Counted:
    """ASGI middleware: one entry a request, and `X-Request-ID` in its answer.

    An entry names the address, the parameters and the role. Not what parameters say, which may be
    what somebody looks for; no token and no cookie; and not whence it came, since that is a person
    at a desk: a proxy that needs it has it, under the same id, `request.state.request_id`.
    """

    def __init__(self, app: ASGIApp, counts: Counts, route_of: Callable[[str], str]) -> None:
        self.app, self.counts, self._route_of = app, counts, route_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and say what became of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["state"] = dict(scope.get("state") or {})
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        scope["state"]["request_id"] = number = (
            given if _SANE.fullmatch(given) else secrets.token_hex(8)
        )
        began, status, sent = time.perf_counter(), 0, 0

        async def counted(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", number.encode()),
                ]
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        self.counts.add("in flight")
        try:
            await self.app(scope, receive, counted)
        finally:
            self.counts.add("in flight", by=-1)
            seconds = time.perf_counter() - began
            route = self._route_of(scope["path"])
            self.counts.answered(route, status, sent, seconds)
            if (kept := scope["state"].get("kept")) is not None:
                self.counts.add("kept" if kept else "made")
            _log(scope, route, status, sent, seconds)


def _log(scope: Scope, route: str, status: int, sent: int, seconds: float) -> None:
    if not REQUESTS.isEnabledFor(logging.INFO):
        return
    state = scope["state"]
    site, visitor = state.get("site"), state.get("visitor")
    method = scope["method"] if scope["method"] in _METHODS else "other"
    path = _shown(scope["path"])
    number, milliseconds = state["request_id"], round(seconds * 1000, 1)
    facts = {
        "event": "request",
        "id": number,
        "method": method,
        "path": path,
        "route": route,
        "parameters": _known(scope["query_string"]),
        "status": status,
        "bytes": sent,
        "milliseconds": milliseconds,
        "kept": state.get("kept", False),
        "role": visitor.role if visitor else None,
        "version": site.dataset.folder.name if site else None,
    }
    shown = (method, path, status, sent, milliseconds, number)
    REQUESTS.handle(RequestRecord("%s %s %s, %s bytes, %s ms, %s", shown, facts))


@lru_cache(2048)
def _shown(path: str) -> str:
    """An address in plain characters, and no longer than anybody reads."""
    return quote(path[:_LONGEST], safe="/:@,+")[:_LONGEST]


@lru_cache(2048)
def _known(query: bytes) -> list[str]:
    """The names of parameters that there are."""
    if not query:
        return []
    asked = {name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
    return sorted(asked & PARAMETERS.keys())
