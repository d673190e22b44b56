"""The application that serves one dataset: its addresses, and what stands round every answer."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from geo.errors import SafermapError
from service.access.access import Access
from service.access.gate import Gate
from service.access.login import router as login
from service.access.roles import Role
from service.addresses import router
from service.assets import STATIC, Assets
from service.audit.log import AuditLog
from service.audit.watch import Watched
from service.errors import explained, http_error, unexplained
from service.expiry import Expiring
from service.kept import KeptAnswers
from service.maps import LEAFLET
from service.policy import Guarded
from service.site import Site


class Service(FastAPI):
    """An application whose every request passes the gate, and whose every answer is guarded.

    The answer to an unforeseen error too.
    """

    def build_middleware_stack(self) -> ASGIApp:
        """All the layers of the application, the guard outermost, then the gate."""
        sites: Mapping[Role, Site] = self.state.sites
        gate = Gate(super().build_middleware_stack(), sites, self.state.access)
        return Guarded(gate, next(iter(sites.values())).image_sources)


def create_app(
    site: Site | Mapping[Role, Site],
    hosts: Sequence[str] = ("*",),
    access: Access | None = None,
    audit: AuditLog | None = None,
    today: Callable[[], date] = date.today,
) -> FastAPI:
    """The application that serves one dataset, to requests that name one of the hosts.

    `site`: the dataset as each role sees it, or as everybody does where no access is configured.
    `audit`: where it is recorded who was shown what that is not public.
    `today` tells the day, by which records may be held no longer.
    """
    sites = {"analyst": site} if isinstance(site, Site) else site

    @asynccontextmanager
    async def served(_: FastAPI) -> AsyncIterator[None]:
        yield
        for each in sites.values():
            each.files.close()  # a server that is told to stop ends before Python would

    doors = list(login.routes) if access else []
    if access and access.oidc:
        # Authlib is there only where the provider is configured.
        from service.access.oidc.login import router as accounts  # noqa: PLC0415

        doors += accounts.routes
    app = Service(
        # A router within another costs a tenth of a millisecond a request.
        routes=[*router.routes, *doors],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=served,
    )
    app.state.sites, app.state.access, app.state.audit = sites, access, audit
    app.add_middleware(KeptAnswers)
    app.add_middleware(Expiring, today=today)
    if audit is not None:
        app.add_middleware(Watched, audit=audit)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.mount("/static/leaflet", Assets(directory=LEAFLET))
    app.mount("/static", Assets(directory=STATIC))
    app.add_exception_handler(SafermapError, explained)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, unexplained)
    return app
