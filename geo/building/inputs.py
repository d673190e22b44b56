"""Which files a build is made of, and a name for all that goes into it."""

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path, PurePath

from geo.checksums import checksum
from geo.incidents.files import IncidentFile, find_files

_STREET_NAME = re.compile(r"\d{4}-\d{2}-.+-street\.csv")
_EDITION = re.compile(r"\d{4}-\d{2}(?!\d)")


def files_of(
    paths: Iterable[Path], root: Path, instead: Mapping[Path, Path] | None = None
) -> tuple[list[IncidentFile], dict[str, str]]:
    """The incident files under the paths, and those passed over with the reason.

    Files under the folder `root` are called by their path within it.
    The publisher's archive of a month holds the 36 months to it as they were known then. Where
    several archives hold the same force and month, the file of the latest archive is taken.
    `instead` is as `find_files` has it. Raises InputError where there is no incident file, or one
    that is far too long.
    """
    inside = f"{root}{os.sep}"
    found = [
        replace(file, name=file.name.removeprefix(inside))
        for file in find_files(list(paths), instead or {})
    ]
    for file in found:
        file.check()  # before its bytes are summed, which takes long where they are too many
    rivals: dict[str, list[IncidentFile]] = defaultdict(list)
    for file in found:
        name = PurePath(file.member or file.name).name
        if _STREET_NAME.fullmatch(name) and _edition(file):
            rivals[name].append(file)
    replaced = {}
    for files in rivals.values():
        newest = max(files, key=_edition)
        for file in files:
            if _edition(file) < _edition(newest):
                replaced[file.name] = f"{newest.name}, from a later archive, stands instead"
    return [file for file in found if file.name not in replaced], replaced


def _edition(file: IncidentFile) -> str:
    """The month an archive is named for, or nothing."""
    if not file.member:
        return ""
    archive = PurePath(file.name.removesuffix(f"/{file.member}"))
    match = _EDITION.match(archive.stem)
    return match[0] if match else ""


def content_id(*parts: object) -> str:
    """A name for settings and the files they point to: equal content has an equal name.

    A path stands for the bytes of its file, whatever the file is called.
    """
    told = hashlib.sha256()
    for text in _told(parts):
        told.update(f"{len(text)}:{text};".encode())
    return told.hexdigest()


def _told(item: object) -> Iterator[str]:
    if isinstance(item, Path):
        yield checksum(item)
    elif is_dataclass(item) and not isinstance(item, type):
        for part in fields(item):
            yield part.name
            yield from _told(getattr(item, part.name))
    elif isinstance(item, dict):
        for name, value in item.items():
            yield from _told((name, value))
    elif isinstance(item, list | tuple):
        yield f"{len(item)} parts"
        for part in item:
            yield from _told(part)
    else:
        yield repr(item)
