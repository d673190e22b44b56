"""The deprivation page: the rate by national decile, its slope, and what town centres do to it."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from geo.profiles import DeprivationProfile, deprivation_profile
from geo.query import Question
from layers.metadata import caveats, sources
from layers.registry import find_layer
from service import words
from service.pages.controls import NOTHING, controls
from service.pages.frame import address, beside, bold_first, frame, said
from service.pages.profile_words import decile_charts, slope_short, slope_words
from service.pages.render import render_page
from service.site import Site


def deprivation_facts(site: Site, question: Question) -> dict[str, Any]:
    """The figures of the deprivation page, for the page and for programs.

    Raises UnknownNameError where the dataset has no decile.
    """
    dataset = site.dataset
    profile = deprivation_profile(dataset, question)
    of_layer = find_layer("deprivation").caveats
    return {
        "theme": question.theme.name,
        "period": question.period.iso(),
        "place": question.place,
        **sources(dataset, question),
        "denominator": dataset.denominator,
        "caveats": [*caveats(dataset, question), *of_layer, profile.limits],
        "profile": profile,
    }


def deprivation_page(site: Site, question: Question, *, left: Mapping[str, str] = NOTHING) -> bytes:
    """The whole page. `left`: choices it is without."""
    dataset = site.dataset
    facts = deprivation_facts(site, question)
    profile: DeprivationProfile = facts["profile"]
    items = "/collections/deprivation/items"
    return render_page(
        "deprivation.html",
        **frame(site, "deprivation", question),
        **said(site, question) | {"caveats": [bold_first(text) for text in facts["caveats"]]},
        facts=facts,
        question=question,
        profile=profile,
        headline=_headline(site, question, profile),
        centres=_centres(site, question, profile),
        charts=decile_charts(profile.index, question, facts["illustrative"]),
        domains=[(gradient, slope_short(gradient.slope)) for gradient in profile.domains],
        controls=controls(site, question, "/deprivation", left=left),
        beside=beside(site, question),
        see=address(items, dataset, question, f="html"),
        downloads={
            name: address(items, dataset, question, f=name.lower()) for name in ("GeoJSON", "CSV")
        },
    )


def _headline(site: Site, question: Question, profile: DeprivationProfile) -> Markup:
    where = f"in {'rural ' if question.place == 'rural' else ''}{site.dataset.area}"
    total = sum(row.rate.count for row in profile.index.deciles) + profile.index.left_out_count
    first = words.recorded(site.dataset, question.theme, total, where, question)
    return first + " " + slope_words(profile.index.slope, "The rate")


def _centres(site: Site, question: Question, profile: DeprivationProfile) -> Markup:
    """What the town centres hold, and what the slope is without them."""
    found = profile.town_centres
    if found.without is None:
        return Markup("{}").format(found.why)
    one = found.areas == 1
    said_of = "area that holds a town’s centre point has" if one else (  # noqa: RUF001
        "areas that hold a town’s centre point have"  # noqa: RUF001
    )  # fmt: skip
    first = Markup("The {} {} <b>{}</b> of the {}").format(
        "one" if one else words.number(found.areas),
        said_of,
        words.percent(found.share.share, 1),
        question.theme.noun,
    )
    if found.residents is not None and found.residents.share is not None:
        first += f" and {words.percent(found.residents.share, 1)} of the residents"
    return first + ". " + slope_words(found.without.slope, "Without them, the rate")
