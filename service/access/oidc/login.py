"""Signing in with a work account: off to the identity provider, and back."""

import logging
from http import HTTPStatus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.access.access import Access, account_session
from service.access.login import UNCACHED, Failure, local, page, record, refused
from service.access.oidc.account import account_of, left_out
from service.access.oidc.provider import Attempt, SignInError, begin, finish
from service.access.oidc.settings import OidcSettings
from service.access.roles import NOBODY

CALLBACK = "/login/oidc/callback"
_NOT_SIGNED_IN = "You are not signed in."
_log = logging.getLogger("safermap")
router = APIRouter()


@router.get("/login/oidc")
async def start(request: Request) -> Response:
    """Send somebody to their organisation's sign-in."""
    access, settings = _configured(request)
    wanted = local(request.query_params.get("next", "/"))
    redirect_uri = str(request.url.replace(path=CALLBACK, query=""))
    try:
        url, attempt = await begin(settings, redirect_uri, wanted)
    except SignInError as error:
        return _failed(request, wanted, error)
    response = RedirectResponse(url, HTTPStatus.SEE_OTHER, UNCACHED)
    access.attempts.begin(response, request.scope, attempt.told())
    return response


@router.get(CALLBACK)
async def end(request: Request) -> Response:
    """Begin the session of whom the organisation's sign-in sends back, and lead on."""
    access, settings = _configured(request)
    told = access.attempts.told(request.scope)
    attempt = Attempt(**told) if told else None
    wanted = attempt.wanted if attempt else "/"
    try:
        claims = await finish(settings, attempt, request.query_params)
    except SignInError as error:
        await refused(request, NOBODY)
        response = _failed(request, wanted, error)
    else:
        account = account_of(settings, claims)
        if account.role == "public":
            await refused(request, account.visitor)
            response = page(request, wanted, _without_role(left_out(settings, claims)))
        else:
            await record(request, account.visitor, "signed in")
            response = RedirectResponse(wanted, HTTPStatus.SEE_OTHER, UNCACHED)
            access.sessions.begin(response, request.scope, account_session(account, settings))
    access.attempts.end(response, request.scope)
    return response


def _configured(request: Request) -> tuple[Access, OidcSettings]:
    access: Access = request.app.state.access
    if access.oidc is None:  # nothing leads here then
        raise RuntimeError("no identity provider is configured")
    return access, access.oidc


def _failed(request: Request, wanted: str, error: SignInError) -> Response:
    _log.warning("a sign-in by work account came to nothing: %s", error.cause)
    return page(request, wanted, Failure("account", _NOT_SIGNED_IN, str(error), error.status))


def _without_role(withheld: bool) -> Failure:
    why = (
        "Your organisation does not tell this service which groups you are in, because they are "
        "so many."
        if withheld
        else "Your work account is sound, but it is not among those that see more here than is "
        "public."
    )
    words = f"{why} Ask the people who run this service to let you in, or go on to what is public."
    return Failure("account", _NOT_SIGNED_IN, words, HTTPStatus.FORBIDDEN)
