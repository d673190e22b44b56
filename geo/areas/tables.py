"""One reader of the tables that publishers give out: CSV, XLSX and Parquet."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.areas.headings import find
from geo.areas.sheets import read_csv, read_parquet, read_xlsx
from geo.errors import InputError

_LARGEST = 1 << 30  # bytes; the largest table of all England and Wales has 4 million
_READERS = {
    ".csv": read_csv,
    ".txt": read_csv,
    ".xlsx": read_xlsx,
    ".xlsm": read_xlsx,
    ".xls": read_xlsx,
    ".parquet": read_parquet,
}
_NO_VALUE = ["", "-", "..", ":", "na", "n/a", "null", "none", "[x]", "[z]", "[c]"]
_THOUSANDS = r"^\s*([+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?)\s*$"


@dataclass(frozen=True)
class TableFile:
    """A table: text or numbers by column, headings as they stand.

    `name` is what reports call it, `first_line` the line or row of its first record, `sheet` the
    name of the sheet in a workbook.
    """

    name: str
    columns: pa.Table
    first_line: int
    sheet: str = ""

    @property
    def headings(self) -> list[str]:
        """The headings, as they stand."""
        return list(self.columns.column_names)

    def find(self, pattern: str) -> str | None:
        """The first heading that matches a pattern; see `geo.areas.headings`."""
        return find(self.headings, pattern)

    def where(self, row: int) -> str:
        """The file and line of a row, for a report."""
        sheet = f", sheet {self.sheet}" if self.sheet else ""
        return f"{self.name}{sheet}, line {self.first_line + row}"

    def text(self, heading: str) -> pa.Array:
        """A column as text without the spaces round it; null where it is blank."""
        column = self.columns[heading].combine_chunks()
        if not pa.types.is_string(column.type):
            column = _plain_text(column)
        column = pc.utf8_trim_whitespace(column)
        return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)

    def numbers(self, heading: str) -> pa.Array:
        """A column as float64; null where it is blank or says that there is no figure.

        Raises InputError with the line of what is no number.
        """
        column = self.columns[heading].combine_chunks()
        if not pa.types.is_string(column.type):
            return self._checked(heading, column, column.cast(pa.float64()))
        text = pc.utf8_trim_whitespace(column)
        blank = pc.is_in(pc.utf8_lower(text), value_set=pa.array(_NO_VALUE))
        text = pc.if_else(blank, pa.scalar(None, pa.string()), text)
        if pc.any(pc.find_substring(text, ",").cast(pa.bool_())).as_py():
            grouped = pc.match_substring_regex(text, _THOUSANDS)
            text = pc.if_else(grouped, pc.replace_substring(text, ",", ""), text)
        try:
            return self._checked(heading, text, text.cast(pa.float64()))
        except pa.ArrowInvalid:
            row = next(at for at, value in enumerate(text.to_pylist()) if not _is_number(value))
            raise self._no_number(heading, row, text[row].as_py()) from None

    def whole(self, heading: str, least: int, most: int) -> pa.Array:
        """A column as int64 from `least` to `most`; null where it is blank.

        Raises InputError with the line of what is no such number.
        """
        numbers = self.numbers(heading)
        values: NDArray[np.float64] = numbers.fill_null(least).to_numpy(zero_copy_only=False)
        wrong = (values != np.floor(values)) | (values < least) | (values > most)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise InputError(
                f"{self.where(row)}: '{heading}' is {values[row]:g}; it must be a whole number "
                f"from {least:,} to {most:,}."
            )
        return pc.if_else(numbers.is_valid(), pa.array(values.astype(np.int64)), None)

    def _checked(self, heading: str, told: pa.Array, numbers: pa.Array) -> pa.Array:
        values = numbers.fill_null(0.0).to_numpy(zero_copy_only=False)
        if not np.isfinite(values).all():
            row = int(np.flatnonzero(~np.isfinite(values))[0])
            raise self._no_number(heading, row, told[row].as_py())
        return numbers

    def _no_number(self, heading: str, row: int, value: object) -> InputError:
        return InputError(f"{self.where(row)}: '{heading}' is '{value}', which is no number.")


def read_tables(path: Path, key: str, sought: str) -> list[TableFile]:
    """The tables of a file that have a column whose heading matches `key`.

    A CSV or Parquet file is one table; a workbook has one a sheet. Titles above the headings are
    passed over. `sought` says what the column is, for the error. Raises InputError where the file
    cannot be read or no table has such a column.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}.")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path} is no table that can be read: give CSV, XLSX or Parquet.")
    if path.stat().st_size > _LARGEST:
        raise InputError(f"{path} is over 1 GiB, which no table of areas is.")
    tables = []
    for sheet in reader(path, key):
        twice = {name for name in sheet.table.column_names if name in _repeated(sheet.table)}
        if twice:
            raise InputError(f"{path} has more than one column {', '.join(sorted(twice))}.")
        tables.append(TableFile(path.name, sheet.table, sheet.first_line, sheet.title))
    if not tables:
        raise InputError(f"{path} has no column of {sought}.")
    if not any(table.columns.num_rows for table in tables):
        raise InputError(f"{path} has headings and no rows.")
    return tables


def _repeated(table: pa.Table) -> set[str]:
    names = [name for name in table.column_names if name]
    return {name for name in names if names.count(name) > 1}


def _plain_text(column: pa.Array) -> pa.Array:
    """Numbers as text; a workbook holds whole numbers as 3.0."""
    if pa.types.is_floating(column.type):
        values = [None if v is None else f"{v:.15g}" for v in column.to_pylist()]
        return pa.array(values, pa.string())
    return column.cast(pa.string())


def _is_number(value: str | None) -> bool:
    return (
        value is None or re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value) is not None
    )
