"""Writes the audit log. Several processes may write to one."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import filelock

from geo.errors import AuditError, StorageError
from service.audit.chain import FIRST, HEAD, LOOK, Head, digest, files_of

PATIENCE = 10.0  # seconds to wait for others that write
REPAIRED = "audit-repaired"


@dataclass(frozen=True)
class Entry:
    """What is recorded: who, in which role, did what.

    `actor` is the name of a token or of a command, or the number of a work account, never a
    person's name. `what` says more: the layer, the filter, the format, how many rows. `request` is
    the id that the service's log has too.
    """

    actor: str
    role: str
    action: str
    what: Mapping[str, str | int | float | None]
    request: str | None = None


class AuditLog:
    """A folder of lines that only grow: a file a month, and a head that repeats the last line.

    The head is written before the line, so a writer that dies in between loses nothing: the next
    one writes the rest and says so. `key` is what digests are made with; `now` tells the time.
    """

    def __init__(
        self,
        folder: Path,
        key: bytes | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.folder = folder
        self._key = key
        self._now = now

    def record(self, entry: Entry) -> int:
        """Add an entry to the log, which is on disk once this returns. Returns its number from 1.

        Raises StorageError where it cannot be written, and AuditError, which is one, where the log
        was altered or cut: then nothing is added to it.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with locked(self.folder):
                head = self._made_good()
                return self._add(head, entry).number
        except OSError as error:
            raise StorageError(
                f"The audit log in {self.folder} cannot be written: {error.strerror or error}."
            ) from error

    def _made_good(self) -> Head | None:
        """The head, once the line it repeats stands in its file whole."""
        head = Head.read(self.folder, self._key)
        if head is None:
            if files_of(self.folder):
                raise AuditError(f"The audit log in {self.folder} has lost its head. {LOOK}")
            return None
        rest = unwritten(self.folder, head)
        if not rest:
            return head
        _append(self.folder / head.file, rest)
        what = {"entry": head.number, "bytes_missing": len(rest)}
        return self._add(head, Entry("safermap", "", REPAIRED, what))

    def _add(self, head: Head | None, entry: Entry) -> Head:
        now = self._now().astimezone(UTC)
        file, start = f"{now:%Y-%m}.jsonl", 0
        if head is not None and file <= head.file:  # a clock put back changes no order
            file, start = head.file, head.end
        elif (self.folder / file).exists():
            raise AuditError(f"{self.folder / file} is of no entry that is known. {LOOK}")
        number = head.number + 1 if head else 1
        before = digest(head.line.encode(), self._key) if head else FIRST
        told = {"number": number, "time": now.isoformat(timespec="milliseconds"), **asdict(entry)}
        line = json.dumps(told | {"before": before}, allow_nan=False)
        new = Head(number, file, start, line, self._key is not None)
        _replace(self.folder / HEAD, new.sealed(self._key))
        _append(self.folder / file, new.data)
        return new


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a log against other processes. Raises StorageError where they hold it too long."""
    try:
        lock = filelock.FileLock(folder / ".lock", mode=0o600)
        with lock.acquire(PATIENCE, poll_interval=0.002):
            yield
    except filelock.Timeout as error:
        raise StorageError(
            f"The audit log in {folder} has been held by another process for {PATIENCE:g} s."
        ) from error


def unwritten(folder: Path, head: Head) -> bytes:
    """What is missing of the last line at the end of its file, nothing where it is whole.

    Raises AuditError where the file ends otherwise than in this line or a part of it.
    """
    path = folder / head.file
    try:
        with path.open("rb") as file:
            file.seek(head.start)
            tail = file.read(len(head.data) + 1)
        size = path.stat().st_size
    except FileNotFoundError:
        tail, size = b"", 0
    if size < head.start or not head.data.startswith(tail):
        raise AuditError(
            f"{path} does not end in entry {head.number:,}, the last that was recorded: it was "
            f"altered or cut. {LOOK}"
        )
    return head.data[len(tail) :]


def _append(path: Path, data: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        while data:
            data = data[os.write(file, data) :]
        os.fsync(file)
    finally:
        os.close(file)
    _sync(path.parent)


def _replace(path: Path, data: bytes) -> None:
    partial = path.with_name(f"{path.name}.partial")
    try:
        file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(file)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        raise
    partial.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """See that the names in a folder are on disk, where the system has that."""
    if hasattr(os, "O_DIRECTORY"):
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
