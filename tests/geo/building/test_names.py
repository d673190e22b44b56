"""The names that areas go by."""

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import pyarrow as pa
import pytest
from building import shropshire

from geo.areas import Areas
from geo.building.names import GENERIC, name_lsoas, street_of
from geo.dataset import Dataset


@pytest.mark.parametrize(
    ("location", "street"),
    [
        ("On or near High Street", "High Street"),
        ("On or near St Mary'S Street", "St Mary's Street"),
        ("On or near 22Nd Avenue", "22nd Avenue"),
        ("On or near 8Th Avenue", "8th Avenue"),
        ("On or near Station Road", "Station Road"),
        ("The Square", "The Square"),
        ("On or near Parking Area", None),
        ("On or near Wem Police Station", None),
        ("On or near A49", None),
        ("On or near M54", None),
        ("On or near A1(M)", None),
        ("On or near ", None),  # 1,666 rows of December 2018 name nothing
        ("On or near", None),
        ("", None),
    ],
)
def test_a_street_is_told_from_a_kind_of_place(location: str, street: str | None) -> None:
    assert street_of(location) == street


@pytest.fixture(scope="module")
def areas() -> Areas:
    return shropshire()


def test_no_two_areas_share_a_full_name(areas: Areas, police: Dataset) -> None:
    for short, full in (
        name_lsoas(areas, None),
        (police.lsoas["short_name"], police.lsoas["name"]),
    ):
        assert len(set(full)) == len(full)
        assert all(len(name) > 3 for name in (*short, *full))


def test_short_names_differ_within_a_town(police: Dataset) -> None:
    in_towns = police.lsoas.dropna(subset="town")
    assert not in_towns.duplicated(["town", "short_name"]).any()


def test_each_town_has_one_centre(areas: Areas) -> None:
    _, names = name_lsoas(areas, None)
    for town in areas.towns["town"].to_pylist():
        assert names.count(f"{town} town centre") == 1


def test_without_streets_an_area_is_named_by_town_village_or_direction(areas: Areas) -> None:
    _, named = name_lsoas(areas, None)
    for name, row in zip(named, areas.lsoas.to_pylist(), strict=True):
        if isinstance(row["town"], str):
            assert row["town"] in name
        elif isinstance(row["built_up_area"], str):
            assert name.startswith(row["built_up_area"])
        else:
            assert " km " in name


def test_the_two_most_recorded_streets_name_an_area(police: Dataset, shared: Path) -> None:
    streets: dict[str, Counter[str]] = defaultdict(Counter)
    for path in (shared / "data/police/2018-19").glob("*.csv"):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                street = street_of(row["Location"])
                if street and street != "No Location":
                    streets[row["LSOA code"]][street] += 1
    checked = 0
    for row in police.lsoas.to_dict("records"):
        ranked = sorted(streets[row["lsoa_code"]].items(), key=lambda item: (-item[1], item[0]))
        if "town centre" in row["name"] or not ranked:
            continue
        assert row["short_name"].startswith(" and ".join(name for name, _ in ranked[:2]))
        checked += 1
    assert checked > 150


def test_places_that_are_no_street_never_name_an_area(police: Dataset) -> None:
    parts = {part for name in police.lsoas["name"] for part in re.split(r" and |, | \(", name)}
    assert not parts & (GENERIC | {"On or near", "No Location"})


def test_a_location_without_a_name_is_passed_over(areas: Areas) -> None:
    position = areas.lsoas["lsoa_code"].to_pylist().index("E01028895")
    told = ["On or near", "On or near", "On or near Parking Area", "On or near Mill Street", None]
    rows = {"lsoa": [position] * len(told), "location": told, "rows": [1] * len(told)}
    short, full = name_lsoas(areas, pa.table(rows))
    assert (short[position], full[position]) == ("Mill Street", "Mill Street, Whitchurch")
