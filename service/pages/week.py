"""The week of a question: its figures, and what they say in a sentence."""

import math
from typing import Any

import numpy as np

from geo.counted import counted
from geo.dataset import Dataset
from geo.incidents.table import NIGHT_FROM, NIGHT_TO
from geo.measures.times import HOURS, night_hours
from geo.query import Question
from geo.when import WEEKEND, WeekendNights, When, when, why_untold
from service.pages.week_chart import DAY_NAMES, HOUR_NAMES, WeekChart
from service.words import LEAST_BASE, number, percent

_CLEAR = 0.05
_PEAK = 0.1  # the least concentration that is a peak to speak of


def week_facts(dataset: Dataset, question: Question) -> dict[str, Any]:
    """The figures by day and hour of the areas shown, for the page and for programs.

    `reason` says why there are none; then the others are None, but for the numbers of incidents.
    """
    found = when(dataset, question)
    reason = why_untold(dataset, question, found)
    unknown = found.no_day + found.no_hour
    facts: dict[str, Any] = {
        "reason": reason,
        "incidents": found.total,
        "without_day": found.no_day,
        "without_hour": found.no_hour,
        "share_unknown": unknown / found.total if found.total else None,
    }
    if reason is not None:
        untold = ("heading", "finding", "days", "hours", "clock", "weekend_nights")
        return facts | dict.fromkeys(untold)
    clock, weekend = vars(found.hours), vars(found.weekend)
    return facts | {
        "heading": week_heading(question, found),
        "finding": _finding(question, found),
        "days": dict(zip(DAY_NAMES, found.days.tolist(), strict=True)),
        "hours": dict(zip(DAY_NAMES, found.table.tolist(), strict=True)),
        "clock": clock,
        "weekend_nights": {
            name: value if math.isfinite(value) else None for name, value in weekend.items()
        },
    }


def week_view(dataset: Dataset, question: Question) -> dict[str, Any]:
    """What is shown of the week: `facts`, its `heading`, and the chart, its legend and its table.

    `charts` are for the screen, wide and narrow, `paper` is for print.
    """
    facts = week_facts(dataset, question)
    if facts["reason"] is not None:
        return {"facts": facts, "heading": "Days and hours are not told"}
    table = np.array(list(facts["hours"].values()))
    chart = WeekChart(table, night_hours(NIGHT_FROM, NIGHT_TO, WEEKEND))
    title = f"{question.theme.noun.capitalize()} by day and hour, {question.period.words()}"
    return {
        "facts": facts,
        "heading": facts["heading"],
        "charts": chart.draw(title),
        "paper": chart.paper(title),
        "legend": chart.legend,
        "days": DAY_NAMES,
        "rows": list(zip(HOUR_NAMES, table.T.tolist(), strict=True)),
    }


def week_heading(question: Question, found: When) -> str:
    """Whether the nights of the weekend are busier than others, and what they hold."""
    weekend, noun = found.weekend, question.theme.noun
    nights = "Friday to Sunday nights"
    if not weekend.count + weekend.others:
        return f"No {noun} at night"
    if not weekend.p <= _CLEAR:
        return f"{nights} are not clearly different from others"
    if weekend.ratio < 1:
        return f"{nights} are quieter than others"
    if int(found.table.sum()) < LEAST_BASE:
        return f"{nights} are busier than others"
    return f"{nights} hold {percent(weekend.share)} of {noun}"


def _finding(question: Question, found: When) -> str:
    weekend, noun, timed = found.weekend, question.theme.noun, int(found.table.sum())
    if timed < LEAST_BASE:
        said = f"{number(weekend.count)} of {counted(timed, noun)} fell"
    else:
        said = f"{percent(weekend.share)} of {noun} fell"
    said += " on Friday, Saturday and Sunday nights, 8pm to 4am."
    return f"{said} {_against(weekend)}{_peak(found)}"


def _against(weekend: WeekendNights) -> str:
    if not weekend.count + weekend.others:
        return "No night has any."
    if not weekend.p <= _CLEAR:
        return "Night for night, that is no clear difference from Monday to Thursday nights."
    if not weekend.others:
        return "Monday to Thursday nights have none."
    low, high = weekend.ratio_lower, weekend.ratio_upper
    return (
        f"Night for night, that is {weekend.ratio:.1f} times as many as on Monday to Thursday "
        f"nights, likely {low:.1f} to {high:.1f}."
    )


def _peak(found: When) -> str:
    clock = found.hours
    if not (clock.p <= _CLEAR and clock.concentration >= _PEAK):
        return ""
    return f" Over all days, they gather round {HOUR_NAMES[round(clock.mean) % HOURS]}."
