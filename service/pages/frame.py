"""What every page has: the partnership, the source strip, the caveats, the attribution."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from geo.dataset import Dataset
from geo.held import Held
from geo.incidents.table import POLICE_STREET, Source
from geo.period import Period
from geo.query import Question
from geo.recorders import months_of, names_of, source_asked
from layers.layer import Layer
from layers.metadata import attribution, caveats, licence_of, sources
from service.site import Site
from service.words import side_by_side

VINTAGES = {"common": "2011 and 2021 in common"}


def frame(
    site: Site, active: str | None = None, question: Question | None = None
) -> dict[str, Any]:
    """The values that the base template needs; of the sources of one question, or of all."""
    dataset = site.dataset
    everyone = tuple(range(len(dataset.sources)))
    counted = question.sources if question else everyone
    vintage = str(dataset.manifest["area"]["vintage"])
    return {
        "site": {
            "area": dataset.area,
            "partnership": dataset.partnership,
            "illustrative": any(dataset.sources[s].illustrative for s in counted),
            "source": names_of(dataset, counted),
            "counted": [_recorded(dataset.held[s]) for s in counted],
            "others": [_recorded(dataset.held[s]) for s in everyone if s not in counted],
            "period": months_of(dataset, counted).words(),
            "attribution": attribution(dataset, counted),
            "licence": licence_of(dataset),
            "vintage": VINTAGES.get(vintage, vintage),
            "streets": any(s.sensitivity == "open" and not s.illustrative for s in dataset.sources),
            "towns": bool(len(dataset.towns)),
            "rural": bool(dataset.rural.any()),
            "strategy": site.strategy is not None,
            "business": "business-crime" in site.themes,
            "deprivation": "deprivation" in site.layers,
            "role": site.role,
            "uploads": site.uploads,
            "restricted": site.role if site.holds_partner_records else None,
            "tiles": site.tiles,
            "postcodes": site.finds_postcodes,
            "sought": _sought(dataset, question) if question else {},
        },
        "active": active,
    }


def _sought(dataset: Dataset, question: Question) -> dict[str, str]:
    """What a search takes with it to another town: the months, and a theme that any town has."""
    if question.theme.rural_only:
        return {"datetime": question.period.iso()}
    plain = replace(question, compare=None, place=None)
    return dict(parse_qsl(address("", dataset, plain)[1:]))


def _recorded(held: Held) -> dict[str, str]:
    """What the strip says of one source."""
    source = held.source
    drawn = source.illustrative
    return {
        "who": "Illustrative incidents" if drawn else f"Recorded by {recorded_by(source)}",
        "name": held.source.name,
        "period": held.period.words(),
    }


def recorded_by(source: Source) -> str:
    """Who recorded the incidents: police, partners or others; nobody where they are drawn."""
    if source.illustrative:
        return "nobody"
    if source.id == POLICE_STREET.id:
        return "police"
    return "partners" if source.sensitivity == "partner" else "others"


def said(
    site: Site, question: Question, layer: Layer | None = None, since: Period | None = None
) -> dict[str, Any]:
    """What stands beside the figures of one question: its months, denominator and caveats.

    Of one layer, if a page is about one. `since`: the earliest months it looks back to, if any.
    """
    if since is None and layer is not None and layer.since is not None:
        since = layer.since(question)
    return {
        "theme": question.theme,
        "period": question.period,
        "denominator": site.dataset.denominator,
        "query": address("", site.dataset, question)[1:],
        "caveats": [bold_first(text) for text in caveats(site.dataset, question, layer, since)],
    }


def beside(site: Site, question: Question) -> str:
    """What each source that records the theme has, in one sentence, where there are several."""
    told = sources(site.dataset, question)
    totals = {
        total["id"]: total for name in ("sources", "also_recorded_by") for total in told[name]
    }
    in_order = [totals[source.id] for source in site.dataset.sources if source.id in totals]
    return side_by_side(question, in_order)


def bold_first(text: str) -> tuple[str, str]:
    """The first sentence or clause, which is set in bold, and the rest."""
    ends = [place for mark in (": ", ". ") if (place := text.find(mark)) >= 0]
    cut = min(ends) + 1 if ends else 0
    return text[:cut], text[cut:]


def address(path: str, dataset: Dataset, question: Question, **more: str) -> str:
    """An address that asks a question."""
    query = {"theme": question.theme.name, "datetime": question.period.iso(), **more}
    if question.compare:
        query["compare"] = question.compare.iso()
    if source := source_asked(dataset, question.theme, question.sources):
        query["source"] = source
    if question.place and not question.theme.rural_only:
        query["place"] = question.place
    return f"{path}?{urlencode(query, safe='/')}"
