"""One process that answers requests, forked from the one that has opened the dataset."""

import asyncio
import multiprocessing
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from typing import Literal

import uvicorn
from fastapi import FastAPI

from service.again import told_again

STOP, GIVE_WAY, TELL = signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2
SIGNALS = (STOP, GIVE_WAY, TELL, signal.SIGINT)
STOP_SECONDS = 30
"""How long requests that are being answered may take once the service is told to stop."""


def work(app: FastAPI, listening: socket.socket, row: int, telling: Pipe) -> None:
    """Answer until told to stop, or until the master is gone; count in a row of one's own.

    Asked by the master, tell it what is asked again and again.
    """
    from service.operation.connection import SPARE_FILES, Connection  # noqa: PLC0415  not on Windows
    from service.operation.files_open import raise_open_files  # noqa: PLC0415

    app.state.counts.take(row)
    Connection.most = raise_open_files() - SPARE_FILES
    Worker(app, config_of(app, Connection), telling).run([listening])


def config_of(
    app: FastAPI, connection: type[asyncio.Protocol] | Literal["auto"] = "auto"
) -> uvicorn.Config:
    """How an application is served, by one process or by several."""
    return uvicorn.Config(
        app,
        http=connection,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        ws="none",
    )


class Worker(uvicorn.Server):
    """A server that can also give way to another that listens on the same socket.

    uvicorn ends by closing every connection that waits for a request, and a request that is on its
    way is lost. A worker that gives way tells each client with the next answer to connect anew, and
    closes the connections that nobody used for as long as it ever would.
    """

    def __init__(self, app: FastAPI, config: uvicorn.Config, telling: Pipe) -> None:
        super().__init__(config)
        self._app, self._telling, self._stopping = app, telling, False

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the master's signals, and its end. Ctrl-C is for the master, which tells us."""
        loop, master = asyncio.get_running_loop(), multiprocessing.parent_process()
        loop.add_signal_handler(STOP, self._stop)
        loop.add_signal_handler(GIVE_WAY, self._give_way)
        loop.add_signal_handler(TELL, self._tell)
        if master is not None:
            loop.add_reader(master.sentinel, self._stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, and where it is to give way let go of clients one by one before."""
        for server in self.servers:
            server.close()
        self.server_state.default_headers = [
            *self.server_state.default_headers,
            (b"connection", b"close"),
        ]
        while self.server_state.connections and not self._stopping:
            await asyncio.sleep(0.1)
        await super().shutdown(sockets)

    def _stop(self) -> None:
        loop, master = asyncio.get_running_loop(), multiprocessing.parent_process()
        if master is not None:
            loop.remove_reader(master.sentinel)
        self._stopping = self._app.state.stopping = True
        self._give_way()

    def _give_way(self) -> None:
        self.should_exit = True

    def _tell(self) -> None:
        self._telling.send_bytes(told_again(self._app.state.sites))
