"""A CSV file as a table of text, strict about what it cannot read.

pyarrow parses. Where every line is one sound row, line numbers follow from the row numbers; where
one is not, the standard library's reader walks the file once more to say which.
"""

import csv
import io
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from geo.errors import InputError
from geo.incidents.table import Refusal

_UTF8_BOM = b"\xef\xbb\xbf"
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_HEAD = 4096
_BLOCK = 1 << 26  # bytes parsed at a time, so no row may be longer
_TEXT = pa.dictionary(pa.int32(), pa.string())
_SHOWN = 60  # characters of a broken row that a report shows


@dataclass(frozen=True)
class CsvText:
    """The sound rows of a CSV as text columns, their line numbers, and the broken rows."""

    columns: pa.Table
    lines: NDArray[np.int64]
    broken: list[Refusal]


def decode(name: str, data: bytes, encoding: str) -> bytes:
    """The file's bytes as UTF-8 without a byte order mark.

    Raises InputError for an empty or binary file and for bytes that are not of the encoding.
    """
    if not data[:_HEAD].strip() and not data.strip():
        raise InputError(f"{name} is empty.")
    if data[:2] in _BOMS:
        raise InputError(f"{name} is in {_BOMS[data[:2]]}; save it as CSV UTF-8.")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise InputError(f"{name} is not a text file: line {line} holds binary data.")
    if encoding in ("utf-8", "ascii") and data.isascii():
        return data
    try:
        text = data.decode(encoding)
    except LookupError as error:
        raise InputError(f"{name}: there is no text encoding '{encoding}'.") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{name}, line {line}: byte 0x{data[error.start]:02x} is not {encoding}. Save the file "
            "as CSV UTF-8, or give its encoding in the column map, such as encoding = 'cp1252'."
        ) from error
    except UnicodeError as error:  # some codecs of the standard library decode nothing
        raise InputError(f"{name} cannot be read as '{encoding}': {error}.") from error
    if encoding == "utf-8":
        return data.removeprefix(_UTF8_BOM)
    return text.removeprefix("\ufeff").encode()


def header(name: str, data: bytes) -> list[str]:
    """The column headings of a decoded file: its first row that is not blank."""
    try:
        return next(filter(None, csv.reader(_text(data))), [])
    except csv.Error as error:
        raise InputError(f"{name} has no readable header: {error}.") from error


def _text(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")


def read_csv(name: str, data: bytes, wanted: list[str]) -> CsvText:
    """Read the wanted columns of a decoded file as text.

    Raises InputError for a file that was cut off, has no rows, has a wanted column twice, or is no
    CSV throughout.
    """
    headings = header(name, data)
    _refuse_cut_off(name, data, len(headings))
    if twice := [heading for heading in dict.fromkeys(wanted) if headings.count(heading) > 1]:
        raise InputError(f"{name} has more than one column {', '.join(twice)}.")
    no_rows = f"{name} has a header and no rows."
    if b"\n" not in data and b"\r" not in data:
        raise InputError(no_rows)
    skipped = 0

    def skip(_: object) -> str:
        nonlocal skipped
        skipped += 1
        return "skip"

    try:
        columns = pyarrow.csv.read_csv(
            pa.BufferReader(data),
            # One file is one thread's work; files are read side by side.
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, block_size=min(len(data) + 1, _BLOCK)
            ),
            parse_options=pyarrow.csv.ParseOptions(
                newlines_in_values=b'"' in data, invalid_row_handler=skip
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=list(dict.fromkeys(wanted)),
                column_types=dict.fromkeys(wanted, _TEXT),
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise InputError(f"{name} is not a readable CSV file: {error}.") from error
    if not columns.num_rows and not skipped:
        raise InputError(no_rows)
    lines = np.arange(2, columns.num_rows + 2)
    line_ends = _count(data, "\n") + (not data.endswith(b"\n"))
    lone_returns = b"\r" in data and data.count(b"\r") - data.count(b"\r\n")
    if not skipped and not lone_returns and line_ends == columns.num_rows + 1:
        return CsvText(columns, lines, [])
    lines, broken = _walk(name, data)
    if len(lines) != columns.num_rows:
        raise InputError(f"{name} cannot be divided into rows: look for a stray quote mark in it.")
    return CsvText(columns, lines, broken)


def _count(data: bytes, character: str) -> int:
    """How often a character occurs; unlike `bytes.count` it lets other threads run."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord(character)))


def _refuse_cut_off(name: str, data: bytes, expected: int) -> None:
    if b'"' in data and data.count(b'"') % 2:
        raise InputError(f"{name} is cut off or damaged: a quote mark opens and never closes.")
    last = data[max(data.rfind(b"\n"), data.rfind(b"\r")) + 1 :]
    fields = last.count(b",") + 1
    if last and fields < expected and b'"' not in data:
        line = data.count(b"\n") + 1
        raise InputError(
            f"{name} is cut off: its last line, {line}, has {fields} of {expected} fields and no "
            "line end. Copy or download the file again."
        )


def _walk(name: str, data: bytes) -> tuple[NDArray[np.int64], list[Refusal]]:
    """The line every sound row starts on, and every row with too many or too few fields."""
    reader = csv.reader(_text(data))
    expected = len(next(filter(None, reader)))
    lines, broken, line = [], [], reader.line_num + 1
    try:
        for row in reader:
            if len(row) == expected:
                lines.append(line)
            elif row:
                reason = f"The row has {len(row)} fields; the header has {expected}."
                broken.append(Refusal(name, line, "", ",".join(row)[:_SHOWN], reason))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{name}, line {line}: {error}.") from error
    return np.array(lines, dtype=np.int64), broken
