"""Reads a backup into a version, and switches to it once every file is as the list has it."""

import gzip
import hashlib
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, BinaryIO

from pydantic import ValidationError

from geo.backup.form import BLOCK, FORMAT, INSIDE, LIST, LONGEST_LIST, Contents, Member, Progress
from geo.building.purge import write_kept
from geo.building.version import Hiding
from geo.errors import ExpiredError, InputError
from geo.retention import Overdue, overdue, rules_of
from geo.versions import Version, contents, new_version, read_manifest, versions_in


@dataclass(frozen=True)
class Restored:
    """The folder that was made of a backup, and what of it was left out as held too long."""

    folder: Path
    left_out: tuple[Overdue, ...]


def restore(
    source: Path,
    home: Path,
    today: date | None = None,
    *,
    progress: Progress = lambda files, _: files,
    hiding: Hiding = lambda years, _: years,
    record: Callable[[Restored], None] = lambda _: None,
) -> Restored:
    """Make a backup the version that is served under `home`; what was there is an earlier one.

    What is held too long by the day it is, or `today`, is left out. Nothing changes unless every
    file is there and is as it was. `record` is called before it is served; where it raises, nothing
    changes. Raises InputError where the file is no backup, or a damaged or
    unsafe one, ExpiredError where nothing of it may be held any more, and DatasetError where
    `home` cannot be written.
    """
    day = today or date.today()
    with _opened(source) as file, new_version(home) as folder:
        with TemporaryDirectory(prefix=".building-", dir=home) as name:
            unpacked = Path(name)
            _unpack(source, file, unpacked, progress)
            manifest = read_manifest(unpacked)
            if manifest.get("contents") != contents(unpacked):
                raise _damaged(source, "its dataset is not whole")
            rules = rules_of([manifest, *(one.manifest for one in versions_in(home))])
            late = tuple(overdue(manifest, rules, day))
            if not late:
                for path in unpacked.iterdir():
                    path.rename(folder / path.name)
            elif not write_kept(folder, Version(unpacked, manifest, False), rules, day, hiding):
                raise ExpiredError(
                    f"Nothing of the backup {source} may be held any more: "
                    f"{'; '.join(item.words for item in late)}. Delete it."
                )
        done = Restored(home / folder.name.removeprefix(".building-"), late)
        record(done)
    return done


@contextmanager
def _opened(source: Path) -> Iterator[BinaryIO]:
    try:
        file = source.open("rb")
    except OSError as error:
        raise InputError(f"The backup {source} cannot be read: {error.strerror}.") from error
    with file:
        yield file


def _unpack(source: Path, file: BinaryIO, folder: Path, progress: Progress) -> None:
    with _reading(source), gzip.open(file) as packed:
        with tarfile.open(fileobj=packed, mode="r|") as archive:
            listed = _listed(source, archive)
            for member in progress(listed.files, len(listed.files)):
                _unpack_one(source, archive, member, folder)
            if (more := archive.next()) is not None:
                raise _unsafe(source, f"its file {more.name!r} is not in its list")
        while packed.read(BLOCK):  # to the end, where the sum of all bytes is
            pass


def _listed(source: Path, archive: tarfile.TarFile) -> Contents:
    first = archive.next()
    if first is None or first.name != LIST or not first.isreg() or first.size > LONGEST_LIST:
        raise _unsafe(source, f"it does not begin with its list {LIST}")
    text = _file(archive, first).read()
    try:
        listed = Contents.model_validate_json(text)
    except ValidationError as error:
        raise _newer_or_damaged(source, text) from error
    if listed.format != FORMAT:
        raise _newer_or_damaged(source, text)
    return listed


def _unpack_one(source: Path, archive: tarfile.TarFile, member: Member, folder: Path) -> None:
    """One file, which must be the next of the list, plain, inside the folder and unaltered."""
    found = archive.next()
    if found is None:
        raise _damaged(source, f"{member.path} is missing")
    if found.name != INSIDE + member.path:
        raise _unsafe(source, f"its file {found.name!r} is not the next of its list")
    if not found.isreg():
        raise _unsafe(source, f"{found.name!r} is no plain file")
    path = folder / member.path
    if not path.resolve().is_relative_to(folder.resolve()):
        raise _unsafe(source, f"{found.name!r} would lie outside the dataset")
    try:
        tarfile.data_filter(found, str(folder))
    except tarfile.FilterError as error:
        raise _unsafe(source, f"{found.name!r} is unsafe") from error
    if found.size != member.size:
        raise _damaged(source, f"{member.path} has another size than its list says")
    told, opened = hashlib.sha256(), _file(archive, found)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as target:
        while block := opened.read(BLOCK):
            told.update(block)
            target.write(block)
    if told.hexdigest() != member.sha256:
        raise _damaged(source, f"{member.path} is not as it was written")


def _file(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    opened = archive.extractfile(member)
    if opened is None:
        raise tarfile.ReadError(member.name)
    return opened


@contextmanager
def _reading(source: Path) -> Iterator[None]:
    try:
        yield
    except gzip.BadGzipFile as error:
        raise _unsafe(source, "it is not packed with gzip, or is damaged") from error
    except EOFError as error:
        raise _damaged(source, "it is cut off") from error
    except (tarfile.TarError, zlib.error) as error:
        raise _damaged(source, "it cannot be unpacked") from error


def _newer_or_damaged(source: Path, text: bytes) -> InputError:
    found = _format_in(text)
    if isinstance(found, int) and found > FORMAT:
        return InputError(
            f"The backup {source} has format {found}, and this version reads {FORMAT}; restore it "
            "with the version that wrote it, or a later one."
        )
    return _damaged(source, "its list is not as safermap writes it")


def _format_in(text: bytes) -> Any:  # noqa: ANN401  whatever stands there
    try:
        return json.loads(text)["format"]
    except (ValueError, KeyError, TypeError):
        return None


def _damaged(source: Path, why: str) -> InputError:
    return InputError(f"The backup {source} is damaged: {why}. Nothing was restored.")


def _unsafe(source: Path, why: str) -> InputError:
    return InputError(f"{source} is no backup of safermap: {why}. Nothing was restored.")
