"""Points that are neither crime nor ASB come in by a column map alone, as the document says."""

from datetime import date
from pathlib import Path

import pytest

from geo.area_file import read_area_file
from geo.incidents import ColumnMap, FileRead, Source, read_incidents

DOCUMENT = Path(__file__).parents[2] / "docs/other-sources.md"
HEADINGS = (
    "collision_index,collision_year,location_easting_osgr,location_northing_osgr,longitude,"
    "latitude,police_force,collision_severity,number_of_vehicles,date,day_of_week,time,"
    "local_authority_ons_district,lsoa_of_accident_location"
)
ROWS = (
    "2023220001,2023,349132,312545,-2.752,52.708,22,3,2,14/02/2023,3,08:15,E06000051,E01028946",
    "2023220002,2023,350010,313200,-2.740,52.714,22,2,1,29/02/2023,4,21:40,E06000051,E01028946",
    "2023220003,2023,,,,,22,3,2,01/03/2023,4,23:05,E06000051,",
    "2023990004,2023,325000,673000,-3.2,55.9,95,3,2,02/03/2023,5,12:00,S12000036,-1",
    "2023220005,2023,349140,312550,-2.752,52.708,22,1,1,31/12/2023,1,00:30,E06000051,E01028946",
)


@pytest.fixture
def collisions(tmp_path: Path) -> Path:
    """A small file with the headings of STATS19, made for this test."""
    path = tmp_path / "dft-collisions.csv"
    path.write_text("\n".join([HEADINGS, *ROWS]) + "\n")
    return path


def example(number: int) -> str:
    """One of the document's examples."""
    return DOCUMENT.read_text("utf-8").split("```toml\n")[number].split("```")[0]


def check(read: FileRead) -> None:
    names = ("crime_id", "date", "hour", "offence", "lsoa_code", "easting", "northing", "line")
    assert [tuple(row[name] for name in names) for row in read.incidents.to_pylist()] == [
        ("2023220001", date(2023, 2, 14), 8, "road-collision", "E01028946", 349132, 312545, 2),
        ("2023220003", date(2023, 3, 1), 23, "road-collision", None, None, None, 4),
        ("2023220005", date(2023, 12, 31), 0, "road-collision", "E01028946", 349140, 312550, 6),
    ]
    assert [(refusal.line, refusal.field, refusal.value) for refusal in read.refusals] == [
        (3, "date", "29/02/2023"),
        (5, "lsoa_code", "-1"),
    ]
    assert read.read == len(ROWS)


def test_road_collisions_come_in_by_the_column_map_of_the_document(
    tmp_path: Path, collisions: Path
) -> None:
    path = tmp_path / "collisions.toml"
    path.write_text(example(1))
    [read] = read_incidents([collisions], ColumnMap.read(path))
    check(read)
    assert read.source == Source(
        "road-collisions-stats19",
        "Road collisions (STATS19)",
        "partner",
        offences=(),
        kinds=(("road-collision", "Road collisions"),),
    )


def test_an_older_file_needs_but_another_heading(tmp_path: Path, collisions: Path) -> None:
    older = collisions.read_text().replace("collision_index", "accident_index")
    collisions.write_text(older)
    path = tmp_path / "collisions.toml"
    path.write_text(example(1).replace('"collision_index"', '"accident_index"'))
    [read] = read_incidents([collisions], ColumnMap.read(path))
    check(read)


def test_road_collisions_come_in_as_a_source_of_an_area_file(
    tmp_path: Path, collisions: Path
) -> None:
    (tmp_path / "lsoa.geojson").touch()
    path = tmp_path / "safermap.toml"
    area = "[area]\nname = 'A'\neverywhere = true\noutlines = 'lsoa.geojson'\n"
    path.write_text(area + example(2))
    [plan] = read_area_file(path).sources
    [read] = read_incidents(list(plan.files), plan.column_map)
    check(read)
    assert plan.source == Source(
        "collisions",
        "Road collisions (STATS19)",
        "open",
        offences=(),
        kinds=(("road-collision", "Road collisions"),),
    )


def test_several_kinds_come_in_by_the_words_of_a_column(tmp_path: Path) -> None:
    path, rows = tmp_path / "cctv.toml", tmp_path / "cctv.csv"
    path.write_text(example(3))
    rows.write_text("Day,Report\n2024-05-01,Tipping seen\n2024-05-01,Fight seen\n")
    [read] = read_incidents([rows], ColumnMap.read(path))
    assert read.incidents["offence"].to_pylist() == ["cctv-tipping", "cctv-disorder"]
