"""The command `safermap audit`, and how other commands find the log."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from geo.errors import InputError
from service.audit.log import AuditLog
from service.audit.read import Noted, entries, verify
from service.console import stdout
from service.loading import HOME, Home

FOLDER = "audit"  # beside the versions of a dataset, where no other is named
SHORTEST_KEY = 32  # bytes

Log = Annotated[
    Path | None,
    typer.Option(
        "--audit-log",
        envvar="SAFERMAP_AUDIT",
        help="Folder of the audit log; audit in that of the dataset unless said.",
    ),
]
Key = Annotated[
    Path | None,
    typer.Option(
        "--audit-key",
        envvar="SAFERMAP_AUDIT_KEY",
        help="File of the key that the audit log is sealed with.",
    ),
]


def open_log(dataset: Path, log: Path | None, key: Path | None) -> AuditLog:
    """The audit log of a dataset. Raises InputError where the key cannot be read."""
    return AuditLog(log or dataset / FOLDER, read_key(key))


def read_key(path: Path | None) -> bytes | None:
    """The key in a file. Raises InputError where there is none, or one that is too short."""
    if path is None:
        return None
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise InputError(f"The key {path} cannot be read: {error.strerror}.") from error
    if len(key) < SHORTEST_KEY:
        raise InputError(
            f"The key {path} has {len(key)} bytes; it must have {SHORTEST_KEY} or more, as "
            "openssl rand -hex 32 makes them."
        )
    return key


def audit_command(
    dataset: Home = HOME,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day on (UTC).")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Up to this day.")
    ] = None,
    actor: Annotated[str | None, typer.Option(help="Of this token or command alone.")] = None,
    layer: Annotated[str | None, typer.Option(help="Of this layer alone.")] = None,
    *,
    check: Annotated[
        bool, typer.Option("--verify", help="Check that no line was altered, left out or added.")
    ] = False,
    noted: Annotated[
        str | None,
        typer.Option(help="Check too that an entry has the seal that was noted: NUMBER:SEAL."),
    ] = None,
    log: Log = None,
    key: Key = None,
) -> None:
    """Show who did what with restricted records, or check that the log is as it was written."""
    folder = log or dataset / FOLDER
    first, last = (None if day is None else day.date() for day in (since, until))
    if check or noted is not None:
        found = verify(folder, read_key(key), first, _noted(noted))
        if found is None:
            raise InputError(f"There is no audit log in {folder}.")
        _say(
            f"Entries {found.first:,} to {found.last:,} fit together; the last is of {found.time}."
        )
        if found.waiting:
            _say("The last was cut short as it was written; the next writer completes it.")
        _say(
            "Note its seal where nobody can reach it who can reach the log: "
            f"--noted {found.last}:{found.seal}"
        )
        return
    for entry in entries(folder, first, last, actor, layer):
        _say(_line(entry))


def _noted(text: str | None) -> Noted | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text)
    if match is None:
        raise InputError(f"'{text}' is no seal as --verify tells it: NUMBER:SEAL.")
    return int(match[1]), match[2]


def _line(entry: dict[str, Any]) -> str:
    """An entry on one line, with what a terminal would obey written out."""
    when = datetime.fromisoformat(entry["time"]).astimezone(UTC)
    actor, role, action = (json.dumps(entry[name])[1:-1] for name in ("actor", "role", "action"))
    role = f" ({role})" if role else ""
    what = " ".join(f"{name}={json.dumps(value)}" for name, value in entry["what"].items())
    request = f" request={json.dumps(entry['request'])}" if entry["request"] else ""
    return f"{when:%Y-%m-%d %H:%M:%S}  {actor}{role}  {action}  {what}{request}"


def _say(words: str) -> None:
    stdout.print(Text(words), soft_wrap=True)
