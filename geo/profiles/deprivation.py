"""Deprivation: the rate by national decile, its slope, and what town centres make of it."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.deprivation import ABSENT, Index, decile_of_each, shown_decile
from geo.errors import UnknownNameError
from geo.measures.inequality import by_decile, slope_index
from geo.profiles.figures import Figure, Rate, Share, finite, rate_of, share_of
from geo.query import Question

NO_TOWNS = "The dataset has no towns."
LIMITS = (
    "Limits of a slope are the regression's own: they take in how far the deciles lie off the line."
)


@dataclass(frozen=True)
class OfDecile:
    """One national tenth: 1 is the most deprived."""

    decile: int
    areas: int
    rate: Rate


@dataclass(frozen=True)
class Slope:
    """The slope index of inequality per 1,000 residents, least deprived end less most deprived.

    Below 0 the more deprived have more. `relative` is the slope over the rate of all.
    """

    slope: Figure
    relative: Figure
    most_deprived: float | None
    least_deprived: float | None
    deciles: int
    why: str | None


@dataclass(frozen=True)
class Gradient:
    """Incidents by the deciles of one index. `domain` is None for the whole index.

    `left_out`: areas without a decile or without known residents, which take no part, and the
    incidents in them.
    """

    title: str
    edition: int
    domain: str | None
    deciles: tuple[OfDecile, ...]
    slope: Slope
    left_out: int
    left_out_count: int


@dataclass(frozen=True)
class TownCentres:
    """The LSOAs that hold a town's centre point: their share, and the slope without them.

    `share` is of the incidents, `residents` of the residents, where those of all are known.
    """

    areas: int
    share: Share
    residents: Share | None
    without: Gradient | None
    why: str | None


@dataclass(frozen=True)
class DeprivationProfile:
    """The index that leads, every index the dataset has a decile of, and the town centres."""

    index: Gradient
    domains: tuple[Gradient, ...]
    town_centres: TownCentres
    limits: str = LIMITS


def deprivation_profile(dataset: Dataset, question: Question) -> DeprivationProfile:
    """The rate of a question's incidents by national decile.

    Deciles are the publisher's own. The whole index leads, in its newest edition; each domain is
    of the newest edition that has it. Raises UnknownNameError where the dataset has no decile.
    """
    shown = shown_decile(dataset)
    if shown is None:
        raise UnknownNameError(ABSENT)
    everywhere = np.ones(len(question.areas(dataset)), dtype=bool)
    return DeprivationProfile(
        index=_gradient(dataset, question, shown, everywhere),
        domains=tuple(
            _gradient(dataset, question, index, everywhere) for index in decile_of_each(dataset)
        ),
        town_centres=_town_centres(dataset, question, shown),
    )


def town_centres(dataset: Dataset) -> NDArray[np.bool_]:
    """Which LSOAs hold a town's centre point; of two that share it, the lowest code."""
    found = np.zeros(len(dataset.lsoas), dtype=bool)
    points = shapely.points(dataset.towns["easting"], dataset.towns["northing"])
    town, lsoa = shapely.STRtree(dataset.lsoas.geometry.to_numpy()).query(points, "intersects")
    order = np.lexsort((lsoa, town))
    _, first = np.unique(town[order], return_index=True)
    found[lsoa[order][first]] = True
    return found


def _gradient(
    dataset: Dataset, question: Question, index: Index, among: NDArray[np.bool_]
) -> Gradient:
    """By decile of the areas asked about; `among` says which of these take part."""
    positions = question.areas(dataset)
    count = question.counts(dataset)
    decile = dataset.lsoas[index.column].to_numpy("float64", na_value=np.nan)[positions]
    known = dataset.residents_known[positions]
    told = among & known & ~np.isnan(decile)
    table = by_decile(decile[told], count[told], dataset.residents[positions][told])
    found = slope_index(table)
    left_out = among & ~told
    return Gradient(
        title=index.title,
        edition=index.edition,
        domain=index.domain,
        deciles=tuple(
            OfDecile(tenth, areas, rate_of(int(counted), int(residents)))
            for tenth, areas, counted, residents in zip(
                table.decile.tolist(),
                table.areas.tolist(),
                table.count.tolist(),
                table.residents.tolist(),
                strict=True,
            )
        ),
        slope=Slope(
            slope=Figure.of(found.slope),
            relative=Figure.of(found.relative),
            most_deprived=finite(found.most_deprived),
            least_deprived=finite(found.least_deprived),
            deciles=found.deciles,
            why=found.why,
        ),
        left_out=int(left_out.sum()),
        left_out_count=int(count[left_out].sum()),
    )


def _town_centres(dataset: Dataset, question: Question, index: Index) -> TownCentres:
    count = question.counts(dataset)
    total = int(count.sum())
    if not len(dataset.towns):
        return TownCentres(0, share_of(0, total), None, None, NO_TOWNS)
    positions = question.areas(dataset)
    centre = town_centres(dataset)[positions]
    people = dataset.residents[positions]
    known = dataset.residents_known[positions].all()
    return TownCentres(
        areas=int(centre.sum()),
        share=share_of(int(count[centre].sum()), total),
        residents=share_of(int(people[centre].sum()), int(people.sum())) if known else None,
        without=_gradient(dataset, question, index, ~centre),
        why=None,
    )
