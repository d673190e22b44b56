"""Printed rates of neighbours beside the area's own, each with its likely range."""

from dataclasses import dataclass

from geo.dataset import Dataset
from geo.measures.rates import rate, rate_limits
from geo.period import Period
from geo.strategy.arithmetic import implied_residents
from geo.strategy.figures import IMPLIED, Figure, Formula, Strategy
from geo.strategy.incidents import own_count
from geo.strategy.places import people_of
from geo.strategy.verdicts import CannotTell


@dataclass(frozen=True)
class PrintedRate:
    """An area's printed number and rate per 1,000, and the rate of that number with 95% limits.

    `rate` and `limits` divide by `residents`, as they are printed or, where `implied`, as the
    area's printed rates imply them; all three are None where neither is known.
    """

    area: str
    number: int
    printed: str
    residents: int | None
    implied: bool
    rate: float | None
    limits: tuple[float, float] | None


@dataclass(frozen=True)
class OwnRate:
    """The dataset's count and its rate on the dataset's residents, with 95% limits.

    `why` says why there is no count; the rate is None too where residents are not known.
    """

    count: int | None
    rate: float | None
    limits: tuple[float, float] | None
    why: str = ""


@dataclass(frozen=True)
class Comparison:
    """One offence in the same months: the printed rates of several areas, and the dataset's own."""

    table: str
    what: str
    months: Period
    own: OwnRate
    printed: tuple[PrintedRate, ...]


def comparisons(dataset: Dataset, strategy: Strategy) -> list[Comparison]:
    """Every offence whose number and rate one table prints for several areas in the same months."""
    groups: dict[tuple[str, str, Period], list[Figure]] = {}
    for figure in strategy.figures:
        if figure.measure == "rate" and figure.months and _number(figure) is not None:
            groups.setdefault((figure.table, figure.what, figure.months), []).append(figure)
    found = []
    for (table, what, months), rates in groups.items():
        if len({figure.area for figure in rates}) > 1:
            printed = tuple(_printed(strategy, figure) for figure in rates)
            found.append(Comparison(table, what, months, _own(dataset, rates[0], months), printed))
    return found


def _number(figure: Figure) -> Formula | None:
    """How a rate follows from one printed number; None where it does not."""
    ways = (way for way in figure.made_of if way.over is not None and len(way.parts) == 1)
    return next(ways, None)


def _printed(strategy: Strategy, figure: Figure) -> PrintedRate:
    formula = _number(figure)
    assert formula is not None  # noqa: S101  such figures alone are compared
    number = int(strategy.by_name[formula.parts[0]].value)
    residents: int | None = None
    if formula.over != IMPLIED:
        residents = int(strategy.by_name[str(formula.over)].value)
    elif (people := implied_residents(strategy, figure)) is not None:
        residents = round(people.middle)
    return PrintedRate(
        area=figure.area,
        number=number,
        printed=figure.printed,
        residents=residents,
        implied=formula.over == IMPLIED,
        rate=float(rate(number, residents)) if residents else None,
        limits=_limits(number, residents) if residents else None,
    )


def _own(dataset: Dataset, figure: Figure, months: Period) -> OwnRate:
    if figure.theme is None:
        return OwnRate(None, None, None, "Nothing in the dataset counts it.")
    count = None
    try:
        count, _ = own_count(dataset, figure.theme, months)
        people = people_of(dataset)
    except CannotTell as found:
        return OwnRate(count, None, None, str(found))
    return OwnRate(count, float(rate(count, people)), _limits(count, people))


def _limits(count: int, residents: int) -> tuple[float, float]:
    lower, upper = rate_limits(count, residents)
    return float(lower), float(upper)
