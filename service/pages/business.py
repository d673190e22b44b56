"""The business page: how much, where, when, and what cannot be told."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from geo.errors import UnknownNameError
from geo.profiles import BusinessProfile, business_profile
from geo.profiles.business import BUSINESS
from geo.query import Question
from layers.layer import Rates
from layers.legend import Legend
from layers.metadata import caveats, sources
from layers.registry import find_layer
from service import words
from service.maps import build_map, map_config
from service.pages.choices import rate_choices
from service.pages.controls import NOTHING, controls
from service.pages.frame import address, beside, bold_first, frame, said
from service.pages.map_source import areas_of
from service.pages.month_chart import month_charts
from service.pages.profile_words import change_words, season_charts, season_words
from service.pages.render import render_page
from service.pages.still import still_map
from service.site import Site


def business_question(site: Site, months: str | None, source: str | None) -> Question:
    """The question of the business page. Raises UnknownNameError where no source can answer it."""
    if BUSINESS.name not in site.themes:
        why = "no source has a mark for it, and they do not record the offences that stand for it"
        if site.dataset.published:
            why = "no figure of it is public"
        raise UnknownNameError(f"There is no page of business crime here: {why}.")
    return Question.ask(site.dataset, BUSINESS.name, months, source=source)


def business_facts(site: Site, question: Question) -> dict[str, Any]:
    """The figures of the business page, for the page and for programs."""
    dataset = site.dataset
    profile = business_profile(dataset, question)
    told = [profile.redefined] if profile.redefined else []
    return {
        "theme": question.theme.name,
        "period": question.period.iso(),
        **sources(dataset, question),
        "denominator": dataset.denominator,
        "caveats": told + caveats(dataset, question),
        "profile": profile,
    }


def business_page(
    site: Site, question: Question, rates: Rates | None = None, *, left: Mapping[str, str] = NOTHING
) -> bytes:
    """The whole page, its map coloured by the rates wanted. `left`: choices it is without."""
    dataset, layer = site.dataset, find_layer("hotspots")
    drawing = layer.drawn(dataset, rates)
    facts = business_facts(site, question)
    profile: BusinessProfile = facts["profile"]
    answer, rows = site.computed.answer(layer, question)
    legend = Legend.of(drawing, rows)
    areas = areas_of(dataset, layer, question, drawing, count=len(rows))
    config = map_config(dataset, layer, areas, legend.classes, drawing, noun=question.theme.noun)
    season = profile.season
    return render_page(
        "business.html",
        **frame(site, "business", question),
        **said(site, question) | {"caveats": [bold_first(text) for text in facts["caveats"]]},
        drawing=drawing,
        facts=facts,
        profile=profile,
        rows={row["lsoa_code"]: row for row in rows},
        measures=(profile.flag, profile.proxy),
        headline=_headline(site, question, profile),
        before=words.earlier_months(question),
        change=change_words(profile.change),
        season=season_words(season, "crimes"),
        season_charts=season_charts(season, "crimes", facts["illustrative"])
        if season.uneven is not None
        else None,
        charts=month_charts(
            question.period,
            [month.count for month in profile.months],
            question.period,
            f"Business crimes a month, {question.period.words()}",
            hollow=facts["illustrative"],
        ),
        legend=legend,
        sets=(rows,),
        beside=beside(site, question),
        controls=controls(
            site,
            question,
            "/business",
            themes=(),
            rates=rate_choices(dataset, layer, drawing),
            left=left,
        ),
        downloads={
            name: address("/collections/hotspots/items", dataset, question, f=name.lower())
            for name in ("GeoJSON", "CSV")
        },
        map=build_map(config, still_map(answer.outlines, rows, legend)),
    )


def _headline(site: Site, question: Question, profile: BusinessProfile) -> Markup:
    leads = profile.flag if profile.by == "flag" else profile.proxy
    where = f"in {site.dataset.area}"
    first = words.recorded(site.dataset, question.theme, leads.count or 0, where, question)
    share, lifted = leads.share, leads.shoplifting
    if share is None or share.part < words.LEAST_BASE:
        return first
    first += Markup(" That is <b>{}</b> of all crime (likely {} to {}).").format(
        words.percent(share.share, 1), words.percent(share.lower, 1), words.percent(share.upper, 1)
    )
    if lifted is not None and lifted.share is not None:
        first += f" Shoplifting is {words.percent(lifted.share)} of it."
    return first
