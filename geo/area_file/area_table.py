"""The table [area] of an area file."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from geo.area_file.files import FilesTable, FileTable, OneFile, SomeFiles
from geo.areas.plan import AreaPlan, InputFile, SetPlan, TownsPlan, Vintage
from geo.settings import Contradiction, NotBlank, Slug, Table, as_list, shown, twice

WHOSE = ("authorities", "partnerships", "forces")


def _code(pattern: str, what: str, example: str) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{shown(text)} is no {what}; one looks like {example}.")
        return text

    return AfterValidator(check)


def _year(value: object) -> object:
    return str(value) if type(value) is int and value in (2011, 2021) else value


Authority = Annotated[str, _code(r"E0[6-9]\d{6}|W06\d{6}", "authority code", "E06000051")]
Partnership = Annotated[str, _code(r"[EW]22\d{6}", "partnership code", "E22000190")]
Force = Annotated[
    str, _code(r"E23\d{6}|W15\d{6}|[A-Za-z][A-Za-z &'.-]+", "force", "E23000016 or West Mercia")
]
NameList = Annotated[list[NotBlank], BeforeValidator(as_list)]


class TownsTable(Table):
    """The table [area.towns]."""

    look_up: OneFile | None = Field(
        default=None, description="a table of LSOA to built-up area, which says who is in which"
    )
    outlines: OneFile | None = Field(
        default=None, description="town outlines; an LSOA is of the town that holds most of it"
    )
    points: OneFile | None = Field(
        default=None,
        description="a CSV of centre points: town, easting, northing and, if wanted, role",
    )
    names: NameList = Field(default=[], description="which towns, where not all are wanted")

    @classmethod
    def contradictions(cls, table: Mapping[str, Any], folder: Path) -> Iterable[Contradiction]:
        """Towns that no file gives LSOAs to, or that two do."""
        if "look_up" in table and "outlines" in table:
            words = "towns come from the look_up already; keep one of look_up and outlines."
            yield ("outlines",), words
        if "look_up" not in table and "outlines" not in table:
            for name in ("names", "points"):
                if name in table:
                    words = "no file says which LSOAs are of which town; add look_up or outlines."
                    yield (name,), words
        yield from twice(table, "names")

    def plan(self, folder: Path) -> TownsPlan:
        """The towns as the area is made with them."""
        return TownsPlan(
            one(self.look_up, folder),
            one(self.outlines, folder),
            one(self.points, folder),
            tuple(self.names),
        )


class SetTable(Table):
    """One [[area.sets]]: wards, parishes, police neighbourhoods."""

    id: Slug = Field(description="what the set is called in web addresses, such as 'wards'")
    title: NotBlank = Field(description="what the set is called on pages, such as 'Wards'")
    outlines: OneFile = Field(description="the file of outlines")
    code: NotBlank = Field(description="the column of the file that holds the code of each area")
    name: NotBlank = Field(description="the column of the file that holds the name of each area")


class AreaTable(Table):
    """The table [area]."""

    name: NotBlank = Field(description="what the area is called, such as 'Shropshire'")
    partnership: NotBlank | None = Field(
        default=None, description="what the partnership is called; the area's name unless said"
    )
    authorities: Annotated[list[Authority], BeforeValidator(as_list)] = Field(
        default=[], description="codes of local authorities, such as 'E06000051'"
    )
    partnerships: Annotated[list[Partnership], BeforeValidator(as_list)] = Field(
        default=[], description="codes of community safety partnerships, such as 'E22000190'"
    )
    forces: Annotated[list[Force], BeforeValidator(as_list)] = Field(
        default=[], description="police forces, by code or name, such as 'West Mercia'"
    )
    everywhere: bool = Field(default=False, description="true: every LSOA in the outlines")
    vintage: Annotated[Vintage | None, BeforeValidator(_year)] = Field(
        default=None,
        description="'2011', '2021', or 'common' for the LSOAs that both censuses have; told from "
        "the codes unless said",
    )
    outlines: SomeFiles = Field(description="the LSOA outlines: one file or several")
    deprivation: SomeFiles = Field(default=[], description="files of the Indices of Deprivation")
    rural_urban: SomeFiles = Field(default=[], description="the rural-urban classification")
    residents: SomeFiles = Field(default=[], description="residents: a census, mid-year estimates")
    denominator: NotBlank | None = Field(
        default=None,
        description="which residents rates divide by, such as 'mid-2022'; the first unless said",
    )
    towns: TownsTable = Field(default=TownsTable(), description="the towns of the area")
    sets: list[SetTable] = Field(default=[], description="further named areas, such as wards")
    code_look_up: OneFile | None = Field(
        default=None, description="the exact-fit look-up between LSOA 2011 and LSOA 2021"
    )
    partnership_look_up: OneFile | None = Field(
        default=None, description="which authority is in which partnership and force"
    )
    postcodes: OneFile | None = Field(
        default=None,
        description="a file of postcodes with easting and northing or latitude and longitude, for "
        "the search",
    )
    halo: bool = Field(
        default=True,
        description="keep the ring of LSOAs round the area, so that statistics do not stop at its "
        "edge",
    )

    @classmethod
    def contradictions(cls, table: Mapping[str, Any], folder: Path) -> Iterable[Contradiction]:
        """Settings that need another one, or that another one rules out."""
        yield from _whose(table)
        if str(table.get("vintage")) == "common" and "code_look_up" not in table:
            words = "the LSOAs that both censuses have are known from the code_look_up; add it."
            yield ("vintage",), words
        if "denominator" in table and "residents" not in table:
            yield ("denominator",), "there are no residents to choose among; add residents."
        files = ("outlines", "deprivation", "rural_urban", "residents")
        yield from twice(table, *WHOSE, *files)
        sets = table.get("sets")
        ids = [item.get("id") if isinstance(item, dict) else None for item in as_entries(sets)]
        for position, name in enumerate(ids):
            if name is not None and name in ids[:position]:
                yield ("sets", position, "id"), f"another set has the id {shown(name)} already."

    def plan(self, folder: Path) -> AreaPlan:
        """The area as it is made from these settings."""
        sets = (
            SetPlan(item.id, item.title, item.outlines.input_files(folder)[0], item.code, item.name)
            for item in self.sets
        )
        return AreaPlan(
            name=self.name,
            partnership=self.partnership or self.name,
            outlines=some(self.outlines, folder),
            authorities=tuple(self.authorities),
            partnerships=tuple(self.partnerships),
            forces=tuple(self.forces),
            everywhere=self.everywhere,
            vintage=self.vintage,
            deprivation=some(self.deprivation, folder),
            rural_urban=some(self.rural_urban, folder),
            residents=some(self.residents, folder),
            denominator=self.denominator,
            towns=self.towns.plan(folder),
            sets=tuple(sets),
            code_look_up=one(self.code_look_up, folder),
            partnership_look_up=one(self.partnership_look_up, folder),
            postcodes=one(self.postcodes, folder),
            halo=self.halo,
        )


def _whose(table: Mapping[str, Any]) -> Iterator[Contradiction]:
    given = [name for name in WHOSE if table.get(name) not in (None, [])]
    if table.get("everywhere") is True:
        for name in given:
            yield (name,), f"everywhere = true takes every LSOA; keep {name} or everywhere."
    elif not given and not any(name in table for name in ("everywhere", *WHOSE)):
        words = "it does not say whose LSOAs; add authorities, such as authorities = ['E06000051']."
        yield (), words
    elif not given:
        words = "it takes no LSOA at all; add authorities, or set everywhere = true."
        yield (next(name for name in (*WHOSE, "everywhere") if name in table),), words
    for name in ("partnerships", "forces"):
        if name in given and "partnership_look_up" not in table:
            words = "the authorities of each are known from the partnership_look_up; add it."
            yield (name,), words


def as_entries(value: object) -> list[object]:
    """The entries of a list; none where the value is no list."""
    return value if isinstance(value, list) else []


def one(table: FileTable | None, folder: Path) -> InputFile | None:
    """The file of a setting that takes one."""
    return None if table is None else table.input_files(folder)[0]


def some(tables: list[FilesTable], folder: Path) -> tuple[InputFile, ...]:
    """The files of a setting that takes several."""
    return tuple(file for table in tables for file in table.input_files(folder))
