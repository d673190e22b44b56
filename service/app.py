"""The application that serves one dataset: its addresses, and what stands round every answer."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from geo.errors import SafermapError
from service.addresses import router
from service.assets import STATIC, Assets
from service.errors import explained, http_error, unexplained
from service.expiry import Expiring
from service.kept import KeptAnswers
from service.maps import LEAFLET
from service.policy import Guarded
from service.site import Site


class Service(FastAPI):
    """An application whose every answer is guarded, that to an unforeseen error too."""

    def build_middleware_stack(self) -> ASGIApp:
        """All the layers of the application, the guard outermost."""
        return Guarded(super().build_middleware_stack(), self.state.site.image_sources)


def create_app(
    site: Site, hosts: Sequence[str] = ("*",), today: Callable[[], date] = date.today
) -> FastAPI:
    """The application that serves one dataset, to requests that name one of the hosts.

    `today` tells the day, by which records may be held no longer.
    """

    @asynccontextmanager
    async def served(_: FastAPI) -> AsyncIterator[None]:
        yield
        site.files.close()  # a server that is told to stop ends before Python would

    app = Service(
        routes=list(router.routes),  # a router within costs a tenth of a millisecond a request
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=served,
    )
    app.state.site = site
    app.add_middleware(KeptAnswers, site=site)
    app.add_middleware(Expiring, today=today)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.mount("/static/leaflet", Assets(directory=LEAFLET))
    app.mount("/static", Assets(directory=STATIC))
    app.add_exception_handler(SafermapError, explained)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, unexplained)
    return app
