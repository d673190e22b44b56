"""Police street files: which rows are taken, and what is said of the others."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from incident_files import STREET_HEADER, csv_bytes, read_bytes, street_row

from geo.crs import to_bng
from geo.errors import InputError
from geo.incidents import FileRead, read_incidents
from geo.offences import OFFENCES
from geo.period import parse_month

NEXT_YEAR = f"{datetime.now(UTC).year + 1}-01"

BAD_ROWS = [
    ({"Month": "2018-13"}, "Month", "2018-13", "is not a month"),
    ({"Month": "2018-00"}, "Month", "2018-00", "is not a month"),
    ({"Month": "2018-1-"}, "Month", "2018-1-", "is not a month"),
    ({"Month": "20²8-10"}, "Month", "20²8-10", "is not a month"),
    ({"Month": "2018-10-01"}, "Month", "2018-10-01", "is not a month"),
    ({"Month": ""}, "Month", "", "is not a month"),
    ({"Month": NEXT_YEAR}, "Month", NEXT_YEAR, "has not happened yet"),
    ({"Month": "2010-11"}, "Month", "2010-11", "before December 2010"),
    ({"Crime_type": "Piracy"}, "Crime type", "Piracy", "is not a crime type"),
    ({"Crime_type": ""}, "Crime type", "", "is not a crime type"),
    ({"LSOA_code": "E0102894"}, "LSOA code", "E0102894", "is not an LSOA code"),
    ({"LSOA_code": "S01000001"}, "LSOA code", "S01000001", "is not an LSOA code"),
    ({"Longitude": "west"}, "Longitude", "west", "is not a number"),
    ({"Latitude": "1e2"}, "Latitude", "1e2", "is not a number"),
    ({"Latitude": "nan"}, "Latitude", "nan", "is not a number"),
    ({"Longitude": ""}, "Longitude", "", "only a latitude"),
    ({"Latitude": ""}, "Latitude", "", "only a longitude"),
    ({"Latitude": "48.85"}, "Latitude", "48.85", "outside Great Britain"),
    ({"Longitude": "13.4"}, "Longitude", "13.4", "outside Great Britain"),
    ({"Longitude": "52.7", "Latitude": "-2.75"}, "Longitude", "52.7", "swapped"),
]


@pytest.mark.parametrize(("changed", "field", "value", "words"), BAD_ROWS)
def test_a_bad_row_is_refused_with_its_line_field_and_value(
    tmp_path: Path, changed: dict[str, str], field: str, value: str, words: str
) -> None:
    data = csv_bytes(STREET_HEADER, street_row(), street_row(**changed), street_row())
    read = read_bytes(tmp_path, data)
    [refusal] = read.refusals
    assert (refusal.file, refusal.line) == (str(tmp_path / "file.csv"), 3)
    assert (refusal.field, refusal.value) == (field, value)
    assert words in refusal.reason
    assert read.incidents["line"].to_pylist() == [2, 4]


def test_a_row_with_two_faults_is_refused_once(tmp_path: Path) -> None:
    data = csv_bytes(STREET_HEADER, street_row(), street_row(Month="x", Latitude="y"))
    assert len(read_bytes(tmp_path, data).refusals) == 1


def test_a_file_without_one_usable_row_is_an_error_that_tells_the_first_fault(
    tmp_path: Path,
) -> None:
    data = csv_bytes(STREET_HEADER, street_row(Month="2018-13"), street_row(Crime_type="Piracy"))
    with pytest.raises(InputError, match=r"No row of .* line 2, Month: '2018-13' is not a month"):
        read_bytes(tmp_path, data)


def test_a_row_without_a_location_is_kept_with_no_place(tmp_path: Path) -> None:
    blank = street_row(Longitude="", Latitude="", Location="No Location", LSOA_code="")
    [row] = read_bytes(tmp_path, csv_bytes(STREET_HEADER, blank)).incidents.to_pylist()
    assert [row[name] for name in ("easting", "northing", "lsoa_code", "location")] == [None] * 4


def test_fields_are_read_as_they_are_written(tmp_path: Path) -> None:
    row = street_row(Crime_ID=" abc ", Crime_type="Anti-social behaviour")
    [read] = read_bytes(tmp_path, csv_bytes(STREET_HEADER, row)).incidents.to_pylist()
    assert (read["crime_id"], read["offence"], read["month"]) == ("abc", "asb", 2018 * 12 + 9)
    # Shrewsbury's square, by the National Grid.
    assert (read["easting"], read["northing"]) == pytest.approx((349_237, 312_480), abs=50)
    assert (read["date"], read["hour"], read["business"], read["rural_flag"]) == (None,) * 4


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    names = STREET_HEADER.split(",")
    row = dict(zip(names, street_row().split(","), strict=True))
    turned = csv_bytes(",".join(reversed(names)), ",".join(row[name] for name in reversed(names)))
    straight = read_bytes(tmp_path, csv_bytes(STREET_HEADER, street_row())).incidents
    assert read_bytes(tmp_path, turned).incidents.equals(straight)


@pytest.fixture(scope="module")
def october(shared: Path) -> tuple[FileRead, list[dict[str, str]]]:
    path = shared / "data/police/2018-19/2018-10-west-mercia-street.csv"
    with path.open(encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    [read] = read_incidents([path])
    return read, rows


def test_a_real_file_is_taken_row_by_row(
    october: tuple[FileRead, list[dict[str, str]]],
) -> None:
    read, rows = october
    assert (read.read, read.refusals) == (len(rows), [])
    assert read.recorders == {("West Mercia Police", parse_month("2018-10"))}
    table = read.incidents.to_pylist()
    titles = [OFFENCES[row["offence"]].street_name for row in table]
    assert titles == [row["Crime type"] for row in rows]
    assert [row["crime_id"] or "" for row in table] == [row["Crime ID"] for row in rows]
    assert [row["lsoa_code"] or "" for row in table] == [row["LSOA code"] for row in rows]
    assert [row["line"] for row in table] == list(range(2, len(rows) + 2))


def test_points_stand_where_the_transformation_of_each_row_alone_puts_them(
    october: tuple[FileRead, list[dict[str, str]]],
) -> None:
    read, rows = october
    table = read.incidents.select(["easting", "northing"]).to_pylist()
    for row, point in list(zip(rows, table, strict=True))[::37]:
        if row["Longitude"]:
            expected = to_bng(float(row["Longitude"]), float(row["Latitude"]))
            assert (point["easting"], point["northing"]) == pytest.approx(expected, abs=1e-6)
        else:
            assert point == {"easting": None, "northing": None}
