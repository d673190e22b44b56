"""The change of every LSOA from an earlier period, told only where it is clear."""

import numpy as np

from geo.dataset import Dataset
from geo.query import Question
from layers.comparison import (
    CAVEAT,
    CHANGE,
    DRAWING,
    HOW,
    TABLE,
    change_columns,
    compare_groups,
    sentences,
    ways,
)
from layers.figures import AREA, FIGURES, QUESTION, lsoa_answer
from layers.layer import Answer, Layer, always


def compute(dataset: Dataset, question: Question) -> Answer:
    """Each area's count against its own of the earlier months, all areas allowed for."""
    size, shown = len(question.areas(dataset)), question.shown(dataset)
    found = compare_groups(dataset, question, np.arange(size), size)
    extra = change_columns(dataset, question, found, size)
    told = ways(np.array(extra["direction"])[shown], np.array(extra["in_words"])[shown], "areas")
    together = compare_groups(dataset, question, np.where(shown, 0, -1), 1)
    if together is not None:
        [whole] = sentences(question, together)
        told = f"Altogether {whole[0].lower()}{whole[1:]} {told}"
    facts = {
        "compared_with": question.before().period.iso(),
        "areas_compared": 0 if found is None else int((~found.hidden).sum()),
        "in_words": told,
        "how": HOW,
    }
    return lsoa_answer(dataset, question, extra, facts)


LAYER = Layer(
    name="change",
    title="Change between two periods",
    summary="Every LSOA's count set against its own of the same months a year before, or of any "
    "earlier months: the exact test, the ratio with 95% limits, and one plain sentence. A change "
    "is told only where it is clear once all areas are allowed for.",
    fields=always((*AREA, *FIGURES, *CHANGE, *QUESTION)),
    drawing=always(DRAWING),
    compute=compute,
    label="name",
    caveats=(CAVEAT,),
    table=TABLE,
    compares=True,
    since=lambda question: question.before().period,
)
