"""A server in a process of its own, as a user starts it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Served:
    """A server that answers: where, and the process that was started."""

    address: str
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def workers(self) -> list[int]:
        """The processes that it has forked."""
        at = self.process.pid
        return list(map(int, Path(f"/proc/{at}/task/{at}/children").read_text().split()))


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def started(
    log: Path,
    *arguments: object,
    port: int | None = None,
    cwd: Path | None = None,
    temporary: Path | None = None,
    logged: str = "off",
) -> Iterator[Served]:
    """`safermap serve`, which says what it says into `log`, until it is left.

    `temporary` is where it makes temporary files, `logged` how it logs requests.
    """
    port = port or free_port()
    program = Path(sys.executable).with_name("safermap")
    command = [program, "serve", "--port", str(port), *map(str, arguments)]
    address = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "SAFERMAP_LOG_FORMAT": logged,
        **({"TMPDIR": str(temporary)} if temporary else {}),
    }
    with (
        log.open("wb") as said,
        subprocess.Popen(command, cwd=cwd, stdout=said, stderr=said, env=environment) as process,
    ):
        try:
            _wait_until_it_answers(address, process, log)
            yield Served(address, process)
        finally:
            process.terminate()


@contextmanager
def serving(log: Path, *arguments: object, cwd: Path | None = None) -> Iterator[str]:
    """The address of `safermap serve`, as `started` has it."""
    with started(log, *arguments, cwd=cwd) as served:
        yield served.address


def until(told: Callable[[], bool], log: Path) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not told():
        if time.monotonic() > deadline:
            pytest.fail(f"It has not come to be within {PATIENCE} s: {log.read_text('utf-8')}")
        time.sleep(0.05)


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"{address}/health", trust_env=False).is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    pytest.fail(f"The server did not answer within {PATIENCE} s: {log.read_text('utf-8')}")
