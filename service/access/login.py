"""Signing in and out, for people with a browser."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.access.access import Access, session_of
from service.access.roles import NOBODY, Visitor
from service.access.sessions import end_session
from service.audit.log import AuditLog, Entry
from service.errors import problem
from service.pages.frame import frame
from service.pages.render import render_page

LONGEST = 4_096  # bytes of a form
router = APIRouter()


@router.api_route("/login", methods=["GET", "HEAD"])
async def login_page(request: Request) -> Response:
    """The page to sign in on."""
    return _page(request, _local(request.query_params.get("next", "/")))


@router.post("/login")
async def login(request: Request) -> Response:
    """Begin a session for whoever shows a token, and lead on to where they wanted to go."""
    if int(request.headers.get("content-length", "0") or 0) > LONGEST:
        return problem(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is no token.")
    access: Access = request.app.state.access
    async with request.form(max_fields=4, max_files=0) as form:
        text, wanted = str(form.get("token", "")), _local(str(form.get("next", "/")))
    token = access.tokens.shown(text)
    if token is None:
        await _record(request, NOBODY, "refused")
        return _page(request, wanted, failed=True)
    await _record(request, token.visitor, "signed in")
    response = RedirectResponse(wanted, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    access.sessions.begin(response, request.scope, session_of(token))
    return response


@router.post("/logout")
async def logout(request: Request) -> Response:
    """End the session."""
    await _record(request, request.state.visitor, "signed out")
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    end_session(response, request.scope)
    return response


def _page(request: Request, wanted: str, *, failed: bool = False) -> Response:
    content = render_page(
        "login.html", wanted=wanted, failed=failed, **frame(request.state.site, "login")
    )
    status = HTTPStatus.UNAUTHORIZED if failed else HTTPStatus.OK
    return Response(content, status, {"Cache-Control": "no-store"}, "text/html")


async def _record(request: Request, visitor: Visitor, action: str) -> None:
    """Keep in the audit log that somebody came or went, where there is one.

    Raises StorageError where it cannot be kept.
    """
    audit: AuditLog | None = request.app.state.audit
    if audit is not None:
        await run_in_threadpool(audit.record, Entry(visitor.name, visitor.role, action, {}))


def _local(address: str) -> str:
    """An address of this service to lead on to; the home page in the place of any other."""
    own = address.startswith("/") and not address.startswith(("//", "/\\"))
    return quote(address, safe="/?=&%:,.+-_~") if own else "/"
