"""A service of its own, and clients that hold each of its answers against the right one."""

import asyncio
import hashlib
import os
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from bench.asking import Answer, Connection, UnansweredError, get
from bench.features import SAFERMAP
from bench.serve import free_port
from bench.workers import processes

HOST = {"Host": "localhost"}  # it is in the answers, which are to be the same of every service
PAGE = {"Host": "localhost", "Accept": "text/html"}
PATHS = [
    "/health", "/", "/rural", "/collections/lsoas/items?theme=asb&limit=5", "/towns/oswestry",
    "/collections/hotspots/items?f=geojson", "/collections/towns/items?f=gpkg",
    "/collections/lsoas/items/E01028946", "/collections/lsoas/items?f=csv&theme=burglary",
    "/collections/hotspots/tiles/WebMercatorQuad/8/84/126?theme=asb", "/static/map.js",
]  # fmt: skip
CLIENTS = 6
PATIENCE = 60.0


class AbsentError(Exception):
    """What a fault needs is not there; why."""


@dataclass(frozen=True)
class Service:
    """One that runs: its port, its master's process, and the file of its log."""

    port: int
    process: int
    log: Path

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        return processes(self.process)[1:]

    @property
    def said(self) -> str:
        """What it has logged."""
        return self.log.read_text("utf-8")


@contextmanager
def served(
    folder: Path,
    home: Path,
    *options: object,
    before: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Iterator[Service]:
    """A service of a dataset that has answered once; `before` are words before its command."""
    port, log = free_port(), folder / "service.log"
    command = [*before, SAFERMAP, "serve", "--dataset", str(home), "--port", str(port)]
    with (
        log.open("wb") as said,
        subprocess.Popen(
            [*command, "--log-format", "off", *map(str, options)],
            stdout=said, stderr=said, env={**os.environ, **(environ or {})},
        ) as process,
    ):  # fmt: skip
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", process)
            yield Service(port, process.pid, log)
        finally:
            process.terminate()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """SystemExit where it ends before it answers."""
    for _ in range(1200):
        if process.poll() is not None:
            raise SystemExit(f"the service ended with {process.returncode}")
        try:
            httpx2.get(url, timeout=30, trust_env=False)
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{url} did not answer")


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command, to its end."""
    command = [SAFERMAP, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def asks(path: str, port: int, headers: Mapping[str, str] | None = None) -> bytes:
    """The bytes of a question as every client here puts it; pages as a browser does."""
    page = "?" not in path and not path.startswith(("/health", "/static"))
    return get(path, port, {**(PAGE if page else HOST), **(headers or {})})


async def ask_once(path: str, port: int, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer by a connection of its own."""
    connection = await Connection.to(port)
    try:
        return await connection.ask(asks(path, port, headers))
    finally:
        connection.close()


def digest(answer: Answer) -> str:
    """What must be the same of two answers that are the same."""
    told = [str(answer.status), answer.headers.get("etag", ""), ""]
    return hashlib.sha256("\n".join(told).encode() + answer.body).hexdigest()


@dataclass
class Watch:
    """What clients met with: answers by address, and requests that were lost, by their port."""

    port: int
    paths: Sequence[str] = tuple(PATHS)
    right: set[tuple[str, str]] = field(default_factory=set)
    seen: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    lost: list[tuple[int, str]] = field(default_factory=list)

    async def learn(self) -> None:
        """Take what is answered now for right."""
        for path in self.paths:
            answer = await ask_once(path, self.port)
            if answer.status != 200:
                raise SystemExit(f"{path}: {answer.status} {answer.body[:500]!r}")
            self.right.add((path, digest(answer)))

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Ask without a pause, by several clients, until it is left."""
        going = asyncio.Event()
        clients = [asyncio.create_task(self._client(number, going)) for number in range(CLIENTS)]
        try:
            yield
        finally:
            going.set()
            await asyncio.gather(*clients)

    async def _client(self, number: int, ended: asyncio.Event) -> None:
        connection: Connection | None = None
        while not ended.is_set():
            number += 1
            path = self.paths[number % len(self.paths)]
            local = 0
            try:
                if connection is None or not connection.usable:
                    connection = await Connection.to(self.port)
                local = connection.local
                answer = await connection.ask(asks(path, self.port))
            except UnansweredError as error:
                self.lost.append((local, f"{path}: {error}"))
                connection = None
                await asyncio.sleep(0.02)
                continue
            self.seen[path, digest(answer), answer.status] += 1
        if connection is not None:
            connection.close()

    @property
    def answered(self) -> int:
        """How many requests."""
        return self.seen.total()

    @property
    def wrong(self) -> list[str]:
        """Answers that are not right."""
        return [
            f"{path}: {times} times {status} with another body"
            for (path, what, status), times in self.seen.items()
            if (path, what) not in self.right
        ]


async def until(told: Callable[[], bool], what: str) -> None:
    """Wait until a function says so; SystemExit where it does not come to be."""
    for _ in range(int(PATIENCE / 0.02)):
        if told():
            return
        await asyncio.sleep(0.02)
    raise SystemExit(f"It has not come to be within {PATIENCE:g} s: {what}")
