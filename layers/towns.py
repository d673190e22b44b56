"""Towns with count, rate and limits."""

import numpy as np
import pandas as pd

from geo.dataset import Dataset
from geo.fields import Field
from geo.measures.hotspots import concentration
from geo.query import Question
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
    """Sums over the LSOAs of each town; the share is of all areas asked about, towns or not."""
    positions = question.areas(dataset)
    towns, size = dataset.town_position[positions], len(dataset.towns)
    tally = question.tally_by(dataset, towns, size)
    told = ~tally.hidden
    areas = sum_by(towns, np.ones(len(towns), dtype=np.int64), size)
    people = residents_by(dataset, positions, towns, size)
    rows = pd.DataFrame(
        {
            **{name: dataset.towns[name] for name in ("town_id", "town", "role")},
            "areas": areas,
            **figure_columns(tally, *people, question.whole(dataset)),
            **spread({"rank": concentration(tally.count[told]).rank}, told),
            "easting": dataset.towns["easting"],
            "northing": dataset.towns["northing"],
            **question_columns(dataset, question),
        }
    )
    shown = areas > 0
    if question.town is not None:
        shown &= (dataset.towns["town_id"] == question.town).to_numpy()
    return Answer(rows[shown], dataset.town_shapes, np.flatnonzero(shown).tolist())


LAYER = Layer(
    name="towns",
    title="Towns",
    summary="Every town as the LSOAs of its built-up area together, with count, rate and limits.",
    fields=always(
        (
            Field("town_id", "string", "The town in web addresses"),
            Field("town", "string", "Town"),
            Field("role", "string", "Its role in the area", null="it has none"),
            Field("areas", "integer", "LSOAs of the town that the question is put to", "areas"),
            *FIGURES,
            Field("rank", "integer", "1 is the town with most incidents", null=HIDDEN),
            Field("easting", "integer", "Centre point", "metres, EPSG:27700"),
            Field("northing", "integer", "Centre point", "metres, EPSG:27700"),
            *QUESTION,
        )
    ),
    drawing=always(Drawing("rate", "classes", "per 1,000 residents")),
    compute=compute,
    label="town",
    caveats=("A town here is whole LSOAs, so its outline reaches into the fields round it.",),
    absent=lambda dataset: None if len(dataset.towns) else "The dataset has no towns.",
)
