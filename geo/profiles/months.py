"""When: the calendar months of a period, and the period against the year before."""

from calendar import monthrange
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.measures.change import compare
from geo.measures.season import season
from geo.period import MONTH_NAMES
from geo.profiles.figures import finite
from geo.query import Question

CLEAR = 0.05
RUNS = (
    "The test takes incidents to be independent. Recorded crime comes in runs, so a season that is "
    "only just told apart may be chance."
)
ONE_YEAR = "One year alone cannot tell a season from a rise or a fall."
NO_YEAR_BEFORE = "The files do not hold every month of this period and of the earlier one."


@dataclass(frozen=True)
class CalendarMonth:
    """One month of the year, whatever the year, and its incidents a day with 95% limits.

    `share` is its share of the year were all months as long.
    """

    month: str
    count: int
    days: int
    per_day: float | None
    lower: float | None
    upper: float | None
    share: float | None


@dataclass(frozen=True)
class Season:
    """The twelve months of the year, and whether incidents spread evenly over its days.

    `uneven` is True where the chance p of so uneven a spread is at most 0.05.
    """

    months: tuple[CalendarMonth, ...]
    chi_square: float | None
    p: float | None
    uneven: bool | None
    busiest: str | None
    quietest: str | None
    caveats: tuple[str, ...]
    why: str | None


@dataclass(frozen=True)
class YearBefore:
    """The period against the earlier months: the ratio of monthly counts, exact 95% limits and p.

    Without others named they are the same months a year before; of a period longer than a year, as
    many whole years before as keep them apart.
    """

    before: int | None
    after: int
    period_before: str
    ratio: float | None
    lower: float | None
    upper: float | None
    p: float | None
    clear: bool | None
    why: str | None


def season_of(dataset: Dataset, question: Question) -> Season:
    """The calendar months of a question's period; months that are not held are left out."""
    counts = question.counts_by_month(dataset).sum(axis=1)
    missing = set(question.months_missing(dataset))
    held = [(m, c) for m, c in zip(question.period.months(), counts, strict=True)
            if m not in missing]  # fmt: skip
    found = season(
        [count for _, count in held],
        [month % 12 + 1 for month, _ in held],
        [monthrange(month // 12, month % 12 + 1)[1] for month, _ in held],
    )
    months = tuple(
        CalendarMonth(name, int(count), int(days), *map(finite, figures))
        for name, count, days, *figures in zip(
            MONTH_NAMES,
            found.count,
            found.days,
            found.per_day,
            found.lower,
            found.upper,
            found.share,
            strict=True,
        )
    )
    told = found.why is None
    return Season(
        months,
        finite(found.statistic),
        finite(found.p),
        found.p <= CLEAR if told else None,
        MONTH_NAMES[int(np.argmax(found.per_day))] if told else None,
        MONTH_NAMES[int(np.argmin(found.per_day))] if told else None,
        (RUNS, ONE_YEAR) if len(held) < 24 else (RUNS,),
        found.why,
    )


def year_before_of(dataset: Dataset, question: Question) -> YearBefore:
    """All areas of the question together; no ratio where not every month of both is held."""
    earlier = question.before()
    after, span = _total(question.counts(dataset)), earlier.period.iso()
    whole = dataset.period.contains(earlier.period) and not any(
        asked.months_missing(dataset) for asked in (earlier, question)
    )
    if not whole:
        return YearBefore(None, after, span, None, None, None, None, None, NO_YEAR_BEFORE)
    before = _total(earlier.counts(dataset))
    found = compare([before], [after], len(earlier.period), len(question.period))
    ratio, lower, upper, p = (
        finite(values[0]) for values in (found.ratio, found.ratio_lower, found.ratio_upper, found.p)
    )
    why = None if before else "There were none in the earlier months."
    return YearBefore(
        before, after, span, ratio, lower, upper, p, p <= CLEAR if p is not None else None, why
    )


def _total(counts: NDArray[np.int64]) -> int:
    return int(counts.sum())
