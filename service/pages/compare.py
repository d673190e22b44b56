"""The page that sets the area beside others that were built the same way."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from geo.comparators import Beside
from geo.formats import Record, to_csv
from geo.profiles.figures import HIGHER, LOWER
from geo.slugs import slug
from service import words
from service.pages.compare_facts import COLUMNS, NOT_CLEAR, compare_facts
from service.pages.controls import NOTHING, controls
from service.pages.frame import address, bold_first, frame, said
from service.pages.funnel_chart import funnel_charts
from service.pages.rate_chart import rate_charts
from service.pages.render import render_page
from service.responses import Body
from service.site import Site

MOST_NAMED = 3


def compare_page(site: Site, beside: Beside, *, left: Mapping[str, str] = NOTHING) -> bytes:
    """The whole page. `left`: choices it is without."""
    dataset, question = site.dataset, beside.question
    facts = compare_facts(site, beside)
    areas = facts["areas"]
    rates = f"{question.theme.noun.capitalize()} per 1,000 residents, {question.period.words()}"
    return render_page(
        "compare.html",
        **frame(site, "compare", question),
        **said(site, question) | {"caveats": [bold_first(text) for text in facts["caveats"]]},
        facts=facts,
        areas=areas,
        times=[_times(area) for area in areas],
        held=[dataset.period.words() for dataset in site.datasets],
        headline=_headline(beside, areas),
        charts=rate_charts(areas, f"{rates}, with likely ranges"),
        funnel=_funnel(facts, f"{rates}, by residents"),
        hot_spots=address("/collections/hotspots/items", dataset, question, f="html"),
        controls=controls(site, question, "/compare", held=beside.shared, left=left),
        downloads={
            name: address("/compare", dataset, question, f=name.lower()) for name in ("CSV", "JSON")
        },
    )


def compare_csv(site: Site, beside: Beside) -> Body:
    """One row an area; theme, period and caveat stand in every row."""
    facts = compare_facts(site, beside)
    constants = {
        "theme": facts["theme"],
        "period": facts["period"],
        "caveat": facts["caveats"][0],
    }
    content = to_csv(facts["areas"], list(COLUMNS), constants)
    months = facts["period"].replace("/", "-to-")
    name = f"{slug(site.dataset.area)}-beside-others-{facts['theme']}-{months}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Body.of(content, "text/csv; charset=utf-8; header=present", headers)


def _headline(beside: Beside, areas: list[Record]) -> Markup:
    """The area's own rate, and which areas it is clearly above or below, in one sentence."""
    ours, *others = areas
    theme, when = beside.question.theme, beside.question.period.length_words()
    if ours["count"] is None:
        return Markup("{}: {}").format(ours["area"], ours["why"])
    if ours["rate"] is None:
        counted = words.incidents(theme, ours["count"])
        return Markup("{}: <b>{}</b> in {}. {}").format(ours["area"], counted, when, ours["why"])
    first = Markup("{} had <b>{} {} per 1,000 residents</b> in {}").format(
        ours["area"], words.rate(ours["rate"]), theme.noun, when
    )
    # An area with a clearly lower rate is one that ours is above.
    ways = ((LOWER, "clearly more than"), (HIGHER, "clearly fewer than"))
    told = [
        f"{way} {_named(named, len(others))}"
        for verdict, way in ways
        if (named := [area for area in others if area["verdict"] == verdict])
    ]
    if not others:
        return first + ". No other area is set beside it yet."
    if all(area["rate"] is None for area in others):
        return first + ". No other area here has a rate to set beside it."
    if told:
        first += f": {' and '.join(told)}"
    if same := [area for area in others if area["verdict"] == NOT_CLEAR]:
        first += f", with no clear difference from {_named(same, len(others))}"
    return first + "."


def _times(area: Record) -> str:
    """How many times the first area's rate it is, with its limits."""
    if area["ratio"] is None or area["ratio_upper"] is None:
        return "none"
    limits = words.between(area["ratio_lower"], area["ratio_upper"], 2)
    return f"{area['ratio']:.2f} times ({limits})"


def _named(areas: list[Record], of: int) -> str:
    """These areas by name, or how many they are where they are many."""
    if len(areas) > MOST_NAMED:
        return f"{len(areas)} of {of} other areas"
    names = [
        f"{area['area']} (illustrative)" if area["illustrative"] else area["area"] for area in areas
    ]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _funnel(facts: dict[str, Any], title: str) -> tuple[Markup, Markup] | None:
    """The funnel plot of the areas; None where there are too few."""
    if facts["funnel"]["why"]:
        return None
    overall, phi = facts["funnel"]["overall_rate"], facts["funnel"]["overdispersion_phi"]
    return funnel_charts(facts["areas"], overall, phi, title, by="funnel")
