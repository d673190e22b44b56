"""Where: a question's incidents town by town, and the areas with most."""

from dataclasses import dataclass

import numpy as np

from geo.dataset import Dataset
from geo.profiles.figures import Rate, Share, rate_of, residents_of, share_of
from geo.query import Question

AREAS = 10


@dataclass(frozen=True)
class OfTown:
    """One town: its share of the incidents of the whole area, and its rate."""

    town_id: str
    town: str
    share: Share
    rate: Rate


@dataclass(frozen=True)
class OfArea:
    """One LSOA, and its share of the incidents with those of all before it in the order."""

    lsoa_code: str
    name: str
    share: Share
    cumulative_share: float
    rate: Rate


def towns_of(dataset: Dataset, question: Question) -> tuple[tuple[OfTown, ...], Share | None]:
    """Every town, the most first, and what lies outside the towns."""
    counts = question.counts(dataset)
    total = int(counts.sum())
    found = []
    for t, (town_id, town) in enumerate(
        zip(dataset.towns["town_id"], dataset.towns["town"], strict=True)
    ):
        inside = dataset.town_position == t
        count = int(counts[inside].sum())
        rate = rate_of(count, residents_of(dataset, inside))
        found.append(OfTown(town_id, town, share_of(count, total), rate))
    outside = int(counts[dataset.town_position < 0].sum())
    ranked = sorted(found, key=lambda item: (-item.share.part, item.town_id))
    return tuple(ranked), share_of(outside, total) if found else None


def areas_of(dataset: Dataset, question: Question) -> tuple[OfArea, ...]:
    """The LSOAs with most, at most ten; none without an incident."""
    counts = question.counts(dataset)
    total = int(counts.sum())
    found: list[OfArea] = []
    so_far = 0
    for i in np.argsort(-counts, kind="stable")[:AREAS].tolist():
        if not counts[i]:
            break
        count = int(counts[i])
        so_far += count
        residents = int(dataset.residents[i]) if dataset.residents_known[i] else None
        row = dataset.lsoas.iloc[i]
        found.append(
            OfArea(
                str(row["lsoa_code"]),
                str(row["name"]),
                share_of(count, total),
                so_far / total,
                rate_of(count, residents),
            )
        )
    return tuple(found)
