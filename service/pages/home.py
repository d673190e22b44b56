"""The home page: who goes where, the area in four figures, every town in one line."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.formats import Record
from geo.offences import OFFENCES, THEMES
from geo.period import NUMBER_WORDS
from geo.query import Question
from geo.recorders import first_recorded, names_of
from layers.comparison import compare_groups, why_not
from layers.legend import Legend
from layers.metadata import recording_breaks
from layers.registry import find_layer
from service import words
from service.maps import build_map, map_config
from service.pages.catalogue import by_most
from service.pages.charts import sparkline
from service.pages.frame import address, frame, said
from service.pages.map_source import areas_of
from service.pages.render import render_page
from service.pages.still import still_map
from service.site import Site

WHAT = {
    "crime": "recorded crimes",
    "asb": "reports of ASB",
    "rural-crime": "of crime is in rural areas",
    "business-crime": "of crime is against business",
}
NOTES = {
    "rural-crime": "By place, one of three measures of rural crime",
    "business-crime": "By the mark the source gives it",
}
MOST_FIGURES = 8


def home_page(site: Site) -> bytes:
    """The whole page."""
    dataset = site.dataset
    lead = Question.ask(dataset, first_recorded(dataset, "asb", "crime"))
    layer = find_layer("lsoas")
    answer, rows = site.computed.answer(layer, lead)
    legend = Legend.of(layer.drawing(dataset), rows)
    figures = _figures(site)
    config = map_config(
        dataset,
        layer,
        areas_of(dataset, layer, lead, legend.drawing, count=len(rows)),
        legend.classes,
        noun=lead.theme.noun,
        still=True,
    )
    return render_page(
        "home.html",
        **frame(site),
        **said(site, lead),
        breaks=recording_breaks(dataset, lead, lead.held(dataset)),
        legend=legend,
        sets=(rows,),
        figures=figures,
        in_figures=_in_figures(len(figures)),
        towns=_towns(site, lead),
        held=lead.held(dataset),
        untold=why_not(dataset, lead),
        lead_source=names_of(dataset, lead.sources) if len(dataset.sources) > 1 else None,
        map=build_map(config, still_map(answer.outlines, rows, legend)),
    )


def _in_figures(count: int) -> str:
    return "one figure" if count == 1 else f"{NUMBER_WORDS[count - 1]} figures"


def _figures(site: Site) -> list[dict[str, str]]:
    """Counts of crime and ASB, two shares of crime, and counts of further kinds, if recorded."""
    names = [name for name in (*WHAT, *site.dataset.kinds) if name in site.themes]
    return [
        _figure(site.dataset, Question.ask(site.dataset, name)) for name in names[:MOST_FIGURES]
    ]


def _figure(dataset: Dataset, question: Question) -> dict[str, str]:
    """One figure: a count with its rate, or a share of the crime of the same source."""
    theme = question.theme
    what = WHAT.get(theme.name, f"records: {theme.title}")
    note = NOTES.get(theme.name)
    count = question.whole(dataset)
    if note is None:
        figure, note = words.number(count), _per_thousand(dataset, count)
    else:
        crime = replace(question, theme=THEMES["crime"], place=None).whole(dataset)
        few = count is None or crime is None or crime < words.LEAST_BASE
        figure = words.percent(None if few else (count or 0) / (crime or 1))
    if theme.mark and not question.marked(dataset):
        what = f"of crime is {_stand_ins(dataset, question)}"
        note = "The source does not mark crime against business"
    if len(dataset.sources) > 1:
        note = f"{note}. Source: {names_of(dataset, question.sources)}"
    when, where = question.period.words(), _see(dataset, question)
    return {"figure": figure, "what": what, "note": note, "when": when, "address": where}


def _per_thousand(dataset: Dataset, count: int | None) -> str:
    if count is None:
        return "Too few to be shown"
    people = int(dataset.residents.sum()) if dataset.residents_known.all() else 0
    if not people:
        return "Residents are not known"
    return f"{words.rate(1000 * count / people)} per 1,000 residents"


def _stand_ins(dataset: Dataset, question: Question) -> str:
    """The offences counted in the place of a mark, as words."""
    told = frozenset[str]().union(*(dataset.held[s].told for s in question.sources))
    codes = sorted(question.theme.proxy & told)
    return " or ".join(OFFENCES[code].title.lower() for code in codes)


def _see(dataset: Dataset, question: Question) -> str:
    if question.theme.rural_only:
        return "/rural"
    return address("/collections/hotspots/items", dataset, question, f="html")


def _towns(site: Site, question: Question) -> list[dict[str, Any]]:
    """Every town: its count, its months as a line, its change on the year before."""
    dataset = site.dataset
    if not len(dataset.towns):
        return []
    _, rows = site.computed.answer(find_layer("towns"), question)
    against = compare_groups(dataset, question, dataset.town_position, len(dataset.towns))
    held = replace(question, period=question.held(dataset))
    monthly = _monthly(dataset, held, rows)
    top = max((values.max() for values in monthly.values()), default=0.0)
    breaks = recording_breaks(dataset, question, held.period)
    gaps = held.months_missing(dataset)  # a gap would be drawn as a nought
    found = []
    for t, row in enumerate(rows):
        change = None
        if against is not None and not against.hidden[t]:
            before, after = int(against.before.count[t]), int(against.after.count[t])
            direction, text = words.short_change(before, after, bool(against.clear[t]))
            change = {"direction": direction, "text": text, "before": before}
        label = f"{row['town']}: {question.theme.noun} per 1,000 residents each month"
        values = monthly[row["town_id"]].tolist() if monthly else []
        whole = len(values) > 2 and not gaps
        marked = [month - held.period.first for month in breaks]
        line = sparkline(values, float(top), len(question.period), label, marked) if whole else ""
        found.append({**row, "line": line, "change": change})
    return sorted(found, key=by_most("count"))


def _monthly(
    dataset: Dataset, question: Question, towns: list[Record]
) -> dict[str, NDArray[np.float64]]:
    """Each town's rate by month; nothing where months are not public."""
    if question.published(dataset) is not None:
        return {}
    by_month = question.counts_by_month(dataset)
    return {
        row["town_id"]: 1000
        * by_month[:, dataset.town_position == t].sum(axis=1)
        / max(row["residents"] or 1, 1)
        for t, row in enumerate(towns)
    }
