"""The rural-urban split at both official levels."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.fields import Field
from geo.query import Question
from geo.rural_urban import CLASS, CLASSES, PLACES, SPLIT
from geo.tally import Tally
from layers.figures import (
    FIGURES,
    HIDDEN,
    QUESTION,
    figure_columns,
    question_columns,
    residents_by,
    spread,
    sum_by,
)
from layers.layer import Answer, Drawing, Layer, always


def compute(dataset: Dataset, question: Question) -> Answer:
    """One row a side of the split, one a class; each level adds up to the same total.

    Shares are of all areas asked about, those without a class among them.
    """
    positions = question.areas(dataset)
    lsoas = dataset.lsoas.iloc[positions]
    known_all = dataset.residents_known[positions].all()
    everyone = int(dataset.residents[positions].sum()) if known_all else 0
    levels, position = [], []
    for level, key, order in ((SPLIT, "place", PLACES), (CLASS, "ruc_code", tuple(CLASSES))):
        found = [code for code in order if (lsoas[key] == code).any()]
        group = pd.Index(found, dtype=object).get_indexer(lsoas[key])
        tally = question.tally_by(dataset, group, len(found))
        areas = sum_by(group, np.ones_like(positions), len(found))
        people, known = residents_by(dataset, positions, group, len(found))
        classed = group >= 0
        hectares = np.bincount(group[classed], lsoas["hectares"][classed], len(found)).astype(float)
        levels.append(
            pd.DataFrame(
                {
                    "level": level,
                    "code": found,
                    "title": [_title(code) for code in found],
                    "place": [code if level == SPLIT else CLASSES[code].place for code in found],
                    "areas": areas,
                    "residents_share": _share(people, everyone),
                    **figure_columns(tally, people, known, question.whole(dataset)),
                    "hectares": hectares,
                    **_per_km2(tally, hectares),
                    **question_columns(dataset, question),
                }
            )
        )
        position += [dataset.rural_urban_shapes.position[code] for code in found]
    return Answer(pd.concat(levels, ignore_index=True), dataset.rural_urban_shapes, position)


def _per_km2(tally: Tally, hectares: NDArray[np.float64]) -> dict[str, Any]:
    told = ~tally.hidden
    return spread({"per_km2": tally.count[told] / hectares[told] * 100}, told)


def _share(part: NDArray[np.int64], whole: int) -> NDArray[np.float64]:
    """Each group's share of the whole; NaN of a whole of nought."""
    return part / whole if whole else np.full(len(part), np.nan)


def _absent(dataset: Dataset) -> str | None:
    if any(place is not None for place in dataset.place):
        return None
    return "The dataset has no rural-urban classes."


def _title(code: str) -> str:
    return CLASSES[code].title if code in CLASSES else f"All {code}"


LAYER = Layer(
    name="rural-urban",
    title="Rural and urban",
    summary="Count, rate and limits by the official rural-urban class, at two levels: rural or "
    "urban, and the class. The levels overlap; use one at a time.",
    fields=always(
        (
            Field("level", "string", "rural or urban, or class"),
            Field("code", "string", "Class code, or rural, or urban"),
            Field("title", "string", "What the code means"),
            Field("place", "string", "rural or urban"),
            Field("areas", "integer", "LSOAs in it", "areas"),
            Field(
                "residents_share",
                "number",
                "Share of the residents",
                "0 to 1",
                "residents are not known",
            ),
            *FIGURES,
            Field("hectares", "number", "Land", "hectares"),
            Field("per_km2", "number", "Incidents per square kilometre", "per km²", HIDDEN),
            *QUESTION,
        )
    ),
    drawing=always(Drawing("title", "categories", "Rural-urban class", level=CLASS)),
    compute=compute,
    label="title",
    caveats=(
        "Rural here is the official two-way split, which counts small towns as rural too. Some "
        "sources count villages and dispersed places alone.",
    ),
    refuses=("town",),
    absent=_absent,
)
