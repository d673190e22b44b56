"""Tables as publishers write them: separators, line ends, titles, cut headings, workbooks."""

import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geo.areas.headings import LSOA
from geo.areas.tables import TableFile, read_tables
from geo.errors import InputError


def read(path: Path, text: str | bytes) -> TableFile:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_tables(path, LSOA, "LSOA codes")[0]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_marks_and_thousands_are_understood(tmp_path: Path, end: str, mark: str) -> None:
    lines = ["LSOA code (2011),Rank", 'E01000001,"29,199"', "E01000002, 5 ", "E01000003,.."]
    table = read(tmp_path / "a.csv", mark + end.join(lines) + end)
    assert table.headings == ["LSOA code (2011)", "Rank"]
    assert table.whole("Rank", 1, 40_000).to_pylist() == [29199, 5, None]
    assert table.text("LSOA code (2011)").to_pylist() == ["E01000001", "E01000002", "E01000003"]


def test_titles_above_the_headings_are_passed_over_and_lines_still_right(tmp_path: Path) -> None:
    text = (
        'Population estimates\n"ONS, Crown copyright"\n\nmnemonic,2022\nE01000001,1\nE01000002,x\n'
    )
    table = read(tmp_path / "a.csv", text)
    with pytest.raises(InputError, match=r"a\.csv, line 6: '2022' is 'x', which is no number"):
        table.numbers("2022")


def test_old_files_with_welsh_letters_are_read(tmp_path: Path) -> None:
    table = read(tmp_path / "a.csv", "lsoa_code,name\nW01000001,Ynys M\xf4n\n".encode("cp1252"))
    assert table.text("name").to_pylist() == ["Ynys M\xf4n"]


def test_a_workbook_gives_the_sheets_with_codes(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows = [["Mid-2022", None], [None, None], ["LSOA 2021 Code", "Total"], ["E01000001", 1234]]
    make_workbook(path, {"Notes": [["About", "this"]], "Mid-2022 LSOA": rows})
    tables = read_tables(path, LSOA, "LSOA codes")
    assert [table.sheet for table in tables] == ["Mid-2022 LSOA"]
    assert tables[0].whole("Total", 0, 9999).to_pylist() == [1234]
    with pytest.raises(InputError, match=r"sheet Mid-2022 LSOA, line 4: 'Total' is 1234"):
        tables[0].whole("Total", 0, 10)


def make_workbook(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    """The least that is a workbook: sheets of numbers and text in place."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    names = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="r{at}"/>' for at, name in enumerate(sheets, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{kind}"><sheets>{names}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{rels}">'
        + "".join(
            f'<Relationship Id="r{at}" Type="{kind}/worksheet" Target="worksheets/s{at}.xml"/>'
            for at in range(1, len(sheets) + 1)
        )
        + "</Relationships>",
    }
    for at, rows in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/s{at}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>'
            + "".join(f"<row>{''.join(_cell(value) for value in row)}</row>" for row in rows)
            + "</sheetData></worksheet>"
        )
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{rels}"><Relationship Id="r1" Type="{kind}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def _cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def test_parquet_keeps_numbers_and_leaves_out_shapes(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    codes = pa.array(["E01000001"], pa.large_string())
    pq.write_table(pa.table({"lsoa_code": codes, "n": [3.0], "shape": [b"x"]}), path)
    table = read_tables(path, LSOA, "LSOA codes")[0]
    assert table.headings == ["lsoa_code", "n"]
    assert table.whole("n", 0, 5).to_pylist() == [3]
    assert table.text("n").to_pylist() == ["3"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "has no column of LSOA codes"),
        ("lsoa_code,n\n", "has headings and no rows"),
        ("lsoa_code,n,n\nE01000001,1,2\n", "more than one column n"),
        ("lsoa_code,n\nE01000001\n", "not a readable CSV file"),
        ("lsoa_code,n\nE01000001,\0\n", "holds binary data"),
        ("lsoa_code\n".encode("utf-16"), "is in UTF-16"),
    ],
)
def test_faulty_tables_are_named(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(tmp_path / "a.csv", text)


@pytest.mark.parametrize("value", ["1.5", "-1", "11", "1e3", "inf", "nan", "1,2", "0x1", "ten"])
def test_values_that_are_no_decile_are_refused_with_their_line(tmp_path: Path, value: str) -> None:
    table = read(tmp_path / "a.csv", f'lsoa_code,Decile\nE01000001,1\nE01000002,"{value}"\n')
    with pytest.raises(InputError, match="line 3: 'Decile' is"):
        table.whole("Decile", 1, 10)


def test_files_of_other_kinds_and_bombs_are_refused(tmp_path: Path) -> None:
    for name, words in (("a.ods", "give CSV, XLSX or Parquet"), ("none.csv", "There is no file")):
        if name == "a.ods":
            (tmp_path / name).write_bytes(b"x")
        with pytest.raises(InputError, match=words):
            read_tables(tmp_path / name, LSOA, "LSOA codes")
    bomb = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/workbook.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(1100):
            part.write(bytes(1 << 20))
    with pytest.raises(InputError, match="unpacks to"):
        read_tables(bomb, LSOA, "LSOA codes")


def test_a_table_agrees_with_pandas_on_a_publishers_file(shared: Path) -> None:
    path = shared / "data/deprivation/File_1_IMD2019.csv"
    frame = pd.read_csv(path, thousands=",")
    table = read_tables(path, LSOA, "LSOA codes")[0]
    for heading in frame.columns[4:]:
        assert table.whole(heading, 1, 40_000).to_pylist() == frame[heading].tolist()
