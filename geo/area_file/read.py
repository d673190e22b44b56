"""From `safermap.toml` to what the build works by."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from pydantic import Field

from geo.area_file.area_table import AreaTable, as_entries
from geo.area_file.area_table import one as one_file
from geo.area_file.files import OneFile
from geo.area_file.plans import AreaFile, Disclosure
from geo.area_file.source_table import SourceTable, files_of, source_id
from geo.errors import InputError
from geo.settings import Contradiction, Table, read_settings, shown


class DisclosureTable(Table):
    """The table [disclosure]."""

    hidden_below: int = Field(
        default=Disclosure.hidden_below,
        ge=0,
        le=1000,
        description="partners' counts below this are hidden from the public; 0 hides none",
    )
    hidden_below_grave: int = Field(
        default=Disclosure.hidden_below_grave,
        ge=0,
        le=1000,
        description="the same for sexual, domestic and hate offences",
    )

    @classmethod
    def contradictions(cls, table: Mapping[str, Any], folder: Path) -> Iterable[Contradiction]:
        """Grave offences that would be hidden less than others."""
        below = table.get("hidden_below", Disclosure.hidden_below)
        grave = table.get("hidden_below_grave", Disclosure.hidden_below_grave)
        if type(below) is int and type(grave) is int and grave < below:
            where = "hidden_below_grave" if "hidden_below_grave" in table else "hidden_below"
            words = (
                f"grave offences would be hidden below {shown(grave)} and all others below "
                f"{shown(below)}; hidden_below_grave must be at least hidden_below."
            )
            yield (where,), words


class AreaFileTable(Table):
    """A whole area file."""

    area: AreaTable = Field(description="the table [area], which says whose LSOAs and which files")
    source: list[SourceTable] = Field(
        default=[], description="tables [[source]], one for each source of incidents"
    )
    disclosure: DisclosureTable = Field(
        default=DisclosureTable(), description="the table [disclosure]: which counts are hidden"
    )
    strategy: OneFile | None = Field(
        default=None, description="the file of figures that the partnership printed"
    )

    @classmethod
    def contradictions(cls, table: Mapping[str, Any], folder: Path) -> Iterable[Contradiction]:
        """Sources that share an id or a file."""
        ids: set[str] = set()
        held: dict[Path, str] = {}
        for position, source in enumerate(as_entries(table.get("source"))):
            if not isinstance(source, dict):
                continue
            name = source_id(source)
            if name and name in ids:
                words = f"another source has the id {shown(name)} already; give this one its own."
                yield ("source", position, *(("id",) if "id" in source else ())), words
            ids.add(name)
            for place, found in files_of(source, folder):
                for path in found if isinstance(found, list) else ():
                    other = held.setdefault(path, name)
                    if other != name:
                        words = (
                            f"{path} is of the source {shown(other)} already; a row counts once."
                        )
                        yield ("source", position, "files", *place), words


def read_area_file(path: Path) -> AreaFile:
    """Read an area file. Paths in it start at its folder.

    Raises InputError that lists everything that is wrong: the file's name once, then one line a
    mistake, with the line of the file, the setting, and what would be right.
    """
    table = read_settings(path, AreaFileTable, "area file")
    folder = path.parent
    try:
        return AreaFile(
            path=path,
            area=table.area.plan(folder),
            sources=tuple(source.plan(folder) for source in table.source),
            disclosure=Disclosure(**dict(table.disclosure)),
            strategy=one_file(table.strategy, folder),
        )
    except ValueError as error:  # a file went away since it was looked for
        raise InputError(f"The area file {path}: {error}") from error


def read_area_files(paths: Sequence[Path]) -> AreaFile:
    """Read area files of one area that name sources of their own, as one.

    So the sources that all may know can stand in one file and a partner's in another. Raises
    InputError for a mistake in one of them, and where two say different things of the area or of a
    source.
    """
    first, *others = [read_area_file(path) for path in paths]
    sources = {source.id: source for source in first.sources}
    for other in others:
        _refuse_contradiction(first, other)
        for source in other.sources:
            known = sources.setdefault(source.id, source)
            files = tuple(dict.fromkeys((*known.files, *source.files)))
            sources[source.id] = replace(known, files=files)
    return replace(first, sources=tuple(sources.values()))


def _refuse_contradiction(one: AreaFile, other: AreaFile) -> None:
    names = tuple(item.name for item in fields(one.area))
    differ = [f"area.{words}" for words in _differing(one.area, other.area, names)]
    sources = {source.id: source for source in one.sources}
    for second in other.sources:
        first = sources.get(second.id, second)
        said = tuple(item.name for item in fields(first) if item.name != "files")
        found = _differing(first, second, said)
        differ += [f"source {second.id}, {words}" for words in found]
    if one.disclosure != other.disclosure:
        differ.append("disclosure: the two hide different counts.")
    if one.strategy != other.strategy:
        differ.append("strategy: the two name different files of printed figures.")
    if differ:
        both = f"The area files {one.path} and {other.path} contradict each other; keep one."
        raise InputError("\n".join([both, *differ]))


def _differing(one: object, other: object, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        first, second = getattr(one, name), getattr(other, name)
        if first != second:
            words = {_said(first): None, _said(second): None}
            yield f"{name}: {' and '.join(words) if len(words) > 1 else 'it differs'}."


def _said(value: object) -> str:
    """A setting as people say it; tables and files have no short words."""
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return ", ".join(value) or "none"
    return "none" if value is None else shown(value) if isinstance(value, str | bool) else ""
