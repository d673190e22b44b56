"""How long a source may be held, and what of a dataset is held longer than that."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from geo.period import Period, month_number, month_words


@dataclass(frozen=True)
class Keep:
    """What a data-sharing agreement says of a source; both may hold, and the earlier one counts.

    `until`: the last day on which any of it may be held; None where there is no such day.
    `months`: how many months of it may be held, the present one counted; None for all.
    """

    until: date | None = None
    months: int | None = None

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> "Keep":
        """That of a source as the manifest has it. Raises ValueError or TypeError for another."""
        until, months = entry.get("keep_until"), entry.get("keep_months")
        return cls(
            None if until is None else date.fromisoformat(until),
            None if months is None else int(months),
        )

    @property
    def entry(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {"keep_until": self.until and self.until.isoformat(), "keep_months": self.months}

    @property
    def words(self) -> str:
        """It in words, after `held`: `until 31 March 2026`."""
        told = []
        if self.until is not None:
            told.append(f"until {day_words(self.until)}")
        if self.months is not None:
            plural = "s" if self.months > 1 else ""
            told.append(f"for {self.months} month{plural}, the present one counted")
        return " and ".join(told)

    def over(self, today: date) -> bool:
        """Whether none of it may be held any more."""
        return self.until is not None and today > self.until

    def first_month(self, today: date) -> int | None:
        """The first month of which rows may be held; None where every month may be."""
        return None if self.months is None else _month(today) - self.months + 1

    def ends(self, first: int) -> date | None:
        """The first day on which rows from the month `first` on are held too long; None for never.

        >>> Keep(months=12).ends(2015 * 12)
        datetime.date(2016, 1, 1)
        """
        days = [] if self.until is None else [self.until + timedelta(days=1)]
        if self.months is not None:
            year, month = divmod(first + self.months, 12)
            days.append(date(year, month + 1, 1))
        return min(days, default=None)


FOR_EVER = Keep()
Rules = Mapping[str, Keep]
"""How long each source may be held, by its id."""


@dataclass(frozen=True)
class Overdue:
    """A source of which a version holds rows too long: the first and last month of these."""

    source: str
    name: str
    keep: Keep
    first: int
    last: int

    def joined(self, other: "Overdue") -> "Overdue":
        """This and what another version holds of the same source."""
        first, last = min(self.first, other.first), max(self.last, other.last)
        return replace(self, first=first, last=last)

    @property
    def words(self) -> str:
        """What is held too long, in words."""
        months = " to ".join(dict.fromkeys(map(month_words, (self.first, self.last))))
        return f"{self.name}, {months}, which may be held {self.keep.words}"


def rules_of(manifests: Iterable[Mapping[str, Any]]) -> dict[str, Keep]:
    """How long each source may be held: what the version made last says that names it.

    So the latest word counts for older versions too, whether an agreement was cut short or made
    longer.
    """
    told: dict[str, Keep] = {}
    for manifest in sorted(manifests, key=lambda one: str(one.get("created", ""))):
        told |= {entry["id"]: Keep.read(entry) for entry in manifest["sources"]}
    return told


def overdue(manifest: Mapping[str, Any], rules: Rules, today: date) -> Iterator[Overdue]:
    """What a version holds too long by these rules."""
    for entry in manifest["sources"]:
        keep, period = rules[entry["id"]], Period.read(entry["period"])
        ends = keep.ends(period.first)
        if ends is not None and today >= ends:
            first = keep.first_month(today)
            last = period.last if keep.over(today) or first is None else first - 1
            yield Overdue(entry["id"], entry["name"], keep, period.first, min(last, period.last))


def expires(manifest: Mapping[str, Any], rules: Rules) -> date | None:
    """The first day on which something in a version is held too long; None for never."""
    ends = (
        rules[entry["id"]].ends(Period.read(entry["period"]).first) for entry in manifest["sources"]
    )
    return min((day for day in ends if day is not None), default=None)


def day_words(day: date) -> str:
    """A day as people write it, such as `31 March 2026`."""
    return f"{day.day} {month_words(_month(day))}"


def _month(day: date) -> int:
    return month_number(day.year, day.month)
