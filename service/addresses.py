"""The one tree of addresses: pages for people and data for programs."""

from collections.abc import Callable, Coroutine
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from geo.query import Question
from layers.layer import Layer, Rates
from service import documents
from service.answering import Makers, answer, data, page
from service.assets import JOINED, joined
from service.briefing.make import briefing_body
from service.items import layer_facts
from service.layer_addresses import METHODS
from service.layer_addresses import router as layers
from service.maps import MAP_SCRIPT, map_script
from service.negotiate import MEDIA
from service.openapi import api_document
from service.operation.addresses import router as operation
from service.pages.about import about_page
from service.pages.about_facts import about_facts
from service.pages.catalogue import document_page
from service.pages.controls import fit
from service.pages.home import home_page
from service.pages.public import CHANGES, public_layer, public_page
from service.pages.subjects import SUBJECTS, Subject
from service.pages.town import town_facts, town_page, town_question
from service.parameters import (
    MAP_VIEW,
    PRINTED,
    SEARCH,
    check_names,
    read_rates,
)
from service.records.feed import feed
from service.responses import Body, encoding_of
from service.search import search, search_page
from service.site import Site

router = APIRouter(routes=[*layers.routes, *operation.routes])


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


@router.api_route("/feed", methods=METHODS)
async def versions(request: Request) -> Response:
    """When the figures were made anew."""
    return await answer(
        request,
        ("f",),
        lambda site, base: {"atom": lambda: Body.of(feed(site, base), MEDIA["atom"])},
    )


@router.api_route("/about", methods=METHODS)
async def about(request: Request) -> Response:
    """What the data are made of, in words; the same for programs."""
    return await answer(
        request,
        ("f",),
        lambda site, _: {
            "html": page(about_page, site),
            "json": data(lambda: about_facts(site.dataset)),
        },
    )


@router.api_route("/towns", methods=METHODS)
async def find_town(request: Request) -> Response:
    """Where the form that asks for a town leads: to the town, or to the list of them."""
    check_names(request.query_params, ("town",))
    town = request.query_params.get("town")
    return RedirectResponse(f"/towns/{quote(town, safe='')}" if town else "/#towns", 303)


def _of_town(site: Site, town: str, query: QueryParams) -> Question:
    more = {name: query.get(name) for name in ("source", "compare")}
    return town_question(site, town, query.get("theme"), query.get("datetime"), **more)


def _public_town(site: Site, question: Question) -> Layer | None:
    """The layer that stands for the page of a town, if only public tables are at hand."""
    return public_layer(site, question, *(CHANGES.values() if question.compare else CHANGES))


def _town_page(site: Site, town: str, query: QueryParams, rates: Rates | None) -> bytes:
    question, _, left = fit(partial(_of_town, site, town), query)
    if (layer := _public_town(site, question)) is not None:
        return public_page(site, layer, question, left)
    return town_page(site, question, rates, left=left)


def _town_facts(site: Site, question: Question) -> dict[str, Any]:
    if (layer := _public_town(site, question)) is not None:
        return layer_facts(site, layer, question)
    return town_facts(site, question)


@router.api_route("/towns/{town}", methods=METHODS)
async def town(request: Request, town: str) -> Response:
    """A town's page; its figures."""
    query = request.query_params

    def makers(site: Site, _: str) -> Makers:
        rates = read_rates(query, site.layer("hotspots").rates(site.dataset))
        return {
            "html": page(_town_page, site, town, query, rates),
            "json": data(lambda: _town_facts(site, _of_town(site, town, query))),
        }

    return await answer(request, MAP_VIEW, makers)


@router.api_route("/towns/{town}/briefing", methods=METHODS)
async def town_briefing(request: Request, town: str) -> Response:
    """A town's page on two sheets of A4."""

    def makers(site: Site, base: str) -> Makers:
        question = _of_town(site, town, request.query_params)
        return {"pdf": lambda: briefing_body(site, question, base)}

    return await answer(request, PRINTED, makers, dated=True)


def subject(kind: Subject) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """The endpoint of a page of one subject; its figures."""

    async def endpoint(request: Request) -> Response:
        def makers(site: Site, _: str) -> Makers:
            query = request.query_params
            found = {
                "html": page(kind.as_page, site, query),
                "json": data(lambda: kind.as_facts(site, query)),
            }
            return found | ({"csv": partial(kind.as_csv, site, query)} if kind.csv else {})

        return await answer(request, kind.allowed, makers)

    return endpoint


for path, kind in SUBJECTS.items():
    router.add_api_route(path, subject(kind), methods=METHODS)


@router.api_route(MAP_SCRIPT, methods=METHODS)
async def folium_script(request: Request) -> Response:
    """The script that Folium writes for the map of every page."""
    script = Body.of(map_script(), "text/javascript; charset=utf-8")
    return script.packed(encoding_of(request.scope)).respond(request.scope)


@router.api_route("/static/joined/{name}", methods=METHODS)
async def joined_files(request: Request, name: str) -> Response:
    """Scripts or styles that every page wants, as one."""
    if name not in JOINED:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return joined(name, encoding_of(request.scope)).respond(request.scope)


@router.api_route("/search", methods=METHODS)
async def find(request: Request) -> Response:
    """Towns, areas, streets and postcodes that fit a text."""
    query = request.query_params
    return await answer(
        request,
        SEARCH,
        lambda site, _: {
            "html": page(search_page, site, query),
            "json": data(lambda: search(site, query)),
        },
    )


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
