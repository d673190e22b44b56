"""Who a request comes from: a token that a program shows, or the session of a browser."""

from pathlib import Path
from typing import cast

from starlette.datastructures import Headers
from starlette.types import Scope

from geo.errors import AccessError, SafermapError
from service.access.oidc.account import Account
from service.access.oidc.settings import OidcSettings
from service.access.roles import NOBODY, Role, Visitor
from service.access.sessions import attempts, sessions
from service.access.tokens import Token, Tokens

# The names of facts in a session.
_TOKEN, _ACCOUNT, _ROLE, _MARK = "token", "account", "role", "mark"


class BadTokenError(SafermapError):
    """A program shows a token that opens nothing."""


class Access:
    """Who is let in, by the tokens and the key of a folder, and by an identity provider if any.

    Raises AccessError where they cannot be read.
    """

    def __init__(self, folder: Path, oidc: OidcSettings | None = None) -> None:
        self.tokens, self.oidc = Tokens(folder), oidc
        key = self.tokens.key()
        self.sessions, self.attempts = sessions(key), attempts(key)
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
        told = self.sessions.told(scope)
        if self.oidc and told.get(_MARK) == self.oidc.mark:
            return Account(told[_ACCOUNT], cast(Role, told[_ROLE])).visitor
        token = self.tokens.by_id(told.get(_TOKEN, ""))
        return token.visitor if token else NOBODY


def open_doors(folder: Path, oidc: OidcSettings | None = None) -> Access:
    """The access that is configured. Raises AccessError where it lets nobody in."""
    access = Access(folder, oidc)
    if oidc is None and not access.tokens.all():
        raise AccessError(
            f"{folder} has no tokens. Make one with safermap token create --access {folder}."
        )
    return access


def session_of(token: Token) -> dict[str, str]:
    """What the session of somebody who signed in with a token tells."""
    return {_TOKEN: token.id}


def account_session(account: Account, settings: OidcSettings) -> dict[str, str]:
    """What the session of somebody who signed in with a work account tells."""
    return {_ACCOUNT: account.number, _ROLE: account.role, _MARK: settings.mark}
