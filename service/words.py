"""Figures as people write them: whole sentences, British English, no jargon."""

import math
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from geo.counted import counted
from geo.dataset import Dataset
from geo.incidents.columns import CANONICAL_MAP
from geo.incidents.table import POLICE_STREET
from geo.measures.change import Change
from geo.measures.rates import count_limits
from geo.offences import Theme
from geo.period import NUMBER_WORDS, Period
from geo.query import Question
from geo.recorders import names_of
from layers import comparison
from layers.breaks import shown

LEAST_BASE = comparison.LEAST_BASE


def number(value: float | None) -> str:
    """A whole number with commas; a count that is not told is one that is hidden."""
    return "hidden" if value is None else f"{value:,.0f}"


def known(value: float | None) -> str:
    """A whole number with commas, or that it is not known."""
    return "not known" if value is None else number(value)


def percent(share: float | None, decimals: int = 0) -> str:
    """A share of 0 to 1 as a percentage."""
    return "too few" if share is None else f"{100 * share:.{decimals}f}%"


def rate(value: float | None) -> str:
    """A rate to one decimal."""
    return "none" if value is None else f"{shown(value):,.1f}"


def between(low: float | None, high: float | None, decimals: int = 1) -> str:
    """A range, never with a dash."""
    if low is None or high is None:
        return "none"
    if decimals == 1:
        low, high = shown(low), shown(high)
    return f"{low:,.{decimals}f} to {high:,.{decimals}f}"


def signed(value: float | None, decimals: int = 1) -> str:
    """A figure that may be below nought, with a true minus sign."""
    return "none" if value is None else f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def share_between(low: float | None, high: float | None) -> str:
    """A range of shares, never with a dash."""
    if low is None or high is None:
        return "none"
    return f"{percent(low, 1)} to {percent(high, 1)}"


def incidents(theme: Theme, count: int) -> str:
    """`253 reports`, `1 crime`."""
    return counted(count, theme.noun)


def recorded(
    dataset: Dataset, theme: Theme, count: int | None, where: str, question: Question
) -> Markup:
    """How many were recorded where and when, and what chance alone could have made of it."""
    period = question.period.length_words()
    who = _who(dataset, question.sources)
    if count is None:
        return Markup("{} {} {} in {}; how many is <b>hidden</b>.").format(
            who, theme.noun, where, period
        )
    if not count:
        return Markup("{} <b>no {}</b> {} in {}.").format(who, theme.noun, where, period)
    low, high = (float(limit) for limit in count_limits(count))
    return Markup("{} <b>{}</b> {} in {}; by chance alone it could have been {} to {}.").format(
        who, incidents(theme, count), where, period, number(low), number(high)
    )


def _who(dataset: Dataset, sources: tuple[int, ...]) -> str:
    """Whose records they are, as the start of a sentence."""
    chosen = [dataset.sources[s] for s in sources]
    if all(source.illustrative for source in chosen):
        return "The illustrative records hold"
    if [source.id for source in chosen] == [POLICE_STREET.id]:
        return "Police recorded"
    if [source.name for source in chosen] == [CANONICAL_MAP.name]:  # nobody named it
        return "The partnership’s records hold"  # noqa: RUF001
    together = " together" if len(chosen) > 1 else ""
    return f"The records of {names_of(dataset, sources)}{together} hold"


def side_by_side(question: Question, totals: list[dict[str, Any]]) -> str:
    """What each of several sources has, in one sentence; nothing where there is one alone."""
    if len(totals) < 2:
        return ""
    told = [_has(total, len(question.period)) for total in totals]
    end = (
        "the figures here add them up, so an incident in both is counted twice."
        if len(question.sources) > 1
        else "the same incident may be in both, so they are not added up."
    )
    return f"Side by side, {', '.join(told[:-1])} and {told[-1]}: {end}"


def _has(total: dict[str, Any], months: int) -> str:
    """What one source has, and of how many of the months where it does not hold them all."""
    held = total["months_counted"]
    if not held:
        return f"{total['name']} has none of these months"
    if total["count"] is None:
        return f"{total['name']} shows no figure of these to the public"
    part = f" in {held} of these {months} months" if held < months else ""
    return f"{total['name']} {number(total['count'])}{part}"


def changed(
    theme: Theme, before: int, change: Change, clear: bool, when: str, *, alike: bool = True
) -> str:
    """One sentence on the change of one area from its count of an earlier period.

    `when`: what that period is called. `alike`: whether it is as long; where it is not, monthly
    counts are set against each other.
    """
    ratio, low, high = (
        float(values[0]) for values in (change.ratio, change.ratio_lower, change.ratio_upper)
    )
    way = "rise" if ratio > 1 else "fall"
    if before < LEAST_BASE:
        verb = "was" if before == 1 else "were"
        found = f"{verb} {incidents(theme, before)}" if before else "were none"
        if math.isnan(ratio):  # none in either
            return f"{_capital(when)} there {found}."
        verdict = f"a clear {way}" if clear else "no clear change"
        return f"{_capital(when)} there {found}: {verdict}."
    monthly = "" if alike else " in the monthly count"
    if not clear:
        return f"No clear change{monthly} from {number(before)} {when}."
    size, span = _sizes(ratio, low, high)
    told = f"That is a {way} of {size}{monthly} from {number(before)} {when}"
    return f"{told}, likely between {span}."


def halves_changed(before: int, after: int, change: Change, clear: bool, period: Period) -> Markup:
    """One sentence on the later half of some months, `period`, against the half before it."""
    which = half_words(period)
    if not before and not after:
        return Markup("Neither the first {w} nor the second had any.").format(w=which)
    than = "more than" if after > before else "fewer than" if after < before else "as many as"
    said = Markup("The second {w} had {} the first, <b>{} against {}</b>").format(
        than, number(after), number(before), w=which
    )
    if not clear:
        return said + ": no clear change."
    way = "rise" if after > before else "fall"
    if before < LEAST_BASE:
        return said + f": a clear {way}."
    figures = (change.ratio, change.ratio_lower, change.ratio_upper)
    size, span = _sizes(*(float(values[0]) for values in figures))
    return said + f": a {way} of {size}, likely between {span}."


def half_words(period: Period) -> str:
    """What a half of some months is called after first or second: `two months`, `month`."""
    return "month" if len(period) == 1 else period.span_words()


def _sizes(ratio: float, low: float, high: float) -> tuple[str, str]:
    """How large a rise or fall is, and between what it is likely to lie."""
    size, *span = (percent(abs(value - 1)) for value in (ratio, low, high))
    least, most = span if ratio > 1 else span[::-1]
    return size, f"{least} and {most}"


def earlier_months(question: Question) -> str:
    """Which months a period is set against: how far back, where no others are named.

    `a year before`, or `two years before` where the period is longer than a year; else the months
    named, such as `in the two months to November 2018`.
    """
    if question.compare:
        return f"in {question.compare.length_words()}"
    years = (question.period.first - question.before().period.first) // 12
    if years == 1:
        return "a year before"
    return f"{NUMBER_WORDS[years - 1] if years <= len(NUMBER_WORDS) else years} years before"


def short_change(before: int, after: int, clear: bool) -> tuple[str, str]:
    """Direction (up, down, same) and the fewest words: `Down 8%`."""
    if not clear:
        return "same", "No clear change"
    direction = "down" if after < before else "up"
    if before < LEAST_BASE:
        return direction, f"{direction.capitalize()} by {abs(after - before)}"
    return direction, f"{direction.capitalize()} {percent(abs(after / before - 1))}"


def ratio_words(ratio: float) -> str:
    """A ratio of rates as people say it."""
    if ratio > 10:
        return f"about {ratio:.0f} times"
    steps = (
        (0.25, "less than a quarter of"),
        (0.45, "less than half"),
        (0.55, "about half"),
        (0.67, "a little over half"),
        (0.8, "about three quarters of"),
        (0.95, "a little below"),
        (1.05, "about the same as"),
        (1.3, "a little above"),
        (1.75, "about one and a half times"),
        (2.25, "about twice"),
    )
    return next((words for limit, words in steps if ratio < limit), "more than twice")


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: `Wem`, `Wem and Clun`, `Wem, Clun and Broseley`."""
    return " and ".join([*filter(None, [", ".join(names[:-1])]), names[-1]])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
