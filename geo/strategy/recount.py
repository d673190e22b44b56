"""A printed figure asked of the dataset."""

from fractions import Fraction

import numpy as np

from geo.areas.residents import denominator
from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.offences import find_theme
from geo.period import Period
from geo.query import Question
from geo.recorders import names_of
from geo.rural_urban import CLASSES
from geo.strategy.arithmetic import check_print
from geo.strategy.figures import Figure, Formula, Strategy, fixed
from geo.strategy.verdicts import Check, unknown, verdict_on

LEAST_BASE = 10  # no percentage on a smaller base
BY_DESIGN = "By design: these illustrative incidents were drawn to match the print."
_UNCOUNTED = "Nothing in the dataset counts it."


class _Unknown(Exception):  # noqa: N818  no error: the answer is that it cannot be known
    """Why the dataset cannot say."""


def recount(dataset: Dataset, strategy: Strategy, figure: Figure) -> Check:
    """The figure from the dataset's own incidents, residents, classes and deprivation.

    `cannot be known` where it is another area's, counts what the dataset does not, or is of months
    that are not held.
    """
    try:
        if not is_own(dataset, figure.area):
            raise _Unknown(f"It is of {figure.area}; the dataset holds {dataset.area} alone.")
        match figure.measure:
            case "residents":
                return _residents(dataset, figure)
            case "areas":
                return _areas(dataset, figure)
            case "deprived":
                return _deprived(dataset, figure)
            case "rural":
                return _rural(dataset, figure)
            case _:
                return _incidents(dataset, strategy, figure)
    except _Unknown as reason:
        return unknown("dataset", str(reason))


def is_own(dataset: Dataset, area: str) -> bool:
    """Whether a name is that of the dataset's area, `&` and `and` being the same."""
    names = (area, dataset.area)
    one, other = (name.casefold().replace("&", "and") for name in names)
    return one == other


def own_count(dataset: Dataset, theme: Formula, months: Period) -> tuple[int, Question]:
    """Incidents of themes added up, and the last question asked, which says who recorded them.

    Raises QuestionError, one sentence, where the dataset cannot say.
    """
    asked = [Question.ask(dataset, name, months.iso()) for name in theme.parts]
    if len({question.sources for question in asked}) > 1:
        raise QuestionError("No one source records all that it adds up.")
    for name, question in zip(theme.parts, asked, strict=True):
        if find_theme(name, dataset.kinds).unmarked and not question.marked(dataset):
            raise QuestionError(question.theme.unmarked)
        if question.months_missing(dataset):
            raise QuestionError(f"The files do not hold every month of {months.words()}.")
    return sum(int(question.counts(dataset).sum()) for question in asked), asked[-1]


def _incidents(dataset: Dataset, strategy: Strategy, figure: Figure) -> Check:
    theme, months = figure.theme, figure.months
    if theme is None:
        raise _Unknown(_UNCOUNTED)
    if months is None:
        raise _Unknown("The print does not say of which months it is.")
    try:
        count, asked = own_count(dataset, Formula(theme.parts), months)
        base = None
        if theme.over is not None:
            base, _ = own_count(dataset, Formula((theme.over,)), months)
        if figure.against is not None:
            base, _ = own_count(dataset, theme, figure.against)
    except QuestionError as error:
        raise _Unknown(str(error)) from error
    drawn = any(dataset.sources[s].illustrative for s in asked.sources)
    who = names_of(dataset, asked.sources)
    if figure.measure == "rate":
        value, how, like, because = _rate(dataset, strategy, figure, count)
    else:
        value, how = _value(figure, count, base)
        like, because = value, f"The source differs: this is counted from {who}."
        if left := asked.unlocated(dataset):
            because += f" In it {left:,} have no place and are not counted."
    verdict = verdict_on(figure, value)
    if verdict == "equal":
        because = BY_DESIGN if drawn else ""
    elif _as_print_gives(strategy, figure, like):
        because = (
            f"The print does not add up: its own figures give {figure.shown(like)}, as this does"
            f"{' on the residents printed' if figure.measure == 'rate' else ''}."
        )
    return Check("dataset", how, value, verdict, because, drawn)


def _as_print_gives(strategy: Strategy, figure: Figure, value: Fraction) -> bool:
    """Whether the print's own parts give this value where they do not give the printed one."""
    return any(
        check.verdict == "differs"
        and not check.near
        and check.recomputed is not None
        and abs(check.recomputed - value) <= figure.half_unit
        for check in check_print(strategy, figure)
    )


def _value(figure: Figure, count: int, base: int | None) -> tuple[Fraction, str]:
    if base is None:
        return Fraction(count), f"{count:,} counted"
    if base < LEAST_BASE:
        raise _Unknown(f"There are too few to take a percentage of: {base:,}.")
    if figure.measure == "change":
        return 100 * (Fraction(count, base) - 1), f"{count:,} after {base:,}"
    return Fraction(100 * count, base), f"{count:,} of {base:,}"


def _rate(
    dataset: Dataset, strategy: Strategy, figure: Figure, count: int
) -> tuple[Fraction, str, Fraction, str]:
    """The rate on the dataset's residents, how, the rate on printed ones, and why they differ.

    The same count on the residents that are printed tells a denominator from a count.
    """
    people = _people(dataset)
    value = Fraction(1000 * count, people)
    how = f"{count:,} over {people:,} {dataset.denominator}"
    printed = [other for other in strategy.residents(figure.area) if other.value]
    rates = [(1000 * count / other.value, other) for other in printed]
    if not rates:
        return value, how, value, "The print does not say which residents it divides by."
    like, other = next((pair for pair in rates if figure.equals(pair[0])), rates[0])
    on = f"on the printed {other.printed_words} ({other.what}) the same {count:,}"
    if figure.equals(like):
        because = f"The denominators differ: {on} are {figure.shown(like)}, as printed."
    else:
        because = f"Not the denominators alone: {on} are {figure.shown(like)}."
    return value, how, like, because


def _people(dataset: Dataset) -> int:
    people = int(dataset.residents.sum()) if dataset.residents_known.all() else 0
    if not people:
        raise _Unknown("The residents of the area are not known.")
    return people


def _residents(dataset: Dataset, figure: Figure) -> Check:
    people = Fraction(_people(dataset))
    verdict, because = verdict_on(figure, people), ""
    if verdict == "differs":
        because = f"The denominators differ: the dataset divides by {dataset.denominator}."
    return Check("dataset", dataset.denominator, people, verdict, because)


def _areas(dataset: Dataset, figure: Figure) -> Check:
    how = f"LSOAs of {dataset.manifest['area']['vintage']}"
    return _places(figure, len(dataset.lsoas), how)


def _deprived(dataset: Dataset, figure: Figure) -> Check:
    if figure.theme is None:
        raise _Unknown(_UNCOUNTED)
    column = f"{figure.theme.parts[0]}_decile"
    if column not in dataset.lsoas:
        raise _Unknown(f"The dataset has no {column} of its areas.")
    how = f"LSOAs with {column} = 1, of {len(dataset.lsoas):,}"
    return _places(figure, int((dataset.lsoas[column] == 1).sum()), how)


def _places(figure: Figure, count: int, how: str) -> Check:
    verdict = verdict_on(figure, Fraction(count))
    because = "The areas or their edition differ." if verdict == "differs" else ""
    return Check("dataset", how, Fraction(count), verdict, because)


def _rural(dataset: Dataset, figure: Figure) -> Check:
    """The share of residents in rural areas by the official split; why another split differs."""
    _people(dataset)
    if not dataset.rural.any():
        raise _Unknown("No area is classed as rural.")
    value = _share(dataset, dataset.residents, dataset.rural)
    how = f"residents of areas classed as rural, by {dataset.denominator}"
    if figure.equals(value):
        return Check("dataset", how, value, "equal")
    because = f"By the official class {_all_counts(dataset, dataset.rural)} live in rural areas. "
    kinds = dataset.lsoas["ruc_code"].map(
        lambda code: CLASSES[code].title.split(",")[0] if code in CLASSES else None
    )
    told = []
    for kind in dict.fromkeys(kinds[dataset.rural]):
        told.append(f"{kind} alone: {_all_counts(dataset, (kinds == kind).to_numpy())}.")
    return Check("dataset", how, value, "differs", because + " ".join(told))


def _all_counts(dataset: Dataset, chosen: np.ndarray) -> str:
    """The share of the residents of some areas, by every count of residents there is."""
    columns = [name for name in dataset.lsoas if str(name).startswith("residents_")]
    said = []
    for column in columns:
        people = dataset.lsoas[column]
        if people.notna().all() and people.sum():
            share = _share(dataset, people.to_numpy(dtype=np.int64), chosen)
            said.append(f"{fixed(share, 1)}% of {denominator(str(column)).title}")
    return " and ".join(said)


def _share(dataset: Dataset, people: np.ndarray, chosen: np.ndarray) -> Fraction:
    return Fraction(100 * int(people[chosen].sum()), int(people.sum()))
