"""The form of a backup: a tar of plain files, packed with gzip, its list of contents first.

The list, `backup.json`, has every file with its size and SHA-256; the files lie under `dataset/`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

FORMAT = 1
LIST = "backup.json"
INSIDE = "dataset/"
LONGEST_LIST = 64 * 1024 * 1024  # bytes; a nation's years of monthly files have a tenth of it
BLOCK = 1024 * 1024

Progress = Callable[[Iterable[Any], int], Iterable[Any]]
"""Passes files on as they are written or read, and tells of them; how many there are."""


class Member(BaseModel):
    """One file: its path from the version's folder, its bytes and their SHA-256."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    path: str
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Contents(BaseModel):
    """The list of contents: what the dataset is, and every file of it in order."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: int
    dataset_id: str
    area: str
    created: str
    files: list[Member] = Field(min_length=1)
