"""The features of a layer as GeoJSON, JSON-FG, CSV, or one by one."""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.crs import CRS84, System
from geo.errors import UnknownNameError
from geo.formats import to_csv
from geo.formats.geojson import feature, geojson, jsonfg
from geo.period import Period
from geo.query import Question
from geo.recorders import source_asked
from layers.layer import Layer
from service.computed import texts_of
from service.formats import FORMATS
from service.negotiate import MEDIA
from service.responses import Body
from service.site import Site
from service.window import Page, Window, choose, read_system

Query = dict[str, str]
SCHEMA_MEDIA = "application/schema+json"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
LONGEST = 80  # letters of an area's name in a file name, which some systems cut at 255


def geojson_items(
    site: Site, layer: Layer, question: Question, *, window: Page, base: str, query: Query
) -> Body:
    """A feature collection with its links, counts and metadata."""
    matched, chosen = choose(site.computed.answer(layer, question)[0], window)
    links = _links(f"{base}/collections/{layer.name}", query, window, matched, "geojson")
    members = _members(site, layer, question, (matched, len(chosen), links))
    texts = _texts(site, layer, question, chosen, system=window.system, names=window.properties)
    content = geojson(members, texts)
    return _page(content, "geojson", site, layer=layer, question=question, window=window)


def jsonfg_items(
    site: Site, layer: Layer, question: Question, *, window: Page, base: str, query: Query
) -> Body:
    """The same as JSON-FG, where outlines in another system stand beside those of GeoJSON."""
    answer, _ = site.computed.answer(layer, question)
    matched, chosen = choose(answer, window)
    links = _links(f"{base}/collections/{layer.name}", query, window, matched, "jsonfg")
    content = jsonfg(
        _members(site, layer, question, (matched, len(chosen), links)),
        _texts(site, layer, question, chosen, system=CRS84, names=window.properties),
        kind=layer.name,
        dates=days(question.period),
        system=window.system,
        places=answer.shapes.placed(window.system).json.take(answer.place[chosen]),
    )
    return _page(content, "jsonfg", site, layer=layer, question=question, window=window)


def _texts(
    site: Site,
    layer: Layer,
    question: Question,
    chosen: NDArray[np.int64],
    *,
    system: System,
    names: Sequence[str] | None,
) -> pa.LargeBinaryArray:
    """The chosen features, with the fields of those names or with all."""
    if names is None:
        return site.computed.texts(layer, question, system).take(chosen)
    answer, rows = site.computed.answer(layer, question)
    return texts_of(answer, rows, chosen, system, names=names)


def _members(
    site: Site,
    layer: Layer,
    question: Question,
    found: tuple[int, int, list[dict[str, Any]]],
) -> dict[str, Any]:
    """What stands beside the features; `found`: how many matched, how many are here, and links."""
    matched, returned, links = found
    return {
        "title": f"{layer.title}: {question.theme.title}, {question.period.words()}",
        "numberMatched": matched,
        "numberReturned": returned,
        "links": links,
        "metadata": site.computed.described(layer, question),
    }


def _page(
    content: bytes, name: str, site: Site, *, layer: Layer, question: Question, window: Page
) -> Body:
    file = file_name(site, layer, question, FORMATS[name].ending)
    headers = {
        "Content-Disposition": f'inline; filename="{file}"',
        "Content-Crs": f"<{window.system.uri}>",
        "Link": f"</collections/{layer.name}/queryables>; "
        f'rel="{QUERYABLES}"; type="{SCHEMA_MEDIA}"',
    }
    return Body.of(content, MEDIA[name], headers)


def days(period: Period) -> tuple[str, str]:
    """The first and the last day of some months."""
    first, last = period.iso().split("/")
    year, month = map(int, last.split("-"))
    return f"{first}-01", f"{last}-{calendar.monthrange(year, month)[1]:02}"


def layer_facts(site: Site, layer: Layer, question: Question) -> dict[str, Any]:
    """The rows of a layer without outlines, and what must be said beside them."""
    _, rows = site.computed.answer(layer, question)
    return {**site.computed.described(layer, question), "rows": rows}


def csv_items(site: Site, layer: Layer, question: Question, window: Window) -> Body:
    """The rows without outlines; denominator, if any, and caveat stand in every row."""
    answer, rows = site.computed.answer(layer, question)
    _, chosen = choose(answer, window)
    said = site.computed.described(layer, question)
    columns = [*(window.properties or (field.name for field in layer.fields(site.dataset)))]
    content = to_csv([rows[i] for i in chosen], columns, constants_of(said))
    name = file_name(site, layer, question, "csv")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Body.of(content, "text/csv; charset=utf-8; header=present", headers)


def constants_of(said: Mapping[str, Any]) -> dict[str, str]:
    """What every row of a file says of itself: the denominator, if any, and the first caveat."""
    told = {"denominator": said["denominator"], "caveat": said["caveats"][0]}
    return {name: words for name, words in told.items() if words is not None}


def row_of(site: Site, layer: Layer, question: Question, feature_id: str) -> int:
    """Which row of a layer's answer a feature is.

    Raises UnknownNameError where the layer has none of that id.
    """
    answer, _ = site.computed.answer(layer, question)
    if feature_id not in answer.row:
        raise UnknownNameError(
            f"The layer {layer.name} has no feature '{feature_id}' for this question."
        )
    return answer.row[feature_id]


def geojson_item(
    site: Site, layer: Layer, question: Question, feature_id: str, *, base: str, query: Query
) -> Body:
    """One feature with its links and metadata."""
    system, row = read_system(query, "crs"), row_of(site, layer, question, feature_id)
    collection = f"{base}/collections/{layer.name}"
    here = _address(f"{collection}/items/{quote(feature_id)}", _parts(query))
    links = [
        link(here, "self", MEDIA["geojson"]),
        link(collection, "collection", MEDIA["json"]),
    ]
    said = site.computed.described(layer, question)
    text = site.computed.texts(layer, question, system)[row].as_py()
    content = feature(text, {"links": links, "metadata": said})
    return Body.of(content, MEDIA["geojson"], {"Content-Crs": f"<{system.uri}>"})


def file_name(site: Site, layer: Layer, question: Question, ending: str) -> str:
    """A file name that says area, layer, theme and months, in letters that any system takes."""
    source = source_asked(site.dataset, question.theme, question.sources)
    area = site.dataset.area[:LONGEST]
    parts = [area, layer.name, question.theme.name, source, question.town, question.place]
    return named([*parts, *question.detail.given.values()], question, ending)


def named(parts: Iterable[str | None], question: Question, ending: str) -> str:
    """A file name of these parts and the months, in letters that any system takes."""
    said = unicodedata.normalize("NFKD", "-".join(part for part in parts if part))
    months = question.period.iso()
    if question.compare:
        months += f"-against-{question.compare.iso()}"
    slug = re.sub(r"[^a-z0-9]+", "-", said.encode("ascii", "ignore").decode().lower()).strip("-")
    return f"{slug}-{months.replace('/', '-to-')}.{ending}"


def link(href: str, rel: str, media: str, title: str | None = None) -> dict[str, Any]:
    """A link as OGC API has it."""
    return {"href": href, "rel": rel, "type": media, **({"title": title} if title else {})}


def _links(
    collection: str, query: Query, window: Page, matched: int, name: str
) -> list[dict[str, Any]]:
    """Links of a page in a format: itself, the same otherwise, the layer, the pages beside."""
    media, parts = MEDIA[name], _parts(query)

    def items(**changes: object) -> str:
        return _address(f"{collection}/items", {**parts, **_parts(changes)})

    def page(offset: int) -> str:
        return items(limit=window.limit, offset=offset)

    links = [
        link(items(), "self", media, "this page"),
        link(items(f="html"), "alternate", MEDIA["html"], "as a map"),
        link(items(f="csv"), "alternate", MEDIA["csv"], "as a table"),
        link(collection, "collection", MEDIA["json"], "the layer"),
    ]
    if window.offset + window.limit < matched:
        links.append(link(page(window.offset + window.limit), "next", media))
    if window.offset > 0:
        links.append(link(page(max(0, window.offset - window.limit)), "prev", media))
    return links


def _parts(query: Mapping[str, object]) -> dict[str, str]:
    """Each parameter as it stands in an address."""
    return {name: urlencode({name: value}, safe="/,") for name, value in query.items()}


def _address(path: str, parts: Mapping[str, str]) -> str:
    return f"{path}?{'&'.join(parts.values())}" if parts else path
