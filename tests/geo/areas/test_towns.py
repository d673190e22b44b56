"""Towns from a look-up or from outlines, with centres that are given or found."""

from pathlib import Path

import pytest
import shapely
from area_files import INSIDE, OLD, plan, square, write_outlines, write_table

from geo.areas.areas import Areas
from geo.areas.assemble import assemble
from geo.areas.plan import InputFile, TownsPlan
from geo.errors import InputError


@pytest.fixture
def outlines(tmp_path: Path) -> InputFile:
    elsewhere = ["E06000002"]
    return write_outlines(tmp_path / "o.gpkg", OLD, LAD11CD=[INSIDE] * 3 + elsewhere)


@pytest.fixture
def look_up(tmp_path: Path) -> InputFile:
    towns = ["Ash", "Ash", "Elm (Here)", "Ash"]
    return write_table(tmp_path / "towns.csv", {"LSOA11CD": OLD, "BUA22NM": towns})


def points(folder: Path, *rows: str) -> InputFile:
    path = folder / "points.csv"
    path.write_text("\n".join(["town,easting,northing,role", *rows]) + "\n")
    return InputFile(path)


def towns(lsoas: InputFile, **told: object) -> Areas:
    return assemble(plan(lsoas, towns=TownsPlan(**told)))  # type: ignore[arg-type]


def test_without_names_every_built_up_area_of_two_is_a_town(
    outlines: InputFile, look_up: InputFile
) -> None:
    areas = towns(outlines, look_up=look_up)
    assert areas.lsoas["built_up_area"].to_pylist() == ["Ash", "Ash", "Elm (Here)", "Ash"]
    assert areas.lsoas["town"].to_pylist() == ["Ash", "Ash", None, None]  # none in the ring
    (town,) = areas.towns.to_pylist()
    assert (town["town_id"], town["role"]) == ("ash", None)
    assert areas.town_outlines[0].equals(square(0, 2000))
    centre = shapely.Point(town["easting"], town["northing"])
    assert areas.town_outlines[0].contains(centre)


def test_points_choose_the_towns_and_give_their_centres(
    tmp_path: Path, outlines: InputFile, look_up: InputFile
) -> None:
    given = points(tmp_path, "Elm,402500,300400,", "Ash,400100,300100,market town", "Oak,1,1,")
    areas = towns(outlines, look_up=look_up, points=given)
    assert areas.lsoas["town"].to_pylist() == ["Ash", "Ash", "Elm", None]
    assert areas.towns.to_pylist() == [
        {"town_id": "elm", "town": "Elm", "role": None, "easting": 402500, "northing": 300400},
        {
            "town_id": "ash",
            "town": "Ash",
            "role": "market town",
            "easting": 400100,
            "northing": 300100,
        },
    ]
    notes = {item["name"]: item["notes"] for item in areas.provenance}
    assert notes["points.csv"] == ["Outside the area, so left out: Oak."]


def test_names_choose_among_them(tmp_path: Path, outlines: InputFile, look_up: InputFile) -> None:
    given = points(tmp_path, "Ash,400100,300100,")
    areas = towns(outlines, look_up=look_up, points=given, names=("Elm",))
    assert areas.towns["town"].to_pylist() == ["Elm"]


def test_a_town_outline_takes_what_lies_in_it_for_the_most_part(
    tmp_path: Path, outlines: InputFile
) -> None:
    shapes = [square(0, 1600), square(2600, 400)]
    drawn = write_outlines(tmp_path / "t.geojson", ["Ash", "Elm"], shapes, heading="town_city_name")
    areas = towns(outlines, outlines=drawn, names=("Ash",))
    assert areas.lsoas["built_up_area"].to_pylist() == ["Ash", "Ash", None, None]


def test_towns_that_cannot_be_are_named(
    tmp_path: Path, outlines: InputFile, look_up: InputFile
) -> None:
    with pytest.raises(InputError, match=r"belongs to Elms \(Here\); there is Elm \(Here\)"):
        towns(outlines, look_up=look_up, names=("Elms (Here)",))
    within = points(tmp_path, "Nowhere,400500,300500,")
    with pytest.raises(InputError, match=r"No LSOA belongs to Nowhere.*none of its own"):
        towns(outlines, look_up=look_up, points=within)
    for row, words in (
        ("Ash,,300100,", "line 2: a town needs a name"),
        ("Ash,here,300100,", "line 2: 'easting' is 'here'"),
        ("Ash,-3,300100,", "line 2: 'easting' is -3"),
    ):
        with pytest.raises(InputError, match=words):
            towns(outlines, look_up=look_up, points=points(tmp_path, row))
    bare = write_table(tmp_path / "bare.csv", {"LSOA11CD": OLD})
    with pytest.raises(InputError, match=r"bare\.csv has no column of built-up areas"):
        towns(outlines, look_up=bare)
    alike = write_table(tmp_path / "t.csv", {"LSOA11CD": OLD, "town": ["A b", "A-b", "A", "A"]})
    with pytest.raises(InputError, match="Two towns have the address 'a-b'"):
        towns(outlines, look_up=alike, names=("A b", "A-b"))
