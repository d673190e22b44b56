"""The report of refused rows, as CSV."""

import csv
from pathlib import Path

from geo.incidents.table import Refusal

REPORT = "refused.csv"  # in the folder of a version
HEADINGS = ("file", "line", "field", "value", "reason")


def write_refusals(path: Path, refusals: list[Refusal]) -> None:
    """Write one line a refused row. Raises OSError where the file cannot be written."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEADINGS)
        rows.writerows([getattr(refusal, name) for name in HEADINGS] for refusal in refusals)
