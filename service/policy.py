"""What a browser may do with an answer: load from this server, and nothing else.

The policy is Content Security Policy Level 3 (W3C). No page holds a script or a style of its own,
so that neither 'unsafe-inline' nor a hash is needed.
"""

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_UNUSED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")


def content_policy(tiles: Sequence[str] = ()) -> str:
    """The policy in words; `tiles` are the origins of background tiles, such as `https://a.b`."""
    sources = _SOURCES | {"img-src": " ".join((_SOURCES["img-src"], *tiles))}
    return "; ".join(f"{name} {value}" for name, value in sources.items())


class Guarded:
    """ASGI middleware: every answer carries the policy, kept ones and errors too."""

    def __init__(self, app: ASGIApp, tiles: Sequence[str] = ()) -> None:
        self.app = app
        headers = {
            "Content-Security-Policy": content_policy(tiles),
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": ", ".join(f"{name}=()" for name in _UNUSED),
        }
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self.headers]
            await send(message)

        await self.app(scope, receive, guarded)
