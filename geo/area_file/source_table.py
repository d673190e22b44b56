"""The tables [[source]] of an area file."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from geo.area_file.files import find
from geo.area_file.plans import ATTRIBUTION, OPEN_LICENCE, Overlap, SourceKind, SourcePlan
from geo.incidents.columns import CANONICAL_MAP, ColumnMap, Columns
from geo.incidents.table import ALL, POLICE_STREET, Sensitivity
from geo.offences import OFFENCES
from geo.retention import Keep
from geo.settings import Contradiction, NotBlank, Slug, as_list, near, shown, twice
from geo.slugs import slug

_EXTRACTS_ALONE = ("overlap", "offences", "keep_until", "keep_months", *Columns.model_fields)


def _offence(code: str) -> str:
    if code not in OFFENCES:
        raise ValueError(f"{shown(code)} is no offence{near(code, OFFENCES)}.")
    return code


class SourceTable(Columns):
    """One [[source]], with the settings of a column map where it is an extract."""

    id: Slug | None = Field(
        default=None, description="what the source is called in web addresses; its name unless said"
    )
    name: NotBlank | None = Field(default=None, description="how pages name the source")
    kind: SourceKind = Field(
        description="'police-street' for files of data.police.uk, 'extract' for any other"
    )
    files: Annotated[list[str], BeforeValidator(as_list)] = Field(
        description="files, folders, ZIP archives or patterns such as '2025-*.csv'"
    )
    sensitivity: Sensitivity | None = Field(
        default=None,
        description="'open' or 'partner': whether anyone may see its small counts; police files "
        "are open and extracts a partner's unless said",
    )
    overlap: Overlap = Field(
        default="refuse",
        description="what to do where files without IDs share a month: 'refuse' them, let the "
        "later 'replace' the earlier, or 'add' them",
    )
    offences: Annotated[list[Annotated[str, AfterValidator(_offence)]] | None,
                        BeforeValidator(as_list)] = Field(
        default=None,
        description="the offences it tells apart, where its rows alone do not show it",
    )  # fmt: skip
    illustrative: bool = Field(
        default=False, description="true: its incidents are drawn, and every page says so"
    )
    title: NotBlank | None = Field(default=None, description="what the publisher calls the files")
    licence: NotBlank | None = Field(default=None, description="the licence they are under")
    attribution: NotBlank | None = Field(
        default=None, description="the words the licence asks to be shown"
    )
    keep_until: date | None = Field(
        default=None, description="the last day on which any of it may be held, such as 2027-03-31"
    )
    keep_months: int | None = Field(
        default=None,
        ge=1,
        le=1200,
        description="how many months of it may be held, the present one counted",
    )

    @classmethod
    def contradictions(cls, table: Mapping[str, Any], folder: Path) -> Iterable[Contradiction]:
        """What the kind of source rules out or needs, and files that are not there."""
        yield from super().contradictions(table, folder)
        if source_id(table) == ALL:
            words = f"'{ALL}' asks for every source; call this one otherwise."
            yield (("id",) if "id" in table else ("name",)), words
        if table.get("kind") == "police-street":
            for name in _EXTRACTS_ALONE:
                if name in table:
                    words = "this is for extracts alone; police street files are all alike."
                    yield (name,), words
        elif table.get("kind") == "extract" and "name" not in table:
            yield (), "an extract needs a name, by which pages call the source."
        if table.get("files") == []:
            yield ("files",), "it names no file."
        yield from twice(table, "files", "offences")
        for place, found in files_of(table, folder):
            if isinstance(found, str):
                yield ("files", *place), found

    def plan(self, folder: Path) -> SourcePlan:
        """The source as the build reads it."""
        police = self.kind == "police-street"
        name = self.name or POLICE_STREET.name
        column_map = CANONICAL_MAP
        if not police:
            said = {item: getattr(self, item) for item in Columns.model_fields}
            column_map = ColumnMap(name=name, **said)
        offences = column_map.offences_told if self.offences is None else tuple(self.offences)
        return SourcePlan(
            id=source_id(dict(self)) or "extract",
            name=name,
            kind=self.kind,
            files=tuple(dict.fromkeys(
                path for item in self.files for path in find(folder, item, many=True, folders=True)
            )),
            sensitivity=self.sensitivity or ("open" if police else "partner"),
            overlap=self.overlap,
            column_map=column_map,
            offences=POLICE_STREET.offences if police else offences,
            illustrative=self.illustrative,
            title=self.title,
            licence=self.licence or (OPEN_LICENCE if police else None),
            attribution=self.attribution or (ATTRIBUTION if police else None),
            keep=Keep(self.keep_until, self.keep_months),
        )  # fmt: skip


def source_id(table: Mapping[str, Any]) -> str:
    """What the source is called in web addresses: what it says itself, else its kind or name."""
    if isinstance(table.get("id"), str):
        return str(table["id"])
    if table.get("kind") == "police-street":
        return POLICE_STREET.id
    return slug(str(table.get("name") or ""))


def files_of(
    table: Mapping[str, Any], folder: Path
) -> Iterator[tuple[tuple[int, ...], list[Path] | str]]:
    """Each entry of `files`: its place, and what was found or a sentence on why nothing was."""
    files = table.get("files")
    single = isinstance(files, str)
    for position, name in enumerate(
        [files] if single else files if isinstance(files, list) else []
    ):
        if isinstance(name, str):
            try:
                found: list[Path] | str = find(folder, name, many=True, folders=True)
            except ValueError as error:
                found = str(error)
            yield (() if single else (position,)), found
