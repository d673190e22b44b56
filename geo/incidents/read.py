"""From paths to incidents: each file recognised by its header, read, and its rows accounted for."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from geo.errors import InputError
from geo.incidents import street
from geo.incidents.columns import CANONICAL_MAP, ColumnMap
from geo.incidents.csvs import decode, header, read_csv
from geo.incidents.extract import columns_in, extract_incidents
from geo.incidents.files import IncidentFile, find_files
from geo.incidents.street import street_incidents
from geo.incidents.table import POLICE_STREET, FileRead
from geo.period import month_iso

Progress = Callable[[Iterable[IncidentFile], int], Iterable[IncidentFile]]


def read_incidents(
    paths: list[Path],
    column_map: ColumnMap | None = None,
    progress: Progress = lambda files, _: files,
) -> Iterator[FileRead]:
    """Read every incident file under the paths, one after the other, as `read_each` does."""
    return read_each(find_files(paths), column_map, progress)


def read_each(
    files: Sequence[IncidentFile],
    column_map: ColumnMap | None = None,
    progress: Progress = lambda files, _: files,
) -> Iterator[FileRead]:
    """Read incident files one after the other.

    A police street file is told by its header; any other file is a partner extract, read by the
    column map, or by the canonical header where none is given. A file whose bytes were already
    read comes back empty, with the name of the first in `same_as`. Raises InputError for a file
    that cannot be read, and for two street files that hold the same force and month.
    """
    seen: dict[str, FileRead] = {}
    held: dict[tuple[str, int], str] = {}
    for file in progress(files, len(files)):
        data = file.load()
        checksum = hashlib.sha256(data).hexdigest()
        if checksum in seen:
            yield replace(seen[checksum], name=file.name, same_as=seen[checksum].name)
            continue
        read = read_file(file.name, data, checksum, column_map)
        _refuse_overlap(read, held)
        seen[checksum] = replace(read, rows=read.rows[:0], places=read.places[:0], refusals=[])
        yield read


def read_file(name: str, data: bytes, checksum: str, column_map: ColumnMap | None) -> FileRead:
    """Read one file's bytes, told by its header. Raises InputError where it cannot be read."""
    text = decode(name, data, "utf-8" if column_map is None else column_map.encoding)
    headings = header(name, text)
    if set(street.COLUMNS) <= set(headings):
        sieve, rows, places, recorders = street_incidents(
            name, read_csv(name, text, street.COLUMNS)
        )
        source = POLICE_STREET
    else:
        if column_map is None:
            _refuse_half_street(name, headings)
        used = column_map or CANONICAL_MAP
        found = columns_in(name, headings, used)
        csv_text = read_csv(name, text, list(found.values()))
        sieve, rows, places = extract_incidents(name, csv_text, found, used)
        source, recorders = used.source, frozenset()
    read = FileRead(name, checksum, source, rows, places, sieve.in_order(), recorders)
    if not rows.num_rows:
        first = read.refusals[0]
        where = f"line {first.line}, {first.field}" if first.field else f"line {first.line}"
        raise InputError(f"No row of {name} can be used. The first, {where}: {first.reason}")
    return read


def _refuse_half_street(name: str, headings: list[str]) -> None:
    """Refuse a file that has most columns of a street file but not all."""
    missing = [column for column in street.COLUMNS if column not in headings]
    if 2 * len(missing) < len(street.COLUMNS):
        raise InputError(
            f"{name} looks like a police street file but has no column {', '.join(missing)}; it "
            f"has {', '.join(headings)}."
        )


def _refuse_overlap(read: FileRead, held: dict[tuple[str, int], str]) -> None:
    for force, month in sorted(read.recorders, key=str):
        other = held.setdefault((force, month), read.name)
        if other != read.name:
            raise InputError(
                f"{other} and {read.name} both hold {month_iso(month)} of {force}, with different "
                "rows; counting both would count the month twice. Give only one of them."
            )
