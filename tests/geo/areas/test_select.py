"""Whose LSOAs an area has: authorities, partnerships, forces, and the ring round them."""

from pathlib import Path

import pytest
from area_files import INSIDE, OLD, look_up, old_outlines, plan, write_outlines, write_table

from geo.areas.assemble import assemble
from geo.areas.look_up import force_key
from geo.areas.plan import InputFile
from geo.errors import InputError

ELSEWHERE = "E06000002"


def partnership_look_up(folder: Path) -> InputFile:
    return write_table(
        folder / "partnerships.csv",
        {
            "LAD21CD": [INSIDE, ELSEWHERE],
            "LAD21NM": ["Here", "There"],
            "CSP21CD": ["E22000001", "E22000002"],
            "CSP21NM": ["Here", "There"],
            "PFA21CD": ["E23000001", "E23000002"],
            "PFA21NM": ["Devon & Cornwall", "West Mercia"],
        },
    )


def two_authorities(folder: Path) -> InputFile:
    return write_outlines(
        folder / "o.gpkg", OLD, LADCD_ACTIVE=[ELSEWHERE, INSIDE, ELSEWHERE, ELSEWHERE]
    )


def test_the_ring_touches_the_area_and_stands_after_it(tmp_path: Path) -> None:
    file = two_authorities(tmp_path)
    areas = assemble(plan(file, partnership_look_up=partnership_look_up(tmp_path)))
    assert areas.inside == 1
    assert areas.lsoas.select(["lsoa_code", "ring", "authority", "force"]).to_pydict() == {
        "lsoa_code": ["E01000002", "E01000001", "E01000003"],
        "ring": [False, True, True],
        "authority": [INSIDE, ELSEWHERE, ELSEWHERE],
        "force": ["Devon & Cornwall", "West Mercia", "West Mercia"],
    }
    assert areas.codes.position("E01000003") == 2
    assert assemble(plan(file, halo=False)).lsoas["lsoa_code"].to_pylist() == ["E01000002"]


@pytest.mark.parametrize(
    "chosen",
    [
        {"authorities": (ELSEWHERE,)},
        {"authorities": (), "partnerships": ("E22000002",)},
        {"authorities": (), "forces": ("E23000002",)},
        {"authorities": (), "forces": ("West Mercia Police",)},
        {"authorities": (ELSEWHERE,), "partnerships": ("E22000002",), "forces": ("west mercia",)},
    ],
)
def test_an_area_is_chosen_by_authority_partnership_or_force(
    tmp_path: Path, chosen: dict[str, tuple[str, ...]]
) -> None:
    told = partnership_look_up(tmp_path)
    areas = assemble(plan(two_authorities(tmp_path), partnership_look_up=told, **chosen))
    assert areas.lsoas["lsoa_code"].to_pylist()[: areas.inside] == [OLD[0], *OLD[2:]]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (
            {"authorities": ("E06000003", INSIDE, "W99")},
            "no LSOA in the local authority E06000003 (there is E06000002, E06000001), nor in W99.",
        ),
        (
            {"partnerships": ("E22000009",), "forces": ("West Mersia", "Kent")},
            "does not have E22000009 (there is E22000002, E22000001); nor West Mersia "
            "(there is West Mercia); nor Kent.",
        ),
        ({"authorities": ()}, "names no local authority, partnership or force"),
    ],
)
def test_unknown_names_are_listed_with_what_comes_near(
    tmp_path: Path, chosen: dict[str, tuple[str, ...]], words: str
) -> None:
    told = partnership_look_up(tmp_path)
    with pytest.raises(InputError) as error:
        assemble(plan(two_authorities(tmp_path), partnership_look_up=told, **chosen))
    assert words in str(error.value)


def test_a_force_needs_the_look_up(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give the partnership_look_up"):
        assemble(plan(two_authorities(tmp_path), forces=("Kent",)))


def test_a_look_up_without_its_columns_is_an_error(tmp_path: Path) -> None:
    file = write_table(tmp_path / "p.csv", {"LAD21CD": [INSIDE], "CSP21CD": ["E22000001"]})
    with pytest.raises(InputError, match=r"p\.csv has no column of police force area codes"):
        assemble(plan(two_authorities(tmp_path), partnership_look_up=file))
    other = write_table(tmp_path / "c.csv", {"LSOA11CD": [OLD[0]]})
    with pytest.raises(InputError, match=r"c\.csv is no look-up between vintages: no LSOA21CD"):
        assemble(plan(two_authorities(tmp_path), code_look_up=other))


def test_the_authority_comes_from_the_first_file_that_tells_it(tmp_path: Path) -> None:
    bare = write_outlines(tmp_path / "bare.gpkg", OLD)
    with pytest.raises(InputError, match=r"No file says which local authority .* code_look_up"):
        assemble(plan(bare))
    by_look_up = assemble(plan(bare, code_look_up=look_up(tmp_path)))
    assert by_look_up.inside == 4
    index = write_table(
        tmp_path / "imd2019.csv",
        {
            "LSOA code (2011)": OLD,
            "Local Authority District code (2019)": [INSIDE, INSIDE, ELSEWHERE, ELSEWHERE],
            "IMD rank": [1, 2, 3, 4],
        },
    )
    assert assemble(plan(bare, deprivation=(index,))).inside == 2


def test_everywhere_is_all_that_the_outlines_hold(tmp_path: Path) -> None:
    bare = write_outlines(tmp_path / "bare.gpkg", OLD)
    areas = assemble(plan(bare, authorities=(), everywhere=True))
    assert (areas.inside, len(areas.lsoas)) == (4, 4)
    assert areas.lsoas["authority"].null_count == 4


@pytest.mark.parametrize(
    ("police", "look_up_name"),
    [
        ("West Mercia Police", "West Mercia"),
        ("Devon & Cornwall Police", "Devon and Cornwall"),
        ("City of London Police", "London, City of"),
        ("Metropolitan Police Service", "Metropolitan Police"),
        ("Avon and Somerset Constabulary", "Avon and Somerset"),
        ("dyfed-powys", "Dyfed-Powys"),
    ],
)
def test_forces_are_the_same_however_they_are_written(police: str, look_up_name: str) -> None:
    assert force_key(police) == force_key(look_up_name)


def test_the_names_of_all_forces_stay_apart(shared: Path) -> None:
    from python_calamine import CalamineWorkbook

    path = shared / "data/lookups/LAD21_CSP21_PFA21_EW_LU.xlsx"
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1:]
    names = {row[5] for row in rows}
    assert len({force_key(name) for name in names}) == len(names) == 43


def test_outlines_without_an_authority_of_their_own_keep_the_file(tmp_path: Path) -> None:
    areas = assemble(plan(old_outlines(tmp_path)))
    (file,) = areas.provenance
    assert file["name"] == "old.gpkg"
    assert file["title"] == "LSOA 2011 outlines"
    assert len(file["sha256"]) == 64
