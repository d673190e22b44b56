"""A period against the year before, where the dataset holds both."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.measures.change import Change, compare
from geo.measures.clusters import false_discovery
from geo.period import Period
from geo.query import Question

CLEAR = 0.05


@dataclass(frozen=True)
class YearBefore:
    """Counts of the year before and whether the change is clear, for each of some areas.

    A change is clear where its exact p-value, held against all areas compared by Benjamini and
    Hochberg, is at most 0.05.
    """

    period: Period
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    change: Change
    clear: NDArray[np.bool_]


def year_before(
    dataset: Dataset, question: Question, groups: NDArray[np.int64], size: int
) -> YearBefore | None:
    """Compare group by group; a group of -1 is left out. None where either year is not whole."""
    earlier = replace(question, period=question.period.back(12))
    if not dataset.period.contains(earlier.period):
        return None
    if any(asked.months_missing(dataset) for asked in (earlier, question)):
        return None  # two periods with holes in them are not alike
    known = groups >= 0
    before, after = (
        np.bincount(groups[known], asked.counts(dataset)[known], size).astype(np.int64)
        for asked in (earlier, question)
    )
    change = compare(before, after)
    with np.errstate(invalid="ignore"):
        clear = false_discovery(change.p) <= CLEAR
    return YearBefore(earlier.period, before, after, change, clear)
