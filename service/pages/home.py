"""The home page: who goes where, the county in four figures, every town in one line."""

from typing import Any

from geo.dataset import Dataset
from geo.query import Question
from layers.registry import find_layer
from service import words
from service.maps import build_map, map_config
from service.pages.charts import sparkline
from service.pages.compare import year_before
from service.pages.frame import address, frame, said
from service.pages.legend import Legend
from service.pages.render import render_page
from service.site import Site


def home_page(site: Site) -> bytes:
    """The whole page."""
    dataset = site.dataset
    asb = Question.ask(dataset, "asb")
    layer = find_layer("lsoas")
    _, rows = site.answer(layer, asb)
    legend = Legend.of(layer.drawing, rows)
    config = map_config(
        dataset,
        layer,
        address("/collections/lsoas/items", asb, limit="10000", f="geojson"),
        legend.classes,
        noun=asb.theme.noun,
        still=True,
    )
    return render_page(
        "home.html",
        **frame(site),
        **said(site, asb),
        legend=legend,
        sets=(rows,),
        figures=_figures(site),
        towns=_towns(site, asb),
        map=build_map(config),
    )


def _figures(site: Site) -> list[dict[str, str]]:
    """Counts of crime and ASB, and two shares of crime: what, how it is told, where to see it."""
    dataset = site.dataset
    people = int(dataset.residents.sum())
    questions = {
        theme: Question.ask(dataset, theme)
        for theme in ("crime", "asb", "rural-crime", "business-crime")
    }
    counts = {theme: int(asked.counts(dataset).sum()) for theme, asked in questions.items()}
    crime = counts["crime"]
    shares = {
        theme: words.percent(count / crime if crime else None) for theme, count in counts.items()
    }
    per_head = "{} per 1,000 residents"
    figures = (
        ("crime", words.number(crime), "recorded crimes", per_head.format(_rate(crime, people))),
        (
            "asb",
            words.number(counts["asb"]),
            "reports of ASB",
            per_head.format(_rate(counts["asb"], people)),
        ),
        (
            "rural-crime",
            shares["rural-crime"],
            "of crime is in rural areas",
            "By place, one of three measures of rural crime",
        ),
        (
            "business-crime",
            shares["business-crime"],
            "of crime is against business",
            _business_told_by(dataset),
        ),
    )
    return [
        {"figure": figure, "what": what, "note": note, "address": _see(questions[theme])}
        for theme, figure, what, note in figures
    ]


def _rate(count: int, people: int) -> str:
    return words.rate(1000 * count / people if people else None)


def _business_told_by(dataset: Dataset) -> str:
    if any(kind.business is not None for kind in dataset.counts.kinds):
        return "By the mark the source gives it"
    return "The source has no mark: told by shoplifting and non-domestic burglary, so too low"


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
        line = sparkline(monthly[row["town_id"]].tolist(), float(top), len(question.period), label)
        found.append({**row, "line": line, "change": change})
    return sorted(found, key=lambda row: -row["count"])
