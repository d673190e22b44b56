"""Deprivation, rural-urban classes and residents under the headings that publishers give them."""

from pathlib import Path

import pytest

from geo.areas.deprivation import read_deprivation
from geo.areas.facts import Facts
from geo.areas.headings import LSOA
from geo.areas.plan import InputFile
from geo.areas.residents import read_residents
from geo.areas.rural_urban import places, read_rural_urban
from geo.areas.tables import TableFile, read_tables
from geo.errors import InputError

IMD = "Index of Multiple Deprivation (IMD)"


def table(path: Path, headings: list[str], *rows: str) -> TableFile:
    lines = [",".join(f'"{heading}"' for heading in headings), *rows]
    path.write_text("\n".join(lines) + "\n")
    return read_tables(path, LSOA, "LSOA codes")[0]


def deprivation(path: Path, headings: list[str], *rows: str, edition: int | None = None) -> Facts:
    return read_deprivation(InputFile(path, edition=edition), table(path, headings, *rows))


def test_the_publishers_own_headings_are_understood(tmp_path: Path) -> None:
    headings = [
        "LSOA code (2011)",
        "Local Authority District code (2019)",
        f"{IMD} Rank (where 1 is most deprived)",
        f"{IMD} Decile (where 1 is most deprived 10% of LSOA",
        "Income Score (rate)",
        "Education, Skills and Training Rank (where 1 is most deprived)",
        "Barriers to Housing and Services Decile (where 1 is most deprived 10% of LSOAs)",
        "Income Deprivation Affecting Children Index (IDACI) Rank (where 1 is most deprived)",
        "Geographical Barriers Sub-domain Deci",
        "Total population: mid 2015 (excluding prisoners)",
    ]
    facts = deprivation(
        tmp_path / "a.csv", headings, 'E01000001,E09000001,"29,199",9,0.1,7,3,8,1,900'
    )
    told = {name: column.to_pylist() for name, column in facts.columns.items()}
    given = {
        "imd2019_rank": [29199],
        "imd2019_decile": [9],
        "imd2019_income_score": [0.1],
        "imd2019_education_rank": [7],
        "imd2019_housing_decile": [3],
        "imd2019_idaci_rank": [8],
        "imd2019_geographical_barriers_decile": [1],
        "authority": ["E09000001"],
    }
    blank = {name: [None] for name in told if name not in given}
    assert told == given | blank
    assert {"imd2019_education_decile", "imd2019_income_rank"} <= set(blank)
    assert facts.told == "2011"


@pytest.mark.parametrize(
    ("name", "heading", "column", "edition"),
    [
        ("a.csv", "lsoa_code", "imd2015_crime_decile", 2015),
        ("a.csv", "LSOA code (2021)", "IMD Decile", 2025),
        ("File_7_ID_2015.csv", "lsoa_code", "IMD Decile", 2015),
        ("imd2025_england.csv", "lsoa_code", "Crime_decile", 2025),
    ],
)
def test_the_edition_is_told_by_headings_or_name(
    tmp_path: Path, name: str, heading: str, column: str, edition: int
) -> None:
    facts = deprivation(tmp_path / name, [heading, column], "E01000001,4")
    assert [n for n in facts.columns if n.startswith(f"imd{edition}_") and "decile" in n]


def test_the_edition_may_be_given_and_must_be_one_there_is(tmp_path: Path) -> None:
    path, headings = tmp_path / "a.csv", ["lsoa_code", "IMD rank"]
    assert "imd2019_rank" in deprivation(path, headings, "E01000001,4", edition=2019).columns
    with pytest.raises(InputError, match="does not say which Index of Deprivation"):
        deprivation(path, headings, "E01000001,4")
    with pytest.raises(InputError, match=r"no edition 2010 .* 2015, 2019, 2025"):
        deprivation(path, headings, "E01000001,4", edition=2010)


@pytest.mark.parametrize(
    ("headings", "row", "words"),
    [
        (["lsoa_code", "imd2019_decile"], "E01000001,11", "line 2: 'imd2019_decile' is 11"),
        (["lsoa_code", "imd2019_rank"], "E01000001,0", "line 2: 'imd2019_rank' is 0"),
        (["lsoa_code", "imd2019_rank"], "E01000001,first", "'first', which is no number"),
        (["lsoa_code", "imd2019_rank", "IMD 2019 rank"], "E01000001,1,1", "in two columns"),
        (["lsoa_code", "houses"], "E01000001,1", "no column of deprivation"),
        (["lsoa_code", "imd2019_rank"], "E02000001,1", "line 2: 'lsoa_code' is 'E02000001'"),
        (["lsoa_code", "imd2019_rank"], "E01000001,1\nE01000001,2", "E01000001 more than once"),
    ],
)
def test_faulty_deprivation_files_are_named(
    tmp_path: Path, headings: list[str], row: str, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        deprivation(tmp_path / "a.csv", headings, row)


@pytest.mark.parametrize("heading", ["RUC11CD", "RUC21CD", "ruc_code", "ruc11_code", "RUC21 code"])
def test_classes_are_read_and_sided(tmp_path: Path, heading: str) -> None:
    rows = table(tmp_path / "a.csv", ["lsoa_code", heading], "E01000001,RSF1", "E01000002,C2")
    classes = read_rural_urban(rows).columns["ruc_code"]
    assert classes.to_pylist() == ["RSF1", "C2"]
    assert places(classes).to_pylist() == ["rural", "urban"]


def test_an_unknown_class_is_named_with_its_line(tmp_path: Path) -> None:
    rows = table(tmp_path / "a.csv", ["lsoa_code", "RUC11CD"], "E01000001,C1", "E01000002,F1")
    with pytest.raises(InputError, match=r"a\.csv, line 3: 'RUC11CD' is 'F1'"):
        read_rural_urban(rows)
    with pytest.raises(InputError, match="no column of rural-urban classes"):
        read_rural_urban(table(tmp_path / "b.csv", ["lsoa_code", "x"], "E01000001,C1"))


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Mid-2022: Population", "residents_mid_2022"),
        ("population_mid2017", "residents_mid_2017"),
        ("residents_mid_2017", "residents_mid_2017"),
        ("Total population: mid 2015", "residents_mid_2015"),
        ("residents_2011", "residents_census_2011"),
        ("residents_census_2021", "residents_census_2021"),
        ("2011 Census usual residents", "residents_census_2011"),
        ("2022", "residents_mid_2022"),
    ],
)
def test_counts_of_residents_are_named_by_year(tmp_path: Path, heading: str, name: str) -> None:
    headings = ["lsoa_code", heading, "Mid-2022: People per Sq Km", "households_2011", "Area Sq Km"]
    facts = read_residents("", table(tmp_path / "a.csv", headings, "E01000001,1200,9,8,0.5"))
    assert {n: c.to_pylist() for n, c in facts.columns.items()} == {name: [1200], "hectares": [50]}


@pytest.mark.parametrize(
    ("title", "headings", "row", "name"),
    [
        ("", ["DATE", "GEOGRAPHY_CODE", "OBS_VALUE"], "2024,E01000001,7", "residents_mid_2024"),
        ("sape 2020", ["LSOA 2021 Code", "Total"], "E01000001,7", "residents_mid_2020"),
        (
            "census2021-ts001",
            ["date", "geography", "geography code", "Residence type: Total; measures: Value"],
            "2021,X,E01000001,7",
            "residents_census_2021",
        ),
    ],
)
def test_a_bare_count_takes_its_year_from_a_date_or_the_title(
    tmp_path: Path, title: str, headings: list[str], row: str, name: str
) -> None:
    facts = read_residents(title, table(tmp_path / "a.csv", headings, row))
    assert {n: c.to_pylist() for n, c in facts.columns.items()} == {name: [7]}


@pytest.mark.parametrize(
    ("headings", "row", "words"),
    [
        (["lsoa_code", "houses"], "E01000001,1", "no column of residents"),
        (["lsoa_code", "Total"], "E01000001,1", "does not say which year"),
        (["lsoa_code", "Total", "date"], "E01000001,1,2020\nE01000002,1,2021", "has 2 dates"),
        (["lsoa_code", "Mid-2022"], "E01000001,-1", "line 2: 'Mid-2022' is -1"),
        (["lsoa_code", "Mid-2022"], "E01000001,1.5", "line 2: 'Mid-2022' is 1.5"),
        (["lsoa_code", "Mid-2022", "mid 2022 population"], "E01000001,1,2", "in two columns"),
    ],
)
def test_faulty_counts_are_named(tmp_path: Path, headings: list[str], row: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_residents("", table(tmp_path / "a.csv", headings, row))
