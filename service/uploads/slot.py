"""The one place for an upload in a dataset's home: its state, its file, and who is at work on it.

Whoever works on it holds a lock while alive, so that work whose process was killed is told from
work that goes on. The lock belongs to an open file that a process started for it takes over, so
that there is no moment at which nobody holds it.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from geo.errors import StorageError
from service.uploads.upload import Upload

FOLDER = ".upload"
PATIENCE, PAUSE = 0.3, 0.01  # seconds, for whoever only looks, or has just ended
_STATE = TypeAdapter(Upload)


@dataclass(frozen=True)
class Held:
    """The slot, held by this process: an open file that a process started from it may take over."""

    file: int


@dataclass(frozen=True)
class Slot:
    """The slot of the datasets under a home."""

    home: Path

    @property
    def folder(self) -> Path:
        """Where it all lies."""
        return self.home / FOLDER

    @property
    def file(self) -> Path:
        """The file that was sent, whole."""
        return self.folder / "file"

    @property
    def partial(self) -> Path:
        """The file as it comes in."""
        return self.folder / "file.partial"

    @property
    def refused(self) -> Path:
        """The refused rows, as CSV."""
        return self.folder / "refused.csv"

    @property
    def _state(self) -> Path:
        return self.folder / "state.json"

    @contextmanager
    def take(self) -> Iterator[Held | None]:
        """Hold it; None where somebody else does. Raises StorageError where it cannot be made."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _unwritten(error) from error
        with self._opened() as file:
            deadline = time.monotonic() + PATIENCE
            while not (mine := _lock(file)) and time.monotonic() < deadline:
                if (found := self.stored()) and found.working:
                    break
                time.sleep(PAUSE)
            yield Held(file) if mine else None

    def stored(self) -> Upload | None:
        """The upload as it was written last; None where there is none."""
        try:
            return _STATE.validate_json(self._state.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def read(self, mine: Held | None = None) -> Upload | None:
        """The upload as it is: of one whose process was killed, that it was cut off.

        `mine`: the slot is held here, so nobody else is at work.
        """
        found = self.stored()
        if found is None or not found.working or (mine is None and self._is_held()):
            return found
        again = self.stored()  # it may have ended since it was read
        return again.cut_off() if again and again.working else again

    def write(self, upload: Upload | None) -> None:
        """Write an upload's state, in one step. Raises StorageError where it cannot be written."""
        if upload is None:
            self._state.unlink(missing_ok=True)
            return
        partial = self._state.with_suffix(".partial")
        try:
            partial.write_bytes(_STATE.dump_json(upload))
            partial.replace(self._state)
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            raise _unwritten(error) from error

    def accept(self) -> None:
        """Take what came in for the file; what was found out of the one before is gone."""
        self.refused.unlink(missing_ok=True)
        self.partial.replace(self.file)

    def drop(self, before: Upload | None) -> None:
        """Remove what came in, and go back to what was there before if that can be written."""
        self.partial.unlink(missing_ok=True)
        with suppress(StorageError):
            self.write(before)

    def clear(self) -> None:
        """Remove the file and what was found out of it."""
        for path in (self.file, self.partial, self.refused):
            path.unlink(missing_ok=True)

    def _is_held(self) -> bool:
        with suppress(FileNotFoundError), self._opened() as file:
            return not _lock(file, shared=True)
        return False

    @contextmanager
    def _opened(self) -> Iterator[int]:
        try:
            file = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _unwritten(error) from error
        try:
            yield file
        finally:
            os.close(file)


def _unwritten(error: OSError) -> StorageError:
    return StorageError(f"The upload cannot be written: {error.strerror}.")


def _lock(file: int, *, shared: bool = False) -> bool:
    """Lock an open file until it is closed in every process that has it; whether that was free."""
    import fcntl  # noqa: PLC0415  not on Windows

    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
