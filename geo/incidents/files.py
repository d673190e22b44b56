"""Finds the incident files that the paths on a command line stand for.

Nothing is ever unpacked to a disk, and no file is taken into memory before its size is known.
"""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from geo.errors import InputError

STREET_ENDING = "-street.csv"
_OTHER_POLICE = ("-outcomes.csv", "-stop-and-search.csv")  # stand beside street files, never read
_DAMAGED = (
    OSError,
    EOFError,
    RuntimeError,  # a password, or a compression that zipfile does not know
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


LARGEST = 2**31  # bytes of one file
LONGEST_LINE = 2**20  # no stretch of a CSV that is so long is without a line end
_USUAL_LINE = 2**14
_NONE: Mapping[Path, Path] = MappingProxyType({})
MOST_PACKED = 200  # times that CSV is ever packed; street files are packed 5 to 15 times


@dataclass(frozen=True)
class IncidentFile:
    """One CSV, loose or in a ZIP: the name reports use, and where its bytes are."""

    name: str
    path: Path
    member: str | None = None

    def load(self) -> bytes:
        """The file's bytes. Raises InputError where they cannot be read or are no CSV by far."""
        self.check()
        try:
            data = self.path.read_bytes() if self.member is None else self._unpack(self.member)
        except KeyError as error:
            raise InputError(f"{self.name} is no longer there.") from error
        except _DAMAGED as error:
            raise self._unreadable(error) from error
        for start in range(0, len(data) - LONGEST_LINE + 1, LONGEST_LINE):
            self._refuse_endless(data, start)
        return data

    def check(self) -> None:
        """Refuse a loose file that is far too long, or has a line that is, without reading it all.

        Raises InputError where it does or cannot be read.
        """
        if self.member is not None:
            return
        try:
            size = self.path.stat().st_size
            self._check_size(size)
            with self.path.open("rb") as file:
                for start in range(0, size - LONGEST_LINE + 1, LONGEST_LINE):
                    file.seek(start)
                    piece = file.read(_USUAL_LINE)
                    if not _has_end(piece):
                        self._refuse_endless(piece + file.read(LONGEST_LINE - _USUAL_LINE), 0)
        except _DAMAGED as error:
            raise self._unreadable(error) from error

    def _unpack(self, member: str) -> bytes:
        with zipfile.ZipFile(self.path) as archive:
            size = archive.getinfo(member).file_size
            self._check_size(size)
            with archive.open(member) as file:
                start = file.read(LONGEST_LINE)
                if len(start) == LONGEST_LINE:
                    self._refuse_endless(start, 0)
                data = start + file.read(size)  # asked for more, it would unpack more
        if len(data) != size:
            raise InputError(
                f"{self.name} has {len(data):,} bytes, and the ZIP says {size:,}: download it "
                "again."
            )
        return data

    def _unreadable(self, error: Exception) -> InputError:
        if isinstance(error, PermissionError):
            return InputError(f"{self.name} cannot be read: no permission.")
        return InputError(f"{self.name} cannot be read: {str(error) or 'it is cut off'}.")

    def start(self) -> bytes:
        """The first line of a loose file, or nothing where it cannot be read."""
        try:
            with self.path.open("rb") as file:
                return file.readline(65_536)
        except OSError:
            return b""

    def _refuse_endless(self, data: bytes, start: int) -> None:
        if not _has_end(data, start, start + LONGEST_LINE):
            raise InputError(
                f"{self.name} is no CSV file: it has a line of more than a megabyte that does not "
                "end."
            )

    def _check_size(self, size: int) -> None:
        if size > LARGEST:
            raise InputError(
                f"{self.name} is {size / 2**30:.1f} GiB, more than the {LARGEST / 2**30:.0f} GiB "
                "that are read at once; divide it into files of a month or a year."
            )


def _has_end(data: bytes, start: int = 0, end: int | None = None) -> bool:
    """Whether a line ends somewhere in a stretch of bytes."""
    return data.find(b"\n", start, end) >= 0 or data.find(b"\r", start, end) >= 0


def find_files(paths: list[Path], instead: Mapping[Path, Path] = _NONE) -> list[IncidentFile]:
    """Every incident file under the paths: loose files, folders, the police's ZIP archive.

    In a folder or a ZIP the outcome and stop-and-search files are passed over. `instead` has files
    that lie elsewhere still, or are to replace one: their place, and where their bytes are. Raises
    InputError for a path that is missing or holds no incident file.
    """
    found: dict[str, IncidentFile] = {}
    for path in paths:
        for file in _files_at(path, instead):
            found.setdefault(f"{file.path.resolve()}!{file.member}", file)
    return list(found.values())


def _files_at(path: Path, instead: Mapping[Path, Path]) -> Iterator[IncidentFile]:
    there = instead.get(path, path)
    if not there.exists():
        raise InputError(f"There is no file or folder {path}.")
    if there.is_dir():
        yield from _files_in_folder(path, instead)
    elif path.suffix.lower() == ".zip":
        yield from _files_in_zip(path, there)
    else:
        yield IncidentFile(str(path), there)


def _files_in_folder(folder: Path, instead: Mapping[Path, Path]) -> Iterator[IncidentFile]:
    inside = {path for path in folder.rglob("*") if path.is_file()}
    inside.update(path for path in instead if folder in path.parents)
    wanted = sorted(path for path in inside if is_wanted(path))
    if not wanted:
        raise InputError(f"The folder {folder} holds no incident file: no .csv and no .zip.")
    for path in wanted:
        yield from _files_at(path, instead)


def is_wanted(path: Path) -> bool:
    """Whether a file in a folder is taken for an incident file, by its name alone."""
    ending = path.suffix.lower()
    return not path.name.startswith(".") and (
        ending == ".zip" or (ending == ".csv" and not path.name.endswith(_OTHER_POLICE))
    )


def _files_in_zip(path: Path, there: Path) -> Iterator[IncidentFile]:
    try:
        with zipfile.ZipFile(there) as archive:
            members = archive.infolist()
    except PermissionError as error:
        raise InputError(f"{path} cannot be read: no permission.") from error
    except _DAMAGED as error:
        raise InputError(f"{path} is no ZIP file, or is cut off: download it again.") from error
    street = sorted(
        ((item.filename, item) for item in members if _is_street(item.filename)),
        key=lambda named: named[0],
    )
    if not street:
        raise InputError(
            f"{path} holds no street file; safermap looks for names that end in {STREET_ENDING}, "
            "as the data.police.uk archive has them."
        )
    names = [name for name, _ in street]
    if twice := [name for name, after in pairwise(names) if name == after]:
        raise InputError(
            f"{path} holds two files {twice[0]}, so nothing tells which one counts: download it "
            "again."
        )
    for name, item in street:
        _refuse_hostile(path, item)
        yield IncidentFile(f"{path}/{name}", there, name)


def _is_street(name: str) -> bool:
    return name.lower().endswith(STREET_ENDING) and not PurePosixPath(name).name.startswith(".")


def _refuse_hostile(path: Path, item: zipfile.ZipInfo) -> None:
    """Refuse what no publisher's archive has: paths that climb out, and packed bombs."""
    steps = PurePosixPath(item.filename.replace("\\", "/"))
    if steps.is_absolute() or ".." in steps.parts or ":" in steps.parts[0]:
        raise InputError(
            f"{path} is no archive of data.police.uk: its file {item.filename!r} would lie outside "
            "the folder it is unpacked to."
        )
    if item.file_size > MOST_PACKED * max(item.compress_size, 1024):
        raise InputError(
            f"{path} is no archive of data.police.uk: {item.filename} is packed "
            f"{item.file_size // max(item.compress_size, 1):,} times, to {item.file_size:,} bytes."
        )
