"""Why rows were refused: the report of a version, counted by reason."""

import csv
from collections import Counter

from geo.dataset import Dataset
from geo.errors import DatasetError
from geo.formats.sheet import harmless
from geo.incidents.report import REPORT, without

Reason = tuple[str, str]
"""What of a row was wrong, and why, without the value itself."""


def refused_reasons(dataset: Dataset) -> dict[str, Counter[Reason]]:
    """How many rows were refused for each reason, by source id.

    Only of the files in the dataset's own manifest, so that of a public view no row of a partner's
    is counted. Raises DatasetError where the report is damaged.
    """
    source_of = {harmless(file["name"]): file["source"] for file in dataset.manifest["files"]}
    found: dict[str, Counter[Reason]] = {source.id: Counter() for source in dataset.sources}
    path = dataset.folder / REPORT
    try:
        if not path.exists():
            return found
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if source := source_of.get(row["file"]):
                    found[source][row["field"], _reason(row)] += 1
    except (OSError, KeyError, ValueError, TypeError, csv.Error) as error:
        raise DatasetError(
            f"The refused rows in {path.parent.parent} are damaged; build it again."
        ) from error
    return found


def _reason(row: dict[str, str]) -> str:
    """The reason without the value, before which an apostrophe may have been put."""
    return without(row["value"].removeprefix("'"), row["reason"])
