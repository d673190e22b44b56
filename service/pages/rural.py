"""The rural page: the split, the three measures side by side, the map, the offences."""

import math
from typing import Any

from markupsafe import Markup

from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.formats import Record
from geo.measures.change import compare
from geo.measures.rates import rate, rate_limits, wilson
from geo.offences import OFFENCES, find_theme
from geo.query import Question
from layers.registry import find_layer
from layers.rural_urban import CLASS, SPLIT
from service import words
from service.maps import build_map, map_config
from service.pages.frame import address, frame, period_choices, said, theme_choices
from service.pages.legend import MARKS, Legend
from service.pages.render import render_page
from service.site import Site

MEASURES = (
    ("rural-crime", "By place", "Recorded in a rural area, whatever the crime"),
    ("rural-offences", "By offence", "On the national list: machinery, livestock, fuel and others"),
    ("rural-flagged", "By flag", "Marked rural by the force recording it"),
)
LEAST_OFFENCES = 10


def rural_facts(site: Site, question: Question) -> dict[str, Any]:
    """The figures of the rural page, for the page and for programs."""
    dataset = site.dataset
    whole = Question(question.theme, question.period)
    _, split = site.answer(find_layer("rural-urban"), whole)
    rural, urban = (
        next(r for r in split if r["code"] == code and r["level"] == SPLIT)
        for code in ("rural", "urban")
    )
    return {
        "theme": question.theme.name,
        "period": question.period.iso(),
        "source": dataset.source.name,
        "illustrative": dataset.source.illustrative,
        "denominator": dataset.denominator,
        "rural": rural,
        "urban": urban,
        "ratio": _ratio(rural, urban),
        "classes": [row for row in split if row["level"] == CLASS],
        "measures": [_measure(dataset, question, *item) for item in MEASURES],
        "offences": _offences(dataset, whole),
    }


def _ratio(rural: Record, urban: Record) -> dict[str, float | None]:
    """The rural rate as a multiple of the urban one, exact 95% limits."""
    change = compare([urban["count"]], [rural["count"]], urban["residents"], rural["residents"])
    values = {
        "ratio": change.ratio[0],
        "lower": change.ratio_lower[0],
        "upper": change.ratio_upper[0],
    }
    return {name: float(v) if math.isfinite(v) else None for name, v in values.items()}


def _measure(
    dataset: Dataset, question: Question, theme: str, title: str, meaning: str
) -> dict[str, Any]:
    """One measure of rural crime: count, share of all crime, rate; or why there is none."""
    period = question.period.iso()
    crime = int(Question.ask(dataset, "crime", period).counts(dataset).sum())
    try:
        asked = Question.ask(dataset, theme, period)
    except QuestionError:
        return {
            "theme": theme,
            "title": title,
            "meaning": meaning,
            "count": None,
            "why": f"The source does not record it ({dataset.source.name}).",
        }
    count = int(asked.counts(dataset).sum())
    people = int(dataset.residents[asked.areas(dataset)].sum())
    share, limits = wilson(count, crime), rate_limits(count, people)
    return {
        "theme": theme,
        "title": title,
        "meaning": meaning,
        "count": count,
        "share": count / crime if crime else None,
        "share_limits": [float(v) for v in share] if crime else None,
        "rate": float(rate(count, people)) if people else None,
        "rate_limits": [float(v) for v in limits] if people else None,
        "residents": "rural residents" if asked.place == "rural" else "residents",
    }


def _offences(dataset: Dataset, whole: Question) -> list[dict[str, Any]]:
    """Each offence's rural rate as a multiple of its urban rate, the commonest first."""
    people = {side: int(dataset.residents[dataset.rural == side].sum()) for side in (True, False)}
    found = []
    for code in OFFENCES:
        if code not in whole.theme.offences:
            continue
        counts = Question(find_theme(code), whole.period).counts(dataset)
        rural, urban = (int(counts[dataset.rural == side].sum()) for side in (True, False))
        if rural + urban < LEAST_OFFENCES:
            continue
        sides = (
            {"count": rural, "residents": people[True]},
            {"count": urban, "residents": people[False]},
        )
        ratio = _ratio(*sides)
        low, high = ratio["lower"], ratio["upper"]
        told = low is not None and high is not None
        found.append(
            {
                "title": OFFENCES[code].title,
                "rural": rural,
                "urban": urban,
                **ratio,
                "verdict": "could be the same"
                if not told or low <= 1 <= high  # type: ignore[operator]
                else "clearly lower"
                if high < 1  # type: ignore[operator]
                else "clearly higher",
            }
        )
    return sorted(found, key=lambda row: -row["rural"])


def rural_page(site: Site, question: Question) -> bytes:
    """The whole page."""
    dataset, layer = site.dataset, find_layer("hotspots")
    facts = rural_facts(site, question)
    judged = Question(question.theme, question.period, "rural")
    _, rows = site.answer(layer, judged)
    legend = Legend.of(layer.drawing, rows)
    urban = Question(question.theme, question.period, "urban")
    config = map_config(
        dataset,
        layer,
        address("/collections/hotspots/items", judged, limit="10000", f="geojson"),
        legend.classes,
        context=address("/collections/lsoas/items", urban, limit="10000", f="geojson"),
        noun=question.theme.noun,
    )
    ranked = sorted(rows, key=lambda row: (-row["count"], row["lsoa_code"]))
    return render_page(
        "rural.html",
        **frame(site, "rural"),
        **said(site, judged),
        facts=facts,
        headline=_headline(site, question, facts),
        heading=_heading(site, question),
        themes=theme_choices(site, question.theme),
        areas=ranked,
        stands_out=[row for row in ranked if row["hotspot_class"] in MARKS],
        legend=legend,
        sets=(rows,),
        urban_areas=int((~dataset.rural).sum()),
        periods=period_choices(dataset.period, question.period),
        downloads={
            name: address("/collections/hotspots/items", judged, f=name.lower())
            for name in ("GeoJSON", "CSV")
        },
        map=build_map(config),
    )


def _heading(site: Site, question: Question) -> str:
    if question.theme.name in ("crime", "rural-crime"):
        return f"Rural crime in {site.dataset.area}"
    return f"{question.theme.title} in rural {site.dataset.area}"


def _headline(site: Site, question: Question, facts: dict[str, Any]) -> Markup:
    rural, ratio = facts["rural"], facts["ratio"]
    first = words.recorded(site.dataset, question.theme, rural["count"], "in rural areas", question)
    share = (
        f" That is {words.percent(rural['share'])} of the county's, where "
        f"{words.percent(rural['residents_share'])} of residents live."
    )
    if ratio["ratio"] is None:
        return first + share
    return (
        first
        + share
        + (
            f" A rural resident's rate is {words.ratio_words(ratio['ratio'])} the urban one: "
            f"{ratio['ratio']:.2f} times, "
            f"likely {words.between(ratio['lower'], ratio['upper'], 2)}."
        )
    )
