"""Partner extracts: the canonical header, column maps, and what is said of bad rows and maps."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from incident_files import csv_bytes, read_bytes

from geo.errors import InputError
from geo.incidents import CANONICAL, ColumnMap, Source
from geo.period import parse_month

ROW = {
    "incident_id": "A1",
    "date": "2015-04-30",
    "time": "21:47",
    "offence": "drugs",
    "easting": "349132",
    "northing": "312545",
    "lsoa_code": "E01028946",
    "location": "The Square",
    "business": "no",
    "rural": "YES",
    "rural_offence": "none",
}
TOMORROW = (datetime.now(UTC).date() + timedelta(days=2)).isoformat()

BAD_ROWS = [
    ({"date": "2015-02-31"}, "date", "is not a date written as %Y-%m-%d"),
    ({"date": "2015-13-01"}, "date", "is not a date"),
    ({"date": "30/04/2015"}, "date", "is not a date"),
    ({"date": ""}, "date", "is not a date"),
    ({"date": TOMORROW}, "date", "has not happened yet"),
    ({"date": "1815-06-18"}, "date", "is before 1900"),
    ({"time": "24:00"}, "time", "is not a time written as %H:%M"),
    ({"time": "9pm"}, "time", "is not a time"),
    ({"offence": "Drugs"}, "offence", "is no offence of the list"),
    ({"offence": ""}, "offence", "is no offence of the list"),
    ({"business": "perhaps"}, "business", "is neither yes nor no"),
    ({"rural": "2"}, "rural", "is neither yes nor no"),
    ({"rural_offence": "sheep"}, "rural_offence", "is not on the rural-crime list"),
    ({"easting": ""}, "easting", "but the northing is given"),
    ({"northing": ""}, "northing", "but the easting is given"),
    ({"easting": "349132m"}, "easting", "is not a number"),
    ({"easting": "700001"}, "easting", "outside Great Britain"),
    ({"northing": "-1"}, "northing", "outside Great Britain"),
    ({"northing": "9" * 400}, "northing", "outside Great Britain"),
    ({"lsoa_code": "E01"}, "lsoa_code", "is not an LSOA code"),
]


def extract(*rows: dict[str, str]) -> bytes:
    return csv_bytes(",".join(ROW), *(",".join(row.values()) for row in rows))


@pytest.mark.parametrize(("changed", "field", "words"), BAD_ROWS)
def test_a_bad_row_is_refused_with_its_line_field_and_value(
    tmp_path: Path, changed: dict[str, str], field: str, words: str
) -> None:
    read = read_bytes(tmp_path, extract(ROW, {**ROW, **changed}, ROW))
    [refusal] = read.refusals
    assert (refusal.line, refusal.field, refusal.value) == (3, field, changed[field])
    assert words in refusal.reason
    assert read.incidents["line"].to_pylist() == [2, 4]


def test_every_column_is_read_as_it_is_written(tmp_path: Path) -> None:
    [row] = read_bytes(tmp_path, extract(ROW)).incidents.to_pylist()
    assert row == {
        "crime_id": "A1",
        "month": parse_month("2015-04"),
        "date": date(2015, 4, 30),
        "hour": 21,
        "offence": "drugs",
        "business": False,
        "rural_flag": True,
        "rural_offence": "",
        "lsoa_code": "E01028946",
        "easting": 349132.0,
        "northing": 312545.0,
        "location": "The Square",
        "line": 2,
    }


def test_a_place_is_read_without_what_is_not_seen(tmp_path: Path) -> None:
    odd = ["The\u202e Square\u202c", "The \u2066Square\ufeff", "\x1bThe\x85Square", "\u200b", ""]
    read = read_bytes(tmp_path, extract(ROW, *({**ROW, "location": text} for text in odd), ROW))
    places = [row["location"] for row in read.incidents.to_pylist()]
    assert places == [
        "The Square",
        "The  Square",
        "The  Square",
        "The Square",
        None,
        None,
        "The Square",
    ]


def test_what_the_source_does_not_say_is_unknown_and_not_no(tmp_path: Path) -> None:
    [row] = read_bytes(tmp_path, b"month,offence\n2015-04,asb\n").incidents.to_pylist()
    known = {name: value for name, value in row.items() if value is not None}
    assert known == {"month": parse_month("2015-04"), "offence": "asb", "line": 2}


def test_blank_marks_are_unknown_but_a_blank_rural_offence_is_none(tmp_path: Path) -> None:
    blank = {**ROW, "business": "", "rural": " ", "rural_offence": "", "time": ""}
    [row] = read_bytes(tmp_path, extract(blank)).incidents.to_pylist()
    assert (row["business"], row["rural_flag"], row["hour"]) == (None, None, None)
    assert row["rural_offence"] == ""


def test_half_a_point_in_the_header_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column for both easting and northing"):
        read_bytes(tmp_path, b"date,offence,easting\n2015-04-01,asb,349132\n")


PARTNER_MAP = """
name = "Council wardens"
encoding = "cp1252"
date_format = "%d/%m/%y %H:%M"
time_format = "%d/%m/%y %H:%M"
[columns]
date = "When"
time = "When"
offence = "What"
location = "Café or street"
rural_offence = "Kind"
[constants]
business = "yes"
[offence]
"Noise, at night" = "asb-nuisance"
[rural_offence]
"Red diesel" = "fuel"
"""


def test_a_column_map_gives_headings_formats_constants_and_words(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(PARTNER_MAP, encoding="utf-8")
    rows = 'Kind,When,What,Café or street,More\nRed diesel,03/04/15 23:10,"Noise, at night",Ö,x\n'
    read = read_bytes(tmp_path, rows.encode("cp1252"), ColumnMap.read(path))
    [row] = read.incidents.to_pylist()
    assert (read.source.name, read.source.sensitivity) == ("Council wardens", "partner")
    assert (row["date"], row["hour"], row["location"]) == (date(2015, 4, 3), 23, "Ö")
    assert (row["offence"], row["business"], row["rural_offence"]) == ("asb-nuisance", True, "fuel")


def test_a_heading_of_the_map_that_the_file_lacks_is_an_error(tmp_path: Path) -> None:
    column_map = ColumnMap(columns={"date": "date", "offence": "offence", "business": "Trade?"})
    with pytest.raises(InputError, match=r"has no column 'Trade\?', which the column map names"):
        read_bytes(tmp_path, b"date,offence,Trade\n2015-04-01,asb,yes\n", column_map)


def test_every_mistake_of_a_map_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(
        'encoding = "cp9999"\ndate_format = "%d/%m"\ntime_format = "%I:%M"\n'
        'name = 3\ncolour = "red"\n'
        '[columns]\nwhere = "Place"\n[constants]\nwho = "me"\n'
        '[offence]\nNoise = "noise"\n[rural_offence]\nSheep = "sheep"\n'
    )
    with pytest.raises(InputError) as caught:
        ColumnMap.read(path)
    first, *told = str(caught.value).splitlines()
    assert first == f"The column map {path} has 11 mistakes:"
    expected = [
        "line 1, encoding: there is no text encoding 'cp9999'",
        "line 2, date_format: '%d/%m' does not tell a day, month and year",
        "line 3, time_format: '%I:%M' does not tell an hour",
        "line 4, name: it must be text in quotes, not 3",
        "line 5, colour: there is no setting 'colour' here",
        "line 6, columns: it does not say where the date or the month is",
        "line 6, columns: it does not say where the offence is",
        "line 7, columns.where: there is no column 'where'",
        "line 9, constants.who: there is no column 'who'",
        "line 11, offence.Noise: 'Noise' = 'noise' is no code",
        "line 13, rural_offence.Sheep: 'Sheep' = 'sheep' is no code",
    ]
    for line, words in zip(told, expected, strict=True):
        assert line.startswith(words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[columns", "is not TOML"),
        (b'name = "\xe9"', "is not TOML: line 1: byte 0xe9 is not UTF-8"),
        (b"", r"columns: it is missing. It is a table \[columns\]"),
        (b"[columns]\ndate = 1\n", "line 2, columns.date: it must be text in quotes, not 1"),
        (b"columns = 3\n", "line 1, columns: it must be a table with lines such as key = 'text'"),
    ],
)
def test_a_map_that_is_no_map_is_an_error(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "map.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        ColumnMap.read(path)


ENOUGH = '[columns]\ndate = "Day"\noffence = "What"\n'


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("[constants]\ndate = '2015-04-01'", "line 5, constants.date: date is in [columns] and in"),
        (
            "easting = 'X'\nnorthing = 'X'",
            "line 5, columns.northing: easting and northing are both",
        ),
        ("[kinds]\nasb = 'ASB'", "line 5, kinds.asb: 'asb' is the code of an offence"),
        ("[kinds]\nfuel = 'Fuel'", "line 5, kinds.fuel: 'fuel' is the code of a rural offence"),
        ("[kinds]\nviolence = 'V'", "line 5, kinds.violence: 'violence' is the code of a theme"),
        ("[kinds]\n'CCTV seen' = 'CCTV'", "line 5, kinds.CCTV seen: 'CCTV seen' is no code"),
        ("[kinds]\ncctv = ' '", "line 5, kinds.cctv: it is blank"),
        ("[offence]\nA = 'cctv'\n[kinds]\ncctv2 = 'CCTV'", "line 5, offence.A: 'A' = 'cctv' is no"),
    ],
)
def test_a_map_that_contradicts_itself_is_told_with_the_line(
    tmp_path: Path, more: str, words: str
) -> None:
    path = tmp_path / "map.toml"
    path.write_text(ENOUGH + more)
    with pytest.raises(InputError) as caught:
        ColumnMap.read(path)
    assert str(caught.value).startswith(f"The column map {path}, {words}")


def test_a_constant_offence_that_no_list_has_is_told(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text("[columns]\ndate = 'Day'\n[constants]\noffence = 'shop-lifting'")
    with pytest.raises(InputError, match=r"line 4, .*is no offence; did you mean 'shoplifting'\?"):
        ColumnMap.read(path)


@pytest.mark.parametrize("form", ["%d %d", "%", "%Q", "", "\x00%d/%m/%Y", "%Y-%j"])
def test_an_odd_date_format_is_told_or_tells_the_day(tmp_path: Path, form: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(ENOUGH.replace("[", f"date_format = {json.dumps(form)}\n[", 1))
    if form == "%Y-%j":
        assert ColumnMap.read(path).date_format == form
        return
    with pytest.raises(InputError, match="line 1, date_format"):
        ColumnMap.read(path)


KINDS = """
name = "Road safety, 2024"
[columns]
date = "Day"
offence = "What"
[offence]
"Hit" = "road-collision"
[kinds]
road-collision = "Road collisions"
near-miss = "Near misses"
"""


def test_kinds_beyond_the_offence_list_are_read_by_word_and_by_code(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(KINDS)
    rows = b"Day,What\n2024-01-02,Hit\n2024-01-03,near-miss\n2024-01-04,drugs\n2024-01-04,miss\n"
    read = read_bytes(tmp_path, rows, ColumnMap.read(path))
    found = read.incidents["offence"].to_pylist()
    assert found == ["road-collision", "near-miss", "drugs"]
    [refusal] = read.refusals
    assert (refusal.line, refusal.value) == (5, "miss")
    assert "road-collision, near-miss" in refusal.reason
    assert read.source == Source(
        "road-safety-2024",
        "Road safety, 2024",
        "partner",
        kinds=(("road-collision", "Road collisions"), ("near-miss", "Near misses")),
    )


def test_a_source_with_one_offence_in_every_row_tells_no_other() -> None:
    def told(offence: str) -> tuple[str, ...] | None:
        columns = {"date": "date"}
        constants, kinds = {"offence": offence}, {"cctv": "CCTV"}
        words = {"noise": "asb-nuisance"}
        return ColumnMap(
            columns=columns, constants=constants, kinds=kinds, offence=words
        ).source.offences

    assert (told("asb"), told("noise"), told("cctv")) == (("asb",), ("asb-nuisance",), ())
    assert ColumnMap().source.offences is None


def test_a_missing_map_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        ColumnMap.read(tmp_path / "map.toml")


def test_every_canonical_column_can_be_mapped() -> None:
    assert set(ColumnMap().columns) == set(CANONICAL)
