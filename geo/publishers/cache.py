"""What was fetched before, kept by address: whole files with their checksum, and parts of them."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock
from platformdirs import user_cache_path

from geo.publishers.failures import not_written


@dataclass(frozen=True)
class Kept:
    """One whole file: where it is from, what tells whether it changed, and when it came."""

    url: str
    sha256: str
    size: int
    fetched: str
    etag: str | None = None
    last_modified: str | None = None
    stamp: str | None = None

    def younger_than(self, days: float) -> bool:
        """Whether it came within so many days."""
        return datetime.now(UTC) - datetime.fromisoformat(self.fetched) < timedelta(days=days)


@dataclass(frozen=True)
class Slot:
    """The files of one address in the cache."""

    folder: Path
    key: str

    @property
    def data(self) -> Path:
        """The whole file."""
        return self.folder / f"{self.key}.data"

    @property
    def part(self) -> Path:
        """What is there of a file that is not whole."""
        return self.folder / f"{self.key}.part"

    @property
    def part_note(self) -> Path:
        """What the publisher said of the file that the part is of."""
        return self.folder / f"{self.key}.part.json"

    @property
    def pages(self) -> Path:
        """The pages of an answer that comes in pages."""
        return self.folder / f"{self.key}.pages"

    @property
    def _note(self) -> Path:
        return self.folder / f"{self.key}.json"

    def kept(self) -> Kept | None:
        """The whole file's record, if the file is there and undamaged; else it is dropped."""
        note = read_note(self._note)
        try:
            kept = Kept(**note) if note else None
            if kept and kept.sha256 == sha256_of(self.data):
                return kept
        except (OSError, TypeError):
            pass
        self._note.unlink(missing_ok=True)
        self.data.unlink(missing_ok=True)
        return None

    def keep(self, url: str, **known: str | None) -> Kept:
        """Make the part the whole file."""
        kept = Kept(url, sha256_of(self.part), self.part.stat().st_size, now(), **known)
        self._note.unlink(missing_ok=True)  # a note never speaks of another file's bytes
        self.part.replace(self.data)
        write_note(self._note, asdict(kept))
        self.part_note.unlink(missing_ok=True)
        shutil.rmtree(self.pages, ignore_errors=True)
        return kept

    def confirm(self, kept: Kept) -> Kept:
        """Note that the publisher has said today that the file is unchanged."""
        confirmed = Kept(**{**asdict(kept), "fetched": now()})
        write_note(self._note, asdict(confirmed))
        return confirmed

    def drop_part(self) -> None:
        """Forget what is there of a file that is not whole."""
        self.part.unlink(missing_ok=True)
        self.part_note.unlink(missing_ok=True)


class Cache:
    """A folder of fetched files. Two processes may share it: one fetches, the other waits."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or user_cache_path("safermap", appauthor=False)

    @contextmanager
    def slot(self, address: str) -> Iterator[Slot]:
        """The place of an address, locked. Raises FetchError where it cannot be written."""
        key = hashlib.sha256(address.encode()).hexdigest()[:32]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / f"{key}.lock")
            lock.acquire()
        except OSError as error:
            raise not_written(error, self.folder) from error
        try:
            yield Slot(self.folder, key)
        except OSError as error:
            raise not_written(error, self.folder) from error
        finally:
            lock.release()


def now() -> str:
    """This instant, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def sha256_of(path: Path) -> str:
    """The checksum of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_note(path: Path) -> dict[str, Any] | None:
    """A small JSON object, or None where it is missing or cut off."""
    try:
        note = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return note if isinstance(note, dict) else None


def write_note(path: Path, note: object) -> None:
    """Write a small JSON file so that it is there whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(orjson.dumps(note))
    new.replace(path)


def place(source: Path, target: Path) -> Path:
    """Copy a kept file to where it is wanted; under its name it is whole or not there at all.

    Raises FetchError where it cannot be written.
    """
    new = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, new)
        new.replace(target)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise not_written(error, target) from error
    return target
