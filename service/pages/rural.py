"""The rural page: the split, the three measures side by side, the map, the offences."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from geo.offences import RURAL_OFFENCES
from geo.profiles.figures import SAME
from geo.profiles.rural import RuralMeasure
from geo.query import Question
from layers.layer import Rates
from layers.legend import MARKS, NONE_FAR_ABOVE, Legend, none_marked
from layers.registry import find_layer
from service import words
from service.maps import build_map, map_config
from service.pages.changed import changed_view
from service.pages.choices import Choice, rate_choices, short_words, theme_choices
from service.pages.compared import alike, alone, halved, set_against, since, usual_months
from service.pages.controls import NOTHING, controls
from service.pages.frame import address, beside, frame, said
from service.pages.map_source import areas_of, ground_of
from service.pages.profile_words import (
    change_words,
    mix_words,
    offences_heading,
    ratio_cell,
    season_charts,
    season_heading,
    season_words,
)
from service.pages.ratio_chart import ratio_charts
from service.pages.render import render_page
from service.pages.rural_facts import rural_facts
from service.pages.rural_inset import rural_inset
from service.pages.rural_rail import rail_finding
from service.pages.rural_tables import by_kind, measures_by_kind
from service.pages.share_scale import share_scales
from service.pages.still import still_map
from service.pages.week import week_view
from service.parameters import DEFAULT_LIMIT
from service.site import Site

MARKED = ("rural-offences", "rural-flagged")


def rural_page(
    site: Site, asked: Question, rates: Rates | None = None, *, left: Mapping[str, str] = NOTHING
) -> bytes:
    """The whole page, its map coloured by the rates wanted. `left`: choices it is without."""
    question, compared = alone(asked), replace(asked, place="rural", town=None)
    dataset, layer = site.dataset, find_layer("hotspots")
    told = set_against(dataset, compared)
    drawing = layer.drawn(dataset, rates)
    facts = rural_facts(site, asked)
    judged = replace(question, place="rural", town=None)
    answer, rows = site.computed.answer(layer, judged)
    legend = Legend.of(drawing, rows)
    is_urban = dataset.place == "urban"
    hatched, urban_areas = dataset.lsoa_shapes.outlines[is_urban], int(is_urban.sum())
    urban = replace(judged, place="urban")
    context = ground_of(dataset, urban, len(dataset.lsoas))
    config = map_config(
        dataset,
        layer,
        areas_of(dataset, layer, judged, drawing, count=len(rows)),
        legend.classes,
        drawing,
        context=context if urban_areas else None,
        noun=question.theme.noun,
    )
    ranked = sorted(rows, key=lambda row: (-row["count"], row["lsoa_code"]))
    return render_page(
        "rural.html",
        **frame(site, "rural", judged),
        **said(site, judged, since=since(dataset, compared)),
        drawing=drawing,
        facts=facts,
        measures=[_told(measure, alike(dataset, compared)) for measure in facts["measures"]],
        scales=share_scales([measure.share for measure in facts["measures"]]),
        places=by_kind(facts),
        kinds=measures_by_kind(facts["measures"]),
        season=_season(facts["measures"], facts["illustrative"]),
        week=week_view(dataset, judged),
        mix=mix_words(facts["mix"], question.theme.noun),
        headline=_headline(site, question, facts),
        heading=_heading(site, question),
        against=_against(compared, told),
        changed=changed_view(dataset, compared, facts["changes"], hollow=facts["illustrative"]),
        changed_map=address("/collections/change/items", dataset, told, f="html"),
        offences_heading=offences_heading(facts["offences"]),
        offence_charts=ratio_charts(
            facts["offences"],
            question.theme.noun,
            f"Rural rate as a multiple of the urban rate by offence, {question.period.words()}",
            hollow=facts["illustrative"],
        ),
        controls=controls(
            site,
            asked,
            "/rural",
            themes=_themes(site, question),
            compares=True,
            usual=usual_months(dataset, compared),
            rates=rate_choices(dataset, layer, drawing),
            left=left,
        ),
        areas=ranked,
        most_rows=DEFAULT_LIMIT,
        stands_out=[row for row in ranked if row["hotspot_class"] in MARKS],
        finding=rail_finding(dataset, rows),
        none_marked=none_marked(rows, NONE_FAR_ABOVE),
        legend=legend,
        sets=(rows,),
        urban_areas=urban_areas,
        inset=rural_inset(dataset, facts["classes"]),
        beside=beside(site, judged),
        downloads={
            name: address("/collections/hotspots/items", dataset, judged, f=name.lower())
            for name in ("GeoJSON", "CSV")
        }
        | {"Changes (CSV)": address("/collections/change/items", dataset, told, f="csv")},
        map=build_map(config, still_map(answer.outlines, rows, legend, hatched=hatched)),
    )


def _themes(site: Site, question: Question) -> list[Choice]:
    """The themes of other pages, then those of rural crime alone."""
    rural = [name for name in (*MARKED, *RURAL_OFFENCES) if name in site.themes]
    known = theme_choices(site, question.theme)
    offered = {choice.value for choice in known}
    return known + [
        Choice(name, site.themes[name].title, False) for name in rural if name not in offered
    ]


def _against(asked: Question, told: Question) -> str:
    """What the change of a measure is told of, for the line of its card."""
    if halved(asked, told):
        return f"Second {words.half_words(told.period)} against the first"
    return f"Against {short_words(asked.compare) if asked.compare else words.earlier_months(asked)}"


def _told(measure: RuralMeasure, alike: bool) -> dict[str, Any]:
    """A measure, with what its card says in words; nothing more where there is none.

    `alike`: whether the months that it is set against are as many.
    """
    if measure.count is None or measure.season is None or measure.change is None:
        return {"measure": measure}
    return {
        "measure": measure,
        "ratio": ratio_cell(measure.ratio),
        "change": change_words(measure.change, alike=alike),
        "season": season_words(measure.season, "crimes"),
    }


def _season(measures: tuple[RuralMeasure, ...], hollow: bool) -> dict[str, Any]:
    """The months of the year by each measure that is known; the first of them as bars."""
    known = [(m.title, m.season) for m in measures if m.season is not None]
    told = [(title, season) for title, season in known if season.uneven is not None]
    if not told:
        why = known[0][1].why if known else "No measure is known here."
        return {"why": why, "heading": "The season is not told"}
    title, drawn = told[0]
    return {
        "why": None,
        "titles": [title for title, _ in told],
        "heading": season_heading(drawn, f"Rural crime {title.lower()}"),
        "charts": season_charts(drawn, "crimes", hollow),
        "months": list(zip(*(season.months for _, season in told), strict=True)),
        "said": [f"{title}: {season_words(season, 'crimes')}" for title, season in told],
        "caveats": told[0][1].caveats,
    }


def _heading(site: Site, question: Question) -> str:
    if question.theme.name in ("crime", "rural-crime"):
        return f"Rural crime in {site.dataset.area}"
    return f"{question.theme.title} in rural {site.dataset.area}"


def _headline(site: Site, question: Question, facts: dict[str, Any]) -> Markup:
    rural, urban, ratio = facts["rural"], facts["urban"], facts["ratio"]
    first = words.recorded(site.dataset, question.theme, rural["count"], "in rural areas", question)
    if urban is None or rural["count"] + urban["count"] < words.LEAST_BASE:
        return first
    first += f" That is {words.percent(rural['share'])} of all in {site.dataset.area}"
    if rural["residents_share"] is not None:
        first += f", where {words.percent(rural['residents_share'])} of residents live"
    if ratio.ratio is None:
        return first + "."
    if ratio.verdict == SAME:
        return first + "; a rural resident’s rate could be the same as an urban one’s."  # noqa: RUF001
    return first + (
        f"; a rural resident’s rate is {words.ratio_words(ratio.ratio)} the urban one, "  # noqa: RUF001
        f"{ratio.ratio:.2f} times, likely {words.between(ratio.lower, ratio.upper, 2)}."
    )
