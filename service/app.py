"""The application: one tree of addresses, pages for people and data for programs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from geo.errors import SafermapError
from geo.query import Question
from service import documents
from service.errors import explained, http_error, unexplained
from service.items import csv_items, geojson_item, geojson_items, layer_facts, one_item
from service.kept import KeptAnswers, asked
from service.maps import LEAFLET
from service.negotiate import MEDIA, wanted_format
from service.openapi import api_document
from service.pages.business import business_facts, business_page, business_question
from service.pages.catalogue import catalogue_page, document_page, item_page, layer_page, map_page
from service.pages.deprivation import deprivation_facts, deprivation_page
from service.pages.home import home_page
from service.pages.rural import rural_page
from service.pages.rural_facts import rural_facts
from service.pages.strategy import strategy_csv, strategy_page, strategy_served
from service.pages.strategy_facts import strategy_facts
from service.pages.town import town_facts, town_page, town_question
from service.parameters import (
    BUSINESS_VIEW,
    ITEM,
    ITEMS,
    MAP_VIEW,
    VIEW,
    check_names,
    read_question,
    read_rates,
    read_window,
)
from service.responses import Body, json_bytes, json_response
from service.site import Site

STATIC = Path(__file__).parent.parent / "static"
METHODS = ["GET", "HEAD"]

Makers = dict[str, Callable[[], Body]]
router = APIRouter()


def create_app(site: Site, hosts: Sequence[str] = ("*",)) -> FastAPI:
    """The application that serves one dataset, to requests that name one of the hosts."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.site = site
    app.add_middleware(KeptAnswers, site=site)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.include_router(router)
    app.mount("/static/leaflet", StaticFiles(directory=LEAFLET))
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_exception_handler(SafermapError, explained)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, unexplained)
    return app


async def answer(
    request: Request, allowed: tuple[str, ...], makers: Callable[[Site, str], Makers]
) -> Response:
    """Answer in the format wanted, with bytes made once.

    `makers` says, for the site and the base address, how each offered format is made. The bytes
    are kept by what was asked, so that `KeptAnswers` gives them at once the next time.
    """
    site: Site = request.app.state.site
    check_names(request.query_params, allowed)
    offered = makers(site, str(request.base_url).rstrip("/"))
    make = offered[wanted_format(request, tuple(offered))]
    made = await run_in_threadpool(make)
    site.keep(asked(request.scope), made)
    return made.respond(request.scope)


def page(make: Callable[..., bytes], *args: Any) -> Callable[[], Body]:  # noqa: ANN401
    """A page, made when it is wanted."""
    return lambda: Body.of(make(*args), "text/html; charset=utf-8")


def data(make: Callable[[], Any], media: str = MEDIA["json"]) -> Callable[[], Body]:
    """A JSON document, made when it is wanted."""
    return lambda: Body.of(json_bytes(make()), media)


def _public(site: Site, question: Question, name: str, otherwise: str | None = None) -> Makers:
    """What a page shows of a partner's records where only their public tables are at hand.

    The map of a layer, and its rows; of another where the theme is not shown below the town.
    """
    public = question.published(site.dataset)
    if otherwise is not None and public is not None and not public.below_town(question.theme):
        name = otherwise
    layer, window = site.layer(name), read_window({})
    return {
        "html": page(map_page, site, layer, question, window, {}),
        "json": data(lambda: layer_facts(site, layer, question)),
    }


@router.api_route("/", methods=METHODS)
async def home(request: Request) -> Response:
    """The home page; the landing document."""
    return await answer(
        request,
        ("f",),
        lambda site, base: {
            "html": page(home_page, site),
            "json": data(lambda: documents.landing(site, base)),
        },
    )


@router.api_route("/towns/{town}", methods=METHODS)
async def town(request: Request, town: str) -> Response:
    """A town's page; its figures."""

    def makers(site: Site, _: str) -> Makers:
        query = request.query_params
        asked = (query.get(name) for name in ("theme", "datetime", "source"))
        question = town_question(site, town, *asked)
        if question.published(site.dataset) is not None:
            return _public(site, question, "hotspots", "towns")
        rates = read_rates(query, site.layer("hotspots").rates(site.dataset))
        return {
            "html": page(town_page, site, question, rates),
            "json": data(lambda: town_facts(site, question)),
        }

    return await answer(request, MAP_VIEW, makers)


@router.api_route("/rural", methods=METHODS)
async def rural(request: Request) -> Response:
    """The rural page; its figures."""

    def makers(site: Site, _: str) -> Makers:
        question = read_question(site.dataset, request.query_params)
        if question.published(site.dataset) is not None:
            return _public(site, question, "rural-urban")
        rates = read_rates(request.query_params, site.layer("hotspots").rates(site.dataset))
        return {
            "html": page(rural_page, site, question, rates),
            "json": data(lambda: rural_facts(site, question)),
        }

    return await answer(request, MAP_VIEW, makers)


@router.api_route("/strategy", methods=METHODS)
async def strategy(request: Request) -> Response:
    """What the partnership printed, recomputed."""

    def makers(site: Site, _: str) -> Makers:
        printed = strategy_served(site)
        return {
            "html": page(strategy_page, site, printed),
            "json": data(lambda: strategy_facts(site.dataset, printed)),
            "csv": lambda: strategy_csv(site, printed),
        }

    return await answer(request, ("f",), makers)


@router.api_route("/business", methods=METHODS)
async def business(request: Request) -> Response:
    """The business page; its figures."""

    def makers(site: Site, _: str) -> Makers:
        query = request.query_params
        question = business_question(site, query.get("datetime"), query.get("source"))
        rates = read_rates(query, site.layer("hotspots").rates(site.dataset))
        return {
            "html": page(business_page, site, question, rates),
            "json": data(lambda: business_facts(site, question)),
        }

    return await answer(request, BUSINESS_VIEW, makers)


@router.api_route("/deprivation", methods=METHODS)
async def deprivation(request: Request) -> Response:
    """The deprivation page; its figures."""

    def makers(site: Site, _: str) -> Makers:
        question = read_question(site.dataset, request.query_params)
        if question.published(site.dataset) is not None:
            return _public(site, question, "deprivation")
        return {
            "html": page(deprivation_page, site, question),
            "json": data(lambda: deprivation_facts(site, question)),
        }

    return await answer(request, VIEW, makers)


@router.api_route("/collections", methods=METHODS)
async def collections(request: Request) -> Response:
    """The downloads catalogue; the collections document."""
    return await answer(
        request,
        ("f",),
        lambda site, base: {
            "html": page(catalogue_page, site),
            "json": data(lambda: documents.collections(site, base)),
        },
    )


@router.api_route("/collections/{name}", methods=METHODS)
async def collection(request: Request, name: str) -> Response:
    """A layer's card; the collection document."""

    def makers(site: Site, base: str) -> Makers:
        layer = site.layer(name)
        return {
            "html": page(layer_page, site, layer, base),
            "json": data(lambda: documents.collection(site, layer, base)),
        }

    return await answer(request, ("f",), makers)


@router.api_route("/collections/{name}/items", methods=METHODS)
async def items(request: Request, name: str) -> Response:
    """A layer's features as a map, GeoJSON or CSV."""

    def makers(site: Site, base: str) -> Makers:
        layer = site.layer(name)
        query = dict(request.query_params)
        question = read_question(site.dataset, request.query_params)
        window = read_window(query, layer.sets(site.dataset), layer.rates(site.dataset))
        return {
            "html": page(map_page, site, layer, question, window, query),
            "geojson": lambda: geojson_items(
                site, layer, question, window=window, base=base, query=query
            ),
            "csv": lambda: csv_items(site, layer, question, window),
        }

    return await answer(request, ITEMS, makers)


@router.api_route("/collections/{name}/items/{feature_id}", methods=METHODS)
async def item(request: Request, name: str, feature_id: str) -> Response:
    """One area."""

    def makers(site: Site, base: str) -> Makers:
        layer = site.layer(name)
        query = dict(request.query_params)
        question: Question = read_question(site.dataset, request.query_params)
        row = one_item(site, layer, question, feature_id)["properties"]
        return {
            "html": page(item_page, site, layer, question, row),
            "geojson": lambda: geojson_item(
                site, layer, question, feature_id, base=base, query=query
            ),
        }

    return await answer(request, ITEM, makers)


@router.api_route("/conformance", methods=METHODS)
async def conformance(request: Request) -> Response:
    """What the service conforms to."""
    found = documents.conformance()
    lead = "The parts of OGC API - Features that this service offers."
    rows = [("Conforms to", uri) for uri in found["conformsTo"]]
    return await answer(
        request,
        ("f",),
        lambda site, _: {
            "html": page(document_page, site, "Conformance", lead, rows),
            "json": data(lambda: found),
        },
    )


@router.api_route("/api", methods=METHODS)
async def api(request: Request) -> Response:
    """The API definition."""

    def makers(site: Site, base: str) -> Makers:
        document = api_document(site, base)
        rows = [(path, methods["get"]["summary"]) for path, methods in document["paths"].items()]
        lead = (
            "Every address of this service. The definition itself is OpenAPI 3.0.3, at /api?f=json."
        )
        return {
            "html": page(document_page, site, "Addresses", lead, rows),
            "json": data(lambda: document, documents.OPENAPI_MEDIA),
        }

    return await answer(request, ("f",), makers)


@router.api_route("/health", methods=METHODS)
async def health(request: Request) -> Response:
    """Whether the service has its dataset."""
    check_names(request.query_params, ())
    site: Site = request.app.state.site
    content = {
        "status": "ok",
        "dataset_id": site.dataset.id,
        "area": site.dataset.area,
        "period": site.dataset.period.iso(),
    }
    return json_response(content, headers={"Cache-Control": "no-store"})
