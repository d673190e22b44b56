"""One table from error to HTTP status, and one shape for every error (RFC 9457)."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from geo.errors import (
    BusyError,
    ConflictError,
    DatasetError,
    ExpiredError,
    HiddenError,
    QuestionError,
    SafermapError,
    StorageError,
    UnknownNameError,
)
from service.negotiate import prefers_html
from service.operation.log import EVENTS, told
from service.pages.frame import frame
from service.pages.render import render_page
from service.responses import json_response
from service.site import Site

STATUS: dict[type[SafermapError], HTTPStatus] = {
    QuestionError: HTTPStatus.BAD_REQUEST,
    HiddenError: HTTPStatus.FORBIDDEN,
    UnknownNameError: HTTPStatus.NOT_FOUND,
    DatasetError: HTTPStatus.SERVICE_UNAVAILABLE,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    ConflictError: HTTPStatus.CONFLICT,
    StorageError: HTTPStatus.INSUFFICIENT_STORAGE,
}
TITLES = {
    HTTPStatus.BAD_REQUEST: "This cannot be shown",
    HTTPStatus.FORBIDDEN: "This is not public",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.CONFLICT: "Not now",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong",
    HTTPStatus.SERVICE_UNAVAILABLE: "Nothing is shown at present",
}
AGAIN_SECONDS = 30
PROBLEM = "application/problem+json"


def explained(request: Request, error: Exception) -> Response:
    """The answer to an error that safermap can explain."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if status is None:
        return unexplained(request, error)
    if isinstance(error, DatasetError) and not isinstance(error, ExpiredError):
        return _damaged(request, error)
    again = {"Retry-After": str(AGAIN_SECONDS)} if isinstance(error, BusyError) else None
    return problem(request, status, str(error), again)


def http_error(request: Request, error: Exception) -> Response:
    """The answer to an address that does not exist, or a method that is not offered."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    details = {
        HTTPStatus.FORBIDDEN: "This is not public",
        HTTPStatus.NOT_FOUND: "There is nothing at this address. Start at / or at /collections.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is larger than what is read.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} is not offered; use GET.",
    }
    found = HTTPStatus(status)
    headers = {"Allow": "GET, HEAD"} if found is HTTPStatus.METHOD_NOT_ALLOWED else None
    return problem(request, found, details.get(found, found.phrase), headers)


def unfinished(request: Request, _: Exception) -> Response:
    """The answer to a client that went away before its form was there, for the log alone."""
    return problem(request, HTTPStatus.BAD_REQUEST, "It did not come whole.")


def unexplained(request: Request, error: Exception) -> Response:
    """The answer to an error nobody foresaw: an id for the log, and nothing of the inside."""
    number = request.state.request_id
    facts = told("error", id=number, path=request.url.path)
    EVENTS.error("error %s at %s", number, request.url.path, exc_info=error, extra=facts)
    detail = f"Something went wrong here. Tell the people who run this service the number {number}."
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def _damaged(request: Request, error: DatasetError) -> Response:
    """The answer where a part of the dataset cannot be read; which it is, and where, is logged."""
    number = request.state.request_id
    EVENTS.error("%s", error, extra=told("damaged", id=number, path=request.url.path))
    detail = (
        "Some of the dataset cannot be read, as it is damaged; build it again. The log of this "
        f"service says more, by the number {number}."
    )
    return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, detail)


def problem(
    request: Request, status: HTTPStatus, detail: str, headers: dict[str, str] | None = None
) -> Response:
    """Problem details for programs, a page for people."""
    headers = {**(headers or {}), "Cache-Control": "no-store"}
    if prefers_html(request):
        site: Site = request.state.site
        page = render_page(
            "error.html", title=TITLES.get(status, status.phrase), detail=detail, **frame(site)
        )
        return Response(page, status, headers, media_type="text/html")
    body = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    return json_response(body, status=status, media_type=PROBLEM, headers=headers)
