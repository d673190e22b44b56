"""A town's page: one sentence, a map, what stands out, every area in a table."""

from typing import Any

import numpy as np
from markupsafe import Markup

from geo.errors import QuestionError, UnknownNameError
from geo.formats import Record
from geo.period import month_words
from geo.query import Question, first_recorded
from layers.metadata import caveats
from layers.registry import find_layer
from service import words
from service.maps import build_map, map_config
from service.pages.charts import month_charts
from service.pages.compare import year_before
from service.pages.frame import address, frame, period_choices, said, theme_choices
from service.pages.legend import MARKS, Legend
from service.pages.render import render_page
from service.site import Site


def town_question(site: Site, town: str, theme: str | None, months: str | None) -> Question:
    """The question of a town's page.

    Raises UnknownNameError for an unknown town, QuestionError where no area of it is asked about.
    """
    known = site.dataset.town_shapes.position
    if town not in known:
        raise UnknownNameError(f"There is no town '{town}'; there are {', '.join(known)}.")
    if theme is None:
        theme = first_recorded(site.dataset, "asb", "crime")
    question = Question.ask(site.dataset, theme, months, town=town)
    if not question.shown(site.dataset).any():
        name = site.dataset.town_name(town)
        raise QuestionError(
            f"The theme {theme} is about {question.place} areas, and {name} has none."
        )
    return question


def town_facts(site: Site, question: Question) -> dict[str, Any]:
    """The figures of a town's page, for the page and for programs."""
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
        "source": dataset.source.name,
        "denominator": dataset.denominator,
        **{name: town[name] for name in ("count", "residents", "rate", "rate_lower", "rate_upper")},
        "headline": _headline(site, question, town).striptags(),
        "caveats": caveats(dataset, question),
        "areas": sorted(areas, key=lambda row: (-row["count"], row["lsoa_code"])),
    }


def _headline(site: Site, question: Question, town: Record) -> Markup:
    theme = question.theme
    first = words.recorded(site.dataset, theme, town["count"], f"in {town['town']}", question)
    inside = np.where(question.shown(site.dataset), 0, -1)
    against = year_before(site.dataset, question, inside, 1)
    if against is None:
        return first + " These files hold no whole year before to compare with."
    before, clear = int(against.before[0]), bool(against.clear[0])
    change = words.changed(theme, before, against.change, clear, "a year before")
    return first + " " + change


def town_page(site: Site, question: Question) -> bytes:
    """The whole page."""
    layer = find_layer("hotspots")
    facts = town_facts(site, question)
    county = Question(question.theme, question.period, question.place)
    everywhere, inside = (site.answer(layer, asked)[1] for asked in (county, question))
    legend = Legend.of(layer.drawing, everywhere)
    config = map_config(
        site.dataset,
        layer,
        address("/collections/hotspots/items", county, limit="10000", f="geojson"),
        legend.classes,
        town=facts["town"],
        noun=question.theme.noun,
    )
    rest = [row for row in facts["areas"] if row["hotspot_class"] not in MARKS]
    months = _by_month(site, question)
    return render_page(
        "town.html",
        **frame(site, "towns"),
        **said(site, question),
        facts=facts,
        headline=_headline(site, question, site.answer(find_layer("towns"), question)[1][0]),
        stands_out=[row for row in facts["areas"] if row["hotspot_class"] in MARKS],
        others={"areas": len(rest), "count": sum(row["count"] for row in rest)},
        legend=legend,
        sets=(inside, everywhere),
        set_names=(facts["town"], site.dataset.area),
        themes=theme_choices(site, question.theme),
        periods=period_choices(site.dataset.period, question.period),
        charts=month_charts(
            site.dataset.period,
            [count for _, count in months],
            question.period,
            f"{question.theme.noun.capitalize()} a month, {site.dataset.period.words()}",
            hollow=site.dataset.source.illustrative,
        ),
        months=months,
        downloads=_downloads(question),
        map=build_map(config),
    )


def _downloads(question: Question) -> dict[str, str]:
    return {
        title: address(
            "/collections/hotspots/items", question, town=question.town or "", f=title.lower()
        )
        for title in ("GeoJSON", "CSV")
    }


def _by_month(site: Site, question: Question) -> list[tuple[str, int | None]]:
    """Every month of the dataset and its count; None where no file holds the month."""
    held = site.dataset.period
    everything = Question(question.theme, held, question.place, question.town)
    shown = everything.shown(site.dataset)
    counts = everything.counts_by_month(site.dataset)[:, shown].sum(axis=1).tolist()
    missing = site.dataset.months_missing
    return [
        (month_words(month), None if month in missing else count)
        for month, count in zip(held.months(), counts, strict=True)
    ]
