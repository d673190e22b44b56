"""Files that an area file names: found from its folder, and what is said of each."""

import glob
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from geo.areas.plan import InputFile
from geo.settings import Contradiction, NotBlank, Table, as_list, shown


def find(folder: Path, name: str, *, many: bool, folders: bool = False) -> list[Path]:
    """The files that a name or, where many may stand, a pattern such as `2025-*.csv` stands for.

    `folders`: a folder is taken too. Raises ValueError, one sentence, where nothing is found.
    """
    if not name.strip() or not name.isprintable():
        raise ValueError(f"{shown(name)} is no file name.")
    try:
        path = folder / name
        if path.exists():
            if path.is_dir() and not folders:
                raise ValueError(f"{shown(name)} is a folder; name the file in it.")
            return [path]
        found = sorted(glob.glob(name, root_dir=folder)) if many else []  # noqa: PTH207  Path.glob takes no absolute pattern
    except OSError as error:
        raise ValueError(f"{shown(name)} cannot be looked for: {error.strerror}.") from error
    paths = [path for path in (folder / item for item in found) if folders or path.is_file()]
    if paths:
        return paths
    if glob.has_magic(name):
        only = "no file fits" if many else "one file stands here, and none is called"
        raise ValueError(f"{only} {folder / name}.")
    raise ValueError(f"there is no file {folder / name}.")


def _date(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


class FileTable(Table):
    """A file and what is said of it."""

    file: str = Field(description="the file's path, from the folder of the area file")
    title: NotBlank | None = Field(default=None, description="what the publisher calls it")
    source: NotBlank | None = Field(default=None, description="who publishes it")
    licence: NotBlank | None = Field(default=None, description="the licence it is under")
    attribution: NotBlank | None = Field(
        default=None, description="the words the licence asks to be shown"
    )
    date: Annotated[NotBlank | None, BeforeValidator(_date)] = Field(
        default=None, description="when it was published or fetched"
    )
    edition: int | None = Field(
        default=None,
        ge=2000,
        le=2100,
        description="the year of the Indices of Deprivation, where the file does not say it",
    )

    @classmethod
    def contradictions(cls, table: Mapping[str, Any], folder: Path) -> Iterable[Contradiction]:
        """A file that is not there."""
        return missing(table, folder, many=False)

    def input_files(self, folder: Path) -> tuple[InputFile, ...]:
        """The file, or one for each that a pattern stands for."""
        said = dict(self)
        name = said.pop("file")
        return tuple(InputFile(path, **said) for path in find(folder, name, many=True))


class FilesTable(FileTable):
    """A file or a pattern for several, and what is said of each."""

    @classmethod
    def contradictions(cls, table: Mapping[str, Any], folder: Path) -> Iterable[Contradiction]:
        """A pattern that nothing fits."""
        return missing(table, folder, many=True)


def missing(table: Mapping[str, Any], folder: Path, *, many: bool) -> Iterable[Contradiction]:
    """What is wrong with the name in `file`."""
    name = table.get("file")
    if isinstance(name, str):
        try:
            find(folder, name, many=many)
        except ValueError as error:
            yield ("file",), str(error)


def _as_table(value: object) -> object:
    if isinstance(value, str):
        return {"file": value}
    if isinstance(value, dict):
        return value
    raise ValueError(
        f"it must be a file name in quotes, or a table such as {{file = 'name.csv', title = "
        f"'Title'}}, not {shown(value)}."
    )


OneFile = Annotated[FileTable, BeforeValidator(_as_table)]
SomeFiles = Annotated[
    list[Annotated[FilesTable, BeforeValidator(_as_table)]], BeforeValidator(as_list)
]
