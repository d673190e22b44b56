"""Counts of two periods set against each other, group by group, and the words for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.counted import counted
from geo.dataset import Dataset
from geo.fields import Field
from geo.measures.change import Change, compare
from geo.measures.clusters import false_discovery
from geo.period import Period, month_words
from geo.query import Question
from geo.tally import Tally
from layers.layer import Drawing, DrawnClass
from layers.palette import DOWN, SAME, UP

CLEAR = 0.05
LEAST_BASE = 10  # no percentage on a smaller count
UNTOLD = "no change is told; in_words says why"
NONE_BEFORE = "there were none before, or no change is told"
UNTESTED = "there were none in either period, or no change is told"
HIDDEN = "No change is told: one of the counts is hidden."
CHANGE = (
    Field("period_before", "string", "The months compared with", "YYYY-MM/YYYY-MM"),
    Field("count_before", "integer", "Incidents recorded in those months", "incidents", UNTOLD),
    Field("ratio", "number", "Monthly count, now over before", "times", NONE_BEFORE),
    Field("ratio_lower", "number", "Lower 95% limit of the ratio", "times", UNTESTED),
    Field("ratio_upper", "number", "Upper 95% limit of the ratio", "times", NONE_BEFORE),
    Field("p", "number", "Exact two-sided p-value of the change", None, UNTESTED),
    Field("q", "number", "False discovery rate over all compared", None, UNTESTED),
    Field(
        "direction",
        "string",
        "up, down, or no clear change (q above 0.05, or limits with 1)",
        None,
        UNTOLD,
    ),
    Field("in_words", "string", "The change in one sentence"),
)
DIRECTIONS = (
    DrawnClass("Down", DOWN, ("down",), sign="▼"),
    DrawnClass("No clear change", SAME, ("no clear change",)),
    DrawnClass("Up", UP, ("up",), sign="▲"),
)
DRAWING = Drawing("direction", "fixed", "Change of the count", classes=DIRECTIONS, words="in_words")
TABLE = (("count_before", "Before"), ("count", "Now"), ("in_words", "What changed"))
CAVEAT = (
    "No clear change is not the same as no change: where counts are small, only a large one can "
    "be told from chance."
)
HOW = (
    "Each count is set against its own of the earlier months by the exact two-sided test of two "
    "Poisson counts given their sum. A change is clear where the false discovery rate over all "
    "that are compared is at most 0.05 (Benjamini and Hochberg) and the 95% limits of its own "
    "ratio leave out 1. No percentage is told of a count below 10."
)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Counts of the earlier months and of those asked about, one entry a group.

    A change is clear where its exact p-value, held against all groups compared by Benjamini and
    Hochberg, is at most 0.05, and the limits of its own ratio leave out 1. A group one of whose
    counts is hidden is not compared.
    """

    period: Period
    """The earlier months."""
    before: Tally
    after: Tally
    change: Change
    q: NDArray[np.float64]
    clear: NDArray[np.bool_]

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """Which groups are not compared, since one of their counts is hidden."""
        return self.before.hidden | self.after.hidden


def why_not(dataset: Dataset, question: Question) -> str | None:
    """Why the question's months cannot be set against the earlier ones, if they cannot.

    Two periods are alike only where the sources hold every month of both.
    """
    earlier, without = question.before(), without_words(dataset, question)
    lacking = earlier.months_missing(dataset)
    if len(lacking) == len(earlier.period):
        return f"No change is told: {without} {earlier.period.words()} to compare with."
    lacking += question.months_missing(dataset)
    if not lacking:
        return None
    named = ", ".join(map(month_words, lacking[:3]))
    more = f" and {len(lacking) - 3} months more" if len(lacking) > 3 else ""
    return f"No change is told: {without} {named}{more}."


def without_words(dataset: Dataset, question: Question) -> str:
    """What lacks the months that are not at hand, as the start of a clause that names them."""
    if question.published(dataset) is None:
        return "the files do not hold"
    return "there are no public figures of"


def compare_groups(
    dataset: Dataset, question: Question, groups: NDArray[np.int64], size: int
) -> Comparison | None:
    """Compare the areas group by group; a group of -1 is left out. None where `why_not` says so."""
    if why_not(dataset, question) is not None:
        return None
    earlier = question.before()
    before, after = (asked.tally_by(dataset, groups, size) for asked in (earlier, question))
    change = compare(before.count, after.count, len(earlier.period), len(question.period))
    hidden = before.hidden | after.hidden
    change = Change(**{name: np.where(hidden, np.nan, v) for name, v in vars(change).items()})
    q = false_discovery(change.p)
    # In unequal periods the limits may hold 1 where the p-value, which is shared unequally between
    # the two tails, is small: then the sentence could not say how much.
    apart = (change.ratio_lower > 1) | (change.ratio_upper < 1)
    return Comparison(earlier.period, before, after, change, q, (q <= CLEAR) & apart)


def change_columns(
    dataset: Dataset, question: Question, found: Comparison | None, size: int
) -> dict[str, Any]:
    """The columns of CHANGE; where nothing is compared, null with the reason in words."""
    period = question.before().period.iso()
    if found is None:
        empty: dict[str, Any] = dict.fromkeys(field.name for field in CHANGE)
        said = {"period_before": period, "in_words": why_not(dataset, question)}
        return {name: [value] * size for name, value in (empty | said).items()}
    change = found.change
    up = change.ratio > 1
    way = np.where(found.clear, np.where(up, "up", "down"), "no clear change").astype(object)
    way[found.hidden] = None
    return {
        "period_before": period,
        "count_before": found.before.column if found.hidden.any() else found.before.count,
        "ratio": _finite(change.ratio),
        "ratio_lower": change.ratio_lower,
        "ratio_upper": _finite(change.ratio_upper),
        "p": change.p,
        "q": found.q,
        "direction": way,
        "in_words": sentences(question, found),
    }


def ways(direction: Iterable[str | None], in_words: Iterable[str], noun: str) -> str:
    """How many of those shown went which way, in one sentence; why none is told where none is."""
    found, said = list(direction), list(in_words)
    hidden = said.count(HIDDEN)
    shown, allowed = len(found) - hidden, "once all that were compared are allowed for"
    more = f" Of {hidden:,} more no change is told, since a count is hidden." if hidden else ""
    went = {way: found.count(way) for way in ("up", "down") if way in found}
    if went:
        told = [
            f"{count:,} {'is' if count == 1 else 'are'} clearly {way}"
            for way, count in went.items()
        ]
        return f"Of {counted(shown, noun)} {' and '.join(told)}, {allowed}.{more}"
    untold = [why for way, why in zip(found, said, strict=True) if way is None]
    if untold and (not shown or not hidden):
        return untold[0]
    return f"No clear change in any of {counted(shown, noun)}, {allowed}.{more}"


def sentences(question: Question, found: Comparison) -> list[str]:
    """One plain sentence a group."""
    lengths = len(found.period), len(question.period)
    change = found.change
    rows = zip(
        found.before.numbers(),
        found.after.numbers(),
        found.clear.tolist(),
        zip(change.ratio, change.ratio_lower, change.ratio_upper, strict=True),
        strict=True,
    )
    return [_sentence(*row, lengths) for row in rows]


def _sentence(
    before: int | None,
    after: int | None,
    clear: bool,
    ratio: tuple[float, float, float],
    lengths: tuple[int, int],
) -> str:
    if before is None or after is None:
        return HIDDEN
    if not before and not after:
        return "No incident in either period."
    alike = lengths[0] == lengths[1]
    was, now = (
        f"{count:,}" if alike else f"{count:,} in {months} month{'s' if months > 1 else ''}"
        for count, months in zip((before, after), lengths, strict=True)
    )
    if not clear:
        return f"No clear change: {was} before, {now} now."
    middle, low, high = ratio
    start = f"{'Up' if middle > 1 else 'Down'} from {was} to {now}"
    if before < LEAST_BASE:
        return f"{start}."
    word, sizes = "rise", (middle - 1, low - 1, high - 1)
    if middle < 1:
        word, sizes = "fall", (1 - middle, 1 - high, 1 - low)
    size, least, most = (f"{100 * max(part, 0):.0f}%" for part in sizes)
    of = "" if alike else " in the monthly count"
    return f"{start}, a {word} of {size}{of}, likely between {least} and {most}."


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isinf(values), np.nan, values)
