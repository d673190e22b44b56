"""A town's page: one sentence, a map, what stands out, every area in a table."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from geo.errors import QuestionError, UnknownNameError
from geo.formats import Record
from geo.period import month_words
from geo.query import Question
from geo.recorders import first_recorded
from layers.layer import Rates
from layers.legend import MARKS, Legend, none_marked
from layers.metadata import caveats, recording_breaks, sources
from layers.registry import find_layer
from service import words
from service.maps import build_map, map_config
from service.pages.changed import changed_facts, changed_view
from service.pages.choices import rate_choices
from service.pages.compared import (
    alone,
    change_facts,
    change_sentence,
    set_against,
    since,
    usual_months,
)
from service.pages.controls import NOTHING, controls
from service.pages.frame import address, beside, frame, said
from service.pages.map_source import areas_of
from service.pages.month_chart import month_charts
from service.pages.nearby import nearby_names
from service.pages.places import places_facts, places_view
from service.pages.render import render_page
from service.pages.still import still_map
from service.pages.town_ways import town_downloads, town_layers, town_map, town_maps
from service.pages.trend import span_of, trend, trend_finding, trend_heading
from service.pages.week import week_facts, week_view
from service.site import Site


def town_question(
    site: Site,
    town: str,
    theme: str | None = None,
    months: str | None = None,
    *,
    source: str | None = None,
    compare: str | None = None,
) -> Question:
    """The question of a town's page, with the earlier months it is set against.

    Raises UnknownNameError for an unknown town, QuestionError where no area of it is asked about.
    """
    known = site.dataset.town_shapes.position
    if town not in known:
        there = f"there are {', '.join(known)}" if known else f"{site.dataset.area} has none here"
        raise UnknownNameError(f"There is no town '{town}'; {there}.")
    if theme is None:
        theme = first_recorded(site.dataset, "asb", "crime")
    question = Question.ask(site.dataset, theme, months, town=town, source=source, compare=compare)
    if not question.shown(site.dataset).any():
        name = site.dataset.town_name(town)
        raise QuestionError(
            f"The theme {theme} is about {question.place} areas, and {name} has none."
        )
    return question


def town_facts(site: Site, question: Question) -> dict[str, Any]:
    """The figures of a town's page, for programs."""
    return _facts(site, question, trend(site.dataset, alone(question))[0])


def _facts(site: Site, asked: Question, months: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of a town's page, of which the months are worked out already."""
    dataset, question = site.dataset, alone(asked)
    town = site.computed.answer(find_layer("towns"), question)[1][0]
    answer, rows = site.computed.answer(find_layer("hotspots"), question)
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
        "headline": _headline(site, asked, town).striptags(),
        "change": change_facts(dataset, asked),
        "side_by_side": beside(site, question),
        "caveats": caveats(dataset, question, since=since(dataset, asked)),
        "months": months,
        "months_finding": trend_finding(months),
        "week": week_facts(dataset, question),
        "changes": changed_facts(site, asked, "short_name"),
        "places": places_facts(site, question),
        "areas": sorted(areas, key=lambda row: (-row["count"], row["lsoa_code"])),
    }


def _marked(breaks: Mapping[int, str]) -> str:
    """What the lines of a chart mark, for those who do not see them."""
    if not breaks:
        return ""
    return f"; recording changed in {', '.join(map(month_words, breaks))}"


def _headline(site: Site, question: Question, town: Record) -> Markup:
    where = f"in {town['town']}"
    first = words.recorded(site.dataset, question.theme, town["count"], where, question)
    return first + Markup(" ") + change_sentence(site.dataset, question)


def town_page(
    site: Site, asked: Question, rates: Rates | None = None, *, left: Mapping[str, str] = NOTHING
) -> bytes:
    """The whole page, its map coloured by the rates wanted. `left`: choices it is without."""
    layer, question = find_layer("hotspots"), alone(asked)
    drawing = layer.drawn(site.dataset, rates)
    months, usual = trend(site.dataset, question)
    facts = _facts(site, asked, months)
    county = question.everywhere()
    answer, everywhere = site.computed.answer(layer, county)
    inside = site.computed.answer(layer, question)[1]
    legend = Legend.of(drawing, everywhere)
    config = map_config(
        site.dataset,
        layer,
        areas_of(site.dataset, layer, question, drawing, count=len(everywhere)),
        legend.classes,
        drawing,
        town=facts["town"],
        noun=question.theme.noun,
        layers=town_layers(site, asked),
        near=nearby_names(site.dataset, facts["town_id"]),
    )
    name = facts["town"]
    still = still_map(
        answer.outlines, everywhere, legend, inside=lambda row: bool(row["town"] == name)
    )
    path = f"/towns/{facts['town_id']}"
    rest = [row for row in facts["areas"] if row["hotspot_class"] not in MARKS]
    span = span_of(site.dataset, question)
    breaks = recording_breaks(site.dataset, question, span)
    return render_page(
        "town.html",
        **frame(site, "towns", question),
        **said(site, question, since=since(site.dataset, asked)),
        drawing=drawing,
        facts=facts,
        headline=_headline(site, asked, site.computed.answer(find_layer("towns"), question)[1][0]),
        stands_out=[row for row in facts["areas"] if row["hotspot_class"] in MARKS],
        none_marked=none_marked(
            facts["areas"],
            f"No area of {facts['town']} stands far above the {site.dataset.area} rate.",
        ),
        others={"areas": len(rest), "count": sum(row["count"] for row in rest)},
        legend=legend,
        sets=(inside, everywhere),
        set_names=(facts["town"], site.dataset.area),
        controls=controls(
            site,
            asked,
            path,
            compares=True,
            usual=usual_months(site.dataset, asked),
            rates=rate_choices(site.dataset, layer, drawing),
            left=left,
        ),
        charts=month_charts(
            span,
            [month["count"] for month in months],
            question.period,
            f"{question.theme.noun.capitalize()} a month, {span.words()}{_marked(breaks)}",
            hollow=facts["illustrative"],
            breaks=breaks,
            usual=usual,
        ),
        all_chosen=question.period.contains(span),
        breaks=breaks,
        break_months=[month_words(month) for month in breaks],
        months=months,
        months_heading=trend_heading(months, facts["town"]),
        week=week_view(site.dataset, question),
        changed=changed_view(site.dataset, asked, facts["changes"], hollow=facts["illustrative"]),
        changed_map=town_map("change", site, set_against(site.dataset, asked)),
        places=places_view(facts["places"]),
        more=town_maps(site, question),
        briefing=address(f"{path}/briefing", site.dataset, asked),
        downloads=town_downloads(site, asked),
        map=build_map(config, still),
    )
