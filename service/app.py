"""The application that serves one dataset: its addresses, and what stands round every answer."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

from geo.errors import SafermapError
from service.access.access import Access
from service.access.gate import Gate
from service.access.login import router as login
from service.access.refusals import Refusals
from service.access.roles import Role
from service.addresses import router
from service.assets import STATIC, Assets
from service.audit.log import AuditLog
from service.audit.watch import Recorded
from service.errors import explained, http_error, unexplained, unfinished
from service.expiry import Expiring
from service.kept import KeptAnswers
from service.maps import LEAFLET
from service.operation.counted import Counted
from service.operation.counts import Counts
from service.operation.limited import Limited
from service.operation.routes import finder, names_of
from service.operation.settings import DEFAULT, Limits
from service.operation.work import Work
from service.policy import Guarded
from service.site import Site
from service.uploads.addresses import BODIES
from service.uploads.addresses import router as uploading
from service.uploads.settings import Uploads

ADDRESSES = (
    *names_of([*router.routes, *login.routes, *uploading.routes]),
    "/login/oidc", "/login/oidc/callback", "/static/leaflet", "/static",
)  # fmt: skip
"""The routes that are counted apart."""


class Service(FastAPI):
    """An application whose every request passes the gate, and whose every answer is guarded.

    The answer to an unforeseen error too.
    """

    def build_middleware_stack(self) -> ASGIApp:
        """All the layers of the application: counted, guarded, limited, then the gate."""
        sites: Mapping[Role, Site] = self.state.sites
        least = next(iter(sites.values()))
        gate = Gate(super().build_middleware_stack(), sites, self.state.access)
        limited = Limited(gate, least, self.state.limits.rate, BODIES if self.state.uploads else {})
        guarded = Guarded(limited, least.image_sources)
        return Counted(guarded, self.state.counts, finder(self.routes))


def create_app(
    site: Site | Mapping[Role, Site],
    hosts: Sequence[str] = ("*",),
    access: Access | None = None,
    audit: AuditLog | None = None,
    today: Callable[[], date] = date.today,
    *,
    limits: Limits = DEFAULT,
    counts: Counts | None = None,
    uploads: Uploads | None = None,
) -> FastAPI:
    """The application that serves one dataset, to requests that name one of the hosts.

    `site`: the dataset as each role sees it, or as everybody does where no access is configured.
    `audit`: where it is recorded who was shown what that is not public.
    `uploads`: where files that analysts load come from, if they may.
    `today` tells the day, by which records may be held no longer. `counts` is shared with other
    processes that serve the same; without it the application counts for itself.
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
    if uploads:
        doors += uploading.routes
    app = Service(
        # A router within another costs a tenth of a millisecond a request.
        routes=[*router.routes, *doors],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=served,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # asked for at each request
    )
    app.state.sites, app.state.access, app.state.audit = sites, access, audit
    app.state.stopping, app.state.limits, app.state.uploads = False, limits, uploads
    app.state.counts = counts = counts or Counts(ADDRESSES)
    app.state.refusals = Refusals(counts)
    app.state.work = Work(limits.seconds, lambda: counts.add("late"))
    app.add_middleware(KeptAnswers)
    app.add_middleware(Expiring, today=today)
    if audit is not None:
        app.add_middleware(Recorded, audit=audit)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.mount("/static/leaflet", Assets(directory=LEAFLET))
    app.mount("/static", Assets(directory=STATIC))
    app.add_exception_handler(SafermapError, explained)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(ClientDisconnect, unfinished)
    app.add_exception_handler(Exception, unexplained)
    return app
