"""What a briefing says, in words and drawings ready to be set."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from geo.counted import counted
from geo.formats import Record
from geo.period import MONTH_NAMES
from geo.query import Question
from layers.metadata import recording_breaks
from layers.registry import find_layer
from service import words
from service.briefing.figures import NOT_BELOW, briefing_facts, mapped_places
from service.briefing.map import TownMap, draw_town
from service.pages.charts import PAPER, month_charts
from service.pages.compared import alike, alone
from service.pages.frame import address, bold_first, frame
from service.pages.legend import MARKS, Legend, none_marked
from service.pages.places import places_view
from service.pages.trend import span_of, trend
from service.pages.week import week_view
from service.site import Site

STATIC = Path(__file__).parent.parent.parent / "static"
FINDINGS, CAVEATS = 4, 6

Json = dict[str, Any]


def briefing(site: Site, asked: Question, base: str, on: date) -> Json:
    """Everything on the two sheets. `base`: where the service is reached, in the foot."""
    facts, question = briefing_facts(site, asked), alone(asked)
    theme, whole = question.theme, frame(site, "towns", question)["site"]
    rows = facts["areas"]
    legend, sets = _legend(site, question, rows)
    drawn = draw_town(site.dataset, question, rows, legend, mapped_places(site, question))
    link = address(f"/towns/{facts['town_id']}", site.dataset, asked)
    return {
        "title": f"{theme.title} in {facts['town']}",
        "partnership": site.dataset.partnership,
        "icon": (STATIC / "icon.svg").read_text(encoding="utf-8"),
        "drawn": facts["illustrative"],
        "strip": [
            (f"Recorded by {item['who']}.", f"{item['name']}, {item['period']}.")
            for item in whole["counted"]
        ],
        "headline": _emphasised(facts["headline"], words.incidents(theme, facts["count"] or 0)),
        "side_by_side": facts["side_by_side"],
        "period": question.period.words(),
        "map": _map_said(site, question, facts, drawn, whole["streets"]),
        "findings": _findings(site, question, facts),
        "legend": _legend_said(site, question, legend, sets, drawn),
        "trend": _trend(site, question, facts),
        "week": _week(site, question, facts),
        "changes": _changes(asked, facts),
        "places": _places(facts),
        "areas": _areas(question, facts),
        "caveats": _balanced([bold_first(text) for text in facts["caveats"][:CAVEATS]]),
        "more_caveats": max(0, len(facts["caveats"]) - CAVEATS),
        "source": f"{whole['attribution']} Open Government Licence v3.0. "
        f"Outlines: LSOA {whole['vintage']}.",
        "address": f"{base}{link}",
        "date": f"{on.day} {MONTH_NAMES[on.month - 1]} {on.year}",
        "day": (on.year, on.month, on.day),
    }


def _emphasised(text: str, part: str) -> tuple[str, str, str]:
    """A sentence as what comes before, in and after the part to set in bold."""
    before, found, after = text.partition(part)
    return before, found, after


def _legend(
    site: Site, question: Question, rows: Sequence[Record]
) -> tuple[Legend | None, tuple[Sequence[Record], Sequence[Record]]]:
    """The classes of the map, told from the whole area, and the rows in town and area."""
    if not rows:
        return None, ((), ())
    layer = find_layer("hotspots")
    everywhere = site.answer(layer, question.everywhere())[1]
    return Legend.of(layer.drawn(site.dataset), everywhere), (rows, everywhere)


def _map_said(site: Site, question: Question, facts: Json, drawn: TownMap, streets: bool) -> Json:
    named = [
        f"{row['hotspot_class'].capitalize()}: {row['short_name']}."
        for row in facts["areas"]
        if row["hotspot_class"] in MARKS
    ]
    by = f"{question.theme.noun} per 1,000 residents"
    areas = counted(len(facts["areas"]), "areas")
    alt = f"Map of {facts['town']}: {areas}, coloured by {by}. {' '.join(named)}"
    named_by = ", named by their most recorded streets" if streets else ""
    places = " Places are map points, not exact addresses." if drawn.circles else ""
    return {
        "svg": drawn.svg,
        "alt": f"{alt.strip()} The table has the same figures.",
        "note": f"Areas are census LSOAs{named_by}; grey is not of the question.{places}",
    }


def _findings(site: Site, question: Question, facts: Json) -> Json:
    """What stands out, and what of the areas does not."""
    rows, noun = facts["areas"], question.theme.noun
    marked = [row for mark in MARKS for row in rows if row["hotspot_class"] == mark]
    rest = [row for row in rows if row["hotspot_class"] not in MARKS]
    told = [
        {
            "name": f"{row['hotspot_class'].capitalize()}: {row['short_name']}",
            "count": words.number(row["count"]),
            "text": _finding(row, noun),
        }
        for row in marked[:FINDINGS]
    ]
    which = ("The other area" if marked else "The only area") if len(rest) == 1 else (
        f"{'The other' if marked else 'All'} {len(rest):,} areas"
    )  # fmt: skip
    others = {
        "name": which,
        "count": _sum(rest),
    }
    otherwise = (
        none_marked(
            rows, f"No area of {facts['town']} stands far above the {site.dataset.area} rate."
        )
        if rows
        else NOT_BELOW
    )
    return {
        "told": told,
        "more": len(marked) - len(told),
        "none": "" if marked else otherwise,
        "others": others if rest else None,
    }


def _finding(row: Record, noun: str) -> str:
    share = row["town_share"]
    said = f"{words.percent(share)} of the town’s {noun}. " if share is not None else ""  # noqa: RUF001
    limits = words.between(row["rate_lower"], row["rate_upper"])
    said += f"{words.rate(row['rate'])} per 1,000 residents (likely {limits})"
    return f"{said}{'; few live here, many visit' if row['short_name'] == 'Town centre' else ''}."


def _legend_said(
    site: Site,
    question: Question,
    legend: Legend | None,
    sets: tuple[Sequence[Record], Sequence[Record]],
    drawn: TownMap,
) -> Json | None:
    if legend is None:
        return None
    noun, span = question.theme.noun, question.period.span_words()
    judged = f"far above the {site.dataset.area} rate", "above that rate, less certain"
    return {
        "title": f"{noun.capitalize()} per 1,000 residents over {span}, and number of areas",
        "heads": [site.dataset.town_name(question.town or ""), site.dataset.area],
        "classes": [
            (item["colour"], item["label"], list(map(words.number, item["counts"])))
            for item in legend.counted(*sets)
        ],
        "marks": [
            (mark, mark.capitalize(), said, list(map(words.number, counts)))
            for (mark, counts), said in zip(legend.marked(*sets).items(), judged, strict=True)
        ],
        "circles": [radius for _, radius in drawn.circles],
        "circle_words": f"Places: {', '.join(words.number(n) for n, _ in drawn.circles)} {noun}",
    }


def _trend(site: Site, question: Question, facts: Json) -> Json:
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
        "said": f"{noun.capitalize()} a month in {facts['town']}. The months chosen are shaded, "
        "their average dashed."
        + (" 19 of 20 months fall between the dotted lines if nothing changes." if usual else ""),
        "svg": _styled(chart),
        "alt": f"{noun.capitalize()} a month, {span.words()}. {facts['months_finding']}",
        "breaks": [f"{words_}." for words_ in breaks.values()],
    }


def _week(site: Site, question: Question, facts: Json) -> Json:
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


def _changes(asked: Question, facts: Json) -> Json:
    """The areas whose count changed most; a month where the periods are not of one length."""
    found, earlier = facts["changes"], asked.before().period
    if found["reason"] or not found["most"]:
        return {"reason": found["reason"] or found["finding"]}
    lengths = (1, 1) if alike(asked) else (len(earlier), len(asked.period))
    counts = [
        (row["count_before"] / lengths[0], row["count"] / lengths[1]) for row in found["most"]
    ]
    decimals, each = (0, "") if alike(asked) else (1, ", a month")
    return {
        "reason": "",
        "said": f"Hollow: {earlier.words()}{each}; arrow: {asked.period.words()}{each}.",
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


def _places(facts: Json) -> Json:
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


def _areas(question: Question, facts: Json) -> Json:
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
        "rest": [_sum(facts["areas"][i:]) for i in range(len(facts["areas"]) + 1)],
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


def _sum(rows: Sequence[Record]) -> str:
    """What some areas have together; hidden where one of them is."""
    counts = [row["count"] for row in rows]
    return words.number(None if None in counts else sum(counts))


def _balanced(said: Sequence[tuple[str, str]]) -> list[Sequence[tuple[str, str]]]:
    """Two columns about as long as each other, in their order."""
    lengths = [len(first) + len(rest) for first, rest in said]
    cut = min(range(len(said) + 1), key=lambda i: abs(sum(lengths[:i]) - sum(lengths[i:])))
    return [said[:cut], said[cut:]]


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
