"""What the command line shows: progress, and what became of every row."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn, track
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from geo.building.parts import Part
from geo.incidents import Refusal
from geo.incidents.files import IncidentFile
from geo.versions import Version
from service.operation.log import CONTROLS

if TYPE_CHECKING:
    from geo.public.make import PublicYear
    from layers.layer import Layer

SHOWN_REASONS = 20
SHOWN_FILES = 60
NAME_WIDTH = 36
SECONDS_BETWEEN_LINES = 10

_SPLIT = dict.fromkeys(range(55296, 57344), "?")  # bytes of a file's name that are no UTF-8
_WRITTEN_OUT = {code: out for code, out in (CONTROLS | _SPLIT).items() if code not in (9, 10)}


class PlainConsole(Console):
    """One on which no text, such as the name of a file, moves the cursor or hides anything."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """What is shown, with control characters written out."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=plain(segment.text))


def plain(text: str) -> str:
    """A text with its control characters written out."""
    return text.translate(_WRITTEN_OUT)


stdout = PlainConsole(width=None if sys.stdout.isatty() else 120)
stderr = PlainConsole(stderr=True)


def progress(files: Iterable[IncidentFile], total: int) -> Iterable[IncidentFile]:
    """A bar on a terminal, a line a file elsewhere."""
    if stderr.is_terminal:
        yield from track(files, "Reading", total, console=stderr, transient=True)
        return
    for number, file in enumerate(files, 1):
        say(f"Reading {number} of {total}: {file.name}")
        yield file


def parts_progress(parts: Iterable[tuple[int, Part]], total: int) -> Iterable[tuple[int, Part]]:
    """A bar on a terminal, a line a file elsewhere; files taken over as they were are quick."""
    if stderr.is_terminal:
        yield from track(parts, "Reading", total, console=stderr, transient=True)
        return
    for count, (number, part) in enumerate(parts, 1):
        if not part.reused:
            say(f"Read {count} of {total}: {part.name}")
        yield number, part


def hiding_progress(years: "Iterable[PublicYear]", total: int) -> "Iterable[PublicYear]":
    """A bar on a terminal, a line a table elsewhere, while small counts are hidden."""
    if stderr.is_terminal:
        yield from track(years, "Hiding small counts", total, console=stderr, transient=True)
        return
    for number, year in enumerate(years, 1):
        say(f"Hiding small counts, {number} of {total}: {year.name}")
        yield year


def briefing_progress(towns: list[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """A bar on a terminal, a line a town elsewhere; each town is an id and a name."""
    if stderr.is_terminal:
        yield from track(towns, "Setting", len(towns), console=stderr, transient=True)
        return
    for number, town in enumerate(towns, 1):
        say(f"Setting {number} of {len(towns)}: {town[1]}")
        yield town


def publish_progress(layers: "Sequence[Layer]") -> "Iterable[Layer]":
    """A bar on a terminal, a line a layer elsewhere."""
    if stderr.is_terminal:
        yield from track(layers, "Asking", len(layers), console=stderr, transient=True)
        return
    for number, layer in enumerate(layers, 1):
        say(f"Asking {number} of {len(layers)}: {layer.name}")
        yield layer


def say(line: str) -> None:
    """A plain line: there may be thousands, and nothing in the name of a file is markup."""
    stderr.file.write(f"{plain(line)}\n")
    stderr.file.flush()


def _short(name: str) -> str:
    """The end of a long file name, which tells it from the others."""
    name = PurePath(name).name
    return name if len(name) <= NAME_WIDTH else f"…{name[1 - NAME_WIDTH :]}"


def read_table(rows: list[tuple[str, int, int, int]]) -> Table:
    """Rows read, accepted and refused of each file."""
    table = Table("file", "read", "accepted", "refused")
    for name, *counts in rows:
        table.add_row(Text(_short(name)), *(f"{count:,}" for count in counts))
    return table


def account_table(accounts: list[dict[str, Any]], area: str) -> Table:
    """What became of the rows of each file, and of all; of all alone where the files are many."""
    titles = {
        "read": "read",
        "refused": "refused",
        "located": f"in {area}",
        "ring": "in the ring",
        "unlocated": "unlocated",
        "outside": "outside",
    }
    if not any(account["ring"] for account in accounts):
        del titles["ring"]
    names = list(titles)
    caption = f"read = {' + '.join(titles[name] for name in names[1:])}"
    table = Table("file", *titles.values(), caption=caption)
    if len(accounts) <= SHOWN_FILES:
        for account in accounts:
            table.add_row(Text(_short(account["name"])), *(f"{account[n]:,}" for n in names))
    if len(accounts) > 1:
        sums = (sum(account[name] for account in accounts) for name in names)
        table.add_row(f"all {len(accounts):,} files", *(f"{v:,}" for v in sums), style="bold")
    return table


def version_table(versions: list[Version]) -> Table:
    """One line a version, the newest first."""
    table = Table("version", "built", "period", "incidents", "added", "restated", "left out", "")
    for item in reversed(versions):
        said = item.manifest
        entry = said["history"][0]
        table.add_row(
            item.name,
            said["created"],
            said["period"],
            f"{said['rows']['located']:,}",
            *(f"{len(entry[name]):,}" for name in ("added", "restated", "removed")),
            "current" if item.current else "",
        )
    return table


def print_passed_over(passed_over: dict[str, str]) -> None:
    """Files that were not taken, each with the reason; the first few where they are many."""
    for name, reason in list(passed_over.items())[:SHOWN_FILES]:
        stdout.print(Text(f"{name} was passed over: {reason}."), soft_wrap=True)
    if len(passed_over) > SHOWN_FILES:
        stdout.print(f"and {len(passed_over) - SHOWN_FILES:,} more files were passed over.")


def print_refusals(refusals: list[Refusal]) -> None:
    """Why rows were refused: each reason, how many rows it is of, and where the first stands."""
    if not refusals:
        stdout.print("No row was refused.")
        return
    alike: dict[tuple[str, str], list[Refusal]] = {}
    for refusal in refusals:
        alike.setdefault((refusal.field, refusal.reason), []).append(refusal)
    table = Table("reason", "field", "rows", "first in", "line", title="Refused rows")
    for (field, reason), rows in list(alike.items())[:SHOWN_REASONS]:
        first = rows[0]
        shown = (reason, field, f"{len(rows):,}", _short(first.file), str(first.line))
        table.add_row(*map(Text, shown))  # as text: nothing in a file is markup
    stdout.print(table)
    if len(alike) > SHOWN_REASONS:
        stdout.print(f"and {len(alike) - SHOWN_REASONS:,} more reasons.")


def files_progress(doing: str) -> Callable[[Iterable[Any], int], Iterable[Any]]:
    """A bar on a terminal while files are passed on, one line elsewhere."""

    def progress(files: Iterable[Any], total: int) -> Iterable[Any]:
        if stderr.is_terminal:
            yield from track(files, doing, total, console=stderr, transient=True)
            return
        say(f"{doing} {total:,} files")
        yield from files

    return progress


class FetchProgress:
    """What is being fetched: a bar each on a terminal; elsewhere a line at first and now and then.

    Called with what is fetched, how much is there, and how much it will be, where that is known.
    """

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.completed:,.0f}"),
            TimeRemainingColumn(),
            console=stderr,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._said: dict[str, float] = {}

    def __enter__(self) -> Self:
        if stderr.is_terminal:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if stderr.is_terminal:
            self._bars.stop()

    def __call__(self, what: str, done: int, whole: int | None) -> None:
        """Show how far it is."""
        if stderr.is_terminal:
            if what not in self._tasks:
                self._tasks[what] = self._bars.add_task(what, total=whole)
            self._bars.update(self._tasks[what], completed=done, total=whole)
            return
        now = time.monotonic()
        if now - self._said.get(what, -SECONDS_BETWEEN_LINES) < SECONDS_BETWEEN_LINES:
            return
        self._said[what] = now
        of = f" of {whole:,}" if whole is not None else ""
        stderr.print(Text(f"Fetching {what}: {done:,}{of}"), soft_wrap=True)


def print_fetched(kind: str, facts: dict[str, str], sha256: str, notes: Iterable[str]) -> None:
    """A fetched file: where it is, its checksum, and what to put into an area file."""
    for text in (
        f"Wrote {facts['file']}",
        *notes,
        f"sha256 {sha256}",
        "For safermap.toml:",
        *area_file_lines(kind, facts),
    ):
        stdout.print(Text(text), soft_wrap=True)


def area_file_lines(kind: str, facts: dict[str, str]) -> list[str]:
    """The lines of an area file that name a fetched file: a source, or a setting of the area."""
    # A basic string of TOML is written as JSON writes one
    said = {name: json.dumps(value, ensure_ascii=False) for name, value in facts.items()}
    if kind == "source":
        kept = ("title", "licence", "attribution")
        more = [f"{name} = {said[name]}" for name in kept]
        return ["[[source]]", 'kind = "police-street"', f"files = {said['file']}", *more]
    table = "[area.towns]" if kind == "look_up" else "[area]"
    line = ", ".join(f"{name} = {value}" for name, value in said.items())
    return [table, f"{kind} = {{ {line} }}"]
