"""Areas beside each other: the rate of one theme in datasets that were built the same way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.measures.change import compare
from geo.measures.clusters import false_discovery
from geo.measures.estimate import UNTOLD, Estimate
from geo.measures.rates import rate, rate_limits
from geo.period import Period
from geo.query import Question
from geo.question_parts import DEFAULT_MONTHS
from geo.recorders import names_of

CLEAR = 0.05
NOBODY = "Its residents are not all known, so there is no rate."
MISSING = "Its sources lack a month of these, so there is no rate."


@dataclass(frozen=True)
class AreaRate:
    """One area: its count, its rate per 1,000 residents, and the rate against the first area's.

    `ratio` has exact 95% limits; it is NaN for the first area, and with `rate` where `why` says
    that there is none. `clear`: the false discovery rate of the difference over all areas compared
    is at most 0.05; None where nothing is compared.
    """

    area: str
    source: str
    denominator: str
    illustrative: bool
    count: int
    residents: int | None
    rate: Estimate
    ratio: Estimate
    clear: bool | None
    why: str | None = None


def areas_beside(
    datasets: Sequence[Dataset], theme: str | None = None, months: str | None = None
) -> tuple[Period, list[AreaRate]]:
    """Rates of the same theme and months, the first dataset's area first.

    Without `months` they are the latest 12, or fewer, that all of them hold. The ratio is of two
    Poisson counts given their sum, with residents for lengths (see `geo.measures.change`). Areas
    are taken as independent, and their counts as chance alone would spread them, which recorded
    crime does not keep to: limits are too narrow rather than too wide.

    Raises QuestionError where a dataset does not record the theme, or none holds the months.
    """
    asked = [Question.ask(dataset, theme) for dataset in datasets]
    held = [question.held(dataset) for question, dataset in zip(asked, datasets, strict=True)]
    first, last = max(p.first for p in held), min(p.last for p in held)
    if months is None and first > last:
        spans = ", ".join(f"{d.area} {p.iso()}" for d, p in zip(datasets, held, strict=True))
        raise QuestionError(f"No month is held by all of them: {spans}.")
    wanted = months or Period(first, last).latest(DEFAULT_MONTHS).iso()
    asked = [Question.ask(dataset, theme, wanted) for dataset in datasets]
    found = [_alone(*each) for each in zip(datasets, asked, strict=True)]
    return asked[0].period, _compared(found)


def _alone(dataset: Dataset, question: Question) -> AreaRate:
    positions = question.areas(dataset)
    count = int(question.counts(dataset).sum())
    known = bool(dataset.residents_known[positions].all())
    residents = int(dataset.residents[positions].sum()) if known else None
    why = MISSING if question.months_missing(dataset) else None if residents else NOBODY
    told = UNTOLD
    if why is None:
        people = [residents or 0]
        lower, upper = rate_limits([count], people)
        told = Estimate(float(rate([count], people)[0]), float(lower[0]), float(upper[0]))
    return AreaRate(
        area=dataset.area,
        source=names_of(dataset, question.sources),
        denominator=dataset.denominator,
        illustrative=any(dataset.sources[s].illustrative for s in question.sources),
        count=count,
        residents=residents,
        rate=told,
        ratio=UNTOLD,
        clear=None,
        why=why,
    )


def _compared(found: list[AreaRate]) -> list[AreaRate]:
    """The areas with the ratio to the first, where both have a rate."""
    ours, *others = found
    p = np.full(len(others), np.nan)
    ratios = [UNTOLD] * len(others)
    for i, area in enumerate(others):
        if ours.why is None and area.why is None and ours.count + area.count:
            change = compare([ours.count], [area.count], ours.residents or 1, area.residents or 1)
            p[i] = change.p[0]
            ends = (change.ratio, change.ratio_lower, change.ratio_upper)
            ratios[i] = Estimate(*(float(values[0]) for values in ends))
    q = false_discovery(p)
    beside = [
        replace(area, ratio=ratio, clear=None if np.isnan(tested) else tested <= CLEAR)
        for area, ratio, tested in zip(others, ratios, q.tolist(), strict=True)
    ]
    return [ours, *beside]
