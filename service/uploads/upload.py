"""One upload: how far it is, what the check found, what became of it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, get_args

Work = Literal["receiving", "checking", "loading"]
"""What somebody is doing with an upload."""
Step = Work | Literal["checked", "loaded", "failed", "discarded"]
WORKING: tuple[Work, ...] = get_args(Work)

CUT_OFF = {
    "receiving": "It was cut off while it was being sent. Nothing was changed; send it again.",
    "checking": "The check was cut off. Nothing was changed; send the file again.",
    "loading": "The loading was cut off. What is shown is whole, with this file or as it was "
    "before. Load it again: nothing counts twice.",
}
"""What is said of work whose process is gone."""


@dataclass(frozen=True)
class Progress:
    """How far the work is, such as files read: 3 of 36."""

    doing: str
    done: int
    of: int


@dataclass(frozen=True)
class Reason:
    """Why rows were refused: how many, and where the first of them stands."""

    field: str
    reason: str
    rows: int
    file: str
    line: int


@dataclass(frozen=True)
class Report:
    """What a check found. read = accepted + refused + expired, which may not be held any more.

    `months` are those of the accepted rows, as YYYY-MM. `more` is how many rows were refused for
    reasons beyond these. `replaces`: a file of the same name is there already.
    """

    files: int
    read: int
    accepted: int
    refused: int
    expired: int
    months: tuple[str, ...]
    reasons: tuple[Reason, ...]
    more: int
    passed_over: dict[str, str]
    replaces: bool


@dataclass(frozen=True)
class Outcome:
    """What a build made of it: the version, and what became of the file's rows.

    accepted = located + outside + unlocated; the ring round the area is outside it. `months` in
    words. `new` is False where the dataset had all of it already.
    """

    version: str
    new: bool
    accepted: int
    refused: int
    outside: int
    unlocated: int
    months: str
    passed_over: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Upload:
    """An upload as it lies in its slot.

    `source` is an id, `by` and `role` who sent it, `since` when, `request` the id of the request.
    `failed_at` is the work that failed, `error` why.
    """

    by: str
    role: str
    request: str | None
    since: str
    step: Step = "receiving"
    source: str = ""
    source_name: str = ""
    name: str = ""
    bytes: int = 0
    progress: Progress | None = None
    report: Report | None = None
    outcome: Outcome | None = None
    failed_at: Work | None = None
    error: str | None = None

    @property
    def working(self) -> bool:
        """Whether somebody is at work on it, if they are alive."""
        return self.step in WORKING

    @property
    def waits(self) -> bool:
        """Whether it holds the slot."""
        return self.working or self.step == "checked"

    @property
    def loadable(self) -> bool:
        """Whether its file is there and was checked."""
        return self.step == "checked" or (self.step == "failed" and self.report is not None)

    def at(self, step: Work, progress: Progress | None = None) -> "Upload":
        """The same with this work going on."""
        return replace(self, step=step, progress=progress, error=None, failed_at=None, outcome=None)

    def failed(self, error: str) -> "Upload":
        """The same, given up for a reason."""
        at = next((work for work in WORKING if work == self.step), None)
        return replace(self, step="failed", progress=None, failed_at=at, error=error)

    def cut_off(self) -> "Upload":
        """The same where nobody is at work on it any more."""
        return self.failed(CUT_OFF[self.step])


def now() -> str:
    """The time in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
