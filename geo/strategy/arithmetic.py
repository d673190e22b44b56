"""The print held against itself: do the printed parts give the printed figure?"""

from dataclasses import dataclass, replace
from fractions import Fraction

from geo.strategy.figures import IMPLIED, Figure, Formula, Strategy, fixed
from geo.strategy.verdicts import Check, Reason, unknown

_AS_SUMMED = (
    "It is the sum of the printed parts, so it leaves out what has no printed part and repeats "
    "what is wrong in them."
)
_SCALE = {"rate": 1000, "share": 100, "change": 100}


@dataclass(frozen=True)
class ImpliedResidents:
    """Residents that most printed pairs of a number and its rate agree on: from `low` to `high`.

    `agreeing` of the `pairs` allow for them.
    """

    low: Fraction
    high: Fraction
    agreeing: int
    pairs: int

    @property
    def middle(self) -> Fraction:
        """Half-way."""
        return (self.low + self.high) / 2


def implied_residents(strategy: Strategy, like: Figure) -> ImpliedResidents | None:
    """The residents behind the rates over `residents` of the same area and months as a figure.

    A number n at a rate printed as r allows for any residents from 1000 n / (r + h) to
    1000 n / (r - h), h being half of the last printed place. The answer is the span that the most
    pairs allow for, the lowest such span where several do. None where fewer than two agree.
    """
    spans = []
    for figure in strategy.figures:
        for formula in figure.made_of:
            if formula.over == IMPLIED and (figure.area, figure.months) == (like.area, like.months):
                number = sum(strategy.by_name[name].value for name in formula.parts)
                if number > 0 and figure.value > figure.half_unit:
                    low, high = (
                        1000 * number / (figure.value + sign * figure.half_unit) for sign in (1, -1)
                    )
                    spans.append((low, high))
    agreeing, low = max(
        ((sum(a <= low <= b for a, b in spans), low) for low, _ in spans),
        key=lambda found: (found[0], -found[1]),
        default=(0, Fraction(0)),
    )
    if agreeing < 2:
        return None
    high = min(b for a, b in spans if a <= low <= b)
    return ImpliedResidents(low, high, agreeing, len(spans))


def check_print(strategy: Strategy, figure: Figure) -> list[Check]:
    """One check for each way in which the figure follows from others."""
    checks = [_check(strategy, figure, formula) for formula in figure.made_of]
    sums = [
        check
        for check, formula in zip(checks, figure.made_of, strict=True)
        if formula.over is None and check.reason in (None, "rounding")
    ]
    return [
        replace(check, because=f"{check.because} {_AS_SUMMED}")
        if sums and check.reason == "arithmetic"
        else check
        for check in checks
    ]


def _check(strategy: Strategy, figure: Figure, formula: Formula) -> Check:
    known = strategy.by_name
    parts = [known[name] for name in formula.parts]
    total = sum((part.value for part in parts), Fraction(0))
    if formula.over == IMPLIED:
        return _over_implied(strategy, figure, parts, total)
    how = _words(parts)
    if formula.over is None:
        return _sum(figure, parts, total, how)
    over = known[formula.over]
    value = total / over.value - (1 if figure.measure == "change" else 0)
    value *= _SCALE[figure.measure]
    how = f"{how} over {over.printed_words}"
    if figure.equals(value):
        return Check("print", how, value, "equal")
    because = f"The print does not add up: {how} is {figure.shown(value)}."
    return Check("print", how, value, "differs", "arithmetic", because)


def _sum(figure: Figure, parts: list[Figure], total: Fraction, how: str) -> Check:
    gap = figure.value - total
    if figure.equals(total):
        return Check("print", how, total, "equal")
    because = f"The printed parts add to {figure.shown(total)}"
    reason: Reason
    if abs(gap) <= figure.slack + sum(part.slack for part in parts):
        reason = "rounding"
        because += ": rounding of the parts alone could make the difference."
    elif gap > 0:
        reason = "parts left out"
        because += f"; {fixed(gap, figure.decimals)} {_stand(gap)} in no printed part."
    else:
        reason = "arithmetic"
        because += f", {fixed(-gap, figure.decimals)} more than the printed total."
    return Check("print", how, total, "differs", reason, because)


def _stand(gap: Fraction) -> str:
    return "stand" if gap > 1 else "stands"


def _over_implied(
    strategy: Strategy, figure: Figure, parts: list[Figure], total: Fraction
) -> Check:
    people = implied_residents(strategy, figure)
    how = f"{_words(parts)} over residents that the rates imply"
    if people is None:
        because = "The print does not give the residents it divides by."
        return unknown("print", "not printed", because, how)
    span = f"{fixed(people.low, 0)} to {fixed(people.high, 0)} residents"
    low, high = (1000 * total / end for end in (people.high, people.low))
    middle = 1000 * total / people.middle
    if low - figure.half_unit <= figure.value <= high + figure.half_unit:
        nearest = min(max(figure.value, low), high)
        return Check("print", how, middle if figure.equals(middle) else nearest, "equal")
    because = (
        f"The print does not add up: {people.agreeing} of its {people.pairs} rates imply "
        f"{span}, on which {_words(parts)} is {figure.shown(middle)}."
    )
    return Check("print", how, middle, "differs", "arithmetic", because)


def _words(parts: list[Figure]) -> str:
    if len(parts) > 3:
        return f"the sum of {len(parts)} printed figures"
    return " + ".join(part.printed_words for part in parts)
