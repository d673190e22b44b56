"""Deprivation of every LSOA beside its count and rate, and the rate by national decile."""

import math

import pandas as pd

from geo.dataset import Dataset
from geo.deprivation import ABSENT, Index, indices, shown_decile
from geo.errors import QuestionError
from geo.fields import Field, FieldKind
from geo.measures.inequality import by_decile
from geo.query import Question
from layers.figures import AREA, FIGURES, QUESTION, lsoa_answer
from layers.layer import Answer, Drawing, Layer

FIGURE: dict[str, tuple[FieldKind, str]] = {
    "rank": ("integer", "rank in England; 1 is the most deprived"),
    "decile": ("integer", "decile; 1 is the most deprived tenth"),
    "score": ("number", "score; higher is more deprived"),
}
TABLE = ("decile", "areas", "residents", "count", "rate", "lower", "upper")
NOT_IN = "the English index does not hold this area"


def columns(dataset: Dataset) -> tuple[Field, ...]:
    """The ranks, deciles and scores that the dataset has, newest edition first."""
    return tuple(_field(index) for index in indices(dataset))


def fields(dataset: Dataset) -> tuple[Field, ...]:
    """The layer's fields for this dataset."""
    return (*AREA, *FIGURES, *columns(dataset), *QUESTION)


def drawing(dataset: Dataset) -> Drawing:
    """The newest edition's deciles. Raises QuestionError where the dataset has none."""
    index = _shown(dataset)
    return Drawing(index.column, "deciles", f"{index.title} decile")


def absent(dataset: Dataset) -> str | None:
    """Why there is nothing to show, if there is nothing."""
    return None if shown_decile(dataset) else ABSENT


def compute(dataset: Dataset, question: Question) -> Answer:
    """The publishers' national ranks and deciles, never ranked again locally.

    Raises QuestionError where the dataset has none.
    """
    index = _shown(dataset)
    positions = question.areas(dataset)
    lsoas = dataset.lsoas.iloc[positions]
    extra = {field.name: _values(lsoas, field) for field in columns(dataset)}
    decile = lsoas[index.column].to_numpy("float64", na_value=float("nan"))
    tally = question.tally(dataset)
    table = by_decile(decile, tally.count, dataset.residents[positions])
    unknown = set(decile[~dataset.residents_known[positions]].tolist())
    hidden = set(decile[tally.hidden].tolist())
    deciles = [
        {
            name: _told(name, value, unknown=row[0] in unknown, hidden=row[0] in hidden)
            for name, value in zip(TABLE, row, strict=True)
        }
        for row in zip(*(getattr(table, name).tolist() for name in TABLE), strict=True)
    ]
    of = f"{index.title}, national deciles"
    facts = {"by_decile": deciles, "decile_of": of, "without_decile": int((decile != decile).sum())}  # noqa: PLR0124  NaN
    return lsoa_answer(dataset, question, extra, facts)


def _told(name: str, value: float, *, unknown: bool, hidden: bool) -> float | None:
    """A figure of a decile; None where there is none.

    That is so where residents it needs are not known, or a count of one of its areas is hidden.
    """
    needs_people = name not in ("decile", "areas", "count")
    needs_count = name not in ("decile", "areas", "residents")
    untold = (needs_people and unknown) or (needs_count and hidden)
    return None if math.isnan(value) or untold else value


def _values(lsoas: pd.DataFrame, field: Field) -> pd.Series:
    """A column as the card has it: whole numbers stay whole beside a missing one."""
    values = lsoas[field.name].reset_index(drop=True)
    return values.astype("Int64" if field.kind == "integer" else "float64")


def _shown(dataset: Dataset) -> Index:
    found = shown_decile(dataset)
    if found is None:
        raise QuestionError(ABSENT)
    return found


def _field(index: Index) -> Field:
    kind, title = FIGURE[index.figure]
    return Field(index.column, kind, f"{index.title}, {title}", null=NOT_IN)


LAYER = Layer(
    name="deprivation",
    title="Deprivation",
    summary="National ranks and deciles of the English Indices of Deprivation for every LSOA, "
    "beside its count and rate.",
    fields=fields,
    drawing=drawing,
    compute=compute,
    label="name",
    caveats=(
        "Deciles are national and of one edition; editions must not be subtracted from each other.",
        "Crime is counted where it happens, deprivation where people live; in a town centre the "
        "two are different people.",
    ),
    absent=absent,
)
