"""Deprivation of every LSOA beside its count and rate, and the rate by national decile."""

from geo.dataset import Dataset
from geo.measures.inequality import by_decile
from geo.query import Question
from layers.figures import AREA, FIGURES, QUESTION, lsoa_answer
from layers.layer import Answer, Drawing, Field, Layer

DECILE = "imd2019_decile"
COLUMNS = (
    Field("imd2015_rank", "integer", "IMD 2015 rank in England; 1 is the most deprived"),
    Field("imd2015_decile", "integer", "IMD 2015 decile; 1 is the most deprived tenth"),
    Field("imd2015_geographical_barriers_rank", "integer", "Geographical Barriers 2015, rank"),
    Field("imd2015_geographical_barriers_decile", "integer", "Geographical Barriers 2015, decile"),
    Field("imd2019_rank", "integer", "IMD 2019 rank in England"),
    Field("imd2019_decile", "integer", "IMD 2019 decile"),
    Field("imd2019_crime_decile", "integer", "Crime domain of IMD 2019, decile"),
)


def compute(dataset: Dataset, question: Question) -> Answer:
    """The publishers' national ranks and deciles, never ranked again locally."""
    positions = question.areas(dataset)
    lsoas = dataset.lsoas.iloc[positions]
    extra = {field.name: lsoas[field.name].to_numpy() for field in COLUMNS}
    table = by_decile(extra[DECILE], question.counts(dataset), dataset.residents[positions])
    columns = ("decile", "areas", "residents", "count", "rate", "lower", "upper")
    deciles = [
        {name: None if value != value else value for name, value in zip(columns, row, strict=True)}  # noqa: PLR0124  NaN
        for row in zip(*(getattr(table, name).tolist() for name in columns), strict=True)
    ]
    facts = {"by_decile": deciles, "decile_of": "IMD 2019, national deciles"}
    return lsoa_answer(dataset, question, extra, facts)


LAYER = Layer(
    name="deprivation",
    title="Deprivation",
    summary="National ranks and deciles of the English Indices of Deprivation for every LSOA, "
    "beside its count and rate.",
    fields=(*AREA, *FIGURES, *COLUMNS, *QUESTION),
    drawing=Drawing(DECILE, "deciles", "IMD 2019 decile"),
    compute=compute,
    label="name",
    caveats=(
        "Deciles are national and of one edition; editions must not be subtracted from each other.",
        "Crime is counted where it happens, deprivation where people live; in a town centre the "
        "two are different people.",
    ),
)
