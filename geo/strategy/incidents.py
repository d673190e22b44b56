"""Printed figures of incidents, counted again from the dataset."""

from fractions import Fraction

from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.offences import find_theme, title_of
from geo.period import Period
from geo.query import Question
from geo.recorders import choose_sources, names_of
from geo.strategy.arithmetic import check_print
from geo.strategy.figures import Figure, Formula, Strategy
from geo.strategy.places import people_of
from geo.strategy.verdicts import CannotTell, Check, Reason

LEAST_BASE = 10  # no percentage on a smaller base
BY_DESIGN = "By design: these illustrative incidents were drawn to match the print."


def count_again(dataset: Dataset, strategy: Strategy, figure: Figure) -> Check:
    """A number, rate, share or change from the dataset's incidents. Raises CannotTell."""
    theme, months = figure.theme, figure.months
    if theme is None:
        raise CannotTell("not recorded", "Nothing in the dataset counts it.")
    if months is None:
        raise CannotTell("not printed", "The print does not say of which months it is.")
    count, asked = own_count(dataset, Formula(theme.parts), months)
    base = None
    if theme.over is not None:
        base, _ = own_count(dataset, Formula((theme.over,)), months)
    elif figure.against is not None:
        base, _ = own_count(dataset, theme, figure.against)
    drawn = any(dataset.sources[s].illustrative for s in asked.sources)
    if figure.measure == "rate":
        people = people_of(dataset)
        value = Fraction(1000 * count, people)
        how = f"{count:,} over {people:,} {dataset.denominator}"
        like, reason, because = _on_printed_residents(strategy, figure, count)
    else:
        value, how = _value(figure, count, base)
        like, reason = value, "source"
        because = f"The source differs: this is counted from {names_of(dataset, asked.sources)}."
        if left := asked.unlocated(dataset):
            because += f" In it {left:,} have no place and are not counted."
    if figure.equals(value):
        return Check("dataset", how, value, "equal", None, BY_DESIGN if drawn else "", drawn)
    if _print_gives(strategy, figure, like):
        reason = "arithmetic"
        because = f"The print does not add up: its own figures give {figure.shown(like)}, as this "
        because += "does on the residents printed." if figure.measure == "rate" else "does."
    return Check("dataset", how, value, "differs", reason, because, drawn)


def own_count(dataset: Dataset, theme: Formula, months: Period) -> tuple[int, Question]:
    """Incidents of themes added up, and the last question asked, which says who recorded them.

    Raises CannotTell where no source records them all or the months are not all held.
    """
    asked = [_ask(dataset, name, months) for name in theme.parts]
    if len({question.sources for question in asked}) > 1:
        raise CannotTell("not recorded", "No one source records all that it adds up.")
    counts = [_public_count(dataset, question) for question in asked]
    return sum(counts), asked[-1]


def _public_count(dataset: Dataset, question: Question) -> int:
    public = question.published(dataset)
    if public is not None and (left_out := public.left_out(question.theme)):
        named = " and ".join(title_of(dataset.kinds, code) for code in sorted(left_out))
        raise CannotTell("not public", f"What is public leaves out {named}.")
    count = question.whole(dataset)
    if count is None:
        raise CannotTell("not public", "It is hidden, so that nobody can be told from it.")
    return count


def _ask(dataset: Dataset, name: str, months: Period) -> Question:
    try:
        choose_sources(dataset, find_theme(name, dataset.kinds), None)
    except QuestionError as error:
        raise CannotTell("not recorded", str(error)) from error
    try:
        question = Question.ask(dataset, name, months.iso())
    except QuestionError as error:
        raise CannotTell("months not held", str(error)) from error
    if question.theme.unmarked and not question.marked(dataset):
        raise CannotTell("not recorded", question.theme.unmarked)
    if question.months_missing(dataset):
        because = f"The files do not hold every month of {months.iso()}."
        raise CannotTell("months not held", because)
    return question


def _value(figure: Figure, count: int, base: int | None) -> tuple[Fraction, str]:
    if base is None:
        return Fraction(count), f"{count:,} counted"
    if base < LEAST_BASE:
        because = f"A percentage of {base:,} incidents says nothing; it takes {LEAST_BASE}."
        raise CannotTell("source", because)
    if figure.measure == "change":
        return 100 * (Fraction(count, base) - 1), f"{count:,} after {base:,}"
    return Fraction(100 * count, base), f"{count:,} of {base:,}"


def _on_printed_residents(
    strategy: Strategy, figure: Figure, count: int
) -> tuple[Fraction, Reason, str]:
    """The rate of a count on printed residents, and why the dataset's own differs from the print.

    Only where that is the printed rate do the denominators explain it.
    """
    printed = [other for other in strategy.residents(figure.area) if other.value]
    rates = [(1000 * count / other.value, other) for other in printed]
    if not rates:
        because = "The denominators may differ: the print does not give the residents."
        return Fraction(0), "denominators", because
    like, other = next((pair for pair in rates if figure.equals(pair[0])), rates[0])
    on = f"on the printed {other.printed_words} ({other.what}) the same {count:,}"
    if figure.equals(like):
        because = f"The denominators differ: {on} are {figure.shown(like)}, as printed."
        return like, "denominators", because
    because = f"Not the denominators alone, but the counts: {on} are {figure.shown(like)}."
    return like, "source", because


def _print_gives(strategy: Strategy, figure: Figure, value: Fraction) -> bool:
    """Whether the print's own parts give this value where they do not give the printed one."""
    return any(
        check.reason == "arithmetic"
        and check.recomputed is not None
        and abs(check.recomputed - value) <= figure.half_unit
        for check in check_print(strategy, figure)
    )
