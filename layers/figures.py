"""The columns that every layer shares: count, rate, limits, share, and what they are figures of."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.fields import Field
from geo.measures.rates import rate, rate_limits
from geo.measures.smoothing import smoothed_rate
from geo.query import Question
from geo.recorders import names_of
from geo.tally import Tally
from layers.layer import Answer

NOBODY = "nobody lives there, residents are not known, or the count is hidden"
HIDDEN = "it is hidden, as small counts of partners' records are, and others so that none follows"
HIDDEN_REASON = "Its count is hidden, so that nobody can be told from it."
UNCLASSED = "it has no rural-urban class"
FIGURES = (
    Field("residents", "integer", "Residents that the rate divides by", "people", "not known"),
    Field("count", "integer", "Incidents recorded in the period", "incidents", HIDDEN),
    Field("rate", "number", "Incidents per 1,000 residents over the period", "per 1,000", NOBODY),
    Field("rate_lower", "number", "Lower 95% limit of the rate", "per 1,000", NOBODY),
    Field("rate_upper", "number", "Upper 95% limit of the rate", "per 1,000", NOBODY),
    Field(
        "rate_smoothed",
        "number",
        "Empirical Bayes rate: the rate drawn towards that of all, more so where fewer live",
        "per 1,000",
        NOBODY,
    ),
    Field(
        "share",
        "number",
        "Share of the incidents of all areas asked about",
        "0 to 1",
        "there are none, or a count is hidden",
    ),
)
QUESTION = (
    Field("theme", "string", "What is counted"),
    Field("period", "string", "First and last month, both included", "YYYY-MM/YYYY-MM"),
    Field("source", "string", "Who recorded the incidents that are counted"),
    Field("illustrative", "boolean", "True where the incidents are drawn and not real reports"),
)
AREA = (
    Field("lsoa_code", "string", "LSOA code"),
    Field("lsoa_name", "string", "LSOA name"),
    Field("name", "string", "The name people know it by"),
    Field("town", "string", "Town it belongs to", null="outside the towns"),
    Field("place", "string", "rural or urban, by the official two-way split", null=UNCLASSED),
    Field("ruc_code", "string", "Rural-urban class", null=UNCLASSED),
    Field("estimated", "boolean", "True where a fact was carried over from another census"),
)


def figure_columns(
    tally: Tally,
    residents: NDArray[np.int64],
    known: NDArray[np.bool_],
    whole: int | None,
) -> dict[str, Any]:
    """The columns of FIGURES for counts and residents of the same areas.

    Where residents are not `known` there is no rate; where a count is hidden there is nothing that
    follows from it. `whole` is the count that shares are of; None where it is hidden.
    """
    told, residents = ~tally.hidden, np.where(known, residents, 0)
    count, people = tally.count[told], residents[told]
    lower, upper = rate_limits(count, people)
    rates = {
        "rate": rate(count, people),
        "rate_lower": lower,
        "rate_upper": upper,
        "rate_smoothed": smoothed_rate(count, people),
        "share": count / whole if whole else np.full(len(count), np.nan),
    }
    return {
        "residents": pd.arrays.IntegerArray(residents, ~known),
        "count": tally.column if tally.hidden.any() else tally.count,
        **spread(rates, told),
    }


def spread(columns: dict[str, Any], told: NDArray[np.bool_], **otherwise: str) -> dict[str, Any]:
    """Columns of the areas that are told of, with nothing in the rows of the others.

    `otherwise` says by column what stands there instead.
    """
    if told.all():
        return columns
    at, size = np.flatnonzero(told), np.arange(len(told))
    whole = {
        name: pd.Series(pd.array(values), index=at).reindex(size)
        for name, values in columns.items()
    }
    for name, words in otherwise.items():
        whole[name] = whole[name].astype(object)
        whole[name][~told] = words
    return {name: values.array for name, values in whole.items()}


def question_columns(dataset: Dataset, question: Question) -> dict[str, Any]:
    """The columns of QUESTION, the same in every row."""
    return {
        "theme": question.theme.name,
        "period": question.period.iso(),
        "source": names_of(dataset, question.sources),
        "illustrative": any(dataset.sources[s].illustrative for s in question.sources),
    }


def lsoa_answer(
    dataset: Dataset,
    question: Question,
    extra: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
) -> Answer:
    """An answer with one row an LSOA. `extra` has further columns for all areas asked about."""
    positions = question.areas(dataset)
    columns = {
        **figure_columns(
            question.tally(dataset),
            dataset.residents[positions],
            dataset.residents_known[positions],
            question.whole(dataset),
        ),
        **(extra or {}),
        **question_columns(dataset, question),
    }
    areas = dataset.lsoas.iloc[positions][[field.name for field in AREA]].reset_index(drop=True)
    shown = question.shown(dataset)
    rows = pd.concat([pd.DataFrame(areas), pd.DataFrame(columns)], axis=1)[shown]
    return Answer(rows, dataset.lsoa_shapes, positions[shown].tolist(), facts or {})


def residents_by(
    dataset: Dataset,
    positions: NDArray[np.int64],
    groups: NDArray[np.int64],
    size: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Residents of the areas at the positions by group, and whether those of all are known."""
    unknown = (~dataset.residents_known[positions]).astype(np.int64)
    people = sum_by(groups, dataset.residents[positions], size)
    return people, sum_by(groups, unknown, size) == 0


def sum_by(groups: NDArray[np.int64], values: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Sums of values by group number; a group of -1 is left out."""
    known = groups >= 0
    return np.bincount(groups[known], values[known], size).astype(np.int64)
