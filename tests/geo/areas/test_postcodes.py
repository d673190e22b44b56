"""Postcodes of an area: the publishers' headings, what is kept, what is refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from area_files import OLD, old_outlines, plan, write_table

from geo.areas.areas import Areas
from geo.areas.assemble import assemble
from geo.crs import lonlat_geometry
from geo.errors import InputError

# Two in the first square, one on the border of the first two, one far off, one without a place
CODES = ["AB1 2CD", "ab12ce", "AB1 2CA", "ZZ9 9ZZ", "AB1 2CZ"]
EAST: list[Any] = [400_100, 400_900, 401_000, 100_000, ""]
NORTH: list[Any] = [300_500, 300_500, 300_500, 100_000, ""]


def postcodes(folder: Path, columns: dict[str, Sequence[Any]]) -> Areas:
    file = write_table(folder / "postcodes.csv", columns)
    return assemble(plan(old_outlines(folder), postcodes=file))


@pytest.mark.parametrize(
    "headings",
    [
        ("postcode", "easting", "northing"),
        ("Postcode", "Eastings", "Northings"),
        ("pcds", "oseast1m", "osnrth1m"),
    ],
)
def test_the_publishers_headings_are_read(tmp_path: Path, headings: tuple[str, ...]) -> None:
    found = postcodes(tmp_path, dict(zip(headings, (CODES, EAST, NORTH), strict=True)))
    assert found.postcodes is not None
    assert found.postcodes.to_pydict() == {
        "postcode": ["AB12CA", "AB12CD", "AB12CE"],
        "easting": [401_000, 400_100, 400_900],
        "northing": [300_500] * 3,
        "lsoa_code": [OLD[0]] * 3,
    }
    [told] = [file for file in found.provenance if file["title"] == "Postcodes"]
    assert told["notes"] == ["Postcodes in the area: 3 of 5.", "Without a place: 1."]


def test_degrees_say_the_same_as_metres(tmp_path: Path) -> None:
    [at] = lonlat_geometry(np.array([shapely.Point(400_100, 300_500)]))
    lon, lat = at.x, at.y
    found = postcodes(
        tmp_path,
        {"pcds": ["AB1 2CD", "AB1 2CE"], "lat": [lat, 99.999999], "long": [lon, 0.0]},
    )
    assert found.postcodes is not None
    assert found.postcodes["postcode"].to_pylist() == ["AB12CD"]
    assert found.postcodes["easting"].to_pylist() == pytest.approx([400_100], abs=0.5)


def test_they_are_kept_on_disk(tmp_path: Path) -> None:
    found = postcodes(tmp_path, {"postcode": CODES, "easting": EAST, "northing": NORTH})
    found.write(tmp_path / "areas")
    again = Areas.read(tmp_path / "areas")
    assert again.postcodes is not None
    assert again.postcodes.equals(found.postcodes)
    assemble(plan(old_outlines(tmp_path))).write(tmp_path / "without")
    assert Areas.read(tmp_path / "without").postcodes is None


def test_of_a_postcode_that_occurs_twice_the_first_counts(tmp_path: Path) -> None:
    told = {"postcode": ["AB1 2CD"] * 2, "easting": [400_100, 401_100], "northing": [300_500] * 2}
    found = postcodes(tmp_path, told).postcodes
    assert found is not None
    assert found["easting"].to_pylist() == [400_100]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"code": ["AB1 2CD"]}, "has no column of postcodes"),
        ({"postcode": ["AB1 2CD"], "easting": [1]}, "needs the columns easting and northing, or"),
        ({"postcode": ["B"], "easting": [1], "northing": [1]}, r"line 2: 'B' is no postcode"),
        ({"postcode": ["AB1 2CD"], "easting": ["x"], "northing": [1]}, "'x', which is no number"),
        ({"postcode": ["AB1 2CD"], "easting": [1], "northing": [1]}, "none of its 1 postcodes"),
        ({"postcode": ["AB1 2CD"], "lat": [52.6], "long": [-120.0]}, "none of its 1 postcodes"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said(
    tmp_path: Path, columns: dict[str, Sequence[Any]], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        postcodes(tmp_path, columns)
