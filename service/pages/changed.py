"""Which areas of a page changed most from the earlier months: the figures, and what they say."""

from typing import Any

from geo.counted import counted
from geo.dataset import Dataset
from geo.formats import Record
from geo.period import NUMBER_WORDS
from geo.query import Question
from layers.registry import find_layer
from service.pages.change_chart import ChangeRow, change_charts
from service.pages.compared import alike, halves_said, set_against, untold
from service.site import Site
from service.words import number

MOST = 3
SAME = "no clear change"
KEPT = (
    "lsoa_code", "count_before", "count", "ratio", "ratio_lower", "ratio_upper", "p", "q",
    "direction", "in_words",
)  # fmt: skip


def changed_facts(site: Site, question: Question, name: str) -> dict[str, Any]:
    """The change of every area shown, as the layer `change` has it; `name` is the field of a name.

    `areas` have `difference`, the monthly count now less that before, and come from the largest
    rise to the largest fall. `most` are the first few by the size of it, those with a clear change
    before the others; an area without a difference is not among them. Where no change is told,
    `reason` says why and there are no areas. An area with a hidden count is left out. `halves` says
    that the change is that of the later half of the months from the earlier, where it is.
    """
    told = set_against(site.dataset, question)
    answer, rows = site.computed.answer(find_layer("change"), told)
    earlier = told.before().period
    names = site.dataset.lsoas[name].to_numpy()[answer.position]
    areas = [
        {
            "name": called,
            **{field: row[field] for field in KEPT},
            "difference": row["count"] / len(told.period) - row["count_before"] / len(earlier),
        }
        for row, called in zip(rows, names, strict=True)
        if row["count_before"] is not None and row["count"] is not None
    ]
    areas.sort(key=lambda row: (-row["difference"], row["lsoa_code"]))
    moved = [row for row in areas if row["difference"]]
    moved.sort(key=lambda row: (row["direction"] == SAME, -abs(row["difference"])))
    compared = answer.facts["areas_compared"]
    reason = untold(site.dataset, question)
    return {
        "period": told.period.iso(),
        "period_before": earlier.iso(),
        "halves": halves_said(site.dataset, question),
        "reason": reason,
        "finding": None if reason else _finding(areas, compared),
        "areas_compared": compared,
        "most": moved[:MOST],
        "areas": areas,
    }


def _finding(areas: list[Record], compared: int) -> str:
    """How many areas have more and how many fewer, and of how many that is clear."""
    more, fewer = (sum(row["difference"] * way > 0 for row in areas) for way in (1, -1))
    same = len(areas) - more - fewer
    if same == len(areas):
        return "No area has more or fewer than before."
    first = f"More in {counted(more, 'areas')}, fewer in {number(fewer)}"
    first += f", the same in {number(same)}." if same else "."
    clear = [
        f"{number(count)} {'is' if count == 1 else 'are'} clearly {way}"
        for way in ("up", "down")
        if (count := sum(row["direction"] == way for row in areas))
    ]
    told = " and ".join(clear) if clear else "none is a clear change"
    if compared == 1:
        return f"{first} {told[0].upper()}{told[1:]}."
    return f"{first} Once all {number(compared)} areas compared are allowed for, {told}."


def changed_view(
    dataset: Dataset, question: Question, facts: dict[str, Any], *, hollow: bool
) -> dict[str, Any]:
    """What the page shows of it: `facts`, a heading, and the chart of those that changed most.

    `hollow`: as illustrative counts are drawn.
    """
    most = facts["most"]
    if facts["reason"] or not most:
        return {"facts": facts, "heading": "What changed", "charts": None}
    heading = "The area that changed most"
    if len(most) > 1:
        heading = f"{NUMBER_WORDS[len(most) - 1].capitalize()} areas that changed most"
    if len(facts["areas"]) == 1:
        heading = "How its one area changed"
    told = set_against(dataset, question)
    now, before, same = told.period, told.before().period, alike(dataset, question)
    lengths = (1, 1) if same else (len(before), len(now))
    rows = [
        ChangeRow(
            row["name"],
            row["count_before"] / lengths[0],
            row["count"] / lengths[1],
            _verdict(row),
        )
        for row in most
    ]
    noun = question.theme.noun
    each = "" if same else " a month"
    title = f"{noun.capitalize()}{each}, {before.words()} to {now.words()}, {dataset.area}"
    return {
        "facts": facts,
        "heading": heading,
        "each": each,
        "before": before,
        "now": now,
        "rows": [*zip(facts["areas"], map(_verdict, facts["areas"]), strict=True)],
        "charts": change_charts(rows, title, hollow=hollow, each=each),
    }


def _verdict(row: Record) -> str:
    return SAME if row["direction"] == SAME else f"clearly {row['direction']}"
