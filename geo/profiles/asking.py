"""Putting a part of a profile to the source that can tell it."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.offences import OFFENCES, Theme
from geo.query import Question
from geo.recorders import names_of, recorders
from geo.rural_urban import Place


def ask_part(
    dataset: Dataset, question: Question, theme: Theme, place: Place | None = None
) -> Question | str:
    """The question's months put to a theme, or why there is no answer.

    To those of the question's sources that record the theme, else to the first that does.
    """
    known = recorders(dataset, theme)
    if not known:
        everyone = names_of(dataset, tuple(range(len(dataset.sources))))
        who = "sources do" if len(dataset.sources) > 1 else "source does"
        return f"The {who} not record it ({everyone})."
    same = tuple(s for s in question.sources if s in known)
    asked = Question(theme, question.period, same or known[:1], place, compare=question.compare)
    if not asked.months_counted(dataset):
        return f"{names_of(dataset, asked.sources)} holds none of these months."
    if asked.published(dataset) is not None:
        return f"Of the records of {names_of(dataset, asked.sources)} this is not public."
    return asked


def counts_by_offence(dataset: Dataset, question: Question) -> dict[str, NDArray[np.int64]]:
    """The counts of a question, offence by offence: together they are those of the question.

    Each source counts an offence as it counts the whole theme: by the theme's mark where it
    records that for any of its offences, else as one of those that stand for it.
    """
    found = {}
    for code in (code for code in OFFENCES if code in question.theme.offences):
        found[code] = np.zeros(len(question.areas(dataset)), dtype=np.int64)
        for source in question.sources:
            asked = replace(question, sources=(source,))
            theme = _one_offence(asked.theme, code, marked=asked.marked(dataset))
            found[code] += replace(asked, theme=theme).counts(dataset)
    return found


def _one_offence(theme: Theme, code: str, *, marked: bool) -> Theme:
    if theme.mark is None or marked:
        return replace(theme, offences=frozenset({code}), proxy=frozenset())
    return replace(theme, offences=theme.proxy & {code}, mark=None)
