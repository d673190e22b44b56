"""The report of refused rows, as CSV."""

import csv
import re
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
    "'…' is not a month; it must be YYYY-MM."
    """
    if not value:
        return reason
    return re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", reason, count=1)


def without_value(refusal: Refusal) -> Refusal:
    """A refused row of a source whose months run out: nothing of what it said.

    Nothing tells the month of a refused row, so no day is known on which its words would go.
    """
    reason = without(refusal.value, refusal.reason)
    if len(refusal.value) > 2:  # a shorter one may be part of any word
        reason = reason.replace(refusal.value, "…")
    return replace(refusal, value="", reason=reason)
