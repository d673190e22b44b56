"""An independent reading of street files: the standard library's, row by row."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """What the counts depend on of one row, and where it stands."""

    file: str
    line: int
    month: str
    crime_id: str
    code: str
    kind: str
    force: str


def street_rows(path: Path) -> Iterator[Row]:
    """Every row of a street file, of those in a ZIP or of those in a folder, in order of name."""
    if path.is_dir():
        for inside in sorted(path.glob("*.csv")):
            yield from street_rows(inside)
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                text = io.TextIOWrapper(archive.open(name), "utf-8", newline="")
                yield from _rows(f"{path}/{name}", text)
    else:
        with path.open(encoding="utf-8", newline="") as file:
            yield from _rows(str(path), file)


def _rows(name: str, text: Iterable[str]) -> Iterator[Row]:
    for line, row in enumerate(csv.DictReader(text), start=2):
        yield Row(
            name,
            line,
            row["Month"],
            row["Crime ID"],
            row["LSOA code"],
            row["Crime type"],
            row["Reported by"],
        )


def crimes_once(rows: Iterable[Row]) -> list[Row]:
    """The rows without those whose crime ID a row of a later month, or a later row, has again."""
    last: dict[str, Row] = {}
    loose = []
    for row in rows:
        if not row.crime_id:
            loose.append(row)
        elif row.crime_id not in last or row.month >= last[row.crime_id].month:
            last[row.crime_id] = row
    return [*loose, *last.values()]


def codes_in(path: Path) -> set[str]:
    """The LSOA codes of the outlines in a GeoJSON file."""
    features = json.loads(path.read_text("utf-8"))["features"]
    return {value for f in features for key, value in f["properties"].items() if _is_code(key)}


def _is_code(key: str) -> bool:
    return key in ("LSOA11CD", "LSOA21CD")
