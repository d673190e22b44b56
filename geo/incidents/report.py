"""The report of refused rows, as CSV."""

import csv
from dataclasses import replace
from pathlib import Path

from geo.formats.sheet import harmless
from geo.incidents.table import Refusal

REPORT = "refused.csv"  # in the folder of a version
HEADINGS = ("file", "line", "field", "value", "reason")


def write_refusals(path: Path, refusals: list[Refusal]) -> None:
    """Write one line a refused row, in which a spreadsheet finds no formula.

    Raises OSError where the file cannot be written.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEADINGS)
        for refusal in refusals:
            rows.writerow([harmless(getattr(refusal, name)) for name in HEADINGS])


def without(value: str, reason: str) -> str:
    """A reason without the value that it names, so that like reasons are alike.

    >>> without("2015-13", "'2015-13' is not a month; it must be YYYY-MM.")
    'What stands there is not a month; it must be YYYY-MM.'
    """
    if value and reason.startswith(quoted := f"'{value}'"):
        return f"What stands there{reason.removeprefix(quoted)}"
    at = reason.find(value) if value else -1
    while at >= 0:
        before, after = reason[:at], reason[at + len(value) :]
        if not (_is_word(before[-1:]) or _is_word(after[:1])):
            return f"{before}…{after}"
        at = reason.find(value, at + 1)
    return reason


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def without_value(refusal: Refusal) -> Refusal:
    """A refused row of a source whose months run out: nothing of what it said.

    Nothing tells the month of a refused row, so no day is known on which its words would go.
    """
    reason = without(refusal.value, refusal.reason)
    if len(refusal.value) > 2:  # a shorter one may be part of any word
        reason = reason.replace(refusal.value, "…")
    return replace(refusal, value="", reason=reason)
