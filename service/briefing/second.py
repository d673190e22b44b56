"""What the second sheet says: months, hours, changes, places and every area."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from geo.dataset import Dataset
from geo.query import Question
from layers.metadata import recording_breaks
from service import words
from service.briefing.figures import together
from service.pages.compared import alike, set_against
from service.pages.month_chart import PAPER, month_charts
from service.pages.places import places_view
from service.pages.trend import span_of, trend
from service.pages.week import week_view
from service.site import Site

STATIC = Path(__file__).parent.parent.parent / "static"

Json = dict[str, Any]


def trend_said(site: Site, question: Question, facts: Json) -> Json:
    """The months held, as a chart; none where there are fewer than two."""
    months, noun = facts["months"], question.theme.noun
    if len(months) < 2:
        reason = "The files hold one month only." if months else facts["months_finding"]
        return {"reason": reason}
    span = span_of(site.dataset, question)
    breaks = recording_breaks(site.dataset, question, span)
    [chart] = month_charts(
        span,
        [month["count"] for month in months],
        question.period,
        "",
        hollow=facts["illustrative"],
        breaks=breaks,
        usual=trend(site.dataset, question)[1],
        widths=PAPER,
    )
    usual = months[0]["usual_upper"] is not None
    return {
        "reason": "",
        "finding": facts["months_finding"],
        "said": f"{noun.capitalize()} a month in {facts['town']}, the months chosen underlined."
        + (" Shaded: 19 of 20 months fall in it if nothing changes." if usual else ""),
        "svg": _styled(chart),
        "alt": f"{noun.capitalize()} a month, {span.words()}. {facts['months_finding']}",
        "breaks": [f"{words_}." for words_ in breaks.values()],
    }


def week_said(site: Site, question: Question, facts: Json) -> Json:
    """Days by hours, or why they are not told."""
    week, noun = facts["week"], question.theme.noun
    if week["reason"]:
        return {"reason": week["reason"]}
    view = week_view(site.dataset, question)
    unknown = week["share_unknown"]
    left_out = f" Left out, with no time: {words.percent(unknown, 1)}." if unknown else ""
    return {
        "reason": "",
        "finding": week["finding"],
        "said": f"{noun.capitalize()} by day and hour. Outlined: Friday, Saturday and Sunday "
        f"nights.{left_out}",
        "svg": _styled(view["paper"]),
        "alt": f"{noun.capitalize()} by day and hour. {week['finding']}",
        "legend": view["legend"] if len(view["legend"]) > 1 else [],
    }


def changes_said(dataset: Dataset, asked: Question, facts: Json) -> Json:
    """The areas whose count changed most; a month where the periods are not of one length."""
    found, told = facts["changes"], set_against(dataset, asked)
    earlier, same = told.before().period, alike(dataset, asked)
    if found["reason"] or not found["most"]:
        return {"reason": found["reason"] or found["finding"]}
    lengths = (1, 1) if same else (len(earlier), len(told.period))
    counts = [
        (row["count_before"] / lengths[0], row["count"] / lengths[1]) for row in found["most"]
    ]
    decimals, each = (0, "") if same else (1, ", a month")
    return {
        "reason": "",
        "said": f"Hollow: {earlier.words()}{each}; arrow: {told.period.words()}{each}."
        + (f" {found['halves']}" if found["halves"] else ""),
        "finding": found["finding"],
        "top": max(map(max, counts)),
        "rows": [
            {
                "name": row["name"],
                "before": (before, f"{before:,.{decimals}f}"),
                "after": (after, f"{after:,.{decimals}f}"),
                "by": f"{abs(after - before):,.{decimals}f} "
                f"{'more' if after > before else 'fewer'}",
                "verdict": "clear" if row["direction"] in ("up", "down") else "no clear change",
            }
            for row, (before, after) in zip(found["most"], counts, strict=True)
        ],
    }


def places_said(facts: Json) -> Json:
    """The places with most, or why they are not told."""
    found = facts["places"]
    if found["reason"]:
        return {"reason": found["reason"]}
    view = places_view(found)
    return {
        "reason": "",
        "title": found["finding"] or "Places with most",
        "head": view["head"],
        "rows": [
            (name, words.number(row["count"]), words.percent(row["cumulative_share"]))
            for name, row in zip(view["names"], found["most"], strict=True)
        ],
    }


def areas_said(question: Question, facts: Json) -> Json:
    """Every area with its limits, and the town."""
    town, count = facts["town"], facts["count"]
    return {
        "heads": ["Area", "What it is", question.theme.noun.capitalize(), "Share of town",
                  "Per 1,000 residents", "Likely range"],
        "rows": [
            (
                row["short_name"],
                row["hotspot_class"].capitalize(),
                words.number(row["count"]),
                "hidden" if row["count"] is None else words.percent(row["town_share"], 1),
                *_rate(row),
            )
            for row in facts["areas"]
        ],
        "rest": [together(facts["areas"][i:]) for i in range(len(facts["areas"]) + 1)],
        "total": (
            town,
            "",
            words.number(count),
            "100.0%" if count else "hidden" if count is None else "none",
            *_rate(facts),
        ),
        "said": f"The same figures as the map, {question.period.words()}. Rates per 1,000 "
        f"{facts['denominator']}.",
    }  # fmt: skip


def _rate(row: Mapping[str, Any]) -> tuple[str, str]:
    """A rate and its limits, of an area or the town."""
    if row["count"] is None:
        return "hidden", "hidden"
    return words.rate(row["rate"]), words.between(row["rate_lower"], row["rate_upper"])


def _styled(chart: str) -> str:
    """A chart of the pages with their styles inside, and room for what reaches over its edge."""
    head, end, rest = str(chart).partition(">")
    head = re.sub(r'viewBox="0 0 (\d+) ', lambda box: f'viewBox="0 0 {int(box[1]) + 12} ', head)
    head = head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" font-family="Roboto" ')
    return f"{head}{end}<style>{_chart_styles()}</style>{rest}"


@cache
def _chart_styles() -> str:
    """The pages' rules for charts, with the light colours in place of their names."""
    sheet, charts = ((STATIC / name).read_text("utf-8") for name in ("safermap.css", "charts.css"))
    light = sheet[sheet.index(":root {") : sheet.index("}")]
    colours = dict(re.findall(r"(--[\w-]+): ([^;]+);", light))
    rules = re.findall(r"^\.(?:chart|spark|week)[^{]*\{[^}]*\}", f"{sheet}\n{charts}", re.M)
    return re.sub(r"var\((--[\w-]+)\)", lambda name: colours[name[1]], "\n".join(rules))
