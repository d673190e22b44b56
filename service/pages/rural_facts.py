"""The figures of the rural page: the split, the three measures, offence by offence."""

import math
from typing import Any

from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.formats import Record
from geo.measures.change import compare
from geo.measures.rates import rate, rate_limits, wilson
from geo.offences import OFFENCES, find_theme
from geo.query import Question
from layers.metadata import caveats
from layers.registry import find_layer
from layers.rural_urban import CLASS, SPLIT
from service.site import Site

MEASURES = (
    ("rural-crime", "By place", "Recorded in a rural area, whatever the crime"),
    ("rural-offences", "By offence", "On the national list: machinery, livestock, fuel and others"),
    ("rural-flagged", "By flag", "Marked rural by the force recording it"),
)
LEAST_OFFENCES = 10
SAME = "could be the same"


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
        "caveats": caveats(dataset, question),
        "rural": rural,
        "urban": urban,
        "ratio": _ratio(rural, urban),
        "classes": [row for row in split if row["level"] == CLASS],
        "measures": [_measure(dataset, question, *item) for item in MEASURES],
        "offences": _offences(dataset, whole),
    }


def _ratio(rural: Record, urban: Record) -> dict[str, Any]:
    """The rural rate as a multiple of the urban one, exact 95% limits, and a verdict."""
    change = compare([urban["count"]], [rural["count"]], urban["residents"], rural["residents"])
    values = {
        "ratio": change.ratio[0],
        "lower": change.ratio_lower[0],
        "upper": change.ratio_upper[0],
    }
    told = {name: float(v) if math.isfinite(v) else None for name, v in values.items()}
    return {**told, "verdict": _verdict(told["lower"], told["upper"])}


def _measure(
    dataset: Dataset, question: Question, theme: str, title: str, meaning: str
) -> dict[str, Any]:
    """One measure of rural crime: count, share of all crime, rate; or why there is none."""
    period = question.period.iso()
    try:
        crime = int(Question.ask(dataset, "crime", period).counts(dataset).sum())
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
        found.append(
            {
                "title": OFFENCES[code].title,
                "rural": rural,
                "urban": urban,
                **ratio,
            }
        )
    return sorted(found, key=lambda row: -row["rural"])


def _verdict(low: float | None, high: float | None) -> str:
    """Whether a ratio's limits leave out 1, in words."""
    if high is not None and high < 1:
        return "clearly lower"
    if low is not None and low > 1:
        return "clearly higher"
    return SAME
