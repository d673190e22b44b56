"""Deprivation of every LSOA beside its count and rate, and the rate by national decile."""

import math
import re

import pandas as pd

from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.measures.inequality import by_decile
from geo.query import Question
from layers.figures import AREA, FIGURES, QUESTION, lsoa_answer
from layers.layer import Answer, Drawing, Field, Kind, Layer

DOMAINS = {
    "income": "Income",
    "employment": "Employment",
    "education": "Education, Skills and Training",
    "health": "Health and Disability",
    "crime": "Crime",
    "housing": "Barriers to Housing and Services",
    "environment": "Living Environment",
    "children_and_young_people": "Children and Young People",
    "adult_skills": "Adult Skills",
    "geographical_barriers": "Geographical Barriers",
    "wider_barriers": "Wider Barriers",
    "indoors": "Indoors",
    "outdoors": "Outdoors",
    "idaci": "Income Deprivation Affecting Children",
    "idaopi": "Income Deprivation Affecting Older People",
}
FIGURE: dict[str, tuple[Kind, str]] = {
    "rank": ("integer", "rank in England; 1 is the most deprived"),
    "decile": ("integer", "decile; 1 is the most deprived tenth"),
    "score": ("number", "score; higher is more deprived"),
}
_COLUMN = re.compile(rf"imd(\d{{4}})_(?:({'|'.join(DOMAINS)})_)?({'|'.join(FIGURE)})")
TABLE = ("decile", "areas", "residents", "count", "rate", "lower", "upper")
NOT_IN = "the English index does not hold this area"


def columns(dataset: Dataset) -> tuple[Field, ...]:
    """The ranks, deciles and scores that the dataset has, newest edition first."""
    return tuple(_field(match) for match in _found(dataset))


def fields(dataset: Dataset) -> tuple[Field, ...]:
    """The layer's fields for this dataset."""
    return (*AREA, *FIGURES, *columns(dataset), *QUESTION)


def shown_decile(dataset: Dataset) -> tuple[str, str] | None:
    """The column that is drawn and what to call it; None where no column is a decile.

    The newest edition's decile of the whole index; where no edition has that, the newest of a
    domain.
    """
    deciles = [match for match in _found(dataset) if match[3] == "decile"]
    if not deciles:
        return None
    first = min(deciles, key=lambda match: match[2] is not None)
    return first[0], _index(first)


def drawing(dataset: Dataset) -> Drawing:
    """The newest edition's deciles. Raises QuestionError where the dataset has none."""
    column, title = _shown(dataset)
    return Drawing(column, "deciles", f"{title} decile")


def absent(dataset: Dataset) -> str | None:
    """Why there is nothing to show, if there is nothing."""
    return None if shown_decile(dataset) else "The dataset has no deciles of deprivation."


def compute(dataset: Dataset, question: Question) -> Answer:
    """The publishers' national ranks and deciles, never ranked again locally.

    Raises QuestionError where the dataset has none.
    """
    column, title = _shown(dataset)
    positions = question.areas(dataset)
    lsoas = dataset.lsoas.iloc[positions]
    extra = {field.name: _values(lsoas, field) for field in columns(dataset)}
    decile = lsoas[column].to_numpy("float64", na_value=float("nan"))
    table = by_decile(decile, question.counts(dataset), dataset.residents[positions])
    unknown = set(decile[~dataset.residents_known[positions]].tolist())
    deciles = [
        {
            name: _told(name, value, row[0] in unknown)
            for name, value in zip(TABLE, row, strict=True)
        }
        for row in zip(*(getattr(table, name).tolist() for name in TABLE), strict=True)
    ]
    of = f"{title}, national deciles"
    facts = {"by_decile": deciles, "decile_of": of, "without_decile": int((decile != decile).sum())}  # noqa: PLR0124  NaN
    return lsoa_answer(dataset, question, extra, facts)


def _told(name: str, value: float, unknown: bool) -> float | None:
    """A figure of a decile; None where there is none, or where residents it needs are not known."""
    needs = name not in ("decile", "areas", "count")
    return None if math.isnan(value) or (needs and unknown) else value


def _values(lsoas: pd.DataFrame, field: Field) -> pd.Series:
    """A column as the card has it: whole numbers stay whole beside a missing one."""
    values = lsoas[field.name].reset_index(drop=True)
    return values.astype("Int64" if field.kind == "integer" else "float64")


def _shown(dataset: Dataset) -> tuple[str, str]:
    found = shown_decile(dataset)
    if found is None:
        raise QuestionError(f"{absent(dataset)}")
    return found


def _found(dataset: Dataset) -> list[re.Match[str]]:
    """The columns of deprivation that any area has a value in, newest edition first."""
    matches = [match for name in dataset.lsoas.columns if (match := _COLUMN.fullmatch(name))]
    known = [match for match in matches if dataset.lsoas[match[0]].notna().any()]
    return sorted(known, key=lambda match: -int(match[1]))


def _index(match: re.Match[str]) -> str:
    index = f"IMD {match[1]}"
    return f"{DOMAINS[match[2]]} of {index}" if match[2] else index


def _field(match: re.Match[str]) -> Field:
    kind, title = FIGURE[match[3]]
    return Field(match[0], kind, f"{_index(match)}, {title}", null=NOT_IN)


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
