"""How long areas stay hot spots, and, told separately, how clusters come, stay and go."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.counted import counted
from geo.dataset import Dataset
from geo.fields import Field
from geo.measures.clusters import Clusters
from geo.measures.emerging import LEAST_PERIODS, emerging
from geo.measures.hotspots import classify, own_level
from geo.measures.persistence import Persistence, persistence
from geo.period import Period, month_words
from geo.query import Question
from layers.figures import AREA, FIGURES, QUESTION, lsoa_answer
from layers.layer import Answer, Drawing, DrawnClass, Layer, always
from layers.palette import RAMP
from layers.surroundings import tested

MONTHS = 12
HOW = (
    "Each month is judged by itself, by the rule of the hot spot layer: far above the rate of all "
    "the areas asked about, and 10 incidents or more. A month finds an area in a cluster where the "
    "exact test of its neighbours has a false discovery rate of at most 0.10 over the areas of the "
    "month; normal theory would call many more. The pattern of clusters takes the categories of "
    "Emerging Hot Spot Analysis, with a trend where the Mann-Kendall test of Gi* has p of at most "
    f"0.05, and asks for {LEAST_PERIODS} months on end."
)
NOT_TOLD = "it is told in no month: residents are not known, or too few areas have any"
CLASSES = tuple(
    DrawnClass(label, RAMP[i], tuple(values), sign)
    for i, (label, values, sign) in enumerate(
        (
            ("In no month", range(1), ""),
            ("1 to 3 months", range(1, 4), ""),
            ("4 to 6 months", range(4, 7), ""),
            ("7 to 9 months", range(7, 10), "◐"),
            ("10 to 12 months", range(10, 13), "●"),
        )
    )
)


def months_looked_at(question: Question) -> Period:
    """The last 12 months of the question's period, or all of it where it is shorter."""
    return question.period.latest(MONTHS)


def compute(dataset: Dataset, question: Question) -> Answer:
    """Own level and Gi* of each of the last 12 months, each by the guards of the hot spot layer.

    A month of the period that the sources do not hold is told of no area. The exact test runs
    once a month, so at most 12 times, and follows sums of neighbours no further than the largest
    there is.
    """
    months = months_looked_at(question).months()
    asked = [replace(question, period=Period(month, month)) for month in months]
    held = np.array([not one.months_missing(dataset) for one in asked])[:, None]
    classes = np.array([_classes(dataset, one) for one in asked])
    own = persistence(classes == "hot spot", held & (classes != "not told"))
    tests = [tested(dataset, one) for one in asked]
    z = np.where(held, [test.z for test in tests], np.nan)
    pattern = emerging(z, [test.cluster for test in tests], [test.cold for test in tests])
    untold = own.told == 0
    return lsoa_answer(
        dataset,
        question,
        extra={
            "months_hot": pd.arrays.IntegerArray(own.hot, untold),
            "months_told": own.told,
            "longest_run": pd.arrays.IntegerArray(own.longest, untold),
            "hot_letters": own.periods,
            "in_words": _sentences(own),
            "cluster_pattern": pattern.pattern,
            "cluster_pattern_reason": _reasons(pattern.reason, tests[-1], bool(held[-1])),
            "cluster_letters": pattern.periods,
        },
        facts={
            "months_looked_at": months_looked_at(question).iso(),
            "in_words": _headline(own, question.shown(dataset), question),
            "how": HOW,
        },
    )


def _classes(dataset: Dataset, question: Question) -> list[str]:
    positions = question.areas(dataset)
    count, residents = question.counts(dataset), dataset.residents[positions]
    neighbours = dataset.neighbours.subset(positions)
    return classify(own_level(count, residents).z, count, residents, neighbours)[0]


def _reasons(reasons: list[str | None], last: Clusters, held: bool) -> list[str | None]:
    """Why there is no pattern told; what keeps the last month from being tested comes first."""
    why = last.reason if held else [None] * len(reasons)
    return [said and (more or said) for said, more in zip(reasons, why, strict=True)]


def _headline(own: Persistence, shown: NDArray[np.bool_], question: Question) -> str:
    hot, told = own.hot[shown], own.told[shown]
    if not told.any():
        return "Hot spots are told in none of these months."
    length = len(months_looked_at(question))
    when = f"the {length} months" if length > 1 else "the month"
    ever, always = int((hot > 0).sum()), int(((hot == told) & (told > 0)).sum())
    until = f"{when} to {month_words(question.period.last)}"
    if not ever:
        return f"No area of {len(hot):,} was a hot spot in {until}."
    were = "was a hot spot" if ever == 1 else "were hot spots"
    return (
        f"Of {counted(len(hot), 'areas')} {ever:,} {were} at least once in {until}, "
        f"{always or 'none'} of them every time it can be told."
    )


def _sentences(own: Persistence) -> list[str]:
    rows = zip(own.hot.tolist(), own.told.tolist(), own.longest.tolist(), strict=True)
    return [_sentence(*row) for row in rows]


def _sentence(hot: int, told: int, longest: int) -> str:
    if not told:
        return "Not told in any month."
    of = f"{told} month{'s' if told > 1 else ''}"
    if not hot:
        return f"A hot spot in none of {of}."
    run = f", {longest} of them on end" if 1 < longest < hot else ""
    run = ", all on end" if hot == longest > 1 and hot < told else run
    return f"A hot spot in {hot} of {of}{run}."


LAYER = Layer(
    name="persistence",
    title="Lasting hot spots",
    summary="In how many of the last 12 months each area was a hot spot by its own level, and the "
    "longest run; told separately, how clusters of neighbouring areas emerge, stay and go, by the "
    "categories of Emerging Hot Spot Analysis, where ten months on end can be tested.",
    fields=always(
        (
            *AREA,
            *FIGURES,
            Field("months_hot", "integer", "Months it was a hot spot in", "months", NOT_TOLD),
            Field("months_told", "integer", "Months in which that can be told", "months"),
            Field("longest_run", "integer", "Most months on end as a hot spot", "months", NOT_TOLD),
            Field("hot_letters", "string", "A letter a month: H hot spot, . not, ? not told"),
            Field("in_words", "string", "How long it stayed a hot spot, in one sentence"),
            Field(
                "cluster_pattern",
                "string",
                "How it emerged as a cluster: new, consecutive, intensifying, persistent, "
                "diminishing, sporadic, oscillating or historical cluster or cold cluster, or no "
                "pattern",
                None,
                "see cluster_pattern_reason",
            ),
            Field("cluster_pattern_reason", "string", "Why no pattern is told", None, "it is told"),
            Field(
                "cluster_letters",
                "string",
                "A letter a month: C cluster, X cold cluster, . neither, ? not tested",
            ),
            *QUESTION,
        )
    ),
    drawing=always(
        Drawing(
            "months_hot",
            "fixed",
            "Months as a hot spot, of the last 12",
            classes=CLASSES,
            words="in_words",
        )
    ),
    compute=compute,
    label="name",
    caveats=(
        "A month is short: an area with under 10 incidents in a month is no hot spot in it, "
        "however high its rate.",
        "A cluster is told from an area's neighbours, a hot spot from its own rate; one can last "
        "without the other.",
    ),
    table=(
        ("months_hot", "Months as a hot spot"),
        ("longest_run", "On end"),
        ("hot_letters", "Month by month"),
        ("cluster_pattern", "As a cluster"),
    ),
    since=months_looked_at,
    finer=True,
)
