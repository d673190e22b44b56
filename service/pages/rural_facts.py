"""The figures of the rural page: the split, the three measures, offence by offence."""

import math
from dataclasses import replace
from typing import Any

from geo.dataset import Dataset
from geo.errors import UnknownNameError
from geo.formats import Record
from geo.measures.change import compare
from geo.measures.rates import rate, rate_limits, wilson
from geo.offences import OFFENCES, THEMES, find_theme
from geo.query import Question
from geo.recorders import names_of, recorders
from geo.rural_urban import PLACES, Place
from layers.metadata import caveats, sources
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
    """The figures of the rural page, for the page and for programs.

    `urban` is None where no area is urban. Raises UnknownNameError where none is rural.
    """
    dataset = site.dataset
    if not dataset.rural.any():
        raise UnknownNameError(f"No area of {dataset.area} is classed as rural.")
    whole = replace(question, place=None, town=None)
    _, split = site.answer(find_layer("rural-urban"), whole)
    sides = {row["code"]: row for row in split if row["level"] == SPLIT}
    rural, urban = sides["rural"], sides.get("urban")
    return {
        "theme": question.theme.name,
        "period": question.period.iso(),
        **sources(dataset, question),
        "denominator": dataset.denominator,
        "caveats": caveats(dataset, question),
        "rural": rural,
        "urban": urban,
        "ratio": _ratio(rural, urban),
        "classes": [row for row in split if row["level"] == CLASS],
        "measures": [_measure(dataset, question, *item) for item in MEASURES],
        "offences": _offences(dataset, whole),
    }


def _ratio(rural: Record, urban: Record | None) -> dict[str, Any]:
    """The rural rate as a multiple of the urban one, exact 95% limits, and a verdict.

    All None where there is no urban area or residents are not known.
    """
    if urban is None or not rural["residents"] or not urban["residents"]:
        return {"ratio": None, "lower": None, "upper": None, "verdict": SAME}
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
    """One measure of rural crime: count, share of all crime, rate; or why there is none.

    It is counted by the sources of the question where they record it, else by the first that does;
    the share is of the crime of the same sources.
    """
    told = {"theme": theme, "title": title, "meaning": meaning}
    known = recorders(dataset, find_theme(theme))
    if not known:
        everyone = names_of(dataset, tuple(range(len(dataset.sources))))
        who = "sources do" if len(dataset.sources) > 1 else "source does"
        return {**told, "count": None, "why": f"The {who} not record it ({everyone})."}
    same = tuple(s for s in question.sources if s in known)
    place: Place | None = "rural" if theme == "rural-crime" else None
    asked = Question(find_theme(theme), question.period, same or known[:1], place)
    if not asked.months_counted(dataset):
        name = names_of(dataset, asked.sources)
        return {**told, "count": None, "why": f"{name} holds none of these months."}
    crime = int(replace(asked, theme=THEMES["crime"], place=None).counts(dataset).sum())
    count = int(asked.counts(dataset).sum())
    positions = asked.areas(dataset)
    known_people = dataset.residents_known[positions].all()
    people = int(dataset.residents[positions].sum()) if known_people else 0
    share, limits = wilson(count, crime), rate_limits(count, people)
    return {
        **told,
        "count": count,
        "source": names_of(dataset, asked.sources),
        "share": count / crime if crime else None,
        "share_limits": [float(v) for v in share] if crime else None,
        "rate": float(rate(count, people)) if people else None,
        "rate_limits": [float(v) for v in limits] if people else None,
        "residents": "rural residents" if asked.place == "rural" else "residents",
    }


def _offences(dataset: Dataset, whole: Question) -> list[dict[str, Any]]:
    """Each offence's rural rate as a multiple of its urban rate, the commonest first."""
    inside = {place: dataset.place == place for place in PLACES}
    people = {
        place: int(dataset.residents[among].sum()) if dataset.residents_known[among].all() else 0
        for place, among in inside.items()
    }
    found = []
    for code in OFFENCES:
        if code not in whole.theme.offences:
            continue
        counts = replace(whole, theme=find_theme(code)).counts(dataset)
        rural, urban = (int(counts[inside[place]].sum()) for place in PLACES)
        if rural + urban < LEAST_OFFENCES:
            continue
        ratio = _ratio(
            {"count": rural, "residents": people["rural"]},
            {"count": urban, "residents": people["urban"]},
        )
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
