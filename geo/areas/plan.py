"""What an area is made from: whose LSOAs, and which files say what of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Vintage = Literal["2011", "2021", "common"]
"""Which LSOAs: those of one census, or the areas that both have in common."""


@dataclass(frozen=True)
class InputFile:
    """A file and what is said of it. What is not said follows from what kind of file it is.

    `edition` is the year of an Index of Deprivation where the file does not say it itself.
    """

    path: Path
    title: str | None = None
    source: str | None = None
    licence: str | None = None
    attribution: str | None = None
    date: str | None = None
    edition: int | None = None


@dataclass(frozen=True)
class TownsPlan:
    """Which towns there are and which LSOAs belong to them.

    `look_up`: a table of LSOA to built-up area; `outlines`: town outlines, an LSOA belongs to the
    town that holds most of it. `points`: centre points, with `town`, `easting`, `northing` and, if
    wanted, `role`; without them a town's centre is a point within its outline. `names` chooses the
    towns; without it those of the points, else every built-up area of two LSOAs or more.
    """

    look_up: InputFile | None = None
    outlines: InputFile | None = None
    points: InputFile | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class SetPlan:
    """A further named set of areas, such as wards: its outlines and the columns that name them."""

    id: str
    title: str
    outlines: InputFile
    code: str
    name: str


@dataclass(frozen=True)
class AreaPlan:
    """One area: its name, whose LSOAs it has and the files that describe them.

    The LSOAs are those of the local `authorities` (ONS codes), of the community safety
    `partnerships` (E22, W22) and of the police `forces` (E23, W15, or names), or `everywhere`: all
    in the outlines. Partnerships and forces need the `partnership_look_up`. `code_look_up` is the
    exact-fit look-up between LSOA 2011 and 2021. `vintage` is told from the codes where it is None.
    `postcodes`: a file of them, for the search.
    `halo`: keep the ring of LSOAs round the area where the outlines reach that far.
    """

    name: str
    partnership: str
    outlines: tuple[InputFile, ...]
    authorities: tuple[str, ...] = ()
    partnerships: tuple[str, ...] = ()
    forces: tuple[str, ...] = ()
    everywhere: bool = False
    vintage: Vintage | None = None
    deprivation: tuple[InputFile, ...] = ()
    rural_urban: tuple[InputFile, ...] = ()
    residents: tuple[InputFile, ...] = ()
    denominator: str | None = None
    towns: TownsPlan = TownsPlan()
    sets: tuple[SetPlan, ...] = ()
    code_look_up: InputFile | None = None
    partnership_look_up: InputFile | None = None
    postcodes: InputFile | None = None
    halo: bool = True
