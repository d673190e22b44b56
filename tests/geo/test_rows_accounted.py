"""No row is lost: whatever a file holds, accepted and refused rows add up to the rows in it."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incident_files import STREET_HEADER, csv_bytes, read_bytes, street_row

from geo.errors import InputError

EXTRACT_HEADER = "incident_id,date,time,offence,easting,northing,location,business"
GOOD = {
    STREET_HEADER: [
        street_row(),
        street_row(Longitude="", Latitude="", LSOA_code="", Location="No Location"),
        street_row(Location='"Bull\nRing, ""north"""'),
        street_row(Crime_type="Anti-social behaviour", Month="2019-01"),
    ],
    EXTRACT_HEADER: [
        "1,2015-04-01,21:00,asb,349132,312545,High Street,yes",
        ",2015-04-02,,burglary,,,,",
        '7,2015-04-03,00:00,drugs,349132,312545,"a\r\nb",no',
    ],
}
BAD = {
    STREET_HEADER: [
        street_row(Month="2018-13"),
        street_row(Longitude="52.7", Latitude="-2.75"),
        street_row(Crime_type='"Piracy, with\nviolence"'),
        street_row() + ",more",
        "one field",
    ],
    EXTRACT_HEADER: [
        "1,2015-02-31,21:00,asb,349132,312545,High Street,yes",
        '1,2015-04-01,21:00,"a\nsb",,,,',
        ",2015-04-02,,burglary,349132,,,",
        "1,2015-04-01",
    ],
}
BLANK = ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows")


@st.composite
def mixed_files(draw: st.DrawFn) -> tuple[bytes, list[int], list[int]]:
    """A file of good, bad and blank lines, and the lines its good and its bad rows start on."""
    header = draw(st.sampled_from(list(GOOD)))
    kinds = dict.fromkeys(GOOD[header], True) | dict.fromkeys(BAD[header], False)
    rows = draw(st.lists(st.sampled_from([*kinds, BLANK]), max_size=12))
    rows.insert(draw(st.integers(0, len(rows))), GOOD[header][0])
    end = draw(st.sampled_from(["\n", "\r\n"]))
    line, good, bad = 2, [], []
    for row in rows:
        if row != BLANK:
            (good if kinds[row] else bad).append(line)
        line += row.count("\n") + 1
    return csv_bytes(header, *rows, end=end), good, bad


@settings(max_examples=150)
@given(mixed_files())
def test_each_row_is_accepted_or_refused_on_its_own_line(
    folder: Path, file: tuple[bytes, list[int], list[int]]
) -> None:
    data, good, bad = file
    read = read_bytes(folder, data)
    assert read.incidents["line"].to_pylist() == good
    assert [refusal.line for refusal in read.refusals] == bad


PIECES = [b",", b'"', b"\n", b"\r", b"\r\n", b"\0", b" ", b"-", b"9", b"\xff", b"\xc2\xb2", b"{}"]


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    header = draw(st.sampled_from(list(GOOD)))
    data = bytearray(csv_bytes(header, *GOOD[header], *BAD[header], *GOOD[header]))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from([0, 1, 1, 2, 60]))
        byte = st.binary(min_size=1, max_size=1)
        data[place : place + length] = draw(st.one_of(st.sampled_from([b"", *PIECES]), byte))
    return bytes(data)


@settings(max_examples=300)
@given(damaged_files())
def test_a_damaged_file_is_refused_or_wholly_accounted_for(folder: Path, data: bytes) -> None:
    try:
        read = read_bytes(folder, data)
    except InputError:
        return
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    records = [row for row in reader if row]
    assert read.incidents.num_rows + len(read.refusals) == len(records) - 1


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_refused_with_an_explanation(folder: Path, data: bytes) -> None:
    with pytest.raises(InputError, match=r"file\.csv"):
        read_bytes(folder, data)
