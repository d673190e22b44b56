"""The gate: every request is told who it comes from and what that role sees, and no more."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.errors import AccessError
from service.access.access import Access, BadTokenError
from service.access.roles import Role, Visitor
from service.errors import problem
from service.site import Site

SAFE = ("GET", "HEAD", "OPTIONS")
_DEPENDS = "Authorization, Cookie"
_ELSEWHERE = "This can only be sent from a page of this service."


class Gate:
    """ASGI middleware: `request.state` has the visitor, and the site as the visitor's role sees it.

    Without access configured there is one site, which everybody sees.
    """

    def __init__(self, app: ASGIApp, sites: Mapping[Role, Site], access: Access | None) -> None:
        self.app, self.sites, self.access = app, sites, access
        self.everybody = Visitor("anyone", next(iter(sites)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through as who it comes from, or say why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["state"] = state = dict(scope.get("state") or {})
        state["visitor"], state["site"] = self.everybody, next(iter(self.sites.values()))
        if self.access is None:
            if words := _refused(scope):
                await problem(Request(scope), HTTPStatus.FORBIDDEN, words)(scope, receive, send)
                return
            await self.app(scope, receive, send)
            return
        state["site"] = self.sites["public"]  # what an error page may tell of
        request, told = Request(scope), _telling(scope, send)
        try:
            visitor = self.access.visitor(scope)
        except BadTokenError as error:
            head = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            refused = problem(request, HTTPStatus.UNAUTHORIZED, str(error), head)
            await refused(scope, receive, told)
            return
        except AccessError:
            words = "Nobody can be let in at the moment. Tell the people who run this service."
            await problem(request, HTTPStatus.SERVICE_UNAVAILABLE, words)(scope, receive, told)
            return
        state["visitor"], state["site"] = visitor, self.sites[visitor.role]
        if scope["method"] not in SAFE and _from_elsewhere(Headers(scope=scope)):
            await problem(request, HTTPStatus.FORBIDDEN, _ELSEWHERE)(scope, receive, told)
            return
        await self.app(scope, receive, told)


def _refused(scope: Scope) -> str | None:
    """Why a request has no answer where no access is configured; None where it has one."""
    site: Site = scope["state"]["site"]
    if site.holds_partner_records and through_a_proxy(scope):
        return "What is here is for this machine alone until access is configured."
    headers = Headers(scope=scope)
    told = "origin" in headers or "sec-fetch-site" in headers  # as every browser does
    if scope["method"] not in SAFE and told and _from_elsewhere(headers):
        return _ELSEWHERE
    return None


def through_a_proxy(scope: Scope) -> bool:
    """Whether a request comes from another machine by way of a proxy on this one."""
    headers = Headers(scope=scope)
    return any(name in headers for name in ("x-forwarded-for", "forwarded", "via"))


def _telling(scope: Scope, send: Send) -> Send:
    """Say of each answer that it depends on who asks, and of a role's own that it is for them."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            before = headers.get("vary")
            headers["Vary"] = f"{before}, {_DEPENDS}" if before else _DEPENDS
            if scope["state"]["visitor"].role != "public":
                kept = headers.get("cache-control", "no-cache")
                headers["Cache-Control"] = f"private, {kept}"
        await send(message)

    return told


def _from_elsewhere(headers: Headers) -> bool:
    """Whether a browser sends this from a page of another site (cross-site request forgery).

    Browsers say where a request comes from, in Sec-Fetch-Site or in Origin; a program that shows a
    token sends neither, and has no session that could be misused.
    """
    if "authorization" in headers:
        return False
    if "sec-fetch-site" in headers:
        return headers["sec-fetch-site"] != "same-origin"
    return urlsplit(headers.get("origin", "")).netloc != headers.get("host")
