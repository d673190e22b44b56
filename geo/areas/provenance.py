"""Where each file that an area is made from came from, and what was done to it."""

from collections.abc import Iterable
from typing import Any

from geo.areas.plan import InputFile
from geo.checksums import checksum


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
            entry = {"name": file.path.name, "sha256": checksum(file.path), "notes": []}
            self._files[file] = entry
            entry["titles"] = []
        entry["titles"].append(title)
        for key, value in _said(file, title).items():
            entry[key] = entry.get(key) or value
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


_LICENCE = "Open Government Licence v3.0"
_ONS = "Office for National Statistics"
_MHCLG = "Ministry of Housing, Communities and Local Government"
_OUTLINES = f"Areas: {_ONS}. Contains OS data © Crown copyright and database right."
_ASKED = {
    "LSOA 2011 outlines": (_ONS, _OUTLINES),
    "LSOA 2021 outlines": (_ONS, _OUTLINES),
    "Rural-urban classification": (_ONS, f"Rural-urban classification: {_ONS}."),
    "Residents": (_ONS, f"Residents: {_ONS}."),
    "Built-up areas": (_ONS, f"Built-up areas: {_ONS}."),
    "Indices of Deprivation": (_MHCLG, f"Deprivation: {_MHCLG}."),
}
"""Who publishes a kind of file, and the words its licence asks for, where the area file is silent.

What only its user can know, such as whose town outlines they are, is left open.
"""


def _said(file: InputFile, title: str) -> dict[str, str | None]:
    """What the area file says of a file, else what its publisher does."""
    source, attribution = _ASKED.get(title, (None, None)) if file.source is None else (None, None)
    return {
        "title": file.title,
        "date": file.date,
        "source": file.source or source,
        "licence": file.licence or (_LICENCE if source else None),
        "attribution": file.attribution or attribution,
    }
