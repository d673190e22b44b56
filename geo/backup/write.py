"""Writes the version that is served into one file. Versions never change, so no lock is needed."""

import gzip
import io
import os
import tarfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from geo.backup.form import FORMAT, INSIDE, LIST, Contents, Member, Progress
from geo.checksums import checksum
from geo.errors import DatasetError, InputError
from geo.versions import contents, current_folder, read_manifest, refuse_overdue

PACKED = 1  # of 9; parts and tables are packed already


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds: the version's name and its list of contents, and until when.

    `expires` is the first day on which something in it is held too long; None for never.
    """

    version: str
    contents: Contents
    expires: date | None


def back_up(
    home: Path,
    target: Path,
    today: date | None = None,
    *,
    progress: Progress = lambda files, _: files,
    record: Callable[[BackedUp], None] = lambda _: None,
) -> BackedUp:
    """Write the version that is served under `home` into a file, in the place of what was there.

    The same version gives the same bytes. The file is there whole or not at all, and is its
    owner's alone to read. `record` is called before it is there; where it raises, it never is.
    Raises DatasetError where there is no dataset, it is damaged or it holds something too long, and
    InputError where the file cannot be written.
    """
    folder = current_folder(home)
    manifest = read_manifest(folder)
    expires = refuse_overdue(home, manifest, today)
    if manifest.get("contents") != contents(folder):
        raise DatasetError(f"The dataset in {home} is damaged; build it again.")
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    listed = Contents(
        format=FORMAT,
        dataset_id=manifest["dataset_id"],
        area=manifest["area"]["name"],
        created=manifest["created"],
        files=[_member(folder, path) for path in paths],
    )
    done = BackedUp(folder.name, listed, expires)
    partial = target.with_name(f".{target.name}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            _write(file, folder, listed, progress)
            file.flush()
            os.fsync(file.fileno())
        record(done)
        partial.replace(target)
    except OSError as error:
        raise InputError(f"The backup {target} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            partial.unlink()
    return done


def _member(folder: Path, path: Path) -> Member:
    try:
        return Member(
            path=path.relative_to(folder).as_posix(),
            size=path.stat().st_size,
            sha256=checksum(path),
        )
    except OSError as error:
        raise _gone(path, error) from error


def _write(file: BinaryIO, folder: Path, listed: Contents, progress: Progress) -> None:
    with (
        gzip.GzipFile("", "wb", PACKED, file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        told = listed.model_dump_json(indent=1).encode() + b"\n"
        archive.addfile(_plain(LIST, len(told)), io.BytesIO(told))
        for member in progress(listed.files, len(listed.files)):
            try:
                opened = (folder / member.path).open("rb")
            except OSError as error:  # a purge came between
                raise _gone(folder / member.path, error) from error
            with opened:
                archive.addfile(_plain(INSIDE + member.path, member.size), opened)


def _plain(name: str, size: int) -> tarfile.TarInfo:
    """A plain file that says nothing of who wrote it or when."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _gone(path: Path, error: OSError) -> DatasetError:
    return DatasetError(f"{path} cannot be read: {error.strerror}. Begin the backup again.")
