"""Shows nothing of a dataset from the day on which something in it is held too long."""

from collections.abc import Callable
from datetime import date

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from geo.errors import ExpiredError
from service.errors import explained
from service.site import Site

WORDS = (
    "Some of the records here may not be held any longer, so nothing is shown until they are "
    "removed. Whoever runs this service does so with: safermap purge"
)
SHOWN = ("/static/", "/health")  # what the page that says so is drawn with; that somebody is here


class Expiring:
    """ASGI middleware: no answer, a kept one neither, once the day has come."""

    def __init__(self, app: ASGIApp, today: Callable[[], date] = date.today) -> None:
        self.app, self._today = app, today

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say why not; then files made for download go as well."""
        if scope["type"] == "http" and not scope["path"].startswith(SHOWN):
            site: Site = scope["state"]["site"]
            if site.expires is not None and self._today() >= site.expires:
                site.files.close()
                answer = explained(Request(scope), ExpiredError(WORDS))
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)
