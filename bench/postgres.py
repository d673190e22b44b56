"""A PostgreSQL server with PostGIS of one's own, for a measurement or a test, stopped after it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

PROGRAMS = Path("/usr/lib/postgresql")
EXTENSIONS = "/usr/share/postgresql/{}/extension/postgis.control"
PATIENCE = 60  # seconds
PASSWORD = "f1rst-and#l4st"  # noqa: S105  of a server that lives as long as what it is for


class AbsentError(Exception):
    """There is no PostgreSQL with PostGIS on this machine."""


def programs() -> Path | None:
    """Where the programs of the newest server with PostGIS are; None where there is none."""
    known = (path for path in PROGRAMS.glob("*/bin/initdb") if path.parts[-3].isdigit())
    found = [path.parent for path in sorted(known, key=lambda path: int(path.parts[-3]))]
    return next((p for p in found[::-1] if Path(EXTENSIONS.format(p.parts[-2])).exists()), None)


@dataclass(frozen=True)
class Server:
    """A running server: where its programs and sockets are, and the port it listens on."""

    programs: Path
    folder: Path
    port: int

    def address(self, database: str, role: str = "publisher", password: str = "") -> str:
        """The address of a database, by the socket, where no password is asked for."""
        if password:
            return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"
        return f"postgresql://{role}@/{database}?host={self.folder}&port={self.port}"

    def ask(self, database: str, words: str, role: str = "postgres") -> list[tuple[Any, ...]]:
        """What a statement of a role gives."""
        with psycopg.connect(self.address(database, role), autocommit=True) as connection:
            done = connection.execute(words.encode())
            return done.fetchall() if done.description else []

    def tool(self, name: str, *arguments: str) -> str:
        """What a program of the server's says, such as pg_dump."""
        done = subprocess.run(
            [self.programs / name, "-h", self.folder, "-p", str(self.port), "-U", "postgres",
             *arguments],
            capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
        return _output(done)


@contextmanager
def serving_databases() -> Iterator[Server]:
    """A server in a folder of its own, on a free port of this machine, until it is left.

    Neither it nor initdb runs as root: then it is the user postgres who runs them. Raises
    AbsentError where there is none to run, RuntimeError where it does not start.
    """
    found = programs()
    if found is None:
        raise AbsentError(
            "needs PostgreSQL with PostGIS (Debian: postgresql-postgis), which is absent"
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="safermap-pg-"))
    root = os.geteuid() == 0
    as_user = (
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=INT"]
        if root
        else []
    )
    password = folder / "password"
    password.write_text(PASSWORD)
    if root:
        shutil.chown(folder, "postgres")
        shutil.chown(password, "postgres")
    try:
        made = subprocess.run(
            [*as_user, found / "initdb", "-D", folder / "data", "-U", "postgres", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256",
             f"--pwfile={password}"],
            capture_output=True, text=True, check=False, timeout=PATIENCE, cwd=folder,
        )  # fmt: skip
        _output(made)
        settings = {"listen_addresses": "127.0.0.1", "fsync": "off", "max_connections": "30"}
        told = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                [*as_user, found / "postgres", "-D", folder / "data", "-p", str(port),
                 "-k", folder, *told],
                stdout=log, stderr=log, cwd=folder,
            ) as process,
        ):  # fmt: skip
            try:
                server = Server(found, folder, port)
                _wait(server, process)
                yield server
            finally:
                process.send_signal(signal.SIGINT)  # ends at once, whoever is connected
                process.wait(PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.ask("postgres", "SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The database server did not start: {(server.folder / 'log').read_text()}")


def _output(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout
