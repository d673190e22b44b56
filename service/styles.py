"""Styles of layers, and the project that opens them all in QGIS."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from geo.formats import Record
from geo.query import Question
from layers.layer import Layer
from layers.legend import Legend
from layers.metadata import PARTNERS_TERMS, attribution, licence_of
from layers.styles.project import About, LiveLayer, collection, to_definition, to_project
from layers.styles.qml import to_qml
from layers.styles.sld import to_sld
from layers.styles.style import Style, ground, style_of
from service.items import Query, file_name
from service.negotiate import MEDIA
from service.parameters import LARGEST_LIMIT
from service.responses import Body
from service.site import Site
from service.window import Window, read_window

FIRST = "hotspots"
UNDER = "lsoas"


def legend_of(
    site: Site, layer: Layer, question: Question, window: Window
) -> tuple[Legend, Sequence[Record]]:
    """The legend of a layer's map, and the rows that it is of: all that can be shown beside.

    The classes of areas do not change with the town that is asked for.
    """
    county = question if layer.within_town else question.everywhere()
    _, rows = site.computed.answer(layer, county)
    shown = [row for row in rows if window.set is None or row["set"] == window.set]
    return Legend.of(layer.drawn(site.dataset, window.rates), shown), shown


def one_set(site: Site, layer: Layer, window: Window) -> Window:
    """A window onto one set of named areas, where there are any: a map shows no two at a time."""
    sets = layer.sets(site.dataset)
    return replace(window, set=next(iter(sets))) if sets and window.set is None else window


def style(site: Site, layer: Layer, question: Question, window: Window) -> Style:
    """How a layer is drawn for a question, with the classes of its map."""
    window = one_set(site, layer, window)
    legend, rows = legend_of(site, layer, question, window)
    return style_of(
        layer,
        legend,
        rows,
        judged=question.place or site.dataset.area,
        title=_title(site, layer, question, window.set),
        abstract=_abstract(layer, question, site.computed.described(layer, question)),
        heading=legend.heading(question, rated=layer.rated(site.dataset)),
        within=window.set,
    )


def style_body(site: Site, layer: Layer, question: Question, window: Window, form: str) -> Body:
    """A style as a file, `qml` or `sld`."""
    made = style(site, layer, question, window)
    content = to_qml(made) if form == "qml" else to_sld(layer.name, made)
    name = file_name(site, layer, question, form)
    return Body.of(content, MEDIA[form], {"Content-Disposition": f'attachment; filename="{name}"'})


def definition_body(
    site: Site, layer: Layer, question: Question, window: Window, *, base: str, query: Query
) -> Body:
    """A layer of QGIS: the features that a query asks for, live, with their style.

    As a collection where nothing is asked for, since QGIS then has it page by page, however large;
    a collection of QGIS cannot ask.
    """
    made = replace(_one(site, layer, question, one_set(site, layer, window), base), shown=True)
    if not query.keys() <= {"rates", "f"}:
        asked = {**query, "limit": str(LARGEST_LIMIT), "f": "geojson"}
        items = f"{base}/collections/{layer.name}/items?{urlencode(asked, safe='/,')}"
        made = replace(made, source=items, provider="ogr")
    name = file_name(site, layer, question, "qlr")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Body.of(to_definition(made), MEDIA["qlr"], headers)


def project_body(site: Site, base: str) -> Body:
    """The project of every layer, as it answers where nothing is asked for."""
    dataset, question = site.dataset, Question.ask(site.dataset)
    west, south, east, north = map(float, dataset.lsoas.total_bounds)
    title = f"safermap: {dataset.partnership}"
    if dataset.illustrative:
        title += " (illustrative incidents)"
    said = f"Layers of {dataset.area} as they are now: {question.theme.title}, "
    said += f"{question.period.words()}. {attribution(dataset)}"
    about = About(title, said, licence_of(dataset) or PARTNERS_TERMS, (west, south, east, north))
    content = to_project(about, [*_live(site, question, base)])
    headers = {"Content-Disposition": 'attachment; filename="safermap.qgs"'}
    return Body.of(content, MEDIA["qgs"], headers)


def _abstract(layer: Layer, question: Question, said: Mapping[str, Any]) -> str:
    """What a layer is and what must be said beside its figures, in one paragraph."""
    parts = [
        layer.summary,
        f"{said['theme_title']}, {question.period.words()}. Source: {said['source']}.",
        f"Rates per 1,000 {said['denominator']}." if said["denominator"] else "",
        *said["caveats"],
        f"{said['attribution']} Licence: {said['licence'] or PARTNERS_TERMS}",
    ]
    return " ".join(part for part in parts if part)


def _live(site: Site, question: Question, base: str) -> Iterator[LiveLayer]:
    """Every layer, one for each set of named areas; the plain areas lie under all."""
    for layer in sorted(site.layers.values(), key=lambda layer: layer.name != FIRST):
        for name in layer.sets(site.dataset) or (None,):
            window = read_window({"set": name} if name else {}, layer, site.dataset)
            yield _one(site, layer, question, window, base)
    under = site.layers[UNDER]
    plain = _one(site, under, question, read_window({}, under, site.dataset), base)
    drawn = ground("Areas", under.title)
    yield replace(
        plain, id="safermap_ground", title=drawn.title, group="Ground", style=drawn, shown=True
    )


def _one(site: Site, layer: Layer, question: Question, window: Window, base: str) -> LiveLayer:
    said = site.computed.described(layer, question)
    return LiveLayer(
        id="_".join(("safermap", layer.name, *filter(None, [window.set]))),
        source=collection(base, layer.name),
        provider="OAPIF",
        home=base,
        title=_title(site, layer, question, window.set),
        group=_group(layer),
        abstract=_abstract(layer, question, said),
        attribution=said["attribution"],
        licence=said["licence"] or PARTNERS_TERMS,
        label=layer.label,
        points=layer.geometry == "Point",
        extent=layer.shapes(site.dataset).extent,
        style=style(site, layer, question, window),
        shown=layer.name == FIRST,
    )


def _group(layer: Layer) -> str:
    if layer.within_town:
        return "Places within a town"
    return "Changes" if layer.compares else "Areas and towns"


def _title(site: Site, layer: Layer, question: Question, within: str | None) -> str:
    drawn = any(site.dataset.sources[number].illustrative for number in question.sources)
    what = layer.sets(site.dataset)[within] if within else layer.title
    if question.town:
        what += f" in {site.dataset.town_name(question.town)}"
    when = f"{question.theme.title}, {question.period.words()}"
    return f"{what}: {when}{' (illustrative)' if drawn else ''}"
