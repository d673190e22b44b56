"""LSOAs with count, rate and limits."""

from layers.figures import AREA, FIGURES, QUESTION, lsoa_answer
from layers.layer import Drawing, Layer, always

LAYER = Layer(
    name="lsoas",
    title="Census areas (LSOAs)",
    summary="Every LSOA with its residents, its count of incidents, its rate per 1,000 residents "
    "with 95% limits, and its share of the whole.",
    fields=always((*AREA, *FIGURES, *QUESTION)),
    drawing=always(Drawing("rate", "classes", "per 1,000 residents")),
    compute=lsoa_answer,
    label="name",
)
