"""The places of a town that most incidents stand on, and what they hold together."""

from typing import Any

from geo.counted import counted
from geo.offences import NEVER_MAPPED
from geo.period import NUMBER_WORDS
from geo.query import Question
from layers import map_points
from layers.registry import find_layer
from service.site import Site
from service.words import LEAST_BASE, number

MOST = 6
NEAR = "On or near "
HEADING = "The places with most"


def places_facts(site: Site, question: Question) -> dict[str, Any]:
    """The places with most incidents in the areas shown, as the layer `map-points` has them.

    `most` have a name, the LSOA and its name, a count and the share of this and all before it, None
    on a small base. `places_with_half`: how few hold half. `without_place`: incidents on none.
    `reason` says why there are no places; then there is nothing else.
    """
    reason = _why_none(site, question)
    if reason is not None:
        return {"reason": reason}
    answer, rows = site.computed.answer(find_layer("map-points"), question)
    facts, lsoas = answer.facts, site.dataset.lsoas
    areas = dict(zip(lsoas["lsoa_code"], lsoas["short_name"], strict=True))
    if not rows:
        return {"reason": f"There are no {question.theme.noun} to place."}
    told = facts["on_points"] >= LEAST_BASE
    return {
        "reason": None,
        "finding": _finding(facts, question.theme.noun) if told else None,
        "on_places": facts["on_points"],
        "places": facts["points"],
        "places_with_half": facts["points_with_half"],
        "without_place": facts["without_point"],
        "most": [
            {
                "name": row["name"],
                "lsoa_code": row["lsoa_code"],
                "area": areas[row["lsoa_code"]],
                "count": row["count"],
                "cumulative_share": row["cumulative_share"] if told else None,
            }
            for row in rows[:MOST]
        ],
    }


def _why_none(site: Site, question: Question) -> str | None:
    if question.theme.offences <= NEVER_MAPPED:
        return f"{question.theme.title} are never mapped below the town."
    return map_points.LAYER.absent(site.dataset)


def _finding(facts: dict[str, Any], noun: str) -> str:
    if facts["points"] == 1:
        return f"All {counted(facts['on_points'], noun)} stand on one place"
    half = facts["points_with_half"]
    verb = "holds" if half == 1 else "hold"
    return f"{number(half)} of {counted(facts['points'], 'places')} {verb} half the {noun}"


def places_view(facts: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of them: `facts`, and names without what all of them begin with."""
    if facts["reason"] is not None:
        return {"facts": facts, "heading": HEADING}
    names = [row["name"] for row in facts["most"]]
    near = all(name.startswith(NEAR) for name in names)
    return {
        "facts": facts,
        "heading": facts["finding"] or HEADING,
        "lead": f"The {NUMBER_WORDS[len(names) - 1]} places" if len(names) > 1 else "The place",
        "head": NEAR.strip() if near else "Place",
        "names": [name.removeprefix(NEAR) if near else name for name in names],
    }
