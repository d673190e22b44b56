"""The rural-urban split at both official levels."""

import numpy as np
import pandas as pd

from geo.dataset import Dataset
from geo.query import Question
from geo.rural_urban import CLASSES, PLACES
from layers.figures import FIGURES, QUESTION, figure_columns, question_columns
from layers.layer import Answer, Drawing, Field, Layer

SPLIT, CLASS = "rural or urban", "class"


def compute(dataset: Dataset, question: Question) -> Answer:
    """One row a side of the split, one a class; each level adds up to the same total."""
    positions = question.areas(dataset)
    lsoas = dataset.lsoas.iloc[positions]
    count = question.counts(dataset)
    levels, position = [], []
    for level, key, order in ((SPLIT, "place", PLACES), (CLASS, "ruc_code", tuple(CLASSES))):
        found = [code for code in order if (lsoas[key] == code).any()]
        group = pd.Index(found).get_indexer(lsoas[key])
        sums = [
            np.bincount(group, values, len(found)).astype(np.int64)
            for values in (count, dataset.residents[positions], np.ones_like(count))
        ]
        hectares = np.bincount(group, lsoas["hectares"], len(found))
        figures = figure_columns(sums[0], sums[1])
        levels.append(
            pd.DataFrame(
                {
                    "level": level,
                    "code": found,
                    "title": [_title(code) for code in found],
                    "place": [code if level == SPLIT else CLASSES[code].place for code in found],
                    "areas": sums[2],
                    "residents_share": sums[1] / sums[1].sum(),
                    **figures,
                    "hectares": hectares,
                    "per_km2": sums[0] / hectares * 100,
                    **question_columns(dataset, question),
                }
            )
        )
        position += [dataset.rural_urban_shapes.position[code] for code in found]
    return Answer(pd.concat(levels, ignore_index=True), dataset.rural_urban_shapes, position)


def _title(code: str) -> str:
    return CLASSES[code].title if code in CLASSES else f"All {code}"


LAYER = Layer(
    name="rural-urban",
    title="Rural and urban",
    summary="Count, rate and limits by the official rural-urban class, at two levels: rural or "
    "urban, and the class. The levels overlap; use one at a time.",
    fields=(
        Field("level", "string", "rural or urban, or class"),
        Field("code", "string", "Class code, or rural, or urban"),
        Field("title", "string", "What the code means"),
        Field("place", "string", "rural or urban"),
        Field("areas", "integer", "LSOAs in it", "areas"),
        Field("residents_share", "number", "Share of the residents", "0 to 1"),
        *FIGURES,
        Field("hectares", "number", "Land", "hectares"),
        Field("per_km2", "number", "Incidents per square kilometre", "per km²"),
        *QUESTION,
    ),
    drawing=Drawing("title", "categories", "Rural-urban class", level=CLASS),
    compute=compute,
    label="title",
    caveats=(
        "Rural here is the official two-way split: town and fringe, village and dispersed. Some "
        "sources count villages and dispersed places alone.",
    ),
    narrows_to_town=False,
)
