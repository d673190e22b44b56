"""Wards, parishes, police neighbourhoods: the areas of further sets, with the points they hold."""

from typing import Any

import numpy as np
import pandas as pd

from geo.dataset import Dataset
from geo.fields import Field
from geo.measures.hotspots import concentration
from geo.query import Question
from layers.figures import QUESTION, question_columns
from layers.layer import Answer, Drawing, Layer, always


def compute(dataset: Dataset, question: Question) -> Answer:
    """One row an area of every set; the share is of all located incidents, in a set or not.

    The facts say of each set how many of the located incidents are in its areas and how many not.
    """
    areas, count = dataset.named_areas.areas, question.set_counts(dataset)
    located = int(question.counts(dataset).sum())
    rank, facts = np.zeros(len(areas), dtype=np.int64), []
    for name, title in dataset.sets.items():
        mine = (areas["set"] == name).to_numpy()
        rank[mine] = concentration(count[mine]).rank
        facts.append(_facts(name, title, count[mine].tolist(), located))
    rows = pd.DataFrame(
        {
            **{name: areas[name] for name in ("set", "set_title", "code", "name")},
            "count": count,
            "share": count / located if located else np.full(len(count), np.nan),
            "rank": rank,
            **question_columns(dataset, question),
        }
    )
    position = list(range(len(areas)))
    return Answer(rows, dataset.named_areas.shapes, position, {"sets": facts})


def _facts(name: str, title: str, count: list[int], located: int) -> dict[str, Any]:
    counted = sum(count)
    return {
        "set": name,
        "set_title": title,
        "areas": len(count),
        "counted": counted,
        "not_counted": located - counted,
    }


LAYER = Layer(
    name="named-areas",
    title="Named areas",
    summary="Wards, parishes, neighbourhoods and other areas with a name, each with its count of "
    "the incidents whose point lies in it. Sets of areas overlap; use one at a time.",
    fields=always(
        (
            Field("set", "string", "The set of areas in web addresses"),
            Field("set_title", "string", "The set of areas"),
            Field("code", "string", "Code of the area in its set"),
            Field("name", "string", "Name of the area"),
            Field(
                "count",
                "integer",
                "Incidents recorded in the period whose point lies in it; there is no rate, since "
                "its residents are not known",
                "incidents",
            ),
            Field("share", "number", "Share of all located incidents", "0 to 1", "none"),
            Field("rank", "integer", "1 is the area of its set with most incidents"),
            *QUESTION,
        )
    ),
    drawing=always(Drawing("count", "classes", "incidents")),
    compute=compute,
    label="name",
    caveats=(
        "Counts, not rates: how many people live in these areas is not known here, so a larger or "
        "busier one has more.",
        "By the point alone: an incident without a point, or with one in no area of the set, is in "
        "no area. A point is moved to a street or place nearby, which can lie across a border.",
        "Inside the partnership alone: where one of these areas reaches over its border, only "
        "the part within is counted.",
    ),
    refuses=("town", "place"),
    sets=lambda dataset: dataset.sets,
    shapes=lambda dataset: dataset.named_areas.shapes,
    absent=lambda dataset: None if dataset.sets else "The dataset has no further sets of areas.",
    finer=True,
)
