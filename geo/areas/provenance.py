"""Where each file that an area is made from came from, and what was done to it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from geo.areas.plan import InputFile
from geo.errors import InputError


class Provenance:
    """Collects, file by file, what was said of it and what was noted when it was read."""

    def __init__(self) -> None:
        self._files: dict[InputFile, dict[str, Any]] = {}

    def add(self, file: InputFile, title: str, vintage: str | None, notes: Iterable[str]) -> None:
        """Note a file that was read. What is said of it twice is kept as it was said first.

        Raises InputError where the file cannot be read again.
        """
        entry = self._files.get(file)
        if entry is None:
            entry = {"name": file.path.name, "sha256": _checksum(file.path), "notes": []}
            self._files[file] = entry
            entry["titles"] = []
        entry["titles"].append(title)
        for key in ("title", "source", "licence", "attribution", "date"):
            entry[key] = entry.get(key) or getattr(file, key)
        entry["vintage"] = entry.get("vintage") or vintage
        entry["notes"] += [note for note in notes if note not in entry["notes"]]

    def told(self) -> tuple[dict[str, Any], ...]:
        """One dictionary a file, in the order they were noted."""
        keys = ("name", "title", "source", "vintage", "date", "licence", "attribution", "sha256")
        told = []
        for entry in self._files.values():
            whole = {key: entry.get(key) for key in keys}
            whole["title"] = entry["title"] or "; ".join(dict.fromkeys(entry["titles"]))
            whole["notes"] = list(entry["notes"])
            told.append(whole)
        return tuple(told)


def _checksum(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
