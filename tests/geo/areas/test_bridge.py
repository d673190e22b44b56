"""Facts of one vintage on areas of the other: sums exact, estimates flagged, nothing averaged."""

from pathlib import Path
from typing import Any

import pytest
from area_files import (
    INSIDE,
    NEW,
    OLD,
    PAIRS,
    look_up,
    new_outlines,
    old_outlines,
    plan,
    square,
    write_outlines,
    write_table,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.areas.areas import Areas
from geo.areas.assemble import assemble
from geo.areas.codes import OUTSIDE, UNLOCATED
from geo.errors import InputError


def rows(areas: Areas, *names: str) -> dict[str, tuple[Any, ...]]:
    """The values of each area, by its code."""
    columns = (areas.lsoas[name].to_pylist() for name in names)
    return dict(zip(areas.lsoas["lsoa_code"].to_pylist(), zip(*columns, strict=True), strict=True))


def test_what_2011_tells_of_areas_of_2021(tmp_path: Path) -> None:
    facts = write_table(
        tmp_path / "facts.csv",
        {
            "LSOA11CD": OLD,
            "RUC11CD": ["C1", "D1", "E1", "E1"],
            "residents_2011": [10, 11, 20, 30],
            "imd2019_rank": [1, 2, 3, 4],
            "imd2019_decile": [1, 2, 3, 3],
        },
    )
    areas = assemble(
        plan(
            new_outlines(tmp_path),
            rural_urban=(facts,),
            residents=(facts,),
            deprivation=(facts,),
            code_look_up=look_up(tmp_path),
        )
    )
    told = rows(areas, "ruc_code", "residents", "imd2019_rank", "imd2019_decile", "estimated")
    assert told == {
        "E01000001": ("C1", 10, 1, 1, False),
        "E01040001": ("D1", 6, 2, 2, True),
        "E01040002": ("D1", 5, 2, 2, True),
        "E01040003": ("E1", 50, None, 3, False),
    }
    notes = next(item["notes"] for item in areas.provenance if item["name"] == "facts.csv")
    assert any("estimated from the whole for E01040001, E01040002" in note for note in notes)
    assert any("summed from the parts, which is exact, for E01040003" in note for note in notes)
    assert any("left blank, since the parts differ, for E01040003" in note for note in notes)


def test_what_2021_tells_of_areas_of_2011(tmp_path: Path) -> None:
    facts = write_table(
        tmp_path / "facts.csv",
        {
            "LSOA21CD": NEW,
            "RUC21CD": ["UN1", "RSF1", "RSF1", "RLN1"],
            "Mid-2022": [10, 11, 20, 31],
            "imd2025_rank": [1, 2, 3, 4],
        },
    )
    known = write_table(tmp_path / "old.csv", {"LSOA11CD": OLD, "residents_2011": [9, 8, 3, 1]})
    areas = assemble(
        plan(
            old_outlines(tmp_path),
            rural_urban=(facts,),
            residents=(known, facts),
            deprivation=(facts,),
            denominator="mid-2022",
            code_look_up=look_up(tmp_path),
        )
    )
    told = rows(areas, "ruc_code", "residents", "imd2025_rank", "imd2025_decile", "estimated")
    assert told == {
        "E01000001": ("UN1", 10, 1, None, False),
        "E01000002": ("RSF1", 31, None, None, False),
        "E01000003": ("RLN1", 23, 4, None, True),  # 31 by the residents of 2011, 3 to 1
        "E01000004": ("RLN1", 8, 4, None, True),
    }
    assert areas.denominator.title == "residents at mid-2022 (ONS estimate)"


@pytest.mark.parametrize("of", ["old", "new"])
def test_common_areas_come_out_alike_from_either_outlines(tmp_path: Path, of: str) -> None:
    census = write_table(tmp_path / "c.csv", {"LSOA11CD": OLD, "residents_2011": [1, 2, 3, 4]})
    mid = write_table(tmp_path / "m.csv", {"LSOA21CD": NEW, "Mid-2022": [5, 6, 7, 8]})
    outlines = old_outlines(tmp_path) if of == "old" else new_outlines(tmp_path)
    areas = assemble(
        plan(outlines, vintage="common", residents=(census, mid), code_look_up=look_up(tmp_path))
    )
    told = rows(areas, "residents_census_2011", "residents_mid_2022", "hectares", "estimated")
    assert told == {
        "E01000001": (1, 5, pytest.approx(100), False),
        "E01000002": (2, 13, pytest.approx(100), False),
        "E01040003": (7, 8, pytest.approx(200), False),
    }
    assert [round(shape.area) for shape in areas.outlines] == [10**6, 10**6, 2 * 10**6]
    at = {code: areas.codes.position(code) for code in {*OLD, *NEW, "E01000009"}}
    assert at == {
        "E01000001": 0,
        "E01000002": 1,
        "E01040001": 1,
        "E01040002": 1,
        "E01000003": 2,
        "E01000004": 2,
        "E01040003": 2,
        "E01000009": OUTSIDE,
    }


def test_an_irregular_change_is_one_common_area_under_its_lowest_new_code(tmp_path: Path) -> None:
    pairs = [
        ("E01000002", "E01040002"),
        ("E01000002", "E01040001"),
        ("E01000003", "E01040001"),
        ("E01000003", "E01040003"),
    ]
    file = write_outlines(tmp_path / "o.gpkg", ["E01000002", "E01000003"], LAD11CD=[INSIDE] * 2)
    areas = assemble(plan(file, vintage="common", code_look_up=look_up(tmp_path, pairs)))
    assert areas.lsoas["lsoa_code"].to_pylist() == ["E01040001"]
    assert areas.outlines[0].equals(square(0, 2000))


def test_codes_of_the_other_vintage_find_their_area_where_one_is_certain(tmp_path: Path) -> None:
    more = [("E01000007", "E01040007"), ("E01000007", "E01040008")]
    told = look_up(tmp_path, [*PAIRS, *more])
    old = assemble(plan(old_outlines(tmp_path), code_look_up=told)).codes
    new = assemble(plan(new_outlines(tmp_path), code_look_up=told)).codes
    codes = ["E01000001", "E01000002", "E01000003", "E01040001", "E01040003", "E01040007"]
    assert [old.position(code) for code in codes] == [0, 1, 2, 1, UNLOCATED, OUTSIDE]
    assert [new.position(code) for code in codes] == [0, UNLOCATED, 3, 1, 3, OUTSIDE]
    assert old.position("E01050000") == UNLOCATED  # of neither, as far as the look-up goes
    assert new.position("E01000007") == OUTSIDE


def test_vintages_without_a_look_up_are_an_error_that_names_both(tmp_path: Path) -> None:
    facts = write_table(tmp_path / "facts.csv", {"LSOA11CD": OLD, "RUC11CD": ["C1"] * 4})
    words = r"new\.gpkg has LSOAs of 2021 and facts\.csv has LSOAs of 2011, without E01040001"
    with pytest.raises(InputError, match=words):
        assemble(plan(new_outlines(tmp_path), rural_urban=(facts,)))


def test_areas_that_did_not_change_need_no_look_up(tmp_path: Path) -> None:
    file = write_outlines(tmp_path / "o.gpkg", OLD[:1], LAD11CD=[INSIDE])
    facts = write_table(tmp_path / "facts.csv", {"LSOA21CD": NEW, "RUC21CD": ["UN1"] * 4})
    areas = assemble(plan(file, vintage="2011", rural_urban=(facts,)))
    assert areas.lsoas["ruc_code"].to_pylist() == ["UN1"]


def test_a_look_up_that_lacks_a_code_is_an_error(tmp_path: Path) -> None:
    facts = write_table(tmp_path / "facts.csv", {"LSOA21CD": NEW, "RUC21CD": ["UN1"] * 4})
    told = look_up(tmp_path, PAIRS[:3])
    with pytest.raises(InputError, match=r"look_up\.csv lacks E01000003, which old\.gpkg has"):
        assemble(plan(old_outlines(tmp_path), rural_urban=(facts,), code_look_up=told))


def test_the_vintage_asked_for_must_be_that_of_the_outlines(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"old\.gpkg has LSOAs of 2011, not of 2021"):
        assemble(plan(old_outlines(tmp_path), vintage="2021"))
    with pytest.raises(InputError, match=r"common areas .* need the exact-fit look-up"):
        assemble(plan(old_outlines(tmp_path), vintage="common"))


def test_a_common_area_whose_outline_is_not_whole_is_an_error(tmp_path: Path) -> None:
    codes = ["E01000001", "E01040001"]
    file = write_outlines(tmp_path / "o.gpkg", codes, heading="LSOA21CD", LAD22CD=[INSIDE] * 2)
    with pytest.raises(InputError, match=r"o\.gpkg lacks the outline of E01040002"):
        assemble(plan(file, vintage="common", code_look_up=look_up(tmp_path)))


@settings(max_examples=25)
@given(
    old=st.lists(st.integers(0, 5000), min_size=4, max_size=4),
    new=st.lists(st.integers(0, 5000), min_size=4, max_size=4),
)
def test_totals_are_kept_to_the_last_resident_both_ways(
    tmp_path_factory: pytest.TempPathFactory, old: list[int], new: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("totals")
    found = look_up(folder)
    census = write_table(folder / "c.csv", {"LSOA11CD": OLD, "residents_2011": old})
    mid = write_table(folder / "m.csv", {"LSOA21CD": NEW, "Mid-2022": new})
    for outlines in (old_outlines(folder), new_outlines(folder)):
        areas = assemble(plan(outlines, residents=(census, mid), code_look_up=found))
        assert sum(areas.lsoas["residents_census_2011"].to_pylist()) == sum(old)
        assert sum(areas.lsoas["residents_mid_2022"].to_pylist()) == sum(new)
