"""The figures of the rural page: the split, and the profile of rural crime."""

from dataclasses import replace
from typing import Any

import numpy as np

from geo.dataset import Dataset
from geo.formats import Record
from geo.profiles import rural_profile
from geo.profiles.figures import Ratio, rate_of, ratio_of, residents_of
from geo.query import Question
from geo.rural_urban import CLASS, SPLIT
from layers.metadata import caveats, sources
from layers.registry import find_layer
from service.pages.changed import changed_facts
from service.pages.compared import alone, change_facts, set_against, since
from service.pages.week import week_facts
from service.site import Site


def rural_facts(site: Site, question: Question) -> dict[str, Any]:
    """The figures of the rural page, for the page and for programs.

    `urban` is None where no area is urban. Raises UnknownNameError where none is rural.
    """
    dataset = site.dataset
    judged = replace(question, place="rural", town=None)
    profile = rural_profile(dataset, question, set_against(dataset, judged))
    whole = replace(alone(question), place=None, town=None)
    _, split = site.computed.answer(find_layer("rural-urban"), whole)
    sides = {row["code"]: row for row in split if row["level"] == SPLIT}
    rural, urban = sides["rural"], sides.get("urban")
    return {
        "theme": question.theme.name,
        "period": question.period.iso(),
        **sources(dataset, question),
        "denominator": dataset.denominator,
        "caveats": [*caveats(dataset, question, since=since(dataset, judged)), profile.never_add],
        "rural": rural,
        "urban": urban,
        "ratio": _ratio(rural, urban),
        "whole": _whole(dataset, whole),
        "change": change_facts(dataset, judged),
        "changes": changed_facts(site, judged, "name"),
        "classes": [row for row in split if row["level"] == CLASS],
        "measures": profile.measures,
        "offences": profile.offences,
        "mix": profile.mix,
        "week": week_facts(dataset, replace(whole, place="rural")),
    }


def _whole(dataset: Dataset, question: Question) -> Record:
    """All areas together, in the fields that a kind of place has."""
    everyone = np.ones(len(dataset.lsoas), dtype=bool)
    count, hectares = int(question.counts(dataset).sum()), float(dataset.lsoas["hectares"].sum())
    found = rate_of(count, residents_of(dataset, everyone))
    return {
        "title": dataset.area,
        "areas": len(everyone),
        "residents": found.residents,
        "residents_share": 1.0 if found.residents else None,
        "count": count,
        "share": 1.0 if count else None,
        "rate": found.rate,
        "rate_lower": found.lower,
        "rate_upper": found.upper,
        "per_km2": count / hectares * 100 if hectares else None,
    }


def _ratio(rural: Record, urban: Record | None) -> Ratio:
    """The rural rate as a multiple of the urban one; no ratio where no area is urban."""
    other = urban or {"count": 0, "residents": None}
    return ratio_of(rural["count"], other["count"], rural["residents"], other["residents"])
