"""Connections of clients that are slow, or send what nobody reads."""

import asyncio
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from service.listening import listen

if sys.platform == "win32":
    pytest.skip("uvicorn's faster parser is not there", allow_module_level=True)

from service.operation import connection
from service.operation.connection import HEAD_BYTES, PIECE_BYTES, Connection

LARGE = 64 * 1024 * 1024
PATIENCE = 30


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body; answer with its length, or with something large."""
    if scope["type"] != "http":
        return
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message["body"])
        more = message["more_body"]
    body = b"x" * LARGE if scope["path"] == "/large" else str(length).encode()
    head = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    for at in range(0, len(body), 65_536):
        await send(
            {"type": "http.response.body", "body": body[at : at + 65_536], "more_body": True}
        )
    await send({"type": "http.response.body", "body": b""})


@dataclass(frozen=True)
class Here:
    server: uvicorn.Server
    port: int

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)


@contextmanager
def serving(
    monkeypatch: pytest.MonkeyPatch, run: Callable[[Coroutine[None, None, None]], None]
) -> Iterator[Here]:
    """A server in a thread, whose patience is short."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "READ_SECONDS"):
        monkeypatch.setattr(connection, name, 0.4)
    config = uvicorn.Config(
        application, http=Connection, log_config=None, ws="none", lifespan="off", loop="asyncio",
        timeout_keep_alive=PATIENCE,
    )  # fmt: skip
    server = uvicorn.Server(config)
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=lambda: run(server.serve([listening])))
        thread.start()
        yield Here(server, listening.getsockname()[1])
        server.should_exit = server.force_exit = True
        thread.join(PATIENCE)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    with serving(monkeypatch, asyncio.run) as found:
        yield found


def rest(client: socket.socket) -> bytes:
    """All until the server closes the connection, which it must."""
    found = []
    try:
        while piece := client.recv(1 << 20):
            found.append(piece)
    except ConnectionError:
        pass
    return b"".join(found)


QUICK = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def is_served(here: Here) -> bool:
    with here.connect() as client:
        client.sendall(QUICK)
        return rest(client).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        b"\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n12",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
    ],
    ids=["nothing", "half a head", "an empty line", "half a body", "half in chunks"],
)
def test_a_request_that_does_not_come_is_not_waited_for(here: Here, begun: bytes) -> None:
    with here.connect() as client:
        client.sendall(begun)
        assert is_served(here)
        assert rest(client) == b""


@pytest.mark.parametrize("begun", [b"GET / HTTP/1.1\r\n", b"\r\n"])
def test_neither_is_the_one_after(here: Here, begun: bytes) -> None:
    with here.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 OK")
        client.sendall(begun)
        rest(client)


def test_a_head_that_trickles_is_cut_off(here: Here) -> None:
    stop = threading.Event()

    def trickle(client: socket.socket) -> None:
        try:
            while not stop.wait(0.05):
                client.sendall(b"X")
        except OSError:
            stop.set()

    with here.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: ")
        sending = threading.Thread(target=trickle, args=(client,))
        sending.start()
        assert rest(client) == b""
        sending.join(PATIENCE)
        assert stop.is_set()


def test_a_body_of_many_pieces_has_time_for_each(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BODY_SECONDS", 1)
    pause, pieces = threading.Event(), 6
    with here.connect() as client:
        length = pieces * PIECE_BYTES
        client.sendall(f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode())
        for _ in range(pieces):
            client.sendall(b"x" * PIECE_BYTES)
            pause.wait(0.3)
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 OK")
    with here.connect() as client:
        client.sendall(f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode())
        client.sendall(b"x" * (PIECE_BYTES - 1))
        assert rest(client) == b""


def test_a_connection_that_is_used_outlives_every_limit(here: Here) -> None:
    pause = threading.Event()
    with here.connect() as client:
        for _ in range(3):
            client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n12")
            answer = client.recv(65_536)
            while not answer.endswith(b"\r\n\r\n2"):
                answer += client.recv(65_536)
            pause.wait(0.6)  # longer than for a head: nothing has begun
        client.sendall(QUICK * 2)
        assert rest(client).count(b"200 OK") == 1


def test_an_answer_that_is_not_taken_is_given_up(here: Here) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", here.port))
        client.settimeout(PATIENCE)
        client.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(16) == b"HTTP/1.1 200 OK\r"
        pause = threading.Event()
        for _ in range(PATIENCE * 10):
            if not here.server.server_state.connections:
                break
            pause.wait(0.1)
        assert not here.server.server_state.connections
        assert len(rest(client)) < LARGE
    assert is_served(here)


def test_an_answer_that_is_taken_slowly_is_whole(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies in the system's buffers must not look as if nothing were taken."""
    monkeypatch.setattr(connection, "READ_SECONDS", 2)
    pause = threading.Event()
    with here.connect() as client:
        client.sendall(QUICK.replace(b"/ ", b"/large ", 1))
        found = 0
        for _ in range(120):
            found += len(client.recv(16_384))
            pause.wait(0.05)
        assert found + len(rest(client)) > LARGE


def test_a_head_without_end_is_refused(here: Here) -> None:
    with here.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * (HEAD_BYTES // 6))
        client.sendall(b"X: y\r\n" * 100)
        assert rest(client).startswith(b"HTTP/1.1 431 ")
    with here.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: " + b"y" * (HEAD_BYTES - 100) + b"\r\n\r\n")
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 OK")


def test_more_connections_than_there_may_be_are_closed_at_once(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", PATIENCE)
    monkeypatch.setattr(Connection, "most", 2)
    with here.connect() as first, here.connect() as second, here.connect() as third:
        assert rest(third) == b""
        for client in (first, second):
            client.sendall(QUICK)
            assert rest(client).startswith(b"HTTP/1.1 200 OK")
    assert is_served(here)


def test_who_goes_away_with_requests_left_is_no_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By uvloop, as it is served."""
    with serving(monkeypatch, uvloop.run) as here:
        for _ in range(5):
            with here.connect() as client:
                client.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
                assert client.recv(16) == b"HTTP/1.1 200 OK\r"
        assert is_served(here)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
