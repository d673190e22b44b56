"""When the incidents of a question happened: by day of the week and hour, and at weekend nights."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.incidents.table import NIGHT_FROM, NIGHT_TO, POLICE_STREET
from geo.measures.change import compare
from geo.measures.rates import wilson
from geo.measures.times import DAYS, HOURS, Hours, hours_together, nights
from geo.query import Question
from geo.recorders import names_of

WEEKEND = np.array([False] * 4 + [True] * 3)  # Friday, Saturday and Sunday
OPEN_DATA = "Open police data has months only: it tells no day and no hour."


@dataclass(frozen=True)
class WeekendNights:
    """Incidents of the nights that begin on Friday, Saturday and Sunday, against other nights.

    A night is 8pm to 4am. `share`: of the incidents that have a day and an hour, with its 95%
    limits. `ratio`: incidents a night against those of the other nights, with exact 95% limits
    and two-sided p; all are NaN where no night has an incident, infinite where only these have.
    """

    count: int
    others: int
    nights: int
    other_nights: int
    share: float
    share_lower: float
    share_upper: float
    ratio: float
    ratio_lower: float
    ratio_upper: float
    p: float


@dataclass(frozen=True, eq=False)
class When:
    """The week of a question.

    `table`: incidents by day, Monday first, and hour, shape (7, 24); `days`: by day, those without
    an hour among them. `total`: incidents in the areas shown, of which `no_day` have no day and
    `no_hour` a day but no hour.
    """

    table: NDArray[np.int64]
    days: NDArray[np.int64]
    total: int
    no_day: int
    no_hour: int
    hours: Hours
    weekend: WeekendNights


def when(dataset: Dataset, question: Question) -> When:
    """Days and hours of the incidents that the question counts in the areas it shows.

    Raises HiddenError where only public tables are at hand.
    """
    question.need_records(dataset)
    times = dataset.times
    shown = np.zeros(len(dataset.lsoas) + 1, dtype=bool)  # the last is for no place
    shown[question.areas(dataset)[question.shown(dataset)]] = True
    counted = np.append(question.holds(dataset, times.kinds, times.sources), False)
    period = question.period
    chosen = (
        counted[times.kind]
        & shown[times.lsoa]
        & (times.month >= period.first)
        & (times.month <= period.last)
    )
    day, hour = times.weekday[chosen], times.hour[chosen].astype(np.int64)
    told = hour >= 0
    table = np.bincount(day[told] * HOURS + hour[told], minlength=DAYS * HOURS)
    table = table.reshape(DAYS, HOURS)
    total = int(question.counts(dataset)[question.shown(dataset)].sum())
    return When(
        table=table,
        days=np.bincount(day, minlength=DAYS),
        total=total,
        no_day=total - len(day),
        no_hour=int((~told).sum()),
        hours=hours_together(table.sum(axis=0)),
        weekend=_weekend(table, _dates(dataset, question)),
    )


def why_untold(dataset: Dataset, question: Question, found: When) -> str | None:
    """Why there are no days and hours to show; None where there are some."""
    if found.table.any():
        return None
    if not found.total:
        return "There are no incidents to tell the times of."
    chosen = [dataset.sources[s] for s in question.sources]
    if all(source.id == POLICE_STREET.id for source in chosen):
        return OPEN_DATA
    what = "a day and no hour" if found.days.any() else "neither a day nor an hour"
    return f"{names_of(dataset, question.sources)} gives these incidents {what}."


def _dates(dataset: Dataset, question: Question) -> NDArray[np.int64]:
    """How many Mondays, Tuesdays … there are in the months that the sources hold."""
    missing = set(question.months_missing(dataset))
    found = np.zeros(DAYS, dtype=np.int64)
    for month in question.period.months():
        if month not in missing:
            first, after = (date(m // 12, m % 12 + 1, 1) for m in (month, month + 1))
            for number in range((after - first).days):
                found[(first + timedelta(number)).weekday()] += 1
    return found


def _weekend(table: NDArray[np.int64], dates: NDArray[np.int64]) -> WeekendNights:
    by_night = nights(table, NIGHT_FROM, NIGHT_TO)
    count, others = int(by_night[WEEKEND].sum()), int(by_night[~WEEKEND].sum())
    mine, rest = int(dates[WEEKEND].sum()), int(dates[~WEEKEND].sum())
    timed = int(table.sum())
    low, high = (float(limit) for limit in wilson(count, timed))
    against = compare([others], [count], max(rest, 1), max(mine, 1))
    ratio = (against.ratio, against.ratio_lower, against.ratio_upper, against.p)
    return WeekendNights(
        count, others, mine, rest, count / timed if timed else np.nan, low, high,
        *(float(values[0]) for values in ratio),
    )  # fmt: skip
