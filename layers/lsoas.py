"""LSOAs with count, rate and limits."""

from geo.dataset import Dataset
from geo.query import Question
from layers.figures import AREA, FIGURES, QUESTION, lsoa_answer
from layers.layer import Answer, Drawing, Layer, always
from layers.surroundings import LOCAL, halo_words, locally_smoothed


def compute(dataset: Dataset, question: Question) -> Answer:
    """The figures of every area, and its rate drawn towards that of its neighbours."""
    return lsoa_answer(
        dataset,
        question,
        extra={LOCAL.name: locally_smoothed(dataset, question)},
        facts={"halo": halo_words(dataset, question)},
    )


LAYER = Layer(
    name="lsoas",
    title="Census areas (LSOAs)",
    summary="Every LSOA with its residents, its count of incidents, its rate per 1,000 residents "
    "with 95% limits, and its share of the whole.",
    fields=always((*AREA, *FIGURES, LOCAL, *QUESTION)),
    drawing=always(Drawing("rate", "classes", "per 1,000 residents")),
    compute=compute,
    label="name",
)
