"""Hot spots from the area's own level, and clusters from its neighbours: two separate answers."""

import numpy as np

from geo.dataset import Dataset
from geo.measures.clusters import Clusters, clusters
from geo.measures.hotspots import classify, concentration, own_level
from geo.query import Question
from layers.figures import AREA, FIGURES, QUESTION, lsoa_answer
from layers.layer import Answer, Drawing, Field, Layer, always

NOT_TESTED = "see cluster_reason"
UNKNOWN = "Its residents are not known, so there is no rate to compare."


def compute(dataset: Dataset, question: Question) -> Answer:
    """Own level, class, concentration and Gi* of every area the question is put to.

    The ring round them takes part in Gi* alone, as far as the sources cover it.
    """
    positions = question.areas(dataset)
    count, residents = question.counts(dataset), dataset.residents[positions]
    own = own_level(count, residents)
    classes, reasons = classify(own.z, count, residents, dataset.neighbours.subset(positions))
    known = dataset.residents_known[positions]
    beside, halo = around(dataset, question)
    order = concentration(count)
    return lsoa_answer(
        dataset,
        question,
        extra={
            "hotspot_class": classes,
            "hotspot_reason": [
                why if told or why is None else UNKNOWN
                for why, told in zip(reasons, known, strict=True)
            ],
            "own_z": own.z,
            "rank": order.rank,
            "cumulative_share": order.cumulative_share,
            "neighbours": beside.degree,
            "neighbours_count": beside.neighbours_count,
            "z": beside.z,
            "p": beside.p,
            "q": beside.q,
            "cluster": [
                None if reason else bool(flag)
                for flag, reason in zip(beside.cluster, beside.reason, strict=True)
            ],
            "cluster_reason": beside.reason,
        },
        facts={
            "overdispersion_phi": None if own.phi != own.phi else own.phi,
            "judged_against": f"the rate of all {question.place or ''} areas".replace("  ", " "),
            "areas_judged": len(positions),
            "areas_tested_for_clusters": beside.tested,
            "halo": halo,
            "p_value": "exact, two-sided; q is Benjamini-Hochberg over the upper tail",
        },
    )


def around(dataset: Dataset, question: Question) -> tuple[Clusters, str]:
    """Clusters among the areas asked about and the ring, reported for the former; what was done."""
    positions = question.areas(dataset)
    ring, size = question.ring(dataset)
    together = np.concatenate([positions, len(dataset.lsoas) + ring])
    count = np.concatenate([question.counts(dataset), question.ring_counts(dataset)])
    neighbours = dataset.neighbours.subset(together)
    found = clusters(count, neighbours, np.arange(len(positions)))
    return found, _halo_words(dataset, question, len(ring), size)


def _halo_words(dataset: Dataset, question: Question, used: int, size: int) -> str:
    kind = f"{question.place} areas" if question.place else "areas"
    reasons = dict.fromkeys(dataset.held[s].ring_why.strip(". ") for s in question.sources)
    why = "; ".join(reason for reason in reasons if reason)
    because = f" ({why})" if why else ""
    if not used:
        said = f"; the files hold the incidents of none of the {size} {kind} round it{because}"
        return (
            "none: computed inside the area only, so areas at its edge lack some of their "
            f"neighbours{said if size else ''}"
        )
    least = f"; the files do not hold the incidents of the others{because}"
    return (
        f"{used} of the {size} {kind} round {dataset.area} are among the neighbours and in Gi*, "
        f"but are not reported{least if used < size else ''}"
    )


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
            Field("rank", "integer", "1 is the area with most incidents"),
            Field(
                "cumulative_share", "number", "Share of this and all higher ranks", "0 to 1", "none"
            ),
            Field("neighbours", "integer", "Areas that share a border or a corner", "areas"),
            Field("neighbours_count", "integer", "Incidents in the neighbours", "incidents"),
            Field("z", "number", "Getis-Ord Gi* of area and neighbours", "z", NOT_TESTED),
            Field(
                "p", "number", "Exact two-sided p-value of the neighbours' count", None, NOT_TESTED
            ),
            Field("q", "number", "False discovery rate of the upper tail", None, NOT_TESTED),
            Field("cluster", "boolean", "True where q is at most 0.10", null=NOT_TESTED),
            Field("cluster_reason", "string", "Why the cluster is not told", null="it is told"),
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
