"""The change of every town from an earlier period, told only where it is clear."""

from dataclasses import replace

import pandas as pd

from geo.dataset import Dataset
from geo.fields import Field
from geo.query import Question
from layers import towns
from layers.comparison import (
    CAVEAT,
    CHANGE,
    DRAWING,
    HOW,
    TABLE,
    change_columns,
    compare_groups,
    ways,
)
from layers.layer import Answer, Layer, always


def compute(dataset: Dataset, question: Question) -> Answer:
    """Each town's count against its own of the earlier months, all towns allowed for."""
    found, size = towns.compute(dataset, question), len(dataset.towns)
    of = dataset.town_position[question.areas(dataset)]
    columns = change_columns(dataset, question, compare_groups(dataset, question, of, size), size)
    change = pd.DataFrame(columns).iloc[found.position].set_axis(found.rows.index)
    rows = pd.concat([found.rows, change], axis=1)
    facts = {
        "compared_with": question.before().period.iso(),
        "in_words": ways(change["direction"], change["in_words"], "towns"),
        "how": HOW,
    }
    fields = [field.name for field in LAYER.fields(dataset)]
    return replace(found, rows=rows[fields], facts=facts)


def _fields(dataset: Dataset) -> tuple[Field, ...]:
    return (*towns.LAYER.fields(dataset), *CHANGE)


LAYER = Layer(
    name="change-towns",
    title="Change of the towns",
    summary="Every town's count set against its own of the same months a year before, or of any "
    "earlier months, with the exact test, the ratio with 95% limits and one plain sentence.",
    fields=_fields,
    drawing=always(DRAWING),
    compute=compute,
    label="town",
    caveats=(*towns.LAYER.caveats, CAVEAT),
    absent=towns.LAYER.absent,
    table=TABLE,
    compares=True,
    since=lambda question: question.before().period,
)
