"""Areas beside each other: the rate of one theme in datasets that were built the same way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from geo.dataset import Dataset
from geo.errors import DatasetError, QuestionError
from geo.measures.comparators import rate_ratios
from geo.measures.estimate import UNTOLD, Estimate
from geo.measures.funnel import funnel_places
from geo.measures.hotspots import own_level
from geo.measures.rates import rate, rate_limits
from geo.offences import Theme
from geo.period import Period
from geo.public.view import public_view
from geo.query import Question
from geo.question_parts import DEFAULT_MONTHS
from geo.recorders import choose_sources, months_of, months_shared, names_of

CLEAR = 0.05
NOBODY = "Its residents are not all known, so there is no rate."
HIDDEN = "Its count is hidden, so that nobody can be told from it."
NOT_PUBLIC = "Of its records only whole years are public, April to March."
MISSING = "Its sources lack a month of these, so there is no rate."


@dataclass(frozen=True)
class AreaRate:
    """One area: its count, its rate per 1,000 residents, and the rate against the first area's.

    `ratio` has exact 95% limits, `q` is the false discovery rate of the difference over all areas
    compared; both are NaN for the first area, and with `rate` where `why` says that there is none.
    `count` and `question` are None where the area cannot be asked at all. `funnel` is its place in
    the funnel of all areas, None where that is not told.
    """

    area: str
    question: Question | None
    source: str
    illustrative: bool
    count: int | None
    residents: int | None
    rate: Estimate = UNTOLD
    ratio: Estimate = UNTOLD
    q: float = float("nan")
    funnel: str | None = None
    why: str | None = None

    @property
    def clear(self) -> bool | None:
        """Whether q is at most 0.05 and the limits leave out 1; None where nothing is compared."""
        if math.isnan(self.q):
            return None
        return self.q <= CLEAR and (self.ratio.lower > 1 or self.ratio.upper < 1)


@dataclass(frozen=True)
class Beside:
    """The same theme and months in several areas, the first dataset's area first.

    `shared`: the months that all hold who can be compared. `overall`: the rate of all together;
    `phi`: how many times more rates vary than chance alone would have them. Both are None with
    fewer than 30 areas that have a rate, too few for a funnel.
    """

    question: Question
    shared: Period
    areas: tuple[AreaRate, ...]
    overall: float | None = None
    phi: float | None = None


def open_each(homes: Sequence[Path], *, public: bool = False) -> list[Dataset]:
    """The current datasets under these homes, whole or as anyone may see them.

    Raises DatasetError where there is none, one is damaged, or two are the same.
    """
    found: dict[str, tuple[Path, Dataset]] = {}
    for home in homes:
        dataset = public_view(Dataset.open(home)) if public else Dataset.open(home)
        if dataset.id in found:
            raise DatasetError(
                f"The datasets in {found[dataset.id][0]} and {home} are the same, of "
                f"{dataset.area}; name each once."
            )
        found[dataset.id] = home, dataset
    return [dataset for _, dataset in found.values()]


def areas_beside(
    datasets: Sequence[Dataset],
    theme: str | None = None,
    months: str | None = None,
    source: str | None = None,
) -> Beside:
    """Rates of the same theme and months, and of the source of the same id where one is named.

    Without `months` they are the latest 12, or fewer, that all hold; who shares no month with
    those named before is passed over. An area that does not record the theme, or does not hold all
    of the months, takes no part and says why.

    Raises QuestionError where the question cannot be put to the first dataset.
    """
    first = Question.ask(datasets[0], theme, months, source=source)
    sources = [_sources(dataset, first.theme, source) for dataset in datasets]
    shared = months_shared(datasets[0], first.sources)
    for dataset, chosen in zip(datasets, sources, strict=True):
        if not isinstance(chosen, str):
            held = months_shared(dataset, chosen)
            if shared.overlaps(held):
                shared = Period(max(shared.first, held.first), min(shared.last, held.last))
    period = first.period if months is not None else _latest(datasets[0], first, shared)
    question = Question.ask(datasets[0], first.theme.name, period.iso(), source=source)
    return _judged(
        question, shared, [_alone(*each, question) for each in zip(datasets, sources, strict=True)]
    )


def _latest(dataset: Dataset, question: Question, shared: Period) -> Period:
    """The latest months of those shared that the question can be of."""
    public = question.published(dataset)
    if public is None:
        return shared.latest(DEFAULT_MONTHS)
    return next(reversed(public.years_of(shared)), question.period)


def _sources(dataset: Dataset, theme: Theme, source: str | None) -> tuple[int, ...] | str:
    """The sources that answer, or why none does."""
    try:
        return choose_sources(dataset, theme, source)
    except QuestionError as why:
        return str(why)


def _alone(dataset: Dataset, sources: tuple[int, ...] | str, first: Question) -> AreaRate:
    """The count and rate of one area, or why there is none."""
    if isinstance(sources, str):
        return _untold(dataset, tuple(range(len(dataset.sources))), sources)
    held = months_of(dataset, sources)
    if not held.contains(first.period):
        return _untold(
            dataset, sources, f"Its records hold {held.words()}, not all of these months."
        )
    question = Question(first.theme, first.period, sources, first.place)
    public = question.published(dataset)
    if public is not None and not public.whole_years(question.period):
        return _untold(dataset, sources, NOT_PUBLIC)
    positions, count = question.areas(dataset), question.whole(dataset)
    known = bool(dataset.residents_known[positions].all())
    residents = int(dataset.residents[positions].sum()) if known else None
    why = MISSING if question.months_missing(dataset) else None if residents else NOBODY
    why = HIDDEN if count is None else why
    told = UNTOLD
    if count is not None and residents and why is None:
        told = Estimate(float(rate(count, residents)), *map(float, rate_limits(count, residents)))
    return AreaRate(
        area=dataset.area,
        question=question,
        source=names_of(dataset, sources),
        illustrative=any(dataset.sources[s].illustrative for s in sources),
        count=count,
        residents=residents,
        rate=told,
        why=why,
    )


def _untold(dataset: Dataset, sources: tuple[int, ...], why: str) -> AreaRate:
    drawn = any(dataset.sources[s].illustrative for s in sources)
    return AreaRate(dataset.area, None, names_of(dataset, sources), drawn, None, None, why=why)


def _judged(question: Question, shared: Period, found: Sequence[AreaRate]) -> Beside:
    """The areas against the first one, and in the funnel of all that have a rate."""
    count = [area.count or 0 for area in found]
    people = [area.residents or 0 if area.why is None else 0 for area in found]
    against = rate_ratios(count, people)
    level = own_level(count, people)
    places = funnel_places(level.z)
    ratios = zip(against.ratio, against.lower, against.upper, strict=True)
    areas = tuple(
        replace(area, ratio=Estimate(*map(float, ratio)), q=float(q), funnel=place)
        for area, ratio, q, place in zip(found, ratios, against.q, places, strict=True)
    )
    if math.isnan(level.phi):
        return Beside(question, shared, areas)
    counted = sum(n for n, lived_in in zip(count, people, strict=True) if lived_in)
    return Beside(question, shared, areas, 1000 * counted / sum(people), level.phi)
