"""The addresses of layers: what there is, one layer, its fields, its features, one of them."""

from functools import partial

from fastapi import APIRouter
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from geo.query import Question
from layers.layer import Layer
from service import documents
from service.answering import Makers, answer, data, page
from service.downloads import features_as
from service.formats import FORMATS
from service.items import SCHEMA_MEDIA, geojson_item, row_of
from service.negotiate import MEDIA
from service.pages.catalogue import catalogue_page, document_page, item_page, layer_page, map_page
from service.pages.controls import fit
from service.parameters import ITEM, ITEMS, STYLE, TILES, read_question
from service.records.dcat import dcat_catalogue, dcat_dataset
from service.records.dictionary import dictionary, dictionary_csv, dictionary_page
from service.records.gemini import gemini_xml
from service.records.record import record_of
from service.responses import Body
from service.site import Site
from service.styles import definition_body, project_body, style_body
from service.vector_tiles import TILE_GRID, dataset_tiles, tile_body, tile_set
from service.window import Window, read_window

METHODS = ["GET", "HEAD"]
router = APIRouter()


@router.api_route("/collections", methods=METHODS)
async def collections(request: Request) -> Response:
    """The downloads catalogue; the collections document; for portals; every layer as tiles."""
    return await answer(
        request,
        ("f",),
        lambda site, base: {
            "html": page(catalogue_page, site),
            "json": data(lambda: documents.collections(site, base)),
            "dcat": data(lambda: dcat_catalogue(site, base), MEDIA["dcat"]),
            "pmtiles": partial(dataset_tiles, site),
        },
    )


@router.api_route("/collections/{name}", methods=METHODS)
async def collection(request: Request, name: str) -> Response:
    """A layer's card; the collection document; its record for catalogues."""

    def makers(site: Site, base: str) -> Makers:
        layer = site.layer(name)
        return {
            "html": page(layer_page, site, layer, base),
            "json": data(lambda: documents.collection(site, layer, base)),
            "gemini": lambda: Body.of(gemini_xml(record_of(site, layer, base)), MEDIA["gemini"]),
            "dcat": data(lambda: dcat_dataset(record_of(site, layer, base)), MEDIA["dcat"]),
        }

    return await answer(request, ("f",), makers)


def _layer_map(site: Site, layer: Layer, query: QueryParams, window: Window) -> bytes:
    question, kept, left = fit(partial(read_question, site.dataset), query)
    return map_page(site, layer, question, window, dict(kept), left=left)


@router.api_route("/dictionary", methods=METHODS)
async def data_dictionary(request: Request) -> Response:
    """What each field of every layer means."""
    return await answer(
        request,
        ("f",),
        lambda site, _: {
            "html": page(dictionary_page, site),
            "json": data(lambda: dictionary(site)),
            "csv": lambda: dictionary_csv(site),
        },
    )


@router.api_route("/collections/{name}/queryables", methods=METHODS)
async def queryables(request: Request, name: str) -> Response:
    """The fields that a filter may name, as a JSON schema."""

    def makers(site: Site, base: str) -> Makers:
        layer = site.layer(name)
        found = documents.queryables(site, layer, base)
        rows = [(field, shown["title"]) for field, shown in found["properties"].items()]
        return {
            "html": page(document_page, site, found["title"], found["description"], rows),
            "json": data(lambda: found, SCHEMA_MEDIA),
        }

    return await answer(request, ("f",), makers)


@router.api_route("/collections/{name}/style", methods=METHODS)
async def style(request: Request, name: str) -> Response:
    """How a layer is drawn, for QGIS and as SLD; a layer of QGIS that is drawn so."""

    def makers(site: Site, base: str) -> Makers:
        layer, query = site.layer(name), dict(request.query_params)
        question = read_question(site.dataset, request.query_params)
        asked = (site, layer, question, read_window(query, layer, site.dataset))
        return {
            "qml": partial(style_body, *asked, "qml"),
            "sld": partial(style_body, *asked, "sld"),
            "qlr": partial(definition_body, *asked, base=base, query=query),
        }

    return await answer(request, STYLE, makers)


@router.api_route(f"/collections/{{name}}/tiles/{TILE_GRID}", methods=METHODS)
async def tiles(request: Request, name: str) -> Response:
    """Where the vector tiles of a layer are, and what is in them."""

    def makers(site: Site, base: str) -> Makers:
        layer, query = site.layer(name), dict(request.query_params)
        question = read_question(site.dataset, query)
        read_window(query, layer, site.dataset)
        return {"json": data(lambda: tile_set(site, layer, question, base, query))}

    return await answer(request, TILES, makers)


@router.api_route(f"/collections/{{name}}/tiles/{TILE_GRID}/{{z}}/{{y}}/{{x}}", methods=METHODS)
async def vector_tile(request: Request, name: str, z: str, y: str, x: str) -> Response:
    """One vector tile of a layer."""

    def makers(site: Site, _: str) -> Makers:
        layer, query = site.layer(name), dict(request.query_params)
        return {"mvt": partial(tile_body, site, layer, query, (z, y, x))}

    return await answer(request, TILES, makers)


@router.api_route("/qgis/project.qgs", methods=METHODS)
async def project(request: Request) -> Response:
    """A project of every layer for QGIS."""
    return await answer(
        request, ("f",), lambda site, base: {"qgs": partial(project_body, site, base)}
    )


@router.api_route("/collections/{name}/items", methods=METHODS)
async def items(request: Request, name: str) -> Response:
    """A layer's features as a map, in pages of JSON, or as a file."""

    def makers(site: Site, base: str) -> Makers:
        layer, asked = site.layer(name), request.query_params
        query = dict(asked)
        window = read_window(query, layer, site.dataset)
        return {
            "html": page(_layer_map, site, layer, asked, window),
            **{
                kind: partial(features_as, site, layer, kind, window=window, query=query, base=base)
                for kind in FORMATS
            },
        }

    return await answer(request, ITEMS, makers)


@router.api_route("/collections/{name}/items/{feature_id}", methods=METHODS)
async def item(request: Request, name: str, feature_id: str) -> Response:
    """One area."""

    def makers(site: Site, base: str) -> Makers:
        layer = site.layer(name)
        query = dict(request.query_params)
        question: Question = read_question(site.dataset, request.query_params)
        row = site.computed.answer(layer, question)[1][row_of(site, layer, question, feature_id)]
        return {
            "html": page(item_page, site, layer, question, row),
            "geojson": lambda: geojson_item(
                site, layer, question, feature_id, base=base, query=query
            ),
        }

    return await answer(request, ITEM, makers)
