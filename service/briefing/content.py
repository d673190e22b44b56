"""What a briefing says, in words and drawings ready to be set."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from geo.counted import counted
from geo.formats import Record
from geo.period import MONTH_NAMES
from geo.query import Question
from layers.legend import MARKS, Legend, none_marked
from layers.metadata import LICENCE_NAME
from layers.registry import find_layer
from service import words
from service.briefing.figures import NOT_BELOW, briefing_facts, mapped_places, together
from service.briefing.map import TownMap, draw_town
from service.briefing.second import areas_said, changes_said, places_said, trend_said, week_said
from service.pages.compared import alone
from service.pages.frame import address, bold_first, frame
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
            (f"{item['who']}.", f"{item['name']}, {item['period']}.") for item in whole["counted"]
        ],
        "headline": _emphasised(facts["headline"], words.incidents(theme, facts["count"] or 0)),
        "side_by_side": facts["side_by_side"],
        "period": question.period.words(),
        "map": _map_said(site, question, facts, drawn, whole["streets"]),
        "findings": _findings(site, question, facts),
        "legend": _legend_said(site, question, legend, sets, drawn),
        "trend": trend_said(site, question, facts),
        "week": week_said(site, question, facts),
        "changes": changes_said(site.dataset, asked, facts),
        "places": places_said(facts),
        "areas": areas_said(question, facts),
        "caveats": _balanced([bold_first(text) for text in facts["caveats"][:CAVEATS]]),
        "more_caveats": max(0, len(facts["caveats"]) - CAVEATS),
        "source": f"{whole['attribution']} {'' if whole['licence'] else 'Areas: '}{LICENCE_NAME}. "
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
    everywhere = site.computed.answer(layer, question.everywhere())[1]
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
        "count": together(rest),
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


def _balanced(said: Sequence[tuple[str, str]]) -> list[Sequence[tuple[str, str]]]:
    """Two columns about as long as each other, in their order."""
    lengths = [len(first) + len(rest) for first, rest in said]
    cut = min(range(len(said) + 1), key=lambda i: abs(sum(lengths[:i]) - sum(lengths[i:])))
    return [said[:cut], said[cut:]]
