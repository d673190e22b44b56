"""Files put together: what they may repeat, where they contradict, and further sets of areas."""

from pathlib import Path

import pytest
import shapely
from area_files import OLD, old_outlines, plan, square, write_outlines, write_table

from geo.areas.areas import Areas
from geo.areas.assemble import assemble
from geo.areas.plan import InputFile, SetPlan
from geo.errors import InputError


def test_two_files_may_tell_the_same_and_each_what_the_other_lacks(tmp_path: Path) -> None:
    one = write_table(
        tmp_path / "imd2019_a.csv",
        {"LSOA11CD": OLD[:3], "IMD rank": [1, 2, 3], "IMD score": [9.1, 8, 7]},
    )
    two = write_table(
        tmp_path / "imd2019_b.csv",
        {
            "LSOA11CD": OLD[1:],
            "IMD rank": [2, 3, 4],
            "IMD decile": [1, 1, 2],
            "IMD score": [8.0004, 7, 6],
        },
    )
    areas = assemble(plan(old_outlines(tmp_path), deprivation=(one, two)))
    lsoas = areas.lsoas
    assert lsoas["imd2019_rank"].to_pylist() == [1, 2, 3, 4]
    assert lsoas["imd2019_decile"].to_pylist() == [None, 1, 1, 2]
    assert lsoas["imd2019_score"].to_pylist() == [9.1, 8, 7, 6]
    assert "It does not have E01000004." in areas.provenance[1]["notes"]


@pytest.mark.parametrize(
    ("role", "heading", "values", "others"),
    [
        ("deprivation", "imd2019_rank", [1, 2, 3, 4], [1, 2, 3, 5]),
        ("deprivation", "imd2019_score", [1, 2, 3, 4.1], [1, 2, 3, 4.2]),
        ("rural_urban", "ruc_code", ["C1"] * 4, ["C1", "C1", "C1", "D1"]),
        ("residents", "residents_mid_2017", [1, 2, 3, 4], [1, 2, 3, 5]),
    ],
)
def test_files_that_contradict_each_other_are_both_named(
    tmp_path: Path, role: str, heading: str, values: list[object], others: list[object]
) -> None:
    one = write_table(tmp_path / "one.csv", {"lsoa_code": OLD, heading: values})
    two = write_table(tmp_path / "two.csv", {"lsoa_code": OLD, heading: others})
    words = rf"one\.csv and two\.csv contradict each other: {heading} of E01000004 is"
    with pytest.raises(InputError, match=words):
        assemble(plan(old_outlines(tmp_path), **{role: (one, two)}))


def test_a_file_of_other_lsoas_is_an_error_and_one_of_another_country_a_note(
    tmp_path: Path,
) -> None:
    other = write_table(tmp_path / "other.csv", {"LSOA11CD": ["E01000009"], "RUC11CD": ["C1"]})
    with pytest.raises(InputError, match=r"other\.csv has none of the 4 LSOAs of Squares"):
        assemble(plan(old_outlines(tmp_path), rural_urban=(other,)))
    welsh = write_table(tmp_path / "welsh.csv", {"LSOA11CD": ["W01000009"], "RUC11CD": ["C1"]})
    areas = assemble(plan(old_outlines(tmp_path), rural_urban=(welsh,)))
    assert areas.provenance[1]["notes"] == ["It has no LSOA of the area's country."]
    assert areas.lsoas["place"].null_count == 4


def test_one_file_may_serve_every_part(tmp_path: Path) -> None:
    columns = {
        "lsoa_code": OLD,
        "ruc_code": ["C1", "D1", "D1", "E1"],
        "residents_census_2011": [1, 2, 3, 4],
        "residents_mid_2017": [5, 6, 7, 8],
        "hectares": [11, 12, 13, 14],
        "imd2015_decile": [1, 2, 3, 4],
    }
    file = write_table(tmp_path / "facts.csv", columns)
    told = {"rural_urban": (file,), "residents": (file,), "deprivation": (file,)}
    areas = assemble(plan(old_outlines(tmp_path), **told))
    for name, values in columns.items():
        assert areas.lsoas[name].to_pylist() == list(values)
    assert areas.denominator.name == "mid-2017"
    assert areas.lsoas["residents"].to_pylist() == [5, 6, 7, 8]
    assert [item["name"] for item in areas.provenance] == ["old.gpkg", "facts.csv"]
    census = assemble(plan(old_outlines(tmp_path), denominator="census-2011", **told))
    assert census.lsoas["residents"].to_pylist() == [1, 2, 3, 4]
    with pytest.raises(InputError, match="no denominator 'mid-2020'; choose one of census-2011"):
        assemble(plan(old_outlines(tmp_path), denominator="mid-2020", **told))


def test_without_residents_there_is_no_count_and_hectares_are_measured(tmp_path: Path) -> None:
    areas = assemble(plan(old_outlines(tmp_path)))
    assert areas.lsoas["residents"].null_count == 4
    assert areas.lsoas["hectares"].to_pylist() == pytest.approx([100] * 4)
    with pytest.raises(InputError, match="no denominator 'mid-2020'; no file has residents"):
        assemble(plan(old_outlines(tmp_path), denominator="mid-2020"))


def test_a_set_keeps_its_areas_that_lie_in_the_area(tmp_path: Path) -> None:
    shapes = [square(2000, 5000), square(-10_000, 10_005), square(0, 2000)]
    file = write_outlines(
        tmp_path / "wards.geojson",
        ["W2", "W0", "W1"],
        shapes,
        heading="WD22CD",
        WD22NM=["East", "Far", None],
    )
    wards = SetPlan("wards", "Wards", file, "wd22cd", "WD22NM")
    areas = assemble(plan(old_outlines(tmp_path), sets=(wards,)))
    (found,) = areas.sets
    assert (found.id, found.codes, found.names) == ("wards", ("W1", "W2"), ("W1", "East"))
    areas.write(tmp_path / "kept")
    back = Areas.read(tmp_path / "kept").sets[0]
    assert shapely.to_wkb(back.outlines).tolist() == shapely.to_wkb(found.outlines).tolist()


@pytest.mark.parametrize(
    ("code", "name", "codes", "words"),
    [
        ("WARD", "WD22NM", ["W1", "W2"], "no column of codes called 'WARD'; it has WD22CD"),
        ("WD22CD", "NAME", ["W1", "W2"], "no column 'NAME'; it has WD22CD, WD22NM"),
        ("WD22CD", "WD22NM", ["W1", "W1"], "has 'W1' more than once in 'WD22CD'"),
        ("WD22CD", "WD22NM", ["W1", None], "has a blank code in 'WD22CD'"),
    ],
)
def test_faulty_sets_are_named(
    tmp_path: Path, code: str, name: str, codes: list[str], words: str
) -> None:
    shapes = [square(0), square(1000)]
    file = write_outlines(
        tmp_path / "w.geojson", codes, shapes, heading="WD22CD", WD22NM=["a", "b"]
    )
    with pytest.raises(InputError, match=words):
        assemble(plan(old_outlines(tmp_path), sets=(SetPlan("w", "Wards", file, code, name),)))


def test_what_is_said_of_a_file_is_kept(tmp_path: Path) -> None:
    path = old_outlines(tmp_path).path
    file = InputFile(path, title="Squares", source="A maker", licence="OGL", date="2026-01-01")
    (told,) = assemble(plan(file)).provenance
    assert told["title"] == "Squares"
    assert (told["source"], told["licence"], told["date"]) == ("A maker", "OGL", "2026-01-01")
    assert told["vintage"] == "LSOA 2011"
    assert told["notes"] == []
