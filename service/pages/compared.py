"""The months that a page's own are set against: what changed altogether."""

from dataclasses import replace

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from geo.dataset import Dataset
from geo.formats import Record, records
from geo.period import Period
from geo.query import Question
from layers.comparison import Comparison, change_columns, compare_groups, why_not, without_words
from service import words


def alone(question: Question) -> Question:
    """The same question without the months it is compared with, for what tells no change."""
    return replace(question, compare=None)


def set_against(dataset: Dataset, question: Question) -> Question:
    """The question whose change a page tells.

    It is the page's own, against the months it names or those of the year before. Where it names
    none and the files hold no year before, it is the later half of its months against the earlier,
    if they can be halved and all of them are held.
    """
    period = question.period
    odd = len(period) % 2 or question.months_missing(dataset)
    if question.compare or odd or why_not(dataset, question) is None:
        return question
    later = period.latest(len(period) // 2)
    earlier = later.back(len(later))
    public = question.published(dataset)
    if public is not None and not (public.whole_years(later) and public.whole_years(earlier)):
        return question
    return replace(question, period=later, compare=earlier)


def halved(question: Question, told: Question) -> bool:
    """Whether the change that is told of a question is that of its later half."""
    return told.period != question.period


def usual_months(dataset: Dataset, question: Question) -> str | None:
    """What a page's months are set against where none are named, if not those of a year before."""
    plain = alone(question)
    return "First half of these months" if halved(plain, set_against(dataset, plain)) else None


def untold(dataset: Dataset, question: Question) -> str | None:
    """Why a page tells no change, and what could be asked instead; None where it tells one."""
    reason = why_not(dataset, set_against(dataset, question))
    if reason is None or question.compare or question.months_missing(dataset):
        return reason
    if question.published(dataset) is not None or len(question.held(dataset)) == 1:
        return reason
    return f"{reason} Choose an even number of months to set the second half against the first."


def since(dataset: Dataset, question: Question) -> Period | None:
    """The earlier months that a page looks back to; None where it tells no change."""
    told = set_against(dataset, question)
    return None if why_not(dataset, told) else told.before().period


def alike(dataset: Dataset, question: Question) -> bool:
    """Whether the two periods are of one length, so that their counts can stand side by side."""
    told = set_against(dataset, question)
    return len(told.before().period) == len(told.period)


def change_facts(dataset: Dataset, question: Question) -> Record:
    """The change of all areas shown together, judged by itself, in the fields of a change.

    `p` is its own and so is `q`. Where no change is told, all is null and `in_words` says why.
    `period` and `count` are of the later months.
    """
    told = set_against(dataset, question)
    [row] = records(pd.DataFrame(change_columns(dataset, told, _of_all(dataset, told), 1)))
    return {"period": told.period.iso(), "count": told.total(dataset), **row}


def change_sentence(dataset: Dataset, question: Question) -> Markup:
    """The change of all areas shown together in one sentence with its own verdict, or why none."""
    told = set_against(dataset, question)
    against = _of_all(dataset, told)
    if against is None:
        return escape(untold(dataset, question))
    before, after, clear = int(against.before.count[0]), int(against.after.count[0]), against.clear
    if halved(question, told):
        return words.halves_changed(before, after, against.change, bool(clear[0]), told.period)
    return escape(
        words.changed(
            question.theme,
            before,
            against.change,
            bool(clear[0]),
            words.earlier_months(question),
            alike=alike(dataset, question),
        )
    )


def halves_said(dataset: Dataset, question: Question) -> str | None:
    """That the months are set half against half, and what that means; None where they are not."""
    told = set_against(dataset, question)
    if not halved(question, told):
        return None
    which = words.half_words(told.period)
    said = (
        f"The second {which} {'is' if len(told.period) == 1 else 'are'} set against the first, "
        f"since {without_words(dataset, question)} {question.before().period.words()}. The two lie "
        "at different times of the year, so a change may be the season."
    )
    if question.town is None:
        return said
    whole = change_facts(dataset, question.everywhere())["in_words"]
    return f"{said} In all of {dataset.area}: {whole[0].lower()}{whole[1:]}"


def _of_all(dataset: Dataset, question: Question) -> Comparison | None:
    inside = np.where(question.shown(dataset), 0, -1)
    return compare_groups(dataset, question, inside, 1)
