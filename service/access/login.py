"""Signing in and out, for people with a browser."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.access.access import Access, session_of
from service.access.refusals import Refusals
from service.access.roles import NOBODY, Visitor
from service.audit.log import AuditLog, Entry
from service.errors import problem
from service.pages.frame import frame
from service.pages.render import render_page

LONGEST = 4_096  # bytes of a form
UNCACHED = {"Cache-Control": "no-store"}
FORGOTTEN = {"Clear-Site-Data": '"cache"'}  # a browser that is shared keeps no page of a role
router = APIRouter()
_TOO_MANY = "Too many sign-ins came to nothing just now. Try again in a minute."
_AGAIN = {"Retry-After": "60"}


@dataclass(frozen=True)
class Failure:
    """Why somebody is not signed in: what is said in bold, and what to do about it.

    `of` is what they showed: token or account.
    """

    of: str
    bold: str
    words: str
    status: HTTPStatus


BAD_TOKEN = Failure(
    "token",
    "That token opens nothing here.",
    "It may not be whole, may have expired, or was withdrawn. Ask who gave it to you for another.",
    HTTPStatus.UNAUTHORIZED,
)


@router.api_route("/login", methods=["GET", "HEAD"])
async def login_page(request: Request) -> Response:
    """The page to sign in on."""
    return page(request, local(request.query_params.get("next", "/")))


@router.post("/login")
async def login(request: Request) -> Response:
    """Begin a session for whoever shows a token, and lead on to where they wanted to go."""
    if int(request.headers.get("content-length", "0") or 0) > LONGEST:
        return problem(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is no token.")
    access: Access = request.app.state.access
    async with request.form(max_fields=4, max_files=0) as form:
        text, wanted = str(form.get("token", "")), local(str(form.get("next", "/")))
    token = access.tokens.shown(text)
    if token is None:
        if not await refused(request, NOBODY):
            return problem(request, HTTPStatus.TOO_MANY_REQUESTS, _TOO_MANY, _AGAIN)
        return page(request, wanted, BAD_TOKEN)
    await record(request, token.visitor, "signed in")
    response = RedirectResponse(wanted, HTTPStatus.SEE_OTHER, UNCACHED)
    access.sessions.begin(response, request.scope, session_of(token))
    return response


@router.post("/logout")
async def logout(request: Request) -> Response:
    """End the session."""
    access: Access = request.app.state.access
    if request.state.visitor != NOBODY:
        await record(request, request.state.visitor, "signed out")
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER, UNCACHED | FORGOTTEN)
    access.sessions.end(response, request.scope)
    return response


def page(request: Request, wanted: str, failure: Failure | None = None) -> Response:
    """The page to sign in on, with why somebody is not. `wanted`: where to lead on to."""
    access: Access = request.app.state.access
    content = render_page(
        "login.html",
        wanted=wanted,
        failure=failure,
        accounts=access.oidc is not None,
        **frame(request.state.site, "login"),
    )
    return Response(content, failure.status if failure else HTTPStatus.OK, UNCACHED, "text/html")


async def refused(request: Request, visitor: Visitor) -> bool:
    """Keep in the audit log that somebody was not let in, unless too many were of late.

    Raises StorageError where it cannot be kept.
    """
    refusals: Refusals = request.app.state.refusals
    counted = refusals.add()
    if counted:
        await record(request, visitor, "refused")
    return counted


async def record(request: Request, visitor: Visitor, action: str) -> None:
    """Keep in the audit log that somebody came or went, where there is one.

    Raises StorageError where it cannot be kept.
    """
    audit: AuditLog | None = request.app.state.audit
    if audit is not None:
        await run_in_threadpool(audit.record, Entry(visitor.name, visitor.role, action, {}))


def local(address: str) -> str:
    """An address of this service to lead on to; the home page in the place of any other."""
    own = address.startswith("/") and not address.startswith(("//", "/\\"))
    return quote(address, safe="/?=&%:,.+-_~") if own else "/"
