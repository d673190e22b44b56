"""Months and periods. The month is the unit of every public figure."""

import re
from dataclasses import dataclass
from typing import Self

from geo.errors import QuestionError

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NUMBER_WORDS = (
    "one", "two", "three", "four", "five", "six",
    "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip

_TIME = r"(?:T[0-9:.]+(?:Z|[+-]\d\d:\d\d)?)?"
_INSTANT = re.compile(rf"(\d{{4}})-(0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]){_TIME})?", re.ASCII)


def month_number(year: int, month: int) -> int:
    """Months since January of year 0: consecutive months differ by one."""
    return year * 12 + month - 1


def parse_month(text: str) -> int:
    """The month number of `YYYY-MM`, or of a date or time within the month (RFC 3339)."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise QuestionError(f"'{text}' is not a month; write it as YYYY-MM, for example 2015-04.")
    return month_number(int(match[1]), int(match[2]))


def month_iso(number: int) -> str:
    """`YYYY-MM` of a month number."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def month_words(number: int) -> str:
    """A month as people write it, such as `April 2015`."""
    return f"{MONTH_NAMES[number % 12]} {number // 12}"


@dataclass(frozen=True, order=True)
class Period:
    """Whole months, first and last included, as month numbers."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise QuestionError(
                f"The period ends ({month_iso(self.last)}) before it starts "
                f"({month_iso(self.first)}); put the earlier month first."
            )

    @classmethod
    def read(cls, text: str) -> Self:
        """The period of `YYYY-MM/YYYY-MM`, as `iso` writes it."""
        first, _, last = text.partition("/")
        return cls(parse_month(first), parse_month(last))

    @classmethod
    def parse(cls, text: str, within: Self, ends: "Period | None" = None) -> Self:
        """Read `2015-04/2016-03`, `2015-04`, `2015-04/..` or `../2016-03`.

        `within` is the months the dataset holds. An open end is the end of `ends`, or of `within`
        without it. Raises QuestionError for anything else and for months outside `within`.
        """
        ends = ends or within
        first, slash, last = text.partition("/")
        start = ends.first if slash and first in ("", "..") else parse_month(first)
        end = ends.last if slash and last in ("", "..") else parse_month(last if slash else first)
        period = cls(start, end)
        if period.first < within.first or period.last > within.last:
            raise QuestionError(
                f"The dataset holds {within.iso()}; the period {period.iso()} reaches outside it."
            )
        return period

    def __len__(self) -> int:
        return self.last - self.first + 1

    def months(self) -> range:
        """The month numbers, in order."""
        return range(self.first, self.last + 1)

    def latest(self, months: int) -> "Period":
        """The last so many months of the period, or all of it where it is shorter."""
        return Period(max(self.first, self.last - months + 1), self.last)

    def back(self, months: int) -> "Period":
        """The period of the same length so many months earlier."""
        return Period(self.first - months, self.last - months)

    def contains(self, other: "Period") -> bool:
        """Whether every month of the other period is in this one."""
        return self.first <= other.first and other.last <= self.last

    def overlaps(self, other: "Period") -> bool:
        """Whether any month of the other period is in this one."""
        return self.first <= other.last and other.first <= self.last

    def joined(self, other: "Period") -> "Period":
        """From the earlier start of the two to the later end."""
        return Period(min(self.first, other.first), max(self.last, other.last))

    def iso(self) -> str:
        """`YYYY-MM/YYYY-MM`."""
        return f"{month_iso(self.first)}/{month_iso(self.last)}"

    def words(self) -> str:
        """The period as people write it, such as `January to December 2015`."""
        if self.first == self.last:
            return month_words(self.first)
        same_year = self.first // 12 == self.last // 12
        start = MONTH_NAMES[self.first % 12] if same_year else month_words(self.first)
        return f"{start} to {month_words(self.last)}"

    def span_words(self) -> str:
        """How long the period is, such as `four months`."""
        count = NUMBER_WORDS[len(self) - 1] if len(self) <= 12 else str(len(self))
        return f"{count} month{'s' if len(self) > 1 else ''}"

    def length_words(self) -> str:
        """How long the period is and when it ends, such as `the four months to January 2019`."""
        if len(self) == 1:
            return month_words(self.first)
        return f"the {self.span_words()} to {month_words(self.last)}"
