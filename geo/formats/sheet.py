"""Rows as CSV."""

from collections.abc import Mapping

import pandas as pd

from geo.formats.records import Record

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet would run


def to_csv(properties: list[Record], columns: list[str], constants: Mapping[str, str]) -> bytes:
    """Rows as CSV (UTF-8 with a mark, so that spreadsheets read it right), constants in every row.

    Text that a spreadsheet would take for a formula is made harmless by an apostrophe.
    """
    frame = pd.DataFrame(properties, columns=columns, dtype=object).assign(**constants)
    safe = frame.map(harmless)
    text: str = safe.to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + text.encode()


def harmless(value: object) -> object:
    """A value, with an apostrophe before text that a spreadsheet would take for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
