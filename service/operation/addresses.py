"""The addresses for whoever runs the service: is it there, can it answer, what has it done."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from geo.errors import DatasetError
from geo.versions import readable
from service.errors import problem
from service.listening import on_this_machine
from service.operation.exposition import MEDIA, exposition
from service.parameters import check_names
from service.responses import json_response
from service.site import Site

METHODS = ["GET", "HEAD"]
UNKEPT = {"Cache-Control": "no-store"}
router = APIRouter()


@router.api_route("/health", methods=METHODS)
async def health(request: Request) -> Response:
    """Whether the service is there, and with which dataset."""
    check_names(request.query_params, ())
    site: Site = request.state.site
    content = {
        "status": "ok",
        "dataset_id": site.dataset.id,
        "area": site.dataset.area,
        "period": site.dataset.period.iso(),
    }
    return json_response(content, headers=UNKEPT)


@router.api_route("/ready", methods=METHODS)
async def ready(request: Request) -> Response:
    """Whether it can answer: its dataset can be read, and nobody has told it to stop."""
    check_names(request.query_params, ())
    site: Site = request.state.site
    if request.app.state.stopping:
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, "The service is being stopped.")
    if not await run_in_threadpool(lambda: all(readable(each.folder) for each in site.datasets)):
        homes = ", ".join(str(each.folder.parent) for each in site.datasets)
        raise DatasetError(f"Files of the dataset in {homes} are not as they were built.")
    return json_response({"status": "ready"}, headers=UNKEPT)


@router.api_route("/metrics", methods=METHODS)
async def metrics(request: Request) -> Response:
    """What the service has done, for Prometheus; for this machine and for who signs in."""
    check_names(request.query_params, ())
    near = request.client is not None and on_this_machine(request.client.host)
    if not (near or request.state.visitor.may("partner")):
        words = "This is for the machine that the service runs on, or with a token."
        return problem(request, HTTPStatus.FORBIDDEN, words)
    content = await run_in_threadpool(exposition, request.app.state.counts, request.state.site)
    return Response(content, HTTPStatus.OK, UNKEPT, MEDIA)
