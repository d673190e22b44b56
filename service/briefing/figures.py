"""The figures of a briefing: those of the town's page, the layers' where only they are public."""

from collections.abc import Sequence
from typing import Any

from geo.formats import Record
from geo.offences import NEVER_MAPPED
from geo.query import Question
from layers.metadata import caveats, sources
from layers.registry import find_layer
from service import words
from service.pages.changed import changed_facts
from service.pages.compared import alone, since
from service.pages.frame import beside
from service.pages.town import town_facts
from service.site import Site

NOT_BELOW = "These records are shown for the town as a whole, never below it."
NOT_PUBLIC = "Not shown: of these records only counts of whole years are public."


def briefing_facts(site: Site, asked: Question) -> dict[str, Any]:
    """The figures as the town's page has them for programs.

    Of public tables there are no months, times and places, and no areas where the theme is shown
    by town alone; counts may be None, which is hidden.
    """
    public, question = asked.published(site.dataset), alone(asked)
    if public is None:
        return town_facts(site, asked)
    town = site.computed.answer(find_layer("towns"), question)[1][0]
    below = public.below_town(question.theme)
    said = words.recorded(
        site.dataset, question.theme, town["count"], f"in {town['town']}", question
    )
    return {
        **town,
        **sources(site.dataset, question),
        "denominator": site.dataset.denominator,
        "headline": said.striptags(),
        "side_by_side": beside(site, question),
        "caveats": caveats(site.dataset, question, since=since(site.dataset, asked)),
        "months": [],
        "months_finding": NOT_PUBLIC,
        "week": {"reason": NOT_PUBLIC},
        "changes": changed_facts(site, asked, "short_name") if below else {"reason": NOT_BELOW},
        "places": {"reason": NOT_PUBLIC},
        "areas": _areas(site, question, town["count"]) if below else [],
    }


def _areas(site: Site, question: Question, whole: int | None) -> list[Record]:
    """The areas of the town, most incidents first, those that are hidden last."""
    answer, rows = site.computed.answer(find_layer("hotspots"), question)
    short = site.dataset.lsoas["short_name"].to_numpy()[answer.position]
    named = [
        {**row, "short_name": name, "town_share": _share(row["count"], whole)}
        for row, name in zip(rows, short, strict=True)
    ]
    return sorted(named, key=lambda row: (row["count"] is None, -(row["count"] or 0)))


def _share(count: int | None, whole: int | None) -> float | None:
    return None if count is None or not whole or whole < words.LEAST_BASE else count / whole


def mapped_places(site: Site, question: Question) -> list[Record]:
    """The places to draw on the map; none where they cannot be told."""
    if "map-points" not in site.layers or question.theme.offences <= NEVER_MAPPED:
        return []
    return site.computed.answer(site.layers["map-points"], question)[1]


def together(rows: Sequence[Record]) -> str:
    """What some areas have together; hidden where one of them is."""
    counts = [row["count"] for row in rows]
    return words.number(None if None in counts else sum(counts))
