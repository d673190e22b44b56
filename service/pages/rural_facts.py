"""The figures of the rural page: the split, and the profile of rural crime."""

from dataclasses import replace
from typing import Any

from geo.formats import Record
from geo.profiles import rural_profile
from geo.profiles.figures import Ratio, ratio_of
from geo.query import Question
from geo.rural_urban import CLASS, SPLIT
from layers.metadata import caveats, sources
from layers.registry import find_layer
from service.pages.week import week_facts
from service.site import Site


def rural_facts(site: Site, question: Question) -> dict[str, Any]:
    """The figures of the rural page, for the page and for programs.

    `urban` is None where no area is urban. Raises UnknownNameError where none is rural.
    """
    dataset = site.dataset
    profile = rural_profile(dataset, question)
    whole = replace(question, place=None, town=None)
    _, split = site.answer(find_layer("rural-urban"), whole)
    sides = {row["code"]: row for row in split if row["level"] == SPLIT}
    rural, urban = sides["rural"], sides.get("urban")
    return {
        "theme": question.theme.name,
        "period": question.period.iso(),
        **sources(dataset, question),
        "denominator": dataset.denominator,
        "caveats": [*caveats(dataset, question), profile.never_add],
        "rural": rural,
        "urban": urban,
        "ratio": _ratio(rural, urban),
        "classes": [row for row in split if row["level"] == CLASS],
        "measures": profile.measures,
        "offences": profile.offences,
        "mix": profile.mix,
        "week": week_facts(dataset, replace(whole, place="rural")),
    }


def _ratio(rural: Record, urban: Record | None) -> Ratio:
    """The rural rate as a multiple of the urban one; no ratio where no area is urban."""
    other = urban or {"count": 0, "residents": None}
    return ratio_of(rural["count"], other["count"], rural["residents"], other["residents"])
