"""What is wrong with a file as a whole, and on which line a broken row stands."""

from pathlib import Path

import pytest
from incident_files import STREET_HEADER, csv_bytes, read_bytes, street_row

from geo.errors import InputError
from geo.incidents import ColumnMap
from geo.incidents.csvs import decode

HEADER = "date,offence,location"
GOOD = "2015-04-01,asb,High Street"
BAD = "2015-04-01,piracy,High Street"
STREET = csv_bytes(STREET_HEADER, street_row(), street_row())
QUOTED = csv_bytes(HEADER, GOOD, '2015-04-02,drugs,"Bull, Ring"')

BAD_FILES = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\r\n", "is empty"),
    "header only": (csv_bytes(STREET_HEADER), "has a header and no rows"),
    "header without a line end": (STREET_HEADER.encode(), "has a header and no rows"),
    "header and blank lines": (csv_bytes(HEADER, "", ""), "has a header and no rows"),
    "cut off in a row": (STREET[:-40], r"is cut off: its last line, 3, has \d+ of 12 fields"),
    "cut off inside quotes": (QUOTED[:-5], "a quote mark opens and never closes"),
    "binary": (STREET[:200] + b"\0\x01" + STREET[200:], "line 2 holds binary data"),
    "UTF-16": (STREET.decode().encode("utf-16"), "is in UTF-16"),
    "UTF-16 without a mark": (STREET.decode().encode("utf-16-le"), "holds binary data"),
    "cp1252": (csv_bytes(HEADER, GOOD) + "2015-04-01,asb,Café\n".encode("cp1252"), "line 3.*0xe9"),
    "another header": (b"when,what\n2015-04-01,asb\n", "no column for an offence, nor for a date"),
    "a column twice": (b"date,offence,offence\n2015-04-01,asb,drugs\n", "more than one column"),
    "only broken rows": (csv_bytes(HEADER, "2015-04-01", "x,y,z,w"), "No row of .* line 2: The"),
    "an endless heading": (f"{HEADER},{'x' * 200_000}\n{GOOD},\n".encode(), "no readable header"),
}


@pytest.mark.parametrize(("data", "words"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_cannot_be_read_is_named_with_what_is_wrong(
    tmp_path: Path, data: bytes, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_bytes(tmp_path, data)
    assert str(tmp_path / "file.csv") in str(caught.value)


def lines_of(folder: Path, data: bytes) -> tuple[list[int], list[int]]:
    read = read_bytes(folder, data)
    return read.incidents["line"].to_pylist(), [refusal.line for refusal in read.refusals]


def test_short_and_long_rows_are_refused_where_they_stand(tmp_path: Path) -> None:
    data = csv_bytes(HEADER, GOOD, "2015-04-01,asb", GOOD, "2015-04-01,asb,a,b", GOOD)
    read = read_bytes(tmp_path, data)
    assert read.incidents["line"].to_pylist() == [2, 4, 6]
    assert [(r.line, r.value, r.reason) for r in read.refusals] == [
        (3, "2015-04-01,asb", "The row has 2 fields; the header has 3."),
        (5, "2015-04-01,asb,a,b", "The row has 4 fields; the header has 3."),
    ]


def test_blank_lines_are_no_rows_and_keep_their_line_numbers(tmp_path: Path) -> None:
    assert lines_of(tmp_path, csv_bytes(HEADER, "", GOOD, "", "", BAD, GOOD)) == ([3, 7], [6])


def test_blank_lines_may_stand_before_the_header(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"\n\n" + csv_bytes(HEADER, GOOD, BAD)) == ([4], [5])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_gives_the_same_rows(tmp_path: Path, end: str) -> None:
    data = csv_bytes(HEADER, GOOD, BAD, GOOD, end=end)
    read = read_bytes(tmp_path, data)
    assert lines_of(tmp_path, data) == ([2, 4], [3])
    assert read.incidents["location"].to_pylist() == ["High Street"] * 2


def test_the_last_line_needs_no_line_end(tmp_path: Path) -> None:
    assert lines_of(tmp_path, csv_bytes(HEADER, GOOD, BAD, GOOD)[:-1]) == ([2, 4], [3])


@pytest.mark.parametrize("encoding", ["utf-8", "utf8", "UTF-8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path, encoding: str) -> None:
    data = b"\xef\xbb\xbf" + csv_bytes(HEADER, GOOD)
    assert read_bytes(tmp_path, data, ColumnMap(encoding=encoding)).read == 1


def test_line_numbers_stay_right_after_a_quoted_line_break(tmp_path: Path) -> None:
    data = csv_bytes(HEADER, '2015-04-01,asb,"Bull\nRing"', BAD, '2015-04-01,asb,"a ""b"""', BAD)
    assert lines_of(tmp_path, data) == ([2, 5], [4, 6])
    names = read_bytes(tmp_path, data).incidents["location"].to_pylist()
    assert names == ["Bull Ring", 'a "b"']


def test_another_encoding_is_read_when_the_column_map_names_it(tmp_path: Path) -> None:
    data = f"{HEADER}\n2015-04-01,asb,Café\n".encode("cp1252")
    read = read_bytes(tmp_path, data, ColumnMap(encoding="cp1252"))
    assert read.incidents["location"].to_pylist() == ["Café"]


@pytest.mark.parametrize("encoding", ["cp9999", "hex"])
def test_an_encoding_that_is_none_is_an_error(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(InputError, match=f"no text encoding '{encoding}'"):
        decode("file.csv", csv_bytes(HEADER, GOOD), encoding)
    path = tmp_path / "map.toml"
    path.write_text(f"encoding = '{encoding}'\n[columns]\ndate = 'date'\noffence = 'offence'\n")
    with pytest.raises(
        InputError, match=f"line 1, encoding: there is no text encoding '{encoding}"
    ):
        ColumnMap.read(path)
