"""The months that a page's own are set against: what changed altogether."""

from dataclasses import replace

import numpy as np
import pandas as pd

from geo.dataset import Dataset
from geo.formats import Record, records
from geo.period import Period
from geo.query import Question
from layers.comparison import Comparison, change_columns, compare_groups, why_not
from service import words
from service.pages.frame import address


def alone(question: Question) -> Question:
    """The same question without the months it is compared with, for what tells no change."""
    return replace(question, compare=None)


def since(dataset: Dataset, question: Question) -> Period | None:
    """The earlier months that a page looks back to; None where it tells no change."""
    return None if why_not(dataset, question) else question.before().period


def alike(question: Question) -> bool:
    """Whether the two periods are of one length, so that their counts can stand side by side."""
    return len(question.before().period) == len(question.period)


def change_facts(dataset: Dataset, question: Question) -> Record:
    """The change of all areas shown together, judged by itself, in the fields of a change.

    `p` is its own and so is `q`. Where no change is told, all is null and `in_words` says why.
    """
    [row] = records(pd.DataFrame(change_columns(dataset, question, _of_all(dataset, question), 1)))
    return row


def change_sentence(dataset: Dataset, question: Question) -> str:
    """The change of all areas shown together in one sentence with its own verdict, or why none."""
    against = _of_all(dataset, question)
    if against is None:
        return f"{why_not(dataset, question)}"
    return words.changed(
        question.theme,
        int(against.before.count[0]),
        against.change,
        bool(against.clear[0]),
        words.earlier_months(question),
        alike=alike(question),
    )


def _of_all(dataset: Dataset, question: Question) -> Comparison | None:
    inside = np.where(question.shown(dataset), 0, -1)
    return compare_groups(dataset, question, inside, 1)


def halves(path: str, dataset: Dataset, question: Question) -> tuple[str, str] | None:
    """Where the later half of the months is set against the earlier, and its words.

    None where the months cannot be halved, or not all are held.
    """
    half = len(question.period) // 2
    if not half or question.months_missing(dataset):
        return None
    now = question.period.latest(half)
    asked = replace(question, period=now, compare=now.back(half))
    said = f"Set {now.words()} against {now.back(half).words()}"
    return address(path, dataset, asked), said
