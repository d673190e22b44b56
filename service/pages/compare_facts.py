"""The figures of the page that sets the area beside others: one document for all formats."""

from typing import Any

from starlette.datastructures import QueryParams

from geo.comparators import AreaRate, Beside, areas_beside
from geo.dataset import Dataset
from geo.formats import Record
from geo.measures.hotspots import LEAST_AREAS
from geo.profiles.figures import HIGHER, LOWER, Figure
from geo.strategy.comparators import comparisons
from layers.metadata import ILLUSTRATIVE, attribution, caveats
from service.site import Site

FORCES = (
    "Forces record differently, and crime comes in runs: likely ranges allow for chance alone, so "
    "they are too narrow rather than too wide."
)
ALLOWED = (
    "A difference is called clear where the false discovery rate over all areas compared is at "
    "most 0.05."
)
DIFFERENT = {
    "denominator": "Residents are not counted alike: the areas divide by {}.",
    "source": "Not recorded by the same: the areas count {}.",
}
MARKS_DIFFER = (
    "Not counted alike: some sources mark these incidents, and for others other offences stand."
)
NOT_CLEAR = "no clear difference"
COLUMNS = (
    "area", "count", "residents", "rate", "rate_lower", "rate_upper", "ratio", "ratio_lower",
    "ratio_upper", "q", "verdict", "funnel", "why", "source", "denominator", "illustrative",
    "dataset_id",
)  # fmt: skip


def compare_asked(site: Site, query: QueryParams) -> Beside:
    """What a request asks of the area and those beside it. Raises QuestionError."""
    asked = (query.get(name) for name in ("theme", "datetime", "source"))
    return areas_beside(site.datasets, *asked)


def compare_facts(site: Site, beside: Beside) -> dict[str, Any]:
    """The rate of each area, its ratio to the first with a verdict, and the funnel of all."""
    areas = [_area(*each) for each in zip(site.datasets, beside.areas, strict=True)]
    question = beside.question
    asked = [(area.question, d) for area, d in zip(beside.areas, site.datasets, strict=True)]
    marked = {one.marked(dataset) for one, dataset in asked if one is not None}
    return {
        "theme": question.theme.name,
        "theme_title": question.theme.title,
        "period": question.period.iso(),
        "months_shared": beside.shared.iso(),
        "areas": areas,
        "funnel": {
            "overall_rate": beside.overall,
            "overdispersion_phi": beside.phi,
            "why": _no_funnel(areas) if beside.phi is None else None,
        },
        "illustrative": any(area["illustrative"] for area in areas if area["count"] is not None),
        "caveats": _caveats(areas, caveats(site.dataset, question), marked),
        "neighbours_printed": "/strategy" if _prints_neighbours(site) else None,
    }


def _area(dataset: Dataset, area: AreaRate) -> Record:
    rate, ratio, q = Figure.of(area.rate), Figure.of(area.ratio), area.q
    asked = area.question
    return {
        "area": area.area,
        "count": area.count,
        "residents": area.residents,
        "rate": rate.value,
        "rate_lower": rate.lower,
        "rate_upper": rate.upper,
        "ratio": ratio.value,
        "ratio_lower": ratio.lower,
        "ratio_upper": ratio.upper,
        "q": None if area.clear is None else q,
        "verdict": _verdict(area),
        "funnel": area.funnel,
        "why": area.why,
        "source": area.source,
        "denominator": dataset.denominator,
        "illustrative": area.illustrative,
        "caveats": caveats(dataset, asked) if asked else [],
        "attribution": attribution(dataset, asked.sources if asked else None),
        "dataset_id": dataset.id,
    }


def _no_funnel(areas: list[Record]) -> str:
    rated = sum(area["rate"] is not None for area in areas)
    are = "is one" if rated == 1 else f"are {rated or 'none'}"
    return f"A funnel plot needs at least {LEAST_AREAS} areas with a rate; here there {are}."


def _verdict(area: AreaRate) -> str | None:
    """How its rate is to the first area's; None where nothing is compared."""
    if area.clear is None:
        return None
    if not area.clear:
        return NOT_CLEAR
    return HIGHER if area.ratio.value > 1 else LOWER


def _caveats(areas: list[Record], own: list[str], marked: set[bool]) -> list[str]:
    """Those of comparing, those of the area itself, and those that others alone have, by name."""
    told = [MARKS_DIFFER] if len(marked) > 1 else []
    for name, words in DIFFERENT.items():
        found = dict.fromkeys(area[name] for area in areas if area["rate"] is not None)
        if len(found) > 1:
            told.append(words.format(" or ".join(found)))
    if len(areas) > 1:
        told += [FORCES, ALLOWED]
    alone = [
        f"{area['area']}: {words}"
        for area in areas[1:]
        for words in area["caveats"]
        if words not in own
    ]
    return sorted([*told, *own, *dict.fromkeys(alone)], key=lambda text: ILLUSTRATIVE not in text)


def _prints_neighbours(site: Site) -> bool:
    return site.strategy is not None and bool(comparisons(site.dataset, site.strategy))
