"""Who a request comes from: a token that a program shows, or the session of a browser."""

from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from geo.errors import AccessError, SafermapError
from service.access.roles import NOBODY, Visitor
from service.access.sessions import Sessions
from service.access.tokens import Token, Tokens

_TOKEN = "token"  # noqa: S105  the name of a fact in a session, not a secret


class BadTokenError(SafermapError):
    """A program shows a token that opens nothing."""


class Access:
    """Who is let in, by the tokens and the key of a folder.

    Raises AccessError where they cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.tokens = Tokens(folder)
        self.sessions = Sessions(self.tokens.key())
        self.tokens.all()

    def visitor(self, scope: Scope) -> Visitor:
        """Who asks.

        A program that shows a token which opens nothing is told so; a browser whose session is
        over sees what is public. Raises BadTokenError, and AccessError where tokens cannot be read.
        """
        headers = Headers(scope=scope)
        if "authorization" in headers:
            kind, _, text = headers["authorization"].partition(" ")
            token = self.tokens.shown(text) if kind.lower() == "bearer" else None
            if token is None:
                raise BadTokenError(
                    "The token opens nothing here: it is not whole, has expired or was revoked. "
                    "Show another as 'Authorization: Bearer …', or none for what is public."
                )
            return token.visitor
        told = self.sessions.told(cookie_parser(headers.get("cookie", "")), scope)
        token = self.tokens.by_id(told.get(_TOKEN, ""))
        return token.visitor if token else NOBODY


def open_doors(folder: Path) -> Access:
    """The access that a folder configures. Raises AccessError where it lets nobody in."""
    access = Access(folder)
    if not access.tokens.all():
        raise AccessError(
            f"{folder} has no tokens. Make one with safermap token create --access {folder}."
        )
    return access


def session_of(token: Token) -> dict[str, str]:
    """What the session of somebody who signed in with a token tells."""
    return {_TOKEN: token.id}
