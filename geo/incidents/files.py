"""Finds the incident files that the paths on a command line stand for."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

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


@dataclass(frozen=True)
class IncidentFile:
    """One CSV, loose or in a ZIP: the name reports use, and where its bytes are."""

    name: str
    path: Path
    member: str | None = None

    def load(self) -> bytes:
        """The file's bytes. Raises InputError where they cannot be read."""
        try:
            if self.member is None:
                return self.path.read_bytes()
            with zipfile.ZipFile(self.path) as archive:
                return archive.read(self.member)
        except PermissionError as error:
            raise InputError(f"{self.name} cannot be read: no permission.") from error
        except _DAMAGED as error:
            raise InputError(f"{self.name} cannot be read: {error}.") from error


def find_files(paths: list[Path]) -> list[IncidentFile]:
    """Every incident file under the paths: loose files, folders, the police's ZIP archive.

    In a folder or a ZIP the outcome and stop-and-search files are passed over. Raises InputError
    for a path that is missing or holds no incident file.
    """
    found: dict[str, IncidentFile] = {}
    for path in paths:
        for file in _files_at(path):
            found.setdefault(f"{file.path.resolve()}!{file.member}", file)
    return list(found.values())


def _files_at(path: Path) -> Iterator[IncidentFile]:
    if not path.exists():
        raise InputError(f"There is no file or folder {path}.")
    if path.is_dir():
        yield from _files_in_folder(path)
    elif path.suffix.lower() == ".zip":
        yield from _files_in_zip(path)
    else:
        yield IncidentFile(str(path), path)


def _files_in_folder(folder: Path) -> Iterator[IncidentFile]:
    inside = sorted(path for path in folder.rglob("*") if path.is_file())
    wanted = [
        path
        for path in inside
        if not path.name.startswith(".")
        and (
            path.suffix.lower() == ".zip"
            or (path.suffix.lower() == ".csv" and not path.name.endswith(_OTHER_POLICE))
        )
    ]
    if not wanted:
        raise InputError(f"The folder {folder} holds no incident file: no .csv and no .zip.")
    for path in wanted:
        yield from _files_at(path)


def _files_in_zip(path: Path) -> Iterator[IncidentFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
    except PermissionError as error:
        raise InputError(f"{path} cannot be read: no permission.") from error
    except _DAMAGED as error:
        raise InputError(f"{path} is no ZIP file, or is cut off: download it again.") from error
    street = sorted(
        name
        for name in members
        if name.lower().endswith(STREET_ENDING) and not PurePosixPath(name).name.startswith(".")
    )
    if not street:
        raise InputError(
            f"{path} holds no street file; safermap looks for names that end in {STREET_ENDING}, "
            "as the data.police.uk archive has them."
        )
    for member in street:
        yield IncidentFile(f"{path}/{member}", path, member)
