"""The bytes of CSV, XLSX and Parquet files as Arrow tables."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from geo.areas.headings import find
from geo.errors import InputError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_LEAD_LINES = 40  # titles and notes that may stand above the headings
_LARGEST_UNPACKED = 1 << 30  # bytes


@dataclass(frozen=True)
class Sheet:
    """One table of a file, the line of its first record and, in a workbook, the sheet's title."""

    table: pa.Table
    first_line: int
    title: str = ""


def read_csv(path: Path, key: str) -> Iterator[Sheet]:
    """The one table of a CSV file, as text. Line ends may be LF, CRLF or CR alone."""
    data = _utf8(path)
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    start, line = _header_at(path, data, key)
    if start is None:
        return
    lines = memoryview(data)[start:]
    try:
        headings = next(csv.reader(io.StringIO(str(bytes(lines[: 1 << 16]), "utf-8", "ignore"))))
        table = pyarrow.csv.read_csv(
            pa.BufferReader(lines),
            read_options=pyarrow.csv.ReadOptions(block_size=1 << 24),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=b'"' in data),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(headings, pa.string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowException, csv.Error) as error:
        raise InputError(f"{path} is not a readable CSV file: {error}.") from error
    yield Sheet(table, line + 1)


def read_xlsx(path: Path, key: str) -> Iterator[Sheet]:
    """Every sheet of a workbook that has the key column. Cells are text or numbers."""
    import python_calamine  # noqa: PLC0415  # read only where a workbook is

    refuse_bomb(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        sheets = [(name, _rows(book.get_sheet_by_name(name))) for name in book.sheet_names]
    except BaseException as error:  # a damaged workbook may panic, which is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise InputError(f"{path} is not a readable workbook: {error}.") from error
    for title, rows in sheets:
        head = next(
            (at for at, row in enumerate(rows[:_LEAD_LINES]) if find(map(str, row), key)), None
        )
        if head is not None:
            yield Sheet(_from_rows(rows[head], rows[head + 1 :]), head + 2, title)


def read_parquet(path: Path, key: str) -> Iterator[Sheet]:
    """The one table of a Parquet file: its columns of text and numbers."""
    try:
        schema = pq.read_schema(path)
        plain = [field.name for field in schema if _is_plain(field.type)]
        table = pq.read_table(path, columns=plain).replace_schema_metadata(None)
        table.validate(full=True)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path} is not a readable Parquet file: {error}.") from error
    if find(plain, key):
        fields = [pa.field(f.name, pa.string()) if _is_text(f.type) else f for f in table.schema]
        yield Sheet(table.cast(pa.schema(fields)), 1)


def refuse_bomb(path: Path) -> None:
    """Raise InputError for a ZIP (a workbook is one) that unpacks to more than a table needs."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return  # an old workbook is no ZIP; whatever else it is, its reader will say
    if unpacked > _LARGEST_UNPACKED:
        raise InputError(f"{path} unpacks to {unpacked:,} bytes, which no file of areas does.")


def _utf8(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    if not data.strip():
        raise InputError(f"{path} is empty.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(f"{path} is in UTF-16; save it as CSV UTF-8.")
    if b"\0" in data:
        raise InputError(f"{path} is not a text file: it holds binary data.")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode()
    except UnicodeDecodeError:  # older files of the publishers, with Welsh names
        return data.decode("cp1252", "replace").encode()
    return data


def _header_at(path: Path, data: bytes, key: str) -> tuple[int | None, int]:
    """Where the line of headings starts, and its number; None where no line has the key."""
    start = 0
    for line in range(1, _LEAD_LINES + 1):
        end = data.find(b"\n", start)
        text = data[start : end if end >= 0 else len(data)]
        try:
            if find(next(csv.reader([text.decode("utf-8", "replace")]), []), key):
                return start, line
        except csv.Error as error:
            raise InputError(f"{path}, line {line}: {error}.") from error
        if end < 0:
            break
        start = end + 1
    return None, 0


def _rows(sheet: "CalamineSheet") -> list[list[Any]]:
    return list(sheet.to_python(skip_empty_area=False))  # so that rows keep their numbers


def _from_rows(head: Sequence[Any], rows: Sequence[Sequence[Any]]) -> pa.Table:
    names, columns = [], []
    for at, heading in enumerate(head):
        if str(heading).strip():
            names.append(str(heading).strip())
            columns.append(_column([row[at] for row in rows]))
    return pa.Table.from_arrays(columns, names=names)


def _column(values: list[Any]) -> pa.Array:
    """Numbers where every cell is one or blank, else text."""
    if all(v == "" or (isinstance(v, (int, float)) and not isinstance(v, bool)) for v in values):
        return pa.array([None if v == "" else float(v) for v in values], pa.float64())
    return pa.array([f"{v:.15g}" if isinstance(v, float) else str(v) for v in values], pa.string())


def _is_text(kind: pa.DataType) -> bool:
    dictionary = pa.types.is_dictionary(kind)
    return bool(dictionary or pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_plain(kind: pa.DataType) -> bool:
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    return bool(number or pa.types.is_string(kind) or pa.types.is_large_string(kind))
