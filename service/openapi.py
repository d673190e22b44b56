"""The API definition: OpenAPI 3.0.3, self-contained, made from the layers and the parameters."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from layers.metadata import LICENCE_NAME, PARTNERS_TERMS, licence_of
from service.documents import OPENAPI_MEDIA
from service.formats import FORMATS
from service.items import SCHEMA_MEDIA
from service.negotiate import MEDIA
from service.openapi_town import TOWN
from service.parameters import (
    BUSINESS_VIEW,
    ITEM,
    ITEMS,
    MAP_VIEW,
    PARAMETERS,
    PRINTED,
    SEARCH,
    STYLE,
    TILES,
    VIEW,
)
from service.site import Site
from service.vector_tiles import TILE_GRID

Json = dict[str, Any]
FEATURES = ("Feature", "FeatureCollection")
_PARAMETER = "#/components/parameters/"
_FORMAT_OF = {media: name for name, media in MEDIA.items()} | {
    SCHEMA_MEDIA: "json",
    OPENAPI_MEDIA: "json",
}


def api_document(site: Site, base: str) -> Json:
    """The whole definition."""
    licence = licence_of(site.dataset)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": f"safermap: {site.dataset.partnership}",
            "version": version("safermap"),
            "description": "Anti-social behaviour, crime and deprivation by area, as OGC API - "
            "Features. ASB is not crime and is never added to it.",
            **({"contact": {"email": site.contact}} if site.contact else {}),
            "license": {"name": LICENCE_NAME, "url": licence}
            if licence
            else {"name": PARTNERS_TERMS},
        },
        "servers": [{"url": base or "/"}],
        "paths": {address: _named_formats(path) for address, path in _paths(site).items()},
        "components": {
            "parameters": {name: _parameter(site, name) for name in PARAMETERS if name != "f"},
            "schemas": {
                "Problem": _PROBLEM,
                "FeatureCollection": _COLLECTION,
                "Feature": _FEATURE,
                "Town": TOWN,
            },
            "responses": {
                "Problem": {
                    "description": "What was wrong, in one sentence (RFC 9457).",
                    "content": {
                        "application/problem+json": {
                            "schema": {"$ref": "#/components/schemas/Problem"}
                        },
                        "text/html": {"schema": {"type": "string"}},
                    },
                }
            },
        },
    }


def _paths(site: Site) -> Json:
    town = _in_path("town", list(site.dataset.towns["town_id"]), "The town.")
    layer = _in_path("layer", list(site.layers), "The layer.")
    item = _in_path("id", None, "The feature id, such as an LSOA code.")
    return {
        "/": _get("The home page, or the landing document.", "landing", ("f",)),
        "/about": _get("What the data are made of, and what became of every row.", "about", ("f",)),
        "/towns/{town}": _get("One town.", "town", MAP_VIEW, (town,), "Town"),
        "/towns/{town}/briefing": _get(
            "One town on two sheets of A4, to print.",
            "briefing",
            PRINTED,
            (town,),
            media=MEDIA["pdf"],
            html=False,
        ),
        "/rural": _get("Rural crime.", "rural", MAP_VIEW),
        "/business": _get("Business crime.", "business", BUSINESS_VIEW),
        "/deprivation": _get("Incidents by deprivation.", "deprivation", VIEW),
        **({"/strategy": _get(_STRATEGY, "strategy", ("f",), csv=True)} if site.strategy else {}),
        "/compare": _get("The area beside others.", "compare", VIEW, csv=True),
        "/feed": _get(
            "When the figures were made anew.", "feed", ("f",), media=MEDIA["atom"], html=False
        ),
        "/collections": _in_parts(
            _get("Every layer.", "collections", ("f",), records=("dcat",)), ["pmtiles"]
        ),
        "/collections/{layer}": _get(
            "One layer.", "collection", ("f",), (layer,), records=("gemini", "dcat")
        ),
        "/dictionary": _get("What every field means.", "dictionary", ("f",), csv=True),
        "/collections/{layer}/queryables": _get(
            "The fields that a filter may name.",
            "queryables",
            ("f",),
            (layer,),
            media=SCHEMA_MEDIA,
        ),
        "/collections/{layer}/items": _in_parts(
            _get("The features of a layer.", "items", ITEMS, (layer,), "FeatureCollection"), FORMATS
        ),
        "/collections/{layer}/items/{id}": _get(
            "One feature.", "item", ITEM, (layer, item), "Feature"
        ),
        "/collections/{layer}/style": _files(
            _get("How a layer is drawn, for QGIS or as SLD.", "style", STYLE, (layer,)),
            "qml",
            "sld",
            "qlr",
        ),
        f"/collections/{{layer}}/tiles/{TILE_GRID}": _get(
            "Where the vector tiles of a layer are, as TileJSON.",
            "tiles",
            TILES,
            (layer,),
            html=False,
        ),
        f"/collections/{{layer}}/tiles/{TILE_GRID}/{{z}}/{{y}}/{{x}}": _get(
            "One vector tile of a layer.",
            "tile",
            TILES,
            (layer, *(_in_path(name, None, words) for name, words in _TILE)),
            media=MEDIA["mvt"],
            html=False,
        ),
        "/qgis/project.qgs": _files(
            _get("A project of every layer for QGIS.", "project", ("f",)), "qgs"
        ),
        "/search": _get("Towns, areas, streets and postcodes by name.", "search", SEARCH),
        "/conformance": _get("What the service conforms to.", "conformance", ("f",)),
        "/api": _get("This definition.", "api", ("f",), media=OPENAPI_MEDIA),
        "/health": _get("Whether the service has its dataset.", "health", (), html=False),
    }


def _get(
    summary: str,
    name: str,
    parameters: tuple[str, ...],
    in_path: tuple[Json, ...] = (),
    schema: str | None = None,
    *,
    media: str = MEDIA["json"],
    html: bool = True,
    csv: bool = False,
    records: tuple[str, ...] = (),
) -> Json:
    content: Json = {MEDIA["html"]: {"schema": {"type": "string"}}} if html else {}
    named: Json = {"$ref": f"#/components/schemas/{schema}"} if schema else {"type": "object"}
    if media in (MEDIA["pdf"], MEDIA["mvt"]):
        named = {"type": "string", "format": "binary"}
    if media == MEDIA["atom"]:
        named = {"type": "string"}
    content[MEDIA["geojson"] if schema in FEATURES else media] = {"schema": named}
    if csv:
        content[MEDIA["csv"]] = {"schema": {"type": "string"}}
    for form in records:
        kind = "string" if form == "gemini" else "object"
        content[MEDIA[form]] = {"schema": {"type": kind}}
    refused = ("400", "404", *_LIMITS) if in_path else ("400", *_LIMITS)
    problems = {status: {"$ref": "#/components/responses/Problem"} for status in refused}
    asked = [{"$ref": f"{_PARAMETER}{parameter}"} for parameter in parameters]
    answer = {"description": "The answer.", "content": content}
    return {
        "get": {
            "summary": summary,
            "operationId": name,
            "parameters": [*in_path, *asked],
            "responses": {"200": answer, **problems},
        }
    }


def _files(described: Json, *forms: str) -> Json:
    """An address that answers with files of text alone."""
    content = {MEDIA[form]: {"schema": {"type": "string"}} for form in forms}
    described["get"]["responses"]["200"]["content"] = content
    return described


def _in_parts(path: Json, forms: Iterable[str]) -> Json:
    """The same in these formats as well, as files that may come in parts."""
    answers: Json = path["get"]["responses"]
    content = answers["200"]["content"]
    binary = {"schema": {"type": "string", "format": "binary"}}
    for one in (FORMATS[form] for form in forms):
        content[one.media] = content[MEDIA["geojson"]] if one.paged else binary
    answers["206"] = {"description": "The ranges of bytes asked for of a file (Range)."}
    answers["304"] = {
        "description": "What the client has is so still (If-None-Match, If-Modified-Since)."
    }
    for status in ("416", "507"):
        answers[status] = {"$ref": "#/components/responses/Problem"}
    return path


def _named_formats(path: Json) -> Json:
    """The parameter `f` with the formats that this address answers in."""
    described = path["get"]
    offered = [_FORMAT_OF[media] for media in described["responses"]["200"]["content"]]
    for place, parameter in enumerate(described["parameters"]):
        if parameter.get("$ref") == f"{_PARAMETER}f":
            described["parameters"][place] = {
                "name": "f",
                "in": "query",
                "required": False,
                "description": PARAMETERS["f"].meaning,
                "schema": {"type": "string", "enum": offered},
            }
    return path


def _in_path(name: str, values: list[str] | None, meaning: str) -> Json:
    schema: Json = {"type": "string", **({"enum": values} if values else {})}
    return {"name": name, "in": "path", "required": True, "description": meaning, "schema": schema}


def _parameter(site: Site, name: str) -> Json:
    parameter = PARAMETERS[name]
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": parameter.meaning,
        "schema": parameter.schema(site),
        "style": "form",
        "explode": False,
    }


_LIMITS = ("413", "414", "429", "431")  # of size and rate, whatever is asked
_TILE = (("z", "The zoom."), ("y", "The row, from the north."), ("x", "The column."))
_STRATEGY = "The figures that the partnership printed, recomputed."
_PROBLEM: Json = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_FEATURE: Json = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string"},
        "geometry": {"type": "object"},
        "properties": {"type": "object"},
    },
}
_COLLECTION: Json = {
    "type": "object",
    "required": ["type", "features", "numberMatched", "numberReturned", "links"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {"type": "array", "items": {"$ref": "#/components/schemas/Feature"}},
        "numberMatched": {"type": "integer"},
        "numberReturned": {"type": "integer"},
        "links": {"type": "array", "items": {"type": "object"}},
        "metadata": {"type": "object"},
    },
}
