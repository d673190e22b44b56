"""Files for download: each made once into a temporary folder, and kept while there is room."""

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from threading import Lock
from weakref import finalize

import filelock
from cachetools import LRUCache
from pyarrow import ArrowException
from pyogrio.errors import DataLayerError, DataSourceError

from geo.errors import StorageError

FILE_BYTES = 1024 * 1024 * 1024
"""What the files kept take on disk at most; those being sent are beside it until they are."""

PREFIX, LOCK = "safermap-", ".lock"
_log = logging.getLogger("safermap")
_WRITE_ERRORS = (OSError, ArrowException, DataSourceError, DataLayerError)


class File:
    """A whole file on disk that never changes. It is removed when nobody holds it any more."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        with path.open("rb") as file:
            self.tag = hashlib.file_digest(file, "sha256").hexdigest()[:20]
        finalize(self, path.unlink, missing_ok=True)


class Files:
    """The files of one dataset, by what was asked. The folder is removed with the process."""

    def __init__(self, largest: int = FILE_BYTES) -> None:
        self._kept: LRUCache[Hashable, File] = LRUCache(largest, getsizeof=lambda file: file.size)
        self._making: dict[Hashable, Future[File]] = {}
        self._lock = Lock()
        gettempdir()  # chosen now, for workers too: once the disk is full it would be another
        self._folder: Path | None = None
        self._held: filelock.BaseFileLock | None = None  # says that the folder is somebody's
        self._numbers = count()

    def get(self, key: Hashable, ending: str, write: Callable[[Path], None]) -> File:
        """The file of that key, written to the path that `write` is given if there is none yet.

        Whoever asks for the same file meanwhile waits for it. Raises StorageError where the disk
        does not take it, and whatever `write` raises; nothing of it is kept then.
        """
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                return kept
            making = self._making.get(key)
            first = making is None
            if making is None:
                making = self._making[key] = Future()
        if not first:
            return making.result()
        try:
            file = self._made(ending, write)
        except BaseException as error:
            with self._lock:
                del self._making[key]
            making.set_exception(error)
            raise
        with self._lock:
            del self._making[key]
            if file.size <= self._kept.maxsize:
                self._kept[key] = file
        making.set_result(file)
        return file

    def close(self) -> None:
        """Let go of every file and the folder. What is asked for after is made anew."""
        with self._lock:
            self._kept.clear()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)

    def _made(self, ending: str, write: Callable[[Path], None]) -> File:
        try:
            path = self._place() / f"{next(self._numbers)}.{ending}"
        except OSError as error:
            raise _refused(error) from error
        try:
            write(path)
            return File(path)
        except BaseException as error:
            for left in path.parent.glob(f"{path.name}*"):  # with what GDAL may have left beside it
                left.unlink(missing_ok=True)
            if isinstance(error, _WRITE_ERRORS):
                raise _refused(error) from error
            raise

    def _place(self) -> Path:
        with self._lock:
            if self._folder is None or not self._folder.is_dir():
                self._folder = Path(mkdtemp(prefix=_prefix(os.getpid())))
                self._held = filelock.FileLock(self._folder / LOCK)
                self._held.acquire(0)
                finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            return self._folder


def clear_left() -> None:
    """Remove the folders of files of processes that were killed, which hold what they showed.

    No other folder: each of these has a lock, which nobody holds any more.
    """
    for lock in Path(gettempdir()).glob(f"{PREFIX}[0-9]*-*/{LOCK}"):
        with suppress(filelock.Timeout, OSError), filelock.FileLock(lock, 0):
            shutil.rmtree(lock.parent, ignore_errors=True)


def remove_left_by(process: int) -> None:
    """Remove the files of a process that died."""
    for folder in Path(gettempdir()).glob(f"{_prefix(process)}*"):
        shutil.rmtree(folder, ignore_errors=True)


def sizes_of(process: int) -> list[int]:
    """The bytes of each file for download that a process holds."""
    sizes = []
    for path in Path(gettempdir()).glob(f"{_prefix(process)}*/[!.]*"):
        with suppress(OSError):  # it may be gone by now
            sizes.append(path.stat().st_size)
    return sizes


def _prefix(process: int) -> str:
    return f"{PREFIX}{process}-"


def _refused(error: BaseException) -> StorageError:
    """What is said of a file that could not be made; of GDAL's own reasons the log has more."""
    if isinstance(error, OSError):
        reason = f" ({error.strerror})" if error.strerror else ""
        cause = f"the disk for temporary files does not take it{reason}"
    else:
        _log.error("a file could not be made", exc_info=error)
        cause = "most likely the disk for temporary files is full"
    return StorageError(f"The file cannot be made: {cause}. Ask for less, or try again later.")
