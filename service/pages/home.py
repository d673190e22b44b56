"""The home page: who goes where, the area in four figures, every town in one line."""

from contextlib import suppress
from typing import Any

from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.offences import OFFENCES
from geo.query import Question, first_recorded
from layers.registry import find_layer
from service import words
from service.maps import build_map, map_config
from service.pages.charts import sparkline
from service.pages.compare import year_before
from service.pages.frame import address, frame, said
from service.pages.legend import Legend
from service.pages.render import render_page
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


def home_page(site: Site) -> bytes:
    """The whole page."""
    dataset = site.dataset
    lead = Question.ask(dataset, first_recorded(dataset, "asb", "crime"))
    layer = find_layer("lsoas")
    _, rows = site.answer(layer, lead)
    legend = Legend.of(layer.drawing, rows)
    config = map_config(
        dataset,
        layer,
        address("/collections/lsoas/items", lead, limit="10000", f="geojson"),
        legend.classes,
        noun=lead.theme.noun,
        still=True,
    )
    return render_page(
        "home.html",
        **frame(site),
        **said(site, lead),
        legend=legend,
        sets=(rows,),
        figures=_figures(site),
        towns=_towns(site, lead),
        map=build_map(config),
    )


def _figures(site: Site) -> list[dict[str, str]]:
    """Counts of crime and ASB, and two shares of crime, as far as the source records them."""
    dataset = site.dataset
    people = int(dataset.residents.sum())
    asked: dict[str, Question] = {}
    for theme in WHAT:
        with suppress(QuestionError):
            asked[theme] = Question.ask(dataset, theme)
    counts = {theme: int(question.counts(dataset).sum()) for theme, question in asked.items()}
    crime = counts.get("crime", 0)
    figures = []
    for theme, question in asked.items():
        what, note = WHAT[theme], NOTES.get(theme)
        if note is None:
            figure = words.number(counts[theme])
            note = f"{words.rate(1000 * counts[theme] / people)} per 1,000 residents"
        else:
            figure = words.percent(counts[theme] / crime if crime >= words.LEAST_BASE else None)
        if question.theme.mark and not question.marked(dataset):
            what = f"of crime is {_stand_ins(dataset, question)}"
            note = "The source does not mark crime against business"
        figures.append({"figure": figure, "what": what, "note": note, "address": _see(question)})
    return figures


def _stand_ins(dataset: Dataset, question: Question) -> str:
    """The offences counted in the place of a mark, as words."""
    codes = sorted(question.theme.proxy & dataset.offences_told)
    return " or ".join(OFFENCES[code].title.lower() for code in codes)


def _see(question: Question) -> str:
    if question.theme.rural_only:
        return "/rural"
    return address("/collections/hotspots/items", question, f="html")


def _towns(site: Site, question: Question) -> list[dict[str, Any]]:
    """Every town: its count, its months as a line, its change on the year before."""
    dataset = site.dataset
    _, rows = site.answer(find_layer("towns"), question)
    against = year_before(dataset, question, dataset.town_position, len(dataset.towns))
    held = Question(question.theme, dataset.period)
    by_month = held.counts_by_month(dataset)
    monthly = {
        row["town_id"]: 1000
        * by_month[:, dataset.town_position == t].sum(axis=1)
        / max(row["residents"], 1)
        for t, row in enumerate(rows)
    }
    top = max((values.max() for values in monthly.values()), default=0.0)
    found = []
    for t, row in enumerate(rows):
        change = None
        if against is not None:
            before, after = int(against.before[t]), int(against.after[t])
            direction, text = words.short_change(before, after, bool(against.clear[t]))
            change = {"direction": direction, "text": text, "before": before}
        label = f"{row['town']}: {question.theme.noun} per 1,000 residents each month"
        values = monthly[row["town_id"]].tolist()
        whole = len(values) > 2 and not dataset.months_missing  # a gap would be drawn as a nought
        line = sparkline(values, float(top), len(question.period), label) if whole else ""
        found.append({**row, "line": line, "change": change})
    return sorted(found, key=lambda row: -row["count"])
