"""Reads the audit log: entries that were asked for, and whether all of it fits together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from geo.errors import AuditError
from service.audit.chain import FIRST, Head, digest, files_of, parse
from service.audit.log import locked, unwritten

Noted = tuple[int, str]
"""The number of an entry and its seal, noted elsewhere at an earlier time."""


Line = tuple[Path, int, bytes]
"""A file of the log, which line of it, and the line with its end."""


@dataclass(frozen=True)
class Verified:
    """A log that fits together: its first and last entry, and the seal of the last.

    `waiting`: the last entry is not in its file whole; whoever records next completes it.
    """

    first: int
    last: int
    seal: str
    time: str
    waiting: bool


def entries(
    folder: Path,
    since: date | None = None,
    until: date | None = None,
    actor: str | None = None,
    layer: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Entries in order, from one day to another (UTC, both included), of an actor, of a layer.

    Raises AuditError where a line is no entry.
    """
    for path, number, line in _lines(folder):
        try:
            entry = parse(line)
            day = datetime.fromisoformat(entry["time"]).astimezone(UTC).date()
            what = entry["what"]
            found = (actor is None or entry["actor"] == actor) and (
                layer is None or what.get("layer") == layer
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if not line.endswith(b"\n"):
                continue  # half a line, which the next writer completes
            raise _unfit(path, number, "it is no entry") from error
        if found and (since is None or day >= since) and (until is None or day <= until):
            yield entry


def verify(
    folder: Path, key: bytes | None = None, since: date | None = None, noted: Noted | None = None
) -> Verified | None:
    """Check every line of a log, or those from the month of `since` on; None where it is empty.

    Raises AuditError that names the first line that does not fit.
    """
    if not folder.is_dir():
        return None
    with locked(folder):
        head = Head.read(folder, key)
        if head is None and files_of(folder):
            raise AuditError(
                f"The audit log in {folder} has lost its head, so nothing tells where it ends."
            )
        if head is None:
            return None
        waiting = _waiting(folder, head)
        lines = _made_good(folder, f"{since:%Y-%m}.jsonl" if since else "", head, waiting=waiting)
        first, last, seal = _walk(lines, key, noted, head, from_the_first=since is None)
    if last != head.number:
        raise AuditError(
            f"The audit log in {folder} ends with entry {last:,}, and {head.number:,} were "
            "recorded: its end was cut off."
        )
    if noted and not first <= noted[0] <= last:
        raise AuditError(f"Entry {noted[0]:,}, whose seal was noted, is not among those checked.")
    return Verified(first, last, seal, str(parse(head.data)["time"]), waiting)


def _waiting(folder: Path, head: Head) -> bool:
    """Whether the last line is yet to be written whole."""
    try:
        return bool(unwritten(folder, head))
    except AuditError:
        return False  # the line that does not fit is found and named


def _made_good(folder: Path, begin: str, head: Head, *, waiting: bool) -> Iterator[Line]:
    """The lines from a file on, the last one whole where it waits to be."""
    number = 0
    for path, number, line in _lines(folder, begin):
        if not (waiting and path.name == head.file and not line.endswith(b"\n")):
            yield path, number, line
    if waiting:
        yield folder / head.file, number + 1, head.data


def _walk(
    lines: Iterator[Line],
    key: bytes | None,
    noted: Noted | None,
    head: Head,
    *,
    from_the_first: bool,
) -> tuple[int, int, str]:
    """The first and the last entry of a chain without a fault, and the seal of the last."""
    first, last, seal = 0, 0, FIRST
    for path, number, line in lines:
        try:
            entry = parse(line)
        except ValueError as error:
            raise _unfit(path, number, "it is no entry") from error
        if not first:
            first = entry["number"]
            if not from_the_first:
                last, seal = first - 1, str(entry.get("before"))
        if why := _fault(entry, line, last, seal, head):
            raise _unfit(path, number, why)
        last, seal = entry["number"], digest(line.removesuffix(b"\n"), key)
        if noted and last == noted[0] and seal != noted[1]:
            raise _unfit(path, number, "its seal is not the one that was noted: it was altered")
    return first, last, seal


def _fault(entry: dict[str, Any], line: bytes, last: int, seal: str, head: Head) -> str | None:
    """Why a line does not fit behind the line before it, which has that number and seal."""
    if not line.endswith(b"\n"):
        return "it ends half-way"
    if entry["number"] != last + 1:
        return f"it is entry {entry['number']:,}, and {last + 1:,} should stand there"
    if entry.get("before") != seal:
        return "it does not vouch for the line before; one of the two was altered"
    if last + 1 > head.number or (last + 1 == head.number and line != head.data):
        return "it is not what was recorded last"
    return None


def _lines(folder: Path, begin: str = "") -> Iterator[Line]:
    for path in files_of(folder):
        if path.name >= begin:
            try:
                with path.open("rb") as file:
                    for number, line in enumerate(file, 1):
                        yield path, number, line
            except OSError as error:
                raise AuditError(f"{path} cannot be read: {error.strerror}.") from error


def _unfit(path: Path, number: int, why: str) -> AuditError:
    return AuditError(f"{path}, line {number:,}: {why}.")
