"""The versions of a dataset in its home folder: written beside each other, switched in one step.

A build writes into a folder of its own. Only when that is whole does the name in `CURRENT` change,
so a build that dies half-way leaves the old dataset served.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import filelock

from geo.errors import DatasetError, ExpiredError, QuestionError
from geo.retention import Overdue, expires, overdue, rules_of

FORMAT = 2  # of the files in a dataset folder; another number is not read


@dataclass(frozen=True)
class Version:
    """One version of a dataset: its folder, its manifest and whether it is the one served."""

    folder: Path
    manifest: dict[str, Any]
    current: bool

    @property
    def name(self) -> str:
        """What it is called: when it was built."""
        return self.folder.name


def current_folder(home: Path) -> Path:
    """The folder of the dataset that `home` serves. Raises DatasetError where there is none."""
    try:
        name = (home / "CURRENT").read_text("utf-8").strip()
    except FileNotFoundError as error:
        raise DatasetError(
            f"There is no dataset in {home}. Build one: "
            f"safermap build --incidents FILE --out {home}"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"The dataset in {home} cannot be read: {error}.") from error
    return home / name


def switched_to(folder: Path) -> datetime | None:
    """When a version became the current one of its home, to the second; None where it is not."""
    try:
        current = folder.parent / "CURRENT"
        if current.read_text("utf-8").strip() != folder.name:
            return None
        return datetime.fromtimestamp(int(current.stat().st_mtime), UTC)
    except OSError:
        return None


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a version. Raises DatasetError where it is damaged or of another format."""
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
        found = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(f"The dataset in {folder.parent} is damaged; build it again.") from error
    if found != FORMAT:
        raise DatasetError(
            f"The dataset in {folder.parent} has format {found}; this version reads {FORMAT}. "
            "Build it again."
        )
    return manifest


def latest(home: Path) -> Version | None:
    """The version served; None where there is none, or none that is whole and can be read here."""
    try:
        folder = current_folder(home)
        found = Version(folder, read_manifest(folder), current=True)
    except DatasetError:
        return None
    return found if found.manifest.get("contents") == contents(folder) else None


def contents(folder: Path) -> dict[str, int]:
    """How many files a version has beside its manifest, and their bytes: tells what was damaged."""
    names = (os.path.join(at, name) for at, _, found in os.walk(folder) for name in found)  # noqa: PTH118  a nation's parts are thousands of files
    sizes = [os.stat(name).st_size for name in names if not name.endswith("manifest.json")]  # noqa: PTH116
    return {"files": len(sizes), "bytes": sum(sizes)}


def readable(folder: Path) -> bool:
    """Whether a version is there as it was built, so far as it says what it had."""
    try:
        return read_manifest(folder).get("contents") in (None, contents(folder))
    except (DatasetError, OSError):
        return False


def refuse_damaged(home: Path) -> None:
    """Raises DatasetError where there is no version served, or it is not there as it was built."""
    read_manifest(folder := current_folder(home))
    if not readable(folder):
        raise DatasetError(f"The dataset in {home} is damaged; build it again.")


def all_versions(home: Path) -> list[Version]:
    """Every whole version, oldest first. Raises DatasetError where there is no dataset."""
    current_folder(home)
    return versions_in(home)


def versions_in(home: Path) -> list[Version]:
    """The same where there may be no dataset any more."""
    try:
        current = current_folder(home).name
    except DatasetError:
        current = ""
    found = []
    for folder in _folders(home):
        try:
            found.append(Version(folder, read_manifest(folder), folder.name == current))
        except DatasetError:
            continue
    return found


def _folders(home: Path) -> list[Path]:
    """The folders of versions, those that cannot be read as well."""
    found = sorted(path.parent for path in home.glob("*/manifest.json"))
    return [folder for folder in found if not folder.name.startswith(".")]


def overdue_in(home: Path, manifest: dict[str, Any], today: date) -> list[Overdue]:
    """What a version under `home` holds too long. Raises DatasetError where one is damaged."""
    with _undamaged(home):
        return list(overdue(manifest, rules_of([manifest, *_manifests(home)]), today))


def refuse_overdue(home: Path, manifest: dict[str, Any], today: date | None = None) -> date | None:
    """The first day on which a version under `home` holds something too long; None for never.

    Raises ExpiredError where that is the day it is, or `today`, or before.
    """
    if found := overdue_in(home, manifest, today or date.today()):
        raise ExpiredError(
            f"The dataset in {home} holds records too long, so it is not shown: "
            f"{'; '.join(item.words for item in found)}. Remove them: "
            f"safermap purge --dataset {home}"
        )
    with _undamaged(home):
        return expires(manifest, rules_of([manifest, *_manifests(home)]))


def _manifests(home: Path) -> list[dict[str, Any]]:
    return [version.manifest for version in versions_in(home)]


@contextmanager
def _undamaged(home: Path) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, QuestionError) as error:
        raise DatasetError(f"The dataset in {home} is damaged; build it again.") from error


def roll_back(home: Path, name: str | None = None) -> Version:
    """Serve an earlier version again: the one of that name, else the one before the current.

    Raises DatasetError where there is no such version, and ExpiredError where it holds records
    too long.
    """
    with _locked(home):
        found = all_versions(home)
        if name is None:
            current = next((i for i, item in enumerate(found) if item.current), 0)
            if current == 0:
                raise DatasetError(f"There is no version before the current one in {home}.")
            chosen = found[current - 1]
        else:
            named = [item for item in found if item.name == name]
            if not named:
                there = ", ".join(item.name for item in found)
                raise DatasetError(f"There is no version '{name}' in {home}; there are {there}.")
            chosen = named[0]
        refuse_overdue(home, chosen.manifest)
        with _switch(home, chosen.name):
            return chosen


@contextmanager
def new_version(home: Path, last: Callable[[], None] = lambda: None) -> Iterator[Path]:
    """A folder to write a version into; it is served once the block ends without an error.

    A block that writes no `manifest.json` leaves everything as it is. `last` is called just before
    the switch, when nothing is left to be written; what it raises leaves everything as it is too.
    Raises DatasetError where another build is at work or the folder cannot be written.
    """
    there = home.exists()
    try:
        with _locked(home):
            _clear_left(home)
            name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
            folder = home / f".building-{name}"
            folder.mkdir()
            try:
                yield folder
                if (folder / "manifest.json").exists():
                    with _switch(home, name):
                        last()
                        folder.rename(home / name)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                if not there and not (home / "CURRENT").exists():
                    shutil.rmtree(home, ignore_errors=True)
    except OSError as error:
        raise DatasetError(f"The dataset cannot be written to {home}: {error.strerror}.") from error


def remove_versions(home: Path, names: Iterable[str]) -> None:
    """Remove versions for good, and what a removal that died left; the current one first of all.

    Each is gone to whoever looks for versions before any of its files is. Raises DatasetError
    where another build is at work or the folder cannot be written.
    """
    try:
        with _locked(home):
            current = home / "CURRENT"
            for name in sorted(names, key=lambda one: not _is_current(home, one)):
                if _is_current(home, name):
                    current.unlink()
                (home / name).rename(home / f".removed-{name}")
            _clear_left(home)
    except OSError as error:
        raise DatasetError(f"{home} cannot be written: {error.strerror}.") from error


def _is_current(home: Path, name: str) -> bool:
    try:
        return current_folder(home).name == name
    except DatasetError:
        return False


def unreadable_versions(home: Path) -> list[str]:
    """Names of versions that are damaged or of another format, so that nothing tells of them."""
    readable = {version.name for version in versions_in(home)}
    return [folder.name for folder in _folders(home) if folder.name not in readable]


def _clear_left(home: Path) -> None:
    """Remove what a build or a removal that died left."""
    for pattern in (".building-*", ".removed-*"):
        for left in home.glob(pattern):
            shutil.rmtree(left)


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(home / ".lock", blocking=False):
            yield
    except filelock.Timeout as error:
        raise DatasetError(f"Another build is writing to {home}; wait until it is done.") from error


@contextmanager
def _switch(home: Path, name: str) -> Iterator[None]:
    """Serve the version of that name once the block ends without an error."""
    partial = home / "CURRENT.partial"
    try:
        with partial.open("w", encoding="utf-8") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        yield
        partial.replace(home / "CURRENT")
    finally:
        partial.unlink(missing_ok=True)
