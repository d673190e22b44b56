"""A town's page: one sentence, a map, what stands out, every area in a table."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from markupsafe import Markup

from geo.errors import QuestionError, UnknownNameError
from geo.formats import Record
from geo.period import Period, month_words
from geo.query import Question
from geo.recorders import first_recorded
from layers.comparison import compare_groups, why_not
from layers.layer import Layer, Rates
from layers.metadata import caveats, recording_breaks, sources
from layers.registry import find_layer
from service import words
from service.maps import build_map, map_config
from service.pages.charts import month_charts
from service.pages.frame import (
    address,
    beside,
    frame,
    period_choices,
    rates_form,
    said,
    source_form,
    theme_choices,
)
from service.pages.legend import MARKS, Legend, none_marked
from service.pages.render import render_page
from service.pages.trend import span_of, trend, trend_finding
from service.pages.week import week_facts, week_view
from service.site import Site


def town_question(
    site: Site,
    town: str,
    theme: str | None = None,
    months: str | None = None,
    source: str | None = None,
) -> Question:
    """The question of a town's page.

    Raises UnknownNameError for an unknown town, QuestionError where no area of it is asked about.
    """
    known = site.dataset.town_shapes.position
    if town not in known:
        there = f"there are {', '.join(known)}" if known else f"{site.dataset.area} has none here"
        raise UnknownNameError(f"There is no town '{town}'; {there}.")
    if theme is None:
        theme = first_recorded(site.dataset, "asb", "crime")
    question = Question.ask(site.dataset, theme, months, town=town, source=source)
    if not question.shown(site.dataset).any():
        name = site.dataset.town_name(town)
        raise QuestionError(
            f"The theme {theme} is about {question.place} areas, and {name} has none."
        )
    return question


def town_facts(site: Site, question: Question) -> dict[str, Any]:
    """The figures of a town's page, for programs."""
    return _facts(site, question, trend(site.dataset, question)[0])


def _facts(site: Site, question: Question, months: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of a town's page, of which the months are worked out already."""
    dataset = site.dataset
    town = site.answer(find_layer("towns"), question)[1][0]
    answer, rows = site.answer(find_layer("hotspots"), question)
    short = dataset.lsoas["short_name"].to_numpy()[answer.position]
    areas = [
        {
            **row,
            "short_name": name,
            "town_share": row["count"] / town["count"]
            if town["count"] >= words.LEAST_BASE
            else None,
        }
        for row, name in zip(rows, short, strict=True)
    ]
    return {
        **{name: town[name] for name in ("town", "town_id", "theme", "period", "illustrative")},
        **sources(dataset, question),
        "denominator": dataset.denominator,
        **{name: town[name] for name in ("count", "residents", "rate", "rate_lower", "rate_upper")},
        "headline": _headline(site, question, town).striptags(),
        "side_by_side": beside(site, question),
        "caveats": caveats(dataset, question, since=_since(site, question)),
        "months": months,
        "months_finding": trend_finding(months),
        "week": week_facts(dataset, question),
        "areas": sorted(areas, key=lambda row: (-row["count"], row["lsoa_code"])),
    }


def _since(site: Site, question: Question) -> Period | None:
    """The earlier months the headline looks back to; None where it tells no change."""
    return None if why_not(site.dataset, question) else question.before().period


def _marked(breaks: Mapping[int, str]) -> str:
    """What the lines of a chart mark, for those who do not see them."""
    if not breaks:
        return ""
    return f"; recording changed in {', '.join(map(month_words, breaks))}"


def _headline(site: Site, question: Question, town: Record) -> Markup:
    theme = question.theme
    first = words.recorded(site.dataset, theme, town["count"], f"in {town['town']}", question)
    inside = np.where(question.shown(site.dataset), 0, -1)
    against = compare_groups(site.dataset, question, inside, 1)
    if against is None:
        return first + f" {why_not(site.dataset, question)}"
    before, clear = int(against.before.count[0]), bool(against.clear[0])
    change = words.changed(theme, before, against.change, clear, words.years_before(question))
    return first + " " + change


def town_page(site: Site, question: Question, rates: Rates | None = None) -> bytes:
    """The whole page, its map coloured by the rates wanted."""
    layer = find_layer("hotspots")
    form = rates_form(site.dataset, layer, rates)
    months, usual = trend(site.dataset, question)
    facts = _facts(site, question, months)
    county = question.everywhere()
    everywhere, inside = (site.answer(layer, asked)[1] for asked in (county, question))
    legend = Legend.of(form["drawing"], everywhere)
    config = map_config(
        site.dataset,
        layer,
        address("/collections/hotspots/items", site.dataset, county, limit="10000", f="geojson"),
        legend.classes,
        form["drawing"],
        town=facts["town"],
        noun=question.theme.noun,
        layers=_over_the_areas(site, question),
    )
    rest = [row for row in facts["areas"] if row["hotspot_class"] not in MARKS]
    span = span_of(site.dataset, question)
    breaks = recording_breaks(site.dataset, question, span)
    return render_page(
        "town.html",
        **frame(site, "towns", question),
        **said(site, question, since=_since(site, question)),
        **form,
        facts=facts,
        headline=_headline(site, question, site.answer(find_layer("towns"), question)[1][0]),
        stands_out=[row for row in facts["areas"] if row["hotspot_class"] in MARKS],
        none_marked=none_marked(
            facts["areas"],
            f"No area of {facts['town']} stands far above the {site.dataset.area} rate.",
        ),
        others={"areas": len(rest), "count": sum(row["count"] for row in rest)},
        legend=legend,
        sets=(inside, everywhere),
        set_names=(facts["town"], site.dataset.area),
        themes=theme_choices(site, question.theme),
        periods=period_choices(site.dataset, question),
        sources=source_form(site, question),
        charts=month_charts(
            span,
            [month["count"] for month in months],
            question.period,
            f"{question.theme.noun.capitalize()} a month, {span.words()}{_marked(breaks)}",
            hollow=facts["illustrative"],
            breaks=breaks,
            usual=usual,
        ),
        breaks=breaks,
        break_months=[month_words(month) for month in breaks],
        months=months,
        week=week_view(site.dataset, question),
        more=_more(site, question),
        downloads=_downloads(site, question),
        map=build_map(config),
    )


def _over_the_areas(site: Site, question: Question) -> dict[str, dict[str, str]]:
    """What the town's map can show beside its areas: where it is, and words for its legend."""
    told = {"places": ("map-points", "")}
    if why_not(site.dataset, question) is None:
        earlier, now = question.before().period.words(), question.period.words()
        told["change"] = ("change", f"Change of the count: {now} against {earlier}")
    town = question.town or ""
    return {
        name: {
            "url": address(
                f"/collections/{layer}/items", site.dataset, question, town=town,
                limit="10000", f="geojson",
            ),
            "words": words,
        }
        for name, (layer, words) in told.items()
        if layer in site.layers and _answers(site.layers[layer], question)
    }  # fmt: skip


def _more(site: Site, question: Question) -> dict[str, str]:
    """Further maps of the town, by what they show; those that the theme can be asked of."""
    town = question.town or ""
    said = {
        "map-points": "the places with most",
        "density": "density",
        "change": "change on the year before",
        "persistence": "how long areas stay hot spots",
    }
    return {
        text: address(f"/collections/{name}/items", site.dataset, question, town=town, f="html")
        for name, text in said.items()
        if name in site.layers and _answers(site.layers[name], question)
    }


def _answers(layer: Layer, question: Question) -> bool:
    try:
        layer.check(question)
    except QuestionError:
        return False
    return True


def _downloads(site: Site, question: Question) -> dict[str, str]:
    items, town = "/collections/hotspots/items", question.town or ""
    return {
        title: address(items, site.dataset, question, town=town, f=title.lower())
        for title in ("GeoJSON", "CSV")
    }
