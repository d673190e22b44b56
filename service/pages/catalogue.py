"""The downloads catalogue, a layer's card, a layer as a map, one area, and plain documents."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from geo.crs import GRID
from geo.dataset import Dataset
from geo.fields import Field
from geo.formats import Record
from geo.offences import OFFENCES, THEMES
from geo.query import Question
from layers.layer import Answer, Layer
from layers.legend import MARKS, NONE_FAR_ABOVE, Legend, none_marked
from service import words
from service.formats import FORMATS
from service.pages.choices import USUAL, Choice, rate_choices
from service.pages.controls import NOTHING, Chooser, controls
from service.pages.frame import address, beside, frame, said
from service.pages.funnel_chart import funnel_charts
from service.pages.layer_map import layer_map, left_aside
from service.pages.map_source import MARKED, in_tiles
from service.pages.render import render_page
from service.parameters import CHOSEN, DEFAULT_LIMIT, DETAIL, ITEMS, LARGEST_LIMIT, PARAMETERS
from service.records.record import record_of
from service.site import Site
from service.styles import legend_of, one_set
from service.window import Window, choose

KEPT = ("place", "town", "set", *DETAIL, *CHOSEN)


def catalogue_page(site: Site) -> bytes:
    """Every layer and how to get it."""
    return render_page(
        "catalogue.html",
        **frame(site, "downloads"),
        layers=list(site.layers.values()),
        default=_default(site),
    )


def _default(site: Site) -> str:
    """What is counted where nothing is asked for."""
    theme = Question.ask(site.dataset).theme
    return "all recorded crime" if theme.name == "crime" else theme.title


def layer_page(site: Site, layer: Layer, base: str) -> bytes:
    """What a layer is, its fields, its caveats, how to use it."""
    question = Question.ask(site.dataset)
    offered = {
        "set": layer.sets(site.dataset),
        "rates": layer.rates(site.dataset),
        "compare": layer.compares,
    }
    left_out = {*layer.refuses, *DETAIL} - {*layer.takes}
    left_out |= {name for name, values in offered.items() if not values}
    return render_page(
        "layer.html",
        **frame(site, "downloads"),
        **said(site, question, layer),
        layer=layer,
        fields=layer.fields(site.dataset),
        base=base,
        record=record_of(site, layer, base),
        themes=[theme for name, theme in site.themes.items() if name not in OFFENCES],
        offences=[name for name in site.themes if name in OFFENCES and name not in THEMES],
        parameters=[PARAMETERS[name] for name in ITEMS if name not in left_out],
        formats=FORMATS.values(),
        grid=GRID.uri,
        page_size=DEFAULT_LIMIT,
        rated=layer.rated(site.dataset),
    )


def map_page(
    site: Site,
    layer: Layer,
    question: Question,
    window: Window,
    query: dict[str, str],
    *,
    note: Markup | None = None,
    left: Mapping[str, str] = NOTHING,
) -> bytes:
    """A layer as a map with the same figures in a table: what the query would download.

    `note`: why the map stands where it does, if not for itself. `left`: choices it is without.
    """
    dataset = site.dataset
    drawing = layer.drawn(dataset, window.rates)
    answer, all_rows = site.computed.answer(layer, question)
    further = layer.sets(dataset)
    window = one_set(site, layer, window)
    legend, _ = legend_of(site, layer, question, window)
    items = f"/collections/{layer.name}/items"
    part: dict[str, str] = {
        n: query[n] for n in (*CHOSEN, "sortby", "limit", "offset") if n in query
    }
    if window.set is not None:
        part["set"] = window.set
    limited = "limit" in query
    wanted: Window = window.paged() if limited else window
    matched, mapped = choose(answer, wanted)
    tiled = in_tiles(layer, matched, part)
    if not limited and not tiled:
        mapped = mapped[:LARGEST_LIMIT]
        wanted = replace(window, limit=LARGEST_LIMIT)
    ids = answer.ids
    first = drawing.field if drawing.by == "bands" else "count"
    shown = sorted(({**all_rows[i], "id": ids[i]} for i in mapped), key=by_most(first))
    rows = shown if limited else shown[:DEFAULT_LIMIT]
    stands_out = [row for row in shown if row.get("hotspot_class") in MARKS]
    signed = _signed(legend, shown)
    town = {"town": question.town} if question.town else {}
    town_name = dataset.town_name(question.town) if question.town else None
    if layer.within_town:
        part |= question.detail.given | town
    alone = question.detail.given | town if layer.within_town else {}
    choosers = _choosers(dataset, layer, question, window)
    kept = {*KEPT} - {chooser.name for chooser in choosers}
    return render_page(
        "map.html",
        **frame(site, "downloads", question),
        **said(site, question, layer),
        layer=layer,
        note=note,
        **_set_shown(layer, further, answer, window),
        drawing=drawing,
        controls=controls(
            site,
            question,
            items,
            compares=layer.compares,
            rates=rate_choices(dataset, layer, drawing),
            more=choosers,
            keep={n: v for n, v in (town | query).items() if n in kept} | {"f": "html"},
            left=left,
        ),
        rated=layer.rated(dataset),
        question=question,
        town_name=town_name,
        headline=_headline(site, question) if drawing.by in ("classes", "bands") else None,
        beside=beside(site, question),
        facts=answer.facts,
        funnel=_funnel(site, question, answer, rows),
        compared=question.before().period if layer.compares else None,
        columns=_columns(dataset, layer),
        signed=signed,
        legend=legend,
        sets=([all_rows[i] for i in mapped],),
        left_aside=None if layer.within_town else left_aside(dataset, question),
        alone=address("", dataset, question, **alone)[1:],
        rows=rows,
        shown=shown,
        limited=limited,
        not_mapped=0 if limited else matched - len(shown),
        stands_out=stands_out,
        unmarked=max(0, len(stands_out or signed) - MARKED) if tiled else 0,
        none_marked=none_marked(shown, NONE_FAR_ABOVE) if drawing.outlines else None,
        left_out=matched - len(rows),
        not_drawn=0 if "limit" in query else matched - len(mapped),
        downloads={
            name: address(items, dataset, question, **(town | part), f=name.lower())
            for name in ("GeoJSON", "CSV")
        },
        map=layer_map(site, layer, question, part, window=wanted, legend=legend),
    )


def _columns(dataset: Dataset, layer: Layer) -> list[tuple[Field, str]]:
    """The fields that the layer's own table shows, each with its heading."""
    fields = {field.name: field for field in layer.fields(dataset)}
    return [(fields[name], heading) for name, heading in layer.table]


def _signed(legend: Legend, rows: list[Record]) -> list[tuple[str, Record]]:
    """The rows that carry a sign on the map, with it, by the classes from the highest down."""
    return [
        (item["sign"], row)
        for item in legend.classes[::-1]
        if item.get("sign")
        for row in rows
        if row[legend.drawing.field] in item["values"]
    ]


def _set_shown(
    layer: Layer, sets: Mapping[str, str], answer: Answer, window: Window
) -> dict[str, Any]:
    """Which of the sets of named areas a map shows; a layer without sets is shown whole."""
    facts = (item for item in answer.facts.get("sets", ()) if item["set"] == window.set)
    return {
        "title": sets[window.set] if window.set else layer.title,
        "in_set": next(facts, None),
    }


def _funnel(
    site: Site, question: Question, answer: Answer, rows: list[Record]
) -> tuple[Markup, Markup] | None:
    """The funnel plot of the rows, where the layer judges them against the rate of all."""
    overall, phi = (answer.facts.get(name) for name in ("overall_rate", "overdispersion_phi"))
    if overall is None or phi is None:
        return None
    title = (
        f"{question.theme.noun.capitalize()} per 1,000 residents by residents, "
        f"{question.period.words()}, {site.dataset.area}"
    )
    return funnel_charts(rows, overall, phi, title)


def _choosers(dataset: Dataset, layer: Layer, question: Question, window: Window) -> list[Chooser]:
    """What a layer's map has to choose beside: a set of areas, a town to be seen closely."""
    found, sets = [], layer.sets(dataset)
    if len(sets) > 1:
        offered = [Choice(name, title, name == window.set) for name, title in sets.items()]
        found.append(Chooser("set", "Areas", offered))
    if layer.within_town and len(dataset.towns):
        towns = zip(dataset.towns["town_id"], dataset.towns["town"], strict=True)
        everywhere = Choice(USUAL, f"All of {dataset.area}", question.town is None)
        offered = [Choice(value, name, value == question.town) for value, name in towns]
        found.append(Chooser("town", "Town", [everywhere, *offered]))
    return found


def _headline(site: Site, question: Question) -> str:
    where = f"in {site.dataset.area}"
    if question.town:
        where = f"in {site.dataset.town_name(question.town)}"
    elif question.place:
        where = f"in {question.place} areas"
    total = question.total(site.dataset)
    return words.recorded(site.dataset, question.theme, total, where, question)


def by_most(name: str) -> Callable[[Record], tuple[bool, float]]:
    """Puts rows in order: the most first, those with a hidden figure last."""
    return lambda row: (row[name] is None, -(row[name] or 0))


def item_page(site: Site, layer: Layer, question: Question, row: Record) -> bytes:
    """One area, field by field."""
    return render_page(
        "item.html",
        **frame(site, "downloads", question),
        **said(site, question, layer),
        layer=layer,
        fields=layer.fields(site.dataset),
        rated=layer.rated(site.dataset),
        title=row[layer.label],
        row=row,
    )


def document_page(site: Site, title: str, lead: str, rows: list[tuple[str, Any]]) -> bytes:
    """A plain page of pairs, for documents that are meant for programs."""
    return render_page("document.html", **frame(site), title=title, lead=lead, rows=rows)
