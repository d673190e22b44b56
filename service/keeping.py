"""The commands that put data away and remove them: backup, restore, purge."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from geo.backup import BackedUp, Restored, back_up, restore
from geo.building.purge import plan_purge, purge
from geo.period import Period
from geo.retention import Overdue, day_words
from service.audit import AuditLog, Entry
from service.audit.command import Key, Log, open_log
from service.console import files_progress, hiding_progress, stdout
from service.files import clear_left
from service.loading import HOME, Home

What = Mapping[str, str | int | float | None]
ACTOR, ROLE = "command line", "operator"
OUT_OF_REACH = (
    "What was taken out of safermap it cannot reach: delete backups, exported files, briefings and "
    "published tables that hold these records, and the files they were read from."
)


def purge_command(dataset: Home = HOME, *, log: Log = None, key: Key = None) -> None:
    """Remove for good what sources may not be held any longer, from every version."""
    today = date.today()
    planned = plan_purge(dataset, today)
    audit = open_log(dataset, log, key)
    if planned.versions:
        for what in map(_facts, planned.overdue):
            _record(audit, "purge-begun", what)
        _record(audit, "purge-begun", {"versions": " ".join(planned.versions)})
    done = purge(dataset, planned, today, hiding_progress)
    clear_left()
    if not planned.versions:
        _say(f"Nothing in {dataset} is held longer than it may be.")
        return
    for item in planned.overdue:
        rows = done.rows.get(item.source)
        _record(audit, "purged", {**_facts(item), "rows": rows or 0})
        _say(f"Removed: {item.words}." + (f" {rows:,} rows." if rows else ""))
    _record(audit, "purged", {"versions": " ".join(planned.versions)})
    plural = "s" if len(planned.versions) > 1 else ""
    _say(f"Removed whole, with all that they held: version{plural} {', '.join(planned.versions)}.")
    if done.folder is not None:
        _say(f"Made of what is left: {done.folder}, now current.")
    elif planned.current is not None:
        _say(f"Nothing is left to be served in {dataset}.")
    _say(f"{OUT_OF_REACH} A running service shows nothing of them.")


def _facts(item: Overdue) -> What:
    """What the log says of a source that is held too long."""
    months = Period(item.first, item.last).iso()
    return {"source": item.source, "months": months, **item.keep.entry}


def backup_command(
    file: Annotated[Path, typer.Argument(help="The file to write, such as safermap.tar.gz.")],
    dataset: Home = HOME,
    *,
    log: Log = None,
    key: Key = None,
) -> None:
    """Write the dataset that is served into one file, with the checksum of all that is in it."""
    audit = open_log(dataset, log, key)

    def record(made: BackedUp) -> None:
        what = {"version": made.version, "dataset": made.contents.dataset_id, "file": file.name}
        _record(audit, "backup", what)

    done = back_up(dataset, file, progress=files_progress("Backing up"), record=record)
    _say(
        f"Wrote {file}: {done.contents.area}, version {done.version}, "
        f"dataset {done.contents.dataset_id}."
    )
    if done.expires is not None:
        last = day_words(done.expires - timedelta(days=1))
        _say(f"Some of it may be held until {last} and no longer: delete the file by then.")


def restore_command(
    file: Annotated[Path, typer.Argument(help="A file that safermap backup wrote.")],
    dataset: Home = HOME,
    *,
    log: Log = None,
    key: Key = None,
) -> None:
    """Serve what a backup holds, once every byte of it is as it was written.

    What was there stays as an earlier version.
    """
    audit = open_log(dataset, log, key)

    def record(made: Restored) -> None:
        left_out = " ".join(item.source for item in made.left_out)
        what = {"file": file.name, "version": made.folder.name, "left_out": left_out}
        _record(audit, "restore", what)

    done = restore(
        file,
        dataset,
        progress=files_progress("Restoring"),
        hiding=hiding_progress,
        record=record,
    )
    for item in done.left_out:
        _say(f"Left out: {item.words}. Delete the backup; it holds this still.")
    _say(
        f"Restored {done.folder}, now current. A running service shows it once it is started again."
    )


def _record(audit: AuditLog, action: str, what: What) -> None:
    audit.record(Entry(ACTOR, ROLE, action, what))


def _say(words: str) -> None:
    stdout.print(Text(words), soft_wrap=True)
