"""A client's connection, which is closed where the client is too slow to be served."""

import asyncio

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

HEAD_SECONDS, BODY_SECONDS, READ_SECONDS = 10, 60, 60
"""For the head of a request to arrive, for each piece of its body, and for some of an answer to be
taken."""
HEAD_BYTES, PIECE_BYTES = 32 * 1024, 16 * 1024
SPARE_FILES = 512
"""Files that a process may open beside its connections."""
_TOO_LARGE = b"The head of the request is larger than what is read.\n"


class Connection(HttpToolsProtocol):
    """One that has `HEAD_SECONDS` from its first byte to the end of a head, and so on.

    Who takes nothing of an answer for `READ_SECONDS` is cut off. A process that has as many open as
    it can closes any more at once, so that it can open its own files still. uvicorn has none of
    these limits.
    """

    most = 2**31
    _reading: asyncio.TimerHandle | None = None
    _writing: asyncio.TimerHandle | None = None
    _in_head = True
    _head = _piece = 0
    _before: tuple[RequestResponseCycle, ...] = ()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.abort()
            return
        self._expect(HEAD_SECONDS)

    def connection_lost(self, error: Exception | None) -> None:
        """Wait for nothing any longer.

        uvicorn tells the last of several requests alone that the client is gone. It would go on to
        answer those before, to a transport that takes nothing any more and raises.
        """
        self._expect(None)
        for cycle in self._before:
            cycle.disconnected = True
            cycle.message_event.set()
        self.resume_writing()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Take in some of a request."""
        if self._in_head:
            self._head += len(data)
            if self._reading is None:
                self._expect(HEAD_SECONDS)
        super().data_received(data)
        if self._in_head and self._head > HEAD_BYTES and not self.transport.is_closing():
            self._refuse()

    def on_headers_complete(self) -> None:
        """The head is there; wait for the body."""
        self._in_head, self._head, self._piece = False, 0, 0
        self._expect(BODY_SECONDS)
        before = self.cycle
        super().on_headers_complete()
        if before is None or before.response_complete:
            self._before = ()
        else:
            self._before = (*(one for one in self._before if not one.response_complete), before)

    def on_body(self, body: bytes) -> None:
        """Some of the body is there; wait for another piece where it is one."""
        self._piece += len(body)
        if self._piece >= PIECE_BYTES:
            self._piece = 0
            self._expect(BODY_SECONDS)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there."""
        self._in_head = True
        self._expect(None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client does not take what is sent as fast as it is."""
        super().pause_writing()
        self._writing = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It has taken it."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        super().resume_writing()

    def _expect(self, seconds: float | None) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if seconds is not None:
            self._reading = self.loop.call_later(seconds, self.transport.abort)

    def _refuse(self) -> None:
        head = b"content-type: text/plain\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
        self.transport.write(STATUS_LINE[431] + head % len(_TOO_LARGE) + _TOO_LARGE)
        self.transport.close()
