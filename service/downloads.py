"""A layer's features as a file: what it is made from, and the answer that sends it."""

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas
import pyarrow as pa

from geo.errors import QuestionError
from geo.fields import Field
from geo.formats.content import Content, Writer
from geo.query import Question
from layers.frame import FEATURE_ID, frame_of
from layers.layer import Layer
from service.computed import texts_of
from service.file_body import FileBody
from service.formats import FORMATS, Format
from service.items import constants_of, csv_items, file_name, geojson_items, jsonfg_items
from service.parameters import read_question
from service.responses import Body
from service.site import Site
from service.window import Window, choose

_TOLD = (
    "theme", "theme_title", "period", "months_missing", "source", "illustrative", "place", "town",
    "denominator", "caveats", "attribution", "licence", "transformation", "dataset_id",
)  # fmt: skip
_ID = Field(FEATURE_ID, "string", "What the feature is called in the addresses of its layer")
_CONSTANTS = {
    "denominator": Field("denominator", "string", "What rates divide by"),
    "caveat": Field("caveat", "string", "What must be known first of these figures"),
}


def features_as(
    site: Site, layer: Layer, name: str, *, window: Window, query: dict[str, str], base: str
) -> Body | FileBody:
    """The features that a query asks of a layer, in the format of that name.

    `window` is what `read_window` has of the query.

    Raises QuestionError naming what there is, StorageError where the disk does not take a file.
    """
    kind = FORMATS[name]
    question = read_question(site.dataset, query)
    if kind.write is not None:
        return download(
            site, layer, question, window=window, kind=kind, write=kind.write, query=query
        )
    if not kind.paged:
        return csv_items(site, layer, question, window)
    items = {"geojson": geojson_items, "jsonfg": jsonfg_items}[name]
    return items(site, layer, question, window=window.paged(), base=base, query=query)


def download(
    site: Site,
    layer: Layer,
    question: Question,
    *,
    window: Window,
    kind: Format,
    write: Writer,
    query: Mapping[str, str],
) -> FileBody:
    """A file of every feature that matches, made once for what was asked.

    Raises QuestionError where the format cannot have it, StorageError where the disk cannot.
    """
    if not kind.systems and not window.system.degrees:
        raise QuestionError(
            f"{kind.title} is in longitude and latitude alone; leave out crs, or ask for another "
            "format."
        )
    asked = tuple(sorted((name, value) for name, value in query.items() if name != "f"))
    name = file_name(site, layer, question, kind.ending)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Crs": f"<{window.system.uri}>",
    }
    file = site.files.get(
        (layer.name, kind.name, asked),
        kind.ending,
        lambda path: write(content_of(site, layer, question, window), path),
    )
    return FileBody(file, kind.media, headers, site.modified)


def content_of(site: Site, layer: Layer, question: Question, window: Window) -> Content:
    """What a file of these features is made from.

    Raises QuestionError where the question cannot be put to the layer.
    """
    answer, rows = site.computed.answer(layer, question)
    _, chosen = choose(answer, window)
    fields = layer.fields(site.dataset)
    shown = _shown(fields, window)
    said = site.computed.described(layer, question)
    constants = constants_of(said)

    def frame() -> geopandas.GeoDataFrame:
        return frame_of(answer, shown, chosen, window.system, constants)

    def features() -> pa.LargeBinaryArray:
        names = [field.name for field in shown]
        return texts_of(answer, rows, chosen, window.system, names=names, constants=constants)

    title = f"{layer.title}: {question.theme.title}, {question.period.words()}"
    return Content(
        name=layer.name,
        title=title,
        description=_description(title, layer, said),
        facts={name: said[name] for name in _TOLD if said[name] is not None},
        columns=(_ID, *shown, *(_CONSTANTS[name] for name in constants)),
        constants=constants,
        label=layer.label,
        all_names=(FEATURE_ID, *(field.name for field in fields), *constants),
        geometry=layer.geometry,
        stamp=site.stamp,
        frame=frame,
        features=features,
    )


def _shown(fields: Iterable[Field], window: Window) -> list[Field]:
    """The fields that were asked for, in the order asked."""
    known = {field.name: field for field in fields}
    return [known[name] for name in window.properties or known]


def _description(title: str, layer: Layer, said: Mapping[str, Any]) -> str:
    """Everything that must be said beside the figures, as one text."""
    told = [f"{title}.", layer.summary, f"Period: {said['period']}.", f"Source: {said['source']}."]
    if said["denominator"] is not None:
        told.append(f"Rates divide by {said['denominator']}.")
    return " ".join([*told, *said["caveats"], said["attribution"], f"Licence: {said['licence']}"])
