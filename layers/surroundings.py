"""What the neighbours of an area tell: clusters, Moran's I, and how often a cluster stands."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.fields import Field
from geo.measures.clusters import Clusters, clusters
from geo.measures.moran import local_moran, moran, told_quadrants
from geo.measures.neighbours import Neighbours
from geo.measures.rates import rate
from geo.measures.robustness import Stands, cluster_settings
from geo.measures.smoothing import locally_smoothed_rate
from geo.query import Question
from layers.figures import HIDDEN

NEAREST = (4, 8)
NOT_TESTED = "see cluster_reason"
NOT_TOLD = "see moran_reason"
LOCAL = Field(
    "rate_locally_smoothed",
    "number",
    "Empirical Bayes rate drawn towards that of the area and its neighbours together",
    "per 1,000",
    "nobody lives there, residents are not known, or nobody is known to live in its neighbours",
)
FIELDS = (
    LOCAL,
    Field("neighbours", "integer", "Areas that share a border or a corner", "areas", HIDDEN),
    Field("neighbours_count", "integer", "Incidents in the neighbours", "incidents", HIDDEN),
    Field(
        "neighbours_rate", "number", "Incidents per 1,000 residents of the neighbours", "per 1,000",
        "it has no neighbours, nobody lives in them, or their residents are not all known",
    ),
    Field(
        "neighbours_share", "number",
        "Share of the incidents of all areas and neighbours counted that lie in the neighbours",
        "0 to 1", "there are none",
    ),
    Field("z", "number", "Getis-Ord Gi* of area and neighbours", "z", NOT_TESTED),
    Field("p", "number", "Exact two-sided p-value of the neighbours' count", None, NOT_TESTED),
    Field("q", "number", "False discovery rate of the upper tail", None, NOT_TESTED),
    Field("cluster", "boolean", "True where q is at most 0.10", null=NOT_TESTED),
    Field("cluster_reason", "string", "Why the cluster is not told", null="it is told"),
    Field("moran_i", "number", "Local Moran's I of the count", None, NOT_TESTED),
    Field("moran_q", "number", "False discovery rate of both tails", None, NOT_TESTED),
    Field(
        "moran_quadrant", "string",
        "The area's count, then its neighbours': high-high, low-low, high-low or low-high, against "
        "the mean; told where moran_q is at most 0.10",
        null=NOT_TOLD,
    ),
    Field("moran_reason", "string", "Why the quadrant is not told", null="it is told"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Columns of FIELDS for the areas asked about, facts of the whole, and how clusters stand."""

    columns: dict[str, Any]
    facts: dict[str, Any]
    stands: Stands


def surroundings(dataset: Dataset, question: Question) -> Surroundings:
    """What their neighbours tell of the areas that the question is put to.

    The ring round them is among the neighbours as far as the sources cover it; it is not reported.
    Areas whose count is hidden take no part, and are not among the rows.
    """
    count, touching, together, own = _together(dataset, question)
    reported = np.arange(own)
    around = clusters(count, touching, reported)
    near = (Neighbours.nearest(dataset.centroids[together], k) for k in NEAREST)
    stands = cluster_settings([around.q, *(clusters(count, n, reported).q for n in near)])
    whole = moran(count, touching)
    return Surroundings(
        columns={
            **_beside(dataset, count, touching, together, around),
            **_quadrants(count, touching, around),
        },
        facts={
            "areas_tested_for_clusters": around.tested,
            "halo": halo_words(dataset, question),
            "p_value": "exact, two-sided; q is Benjamini-Hochberg over the upper tail",
            "moran": None if np.isnan(whole.z) or not around.tested else vars(whole),
        },
        stands=stands,
    )


def tested(dataset: Dataset, question: Question) -> Clusters:
    """The clusters alone."""
    count, touching, _, own = _together(dataset, question)
    return clusters(count, touching, np.arange(own))


def locally_smoothed(dataset: Dataset, question: Question) -> NDArray[np.float64]:
    """The column LOCAL alone, NaN where it is null; the ring is among the neighbours as above."""
    count, touching, together, own = _together(dataset, question)
    smooth = np.full(len(question.areas(dataset)), np.nan)
    told = ~question.tally(dataset).hidden
    smooth[told] = _local(count, touching, dataset.residents_around[together])[:own]
    return smooth


def _local(
    count: NDArray[np.int64], touching: Neighbours, people: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Areas whose residents are not known take no part, nor do their incidents."""
    return locally_smoothed_rate(count, np.nan_to_num(people), touching)


def _together(
    dataset: Dataset, question: Question
) -> tuple[NDArray[np.int64], Neighbours, NDArray[np.int64], int]:
    """Counts and neighbours of the areas asked about, then of the ring, and where these stand.

    Beside them, how many of them are areas asked about: those whose count is not hidden.
    """
    ring, _ = question.ring(dataset)
    tally = question.tally(dataset)
    own = question.areas(dataset)[~tally.hidden]
    together = np.concatenate([own, len(dataset.lsoas) + ring])
    count = np.concatenate([tally.count[~tally.hidden], question.ring_counts(dataset)])
    return count, dataset.neighbours.subset(together), together, len(own)


def _beside(
    dataset: Dataset,
    count: NDArray[np.int64],
    touching: Neighbours,
    together: NDArray[np.int64],
    around: Clusters,
) -> dict[str, Any]:
    reported = around.degree.size
    residents = dataset.residents_around[together]
    people = touching.sums(residents)[:reported]
    total = count.sum()
    return {
        "rate_locally_smoothed": _local(count, touching, residents)[:reported],
        "neighbours": around.degree,
        "neighbours_count": around.neighbours_count,
        "neighbours_rate": rate(around.neighbours_count, np.nan_to_num(people)),
        "neighbours_share": around.neighbours_count / (total or np.nan),
        "z": around.z,
        "p": around.p,
        "q": around.q,
        "cluster": [
            None if reason else bool(flag)
            for flag, reason in zip(around.cluster, around.reason, strict=True)
        ],
        "cluster_reason": around.reason,
    }


def _quadrants(count: NDArray[np.int64], touching: Neighbours, around: Clusters) -> dict[str, Any]:
    local = local_moran(count, touching)
    reported = around.degree.size
    quadrant, q, reason = told_quadrants(local.quadrant[:reported], around.p)
    return {
        "moran_i": np.where(np.isnan(around.p), np.nan, local.i[:reported]),
        "moran_q": q,
        "moran_quadrant": quadrant,
        "moran_reason": [
            untested or why for untested, why in zip(around.reason, reason, strict=True)
        ],
    }


def halo_words(dataset: Dataset, question: Question) -> str:
    """What was done about the areas round the partnership's."""
    ring, size = question.ring(dataset)
    used = len(ring)
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
        f"{used} of the {size} {kind} round {dataset.area} take part as neighbours, "
        f"but are not reported{least if used < size else ''}"
    )
