"""Rural against urban: the ratio of all, offence by offence, and whether it runs through all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.measures.clusters import false_discovery
from geo.measures.mix import offence_mix
from geo.offences import OFFENCES
from geo.profiles.asking import counts_by_offence
from geo.profiles.figures import (
    HIGHER,
    LOWER,
    SAME,
    Figure,
    Ratio,
    finite,
    ratio_of,
    residents_of,
)
from geo.profiles.months import CLEAR
from geo.query import Question
from geo.rural_urban import PLACES

LEAST_OFFENCES = 10


@dataclass(frozen=True)
class OffenceRatio:
    """One offence's rural rate against its urban one.

    `q`: p once all the offences are allowed for. The verdict is clear where q is at most 0.05.
    """

    code: str
    title: str
    ratio: Ratio
    q: float | None
    verdict: str


@dataclass(frozen=True)
class Mix:
    """Whether the difference between rural and urban runs through all offences.

    As `geo.measures.mix` has it; `lower`, `higher` and `same` count the offences by verdict.
    """

    offences: int
    lower: int
    higher: int
    same: int
    even: Figure
    least: float | None
    most: float | None
    dissimilarity: float | None
    chi_square: float | None
    degrees_of_freedom: int
    p: float | None
    why: str | None


def rural_to_urban(dataset: Dataset, counts: NDArray[np.int64]) -> Ratio:
    """The rural rate of counts by LSOA as a multiple of their urban rate."""
    rural, urban = (np.asarray(dataset.place == place) for place in PLACES)
    return ratio_of(
        int(counts[rural].sum()),
        int(counts[urban].sum()),
        residents_of(dataset, rural),
        residents_of(dataset, urban),
    )


def offence_ratios(dataset: Dataset, whole: Question) -> tuple[OffenceRatio, ...]:
    """Each offence with at least 10 incidents, the commonest in rural areas first."""
    ratios = {
        code: rural_to_urban(dataset, counts)
        for code, counts in counts_by_offence(dataset, whole).items()
    }
    told = {code: r for code, r in ratios.items() if r.rural + r.urban >= LEAST_OFFENCES}
    q = false_discovery([np.nan if r.p is None else r.p for r in told.values()])
    found = [
        OffenceRatio(
            code, OFFENCES[code].title, r, finite(value), r.verdict if value <= CLEAR else SAME
        )
        for (code, r), value in zip(told.items(), q.tolist(), strict=True)
    ]
    return tuple(sorted(found, key=lambda item: -item.ratio.rural))


def mix_of(dataset: Dataset, offences: tuple[OffenceRatio, ...]) -> Mix:
    """Whether the difference runs through these offences."""
    rural, urban = (residents_of(dataset, np.asarray(dataset.place == p)) or 0 for p in PLACES)
    found = offence_mix(
        [item.ratio.rural for item in offences],
        [item.ratio.urban for item in offences],
        rural,
        urban,
    )
    verdicts = [item.verdict for item in offences]
    return Mix(
        offences=len(offences),
        lower=verdicts.count(LOWER),
        higher=verdicts.count(HIGHER),
        same=verdicts.count(SAME),
        even=Figure.of(found.even),
        least=finite(found.least),
        most=finite(found.most),
        dissimilarity=finite(found.dissimilarity),
        chi_square=finite(found.statistic),
        degrees_of_freedom=found.df,
        p=finite(found.p),
        why=found.why,
    )
