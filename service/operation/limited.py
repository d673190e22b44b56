"""Refuses what is asked too often, and a request that is larger than any that has an answer."""

import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

from cachetools import LRUCache
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import problem
from service.listening import on_this_machine
from service.operation.settings import Rate
from service.site import Site

ADDRESS_BYTES = 8 * 1024
BODY_BYTES = 16 * 1024
CLIENTS = 65_536  # remembered by each worker
NETWORK_BITS = 64  # of an address of IPv6, which is what one customer is given
_BODILESS = ("GET", "HEAD", "OPTIONS")
_FREE = ("/static/", "/health", "/ready")
_CLOSE = {"Connection": "close"}


class Frequency:
    """How often each client asks (generic cell rate algorithm: a number for each client)."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._each, self._span = rate.seconds / rate.requests, rate.seconds
        self._clock = clock
        self._used: LRUCache[str, float] = LRUCache(CLIENTS)

    def wait(self, client: str) -> float:
        """Count a request; the seconds to wait where it is one too many, else 0."""
        now = self._clock()
        used = max(self._used.get(client, now), now) + self._each
        over = used - now - self._span
        if over > self._each * 1e-6:
            return over
        self._used[client] = used
        return 0.0


class Limited:
    """ASGI middleware: refuses before anybody looks who asks.

    `site` is what a page that says so may show. `bodies`: addresses to which more may be sent than
    to others, and how many bytes. Each worker counts for itself.
    """

    def __init__(
        self, app: ASGIApp, site: Site, rate: Rate | None, bodies: Mapping[str, int]
    ) -> None:
        self.app, self.site, self._bodies = app, site, bodies
        self._frequency = Frequency(rate) if rate else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["site"] = self.site
        if refused := self._refused(scope):
            await problem(Request(scope), *refused)(scope, receive, send)
            return
        await self.app(scope, _bounded(receive, self._most(scope)), send)

    def _most(self, scope: Scope) -> int:
        return self._bodies.get(scope["path"], BODY_BYTES)

    def _refused(self, scope: Scope) -> tuple[HTTPStatus, str, dict[str, str]] | None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > ADDRESS_BYTES:
            words = f"The address is too long; {ADDRESS_BYTES:,} bytes is what is read."
            return HTTPStatus.REQUEST_URI_TOO_LONG, words, _CLOSE
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        bodily = length != "0" or "transfer-encoding" in headers
        if bodily and scope["method"] in _BODILESS:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "A question has no body.", _CLOSE
        if length.isdecimal() and int(length) > (most := self._most(scope)):
            words = f"That is too large; {most:,} bytes is what is read."
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words, _CLOSE
        return self._too_often(scope)

    def _too_often(self, scope: Scope) -> tuple[HTTPStatus, str, dict[str, str]] | None:
        if self._frequency is None or scope["path"].startswith(_FREE):
            return None
        client = _client(scope)
        wait = self._frequency.wait(client) if client else 0
        if not wait:
            return None
        seconds = math.ceil(wait)
        words = f"Too many requests came from where you are. Ask again in {seconds} seconds."
        return HTTPStatus.TOO_MANY_REQUESTS, words, {"Retry-After": str(seconds)}


def _client(scope: Scope) -> str | None:
    """Whose requests are counted together; None for this machine's own, which are not counted."""
    host = (scope.get("client") or ("",))[0]
    if on_this_machine(host):
        return None
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # what a proxy said
        return host[:64]
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, NETWORK_BITS), strict=False))


def _bounded(receive: Receive, most: int) -> Receive:
    """A body is read so far and no further, whatever its head says of its length."""
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return bounded
