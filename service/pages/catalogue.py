"""The downloads catalogue, a layer's card, a layer as a map, one area, and plain documents."""

from typing import Any

from geo.formats import Record
from geo.offences import OFFENCES, THEMES
from geo.query import Question
from geo.rural_urban import Place
from layers.layer import Layer
from layers.registry import all_layers
from service import words
from service.items import choose
from service.maps import build_map, map_config
from service.pages.frame import address, bold_first, frame, period_choices, said, theme_choices
from service.pages.legend import MARKS, Legend
from service.pages.render import render_page
from service.parameters import ITEMS, PARAMETERS, Window
from service.site import Site


def catalogue_page(site: Site) -> bytes:
    """Every layer and how to get it."""
    return render_page(
        "catalogue.html", **frame(site, "downloads"), layers=list(all_layers().values())
    )


def layer_page(site: Site, layer: Layer, base: str) -> bytes:
    """What a layer is, its fields, its caveats, how to use it."""
    question = Question.ask(site.dataset)
    return render_page(
        "layer.html",
        **frame(site, "downloads"),
        **said(site, question),
        layer=layer,
        layer_caveats=[bold_first(text) for text in layer.caveats],
        base=base,
        themes=list(THEMES.values()),
        offences=list(OFFENCES.values()),
        parameters=[PARAMETERS[name] for name in ITEMS],
    )


def map_page(
    site: Site, layer: Layer, question: Question, window: Window, query: dict[str, str]
) -> bytes:
    """A layer as a map with the same figures in a table: what the query would download."""
    dataset = site.dataset
    county = Question(question.theme, question.period, question.place)
    _, everywhere = site.answer(layer, county)
    answer, all_rows = site.answer(layer, question)
    matched, chosen = choose(answer, window)
    rows = sorted((all_rows[i] for i in chosen), key=lambda row: -row["count"])
    legend = Legend.of(layer.drawing, everywhere)
    items = f"/collections/{layer.name}/items"
    part = {name: query[name] for name in ("bbox", "limit", "offset") if name in query}
    town = {"town": question.town} if question.town else {}
    more: dict[str, Any] = {}
    if question.town:
        more["town"] = dataset.town_name(question.town)
    elif question.place and not part:
        more["context"] = _other_places(question)
    data = address(items, county, **({"limit": "10000"} | part), f="geojson")
    return render_page(
        "map.html",
        **frame(site, "downloads"),
        **said(site, question),
        layer=layer,
        layer_caveats=[bold_first(text) for text in layer.caveats],
        question=question,
        headline=_headline(site, question, rows) if layer.drawing.by == "classes" else None,
        facts=answer.facts,
        legend=legend,
        sets=(rows,),
        left_aside=len(dataset.lsoas) - len(question.areas(dataset)) if question.place else None,
        rows=rows,
        stands_out=[row for row in rows if row.get("hotspot_class") in MARKS],
        left_out=matched - len(rows),
        drawn=next(f for f in layer.fields if f.name == layer.drawing.field),
        themes=theme_choices(site, question.theme),
        periods=period_choices(dataset.period, question.period),
        keep={k: v for k, v in query.items() if k in ("place", "town", "bbox")},
        downloads={
            name: address(items, question, **town, **part, f=name.lower())
            for name in ("GeoJSON", "CSV")
        },
        map=build_map(
            map_config(dataset, layer, data, legend.classes, noun=question.theme.noun, **more)
        ),
    )


def _other_places(question: Question) -> str:
    """Where the areas are that the question leaves aside."""
    other: Place = "urban" if question.place == "rural" else "rural"
    theme = THEMES["crime"] if question.theme.rural_only else question.theme
    asked = Question(theme, question.period, other)
    return address("/collections/lsoas/items", asked, limit="10000", f="geojson")


def _headline(site: Site, question: Question, rows: list[Record]) -> str:
    where = f"in {site.dataset.area}"
    if question.town:
        where = f"in {site.dataset.town_name(question.town)}"
    elif question.place:
        where = f"in {question.place} areas"
    total = int(question.counts(site.dataset)[question.shown(site.dataset)].sum())
    return words.recorded(site.dataset, question.theme, total, where, question)


def item_page(site: Site, layer: Layer, question: Question, row: Record) -> bytes:
    """One area, field by field."""
    return render_page(
        "item.html",
        **frame(site, "downloads"),
        **said(site, question),
        layer=layer,
        title=row[layer.label],
        row=row,
    )


def document_page(site: Site, title: str, lead: str, rows: list[tuple[str, Any]]) -> bytes:
    """A plain page of pairs, for documents that are meant for programs."""
    return render_page("document.html", **frame(site), title=title, lead=lead, rows=rows)
