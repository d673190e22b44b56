"""Hot spots from the area's own level, and clusters from its neighbours: two separate answers."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.fields import Field
from geo.measures.funnel import funnel_places
from geo.measures.hotspots import OwnLevel, classify, concentration, own_level
from geo.measures.robustness import (
    COUNT_THRESHOLDS,
    Q_THRESHOLDS,
    Z_THRESHOLDS,
    Stands,
    hot_spot_settings,
    in_words,
)
from geo.query import Question
from layers.figures import AREA, FIGURES, HIDDEN, HIDDEN_REASON, QUESTION, lsoa_answer, spread
from layers.layer import Answer, Drawing, Layer, always
from layers.surroundings import FIELDS, NEAREST, NOT_TESTED, surroundings

OF_HIDDEN = {
    "hotspot_class": "not told",
    **dict.fromkeys(("hotspot_reason", "cluster_reason", "moran_reason"), HIDDEN_REASON),
}
UNKNOWN = "Its residents are not known, so there is no rate to compare."


def compute(dataset: Dataset, question: Question) -> Answer:
    """Own level, class and concentration of every area asked about, and what its neighbours tell.

    Beside them stands in how many settings an area is a hot spot, and a cluster.
    """
    told = ~question.tally(dataset).hidden
    positions = question.areas(dataset)[told]
    by_month, residents = _by_month(dataset, question, told), dataset.residents[positions]
    count = by_month.sum(axis=0)
    own = own_level(count, residents)
    classes, reasons = classify(own.z, count, residents, dataset.neighbours.subset(positions))
    known = dataset.residents_known[positions]
    order = concentration(count)
    around = surroundings(dataset, question)
    stands = hot_spot_settings(by_month, residents)
    columns = {
        "hotspot_class": classes,
        "hotspot_reason": [
            why if told or why is None else UNKNOWN
            for why, told in zip(reasons, known, strict=True)
        ],
        "own_z": own.z,
        "funnel": funnel_places(own.z),
        "rank": order.rank,
        "cumulative_share": _of_whole(order.cumulative_share, count, question.whole(dataset)),
        **around.columns,
        **_settings("hotspot", stands),
        **_settings("cluster", around.stands),
        "robustness": in_words(stands, around.stands),
    }
    return lsoa_answer(
        dataset,
        question,
        extra=spread(columns, told, **OF_HIDDEN),
        facts={
            **_judged(own, int(count[residents > 0].sum()), int(residents.sum())),
            "judged_against": f"the rate of all {question.place or ''} areas".replace("  ", " "),
            "areas_judged": int((own.z == own.z).sum()),
            "areas_hidden": int((~told).sum()),
            **around.facts,
            "settings": {"hot_spot": _hot_spot_words(stands), "cluster": CLUSTER_WORDS},
        },
    )


def _by_month(dataset: Dataset, question: Question, told: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Counts of the areas told of, months by areas; as of one month where no month is public."""
    if question.published(dataset) is not None:
        return question.tally(dataset).count[told][np.newaxis]
    return question.counts_by_month(dataset)


def _of_whole(
    share: NDArray[np.float64], count: NDArray[np.int64], whole: int | None
) -> NDArray[np.float64]:
    """Shares of the counts told of as shares of all; NaN where all together are hidden."""
    told = int(count.sum())
    return share if told == whole else share * (told / whole if whole else np.nan)


def _judged(own: OwnLevel, count: int, residents: int) -> dict[str, Any]:
    """The rate that areas are judged against and how widely rates spread; None where untold."""
    told = own.phi == own.phi
    return {
        "overdispersion_phi": own.phi if told else None,
        "overall_rate": 1000 * count / residents if told else None,
    }


def _settings(what: str, stands: Stands) -> dict[str, Any]:
    untold = stands.settings == 0
    return {
        f"{what}_settings": pd.arrays.IntegerArray(stands.flagged, untold),
        f"{what}_settings_of": pd.arrays.IntegerArray(stands.settings, untold),
    }


def _hot_spot_words(stands: Stands) -> str | None:
    """The settings that were tried; None where a hot spot is told of no area."""
    if not stands.settings.any():
        return None
    months = stands.settings.max() - len(Z_THRESHOLDS) * len(COUNT_THRESHOLDS)
    left_out = (
        f"each of {months} months left out in turn"
        if months > 0
        else "fewer than two months are told apart or have incidents, so none was left out"
    )
    z, least = _one_of(Z_THRESHOLDS, "{:.3f}"), _one_of(COUNT_THRESHOLDS, "{}")
    return f"z of {z} with at least {least} incidents; {left_out}"


def _one_of(values: tuple[float, ...], form: str) -> str:
    told = [form.format(value) for value in values]
    return f"{', '.join(told[:-1])} or {told[-1]}"


CLUSTER_WORDS = (
    f"neighbours that touch, or of which one is among the other's {_one_of(NEAREST, '{}')} nearest "
    f"by centre; each at q of {_one_of(Q_THRESHOLDS, '{:.2f}')}"
)
FEW = "not told, see hotspot_reason"

LAYER = Layer(
    name="hotspots",
    title="Hot spots",
    summary="Which areas stand far above the average by their own count and residents (hot spot, "
    "raised, low), and, told separately, where neighbouring areas are high together (cluster).",
    fields=always(
        (
            *AREA,
            *FIGURES,
            Field(
                "hotspot_class", "string", "hot spot, raised, low, beside a hot spot, not unusual"
            ),
            Field("hotspot_reason", "string", "Why a class is not told", null="it is told"),
            Field("own_z", "number", "How far the own rate is from the average", "z", "not told"),
            Field(
                "funnel",
                "string",
                "Where the rate lies in the funnel: inside, or above or below its 95% or 99.8%",
                null="not told",
            ),
            Field("rank", "integer", "1 is the area with most incidents", null=HIDDEN),
            Field(
                "cumulative_share", "number", "Share of this and all higher ranks", "0 to 1", "none"
            ),
            *FIELDS,
            Field("hotspot_settings", "integer", "Settings it is a hot spot in", None, FEW),
            Field("hotspot_settings_of", "integer", "Settings tried for a hot spot", None, FEW),
            Field("cluster_settings", "integer", "Settings it is a cluster in", None, NOT_TESTED),
            Field(
                "cluster_settings_of", "integer", "Settings tried for a cluster", None, NOT_TESTED
            ),
            Field("robustness", "string", "How often it is flagged, in words", null="not told"),
            *QUESTION,
        )
    ),
    drawing=always(Drawing("rate", "classes", "per 1,000 residents", outlines=True)),
    compute=compute,
    label="name",
    caveats=(
        "A hot spot is far above the average rate of residents. A town centre is high partly "
        "because its visitors do not live there.",
    ),
)
