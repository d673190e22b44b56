"""A client over kept connections that costs little, and takes no answer that is not whole."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httptools

PATIENCE = 150.0
"""Seconds until an answer is given up; the service itself gives up sooner, and says so."""


class UnansweredError(Exception):
    """The connection ended before the answer was whole, or what came was not HTTP."""


@dataclass
class Answer:
    """One answer: its headers by their names in small letters, several of a name with commas."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._answered: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def to(cls, port: int) -> "Connection":
        """An open connection. Raises UnansweredError where nobody takes it."""
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(cls, "127.0.0.1", port)
        except OSError as error:
            raise UnansweredError(f"not connected: {error}") from error
        return connection

    @property
    def usable(self) -> bool:
        """Whether another request may be sent over it."""
        return self._transport is not None and not self._transport.is_closing()

    @property
    def local(self) -> int:
        """The port of this end; 0 where it was never open."""
        named = self._transport.get_extra_info("sockname") if self._transport else None
        return int(named[1]) if named else 0

    async def ask(self, request: bytes, *, bodiless: bool = False) -> Answer:
        """The answer to the bytes of a request; `bodiless` where it is one to HEAD.

        Raises UnansweredError where it does not come whole.
        """
        if self._transport is None or self._transport.is_closing():
            raise UnansweredError("closed before it was asked")
        self._parser, self._answer = httptools.HttpResponseParser(self), Answer()
        self._bodiless, self._pieces = bodiless, list[bytes]()
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._answered
        except TimeoutError as error:
            raise UnansweredError(f"no answer within {PATIENCE:g} s") from error
        finally:
            self._answered = None

    def close(self) -> None:
        """End it."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """It is open."""
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        """It is closed."""
        self._fail(f"closed before the answer was whole: {error or 'by the service'}")

    def data_received(self, data: bytes) -> None:
        """Take in some of an answer."""
        if self._answered is None:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"not HTTP: {error}: {data[:200]!r}")
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        key, told = name.decode("latin-1").lower(), value.decode("latin-1")
        found = self._answer.headers
        found[key] = f"{found[key]}, {told}" if key in found else told

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._answer.status = self._parser.get_status_code()
        if self._answer.status < 200:
            return
        if self._bodiless:
            self._done()

    def on_body(self, body: bytes) -> None:
        """Some of the body."""
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        """The answer is there, or one that another follows."""
        if self._answer.status >= 200:
            self._done()

    def _done(self) -> None:
        if self._answer.headers.get("connection", "").lower() == "close":
            self.close()
        if self._answered is not None and not self._answered.done():
            self._answer.body = b"".join(self._pieces)
            self._answered.set_result(self._answer)

    def _fail(self, why: str) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(UnansweredError(why))


def get(path: str, port: int, headers: Mapping[str, str] | None = None) -> bytes:
    """The bytes of a question."""
    told = {"Host": f"127.0.0.1:{port}", "Accept-Encoding": "gzip", **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")
