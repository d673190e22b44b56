"""What a question counts at points: never of offences that are not mapped."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.offences import NEVER_MAPPED, Kind
from geo.query import Question


def place_counts(dataset: Dataset, question: Question) -> NDArray[np.int64]:
    """Counts of the period by place, in the order of `dataset.places`; 0 elsewhere.

    Of the areas that are shown, and without the offences that are never mapped. Raises HiddenError
    where only public tables are at hand.
    """
    question.need_records(dataset)
    places = dataset.places
    chosen = question.holds(dataset, places.kinds, places.sources) & ~_unmapped(places.kinds)
    total = places.counts(chosen, question.period)
    return np.where(asked_places(dataset, question), total, 0)


def asked_places(dataset: Dataset, question: Question) -> NDArray[np.bool_]:
    """Which of `dataset.places` lie in the areas that are shown."""
    shown = np.zeros(len(dataset.lsoas), dtype=bool)
    shown[question.areas(dataset)[question.shown(dataset)]] = True
    asked: NDArray[np.bool_] = shown[dataset.places.lsoa]
    return asked


def never_mapped(dataset: Dataset, question: Question) -> int:
    """Incidents of the areas shown that are of an offence that is never mapped."""
    counts = dataset.counts
    chosen = question.holds(dataset, counts.kinds, counts.sources) & _unmapped(counts.kinds)
    total = counts.by_month(chosen, question.period).sum(axis=0)[question.areas(dataset)]
    return int(total[question.shown(dataset)].sum())


def _unmapped(kinds: Sequence[Kind]) -> NDArray[np.bool_]:
    return np.array([kind.offence in NEVER_MAPPED for kind in kinds], dtype=bool)
