"""The log: a line for each request and each event, on standard error.

A line is one write, so that lines of several processes do not mix, and JSON or quoted, so that
nothing a client sends can begin another line.
"""

import logging
import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import orjson

from geo.errors import SafermapError
from service.operation.settings import LogKind

EVENTS, REQUESTS = logging.getLogger("safermap"), logging.getLogger("safermap.requests")
_TURNING = (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))  # lines, directions
CONTROLS = {code: f"\\u{code:04x}" for code in (*range(32), *range(127, 160), *_TURNING)}
"""How each character that moves a cursor, or turns a line about, is written out."""


_BLANK = vars(logging.makeLogRecord({"name": REQUESTS.name, "levelno": logging.INFO}))
_BLANK["levelname"] = "INFO"


class RequestRecord(logging.LogRecord):
    """An entry for a request, made without looking for its caller, thread and task.

    That would cost as much as giving an answer that is kept.
    """

    def __init__(self, words: str, args: tuple[object, ...], facts: Mapping[str, object]) -> None:
        self.__dict__ |= _BLANK
        self.msg, self.args, self.told = words, args, facts
        self.created, self.process = time.time(), os.getpid()


def told(event: str, **facts: object) -> dict[str, Any]:
    """What an entry tells beside its words, for `extra` of a logger."""
    return {"told": {"event": event, **facts}}


def start_log(kind: LogKind) -> None:
    """Log to standard error from now on."""
    handler = _Lines()
    handler.setFormatter(_Json() if kind == "json" else _Text())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    EVENTS.setLevel(logging.INFO)
    REQUESTS.setLevel(logging.WARNING if kind == "off" else logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # as every other
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def read_kind(text: str | None) -> LogKind:
    """How to log: as it says, else JSON, and on a terminal nothing of requests.

    Raises SafermapError where it says what there is not.
    """
    if text is None:
        return "off" if sys.stderr.isatty() else "json"
    kinds: tuple[LogKind, ...] = get_args(LogKind)
    for kind in kinds:
        if text == kind:
            return kind
    raise SafermapError(f"--log-format must be json, text or off, not '{text}'.")


class _Lines(logging.Handler):
    """One write a line. A log that nobody takes is no reason to stop answering."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.flush()
            os.write(sys.stderr.fileno(), (self.format(record) + "\n").encode("utf-8", "replace"))
        except (OSError, ValueError):
            return


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        facts: Mapping[str, object] = getattr(record, "told", {"event": record.name})
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "worker": record.process,
            **facts,
        }
        if facts.get("event") != "request":
            entry["message"] = record.getMessage()
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        line = orjson.dumps(entry, default=str).decode()
        return line if line.isascii() and line.isprintable() else line.translate(CONTROLS)


class _Text(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name of its base
        return record.getMessage().translate(CONTROLS)

    def formatException(self, *error: Any) -> str:  # noqa: ANN401, N802
        lines = super().formatException(*error).splitlines()
        return "\n".join(f"  | {line.translate(CONTROLS)}" for line in lines)
