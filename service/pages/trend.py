"""The months of a question: every month held, which are unusual, and what that says."""

from calendar import monthrange
from dataclasses import replace
from typing import Any

import numpy as np

from geo.dataset import Dataset
from geo.measures.series import LEAST_MONTHS, UsualRange, usual_range
from geo.period import Period, month_iso, month_words
from geo.query import Question
from service.words import listed, number


def span_of(dataset: Dataset, question: Question) -> Period:
    """The months of the trend: all that the sources hold, and those asked for."""
    return question.held(dataset).joined(question.period)


def trend(dataset: Dataset, question: Question) -> tuple[list[dict[str, Any]], UsualRange]:
    """Every month of the trend in the areas shown, and its usual range.

    A month has its `count`, None where the sources do not hold it, and `usual_lower` and
    `usual_upper`, None where there are too few months to say; `unusual` where it lies outside.
    """
    span = span_of(dataset, question)
    asked = replace(question, period=span)
    shown = asked.shown(dataset)
    counts = asked.counts_by_month(dataset)[:, shown].sum(axis=1).astype(float)
    months = list(span.months())
    counts[np.isin(months, asked.months_missing(dataset))] = np.nan
    days = [monthrange(month // 12, month % 12 + 1)[1] for month in months]
    usual = usual_range(counts, days)
    rows = [
        {
            "month": month_iso(month),
            "words": month_words(month),
            "count": _told(count, int),
            "usual_lower": _told(low, float),
            "usual_upper": _told(high, float),
            "unusual": bool(outside),
        }
        for month, count, low, high, outside in zip(
            months, counts, usual.lower, usual.upper, usual.outside, strict=True
        )
    ]
    return rows, usual


def _told(value: float, kind: type) -> Any:  # noqa: ANN401
    return None if np.isnan(value) else kind(value)


def trend_finding(rows: list[dict[str, Any]]) -> str:
    """Which months are unusual, in a sentence."""
    held = [row for row in rows if row["count"] is not None]
    if len(held) < LEAST_MONTHS:
        return f"Fewer than {LEAST_MONTHS} months are held, too few to say what is usual."
    unusual = [row for row in held if row["unusual"]]
    if not unusual:
        return "Every month is within the usual range."
    told = [f"{row['words']} ({number(row['count'])})" for row in unusual]
    return f"{listed(told)} {'is' if len(told) == 1 else 'are'} outside the usual range."


def trend_heading(rows: list[dict[str, Any]], where: str) -> str:
    """The heading of the trend: how far the months stay within the usual range."""
    start = "Month by month"
    if sum(row["count"] is not None for row in rows) < LEAST_MONTHS:
        return start
    unusual = [row["words"] for row in rows if row["unusual"]]
    if not unusual:
        return f"{start}, {where} was within its usual range"
    if len(unusual) > 2:
        return f"{start}, {len(unusual)} were outside the usual range"
    return f"{start}, {where} was within its usual range but for {' and '.join(unusual)}"
