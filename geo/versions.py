"""The versions of a dataset in its home folder: written beside each other, switched in one step.

A build writes into a folder of its own. Only when that is whole does the name in `CURRENT` change,
so a build that dies half-way leaves the old dataset served.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import filelock

from geo.errors import DatasetError

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


def all_versions(home: Path) -> list[Version]:
    """Every whole version, oldest first. Raises DatasetError where there is no dataset."""
    current = current_folder(home).name
    found = []
    for folder in sorted(home.glob("*/manifest.json")):
        if not folder.parent.name.startswith("."):
            try:
                manifest = read_manifest(folder.parent)
            except DatasetError:
                continue
            found.append(Version(folder.parent, manifest, folder.parent.name == current))
    return found


def roll_back(home: Path, name: str | None = None) -> Version:
    """Serve an earlier version again: the one of that name, else the one before the current.

    Raises DatasetError where there is no such version.
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
        _switch(home, chosen.name)
        return chosen


@contextmanager
def new_version(home: Path) -> Iterator[Path]:
    """A folder to write a version into; it is served once the block ends without an error.

    A block that writes no `manifest.json` leaves everything as it is. Raises DatasetError where
    another build is at work or the folder cannot be written.
    """
    there = home.exists()
    try:
        with _locked(home):
            for left in home.glob(".building-*"):  # of a build that died
                shutil.rmtree(left)
            name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
            folder = home / f".building-{name}"
            folder.mkdir()
            try:
                yield folder
                if (folder / "manifest.json").exists():
                    folder.rename(home / name)
                    _switch(home, name)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                if not there and not (home / "CURRENT").exists():
                    shutil.rmtree(home, ignore_errors=True)
    except OSError as error:
        raise DatasetError(f"The dataset cannot be written to {home}: {error.strerror}.") from error


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(home / ".lock", blocking=False):
            yield
    except filelock.Timeout as error:
        raise DatasetError(f"Another build is writing to {home}; wait until it is done.") from error


def _switch(home: Path, name: str) -> None:
    partial = home / "CURRENT.partial"
    with partial.open("w", encoding="utf-8") as file:
        file.write(name)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(home / "CURRENT")
