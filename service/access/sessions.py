"""Signed cookies: what this service told a browser, and can read again but nobody can change."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import Scope

SESSION_SECONDS = 12 * 3600
ATTEMPT_SECONDS = 600


@dataclass(frozen=True)
class SignedCookie:
    """A cookie of one purpose, signed with a key, good for some seconds. Nothing in it is secret.

    `purpose` goes into the signature, so that a cookie of another purpose is none of this.
    """

    key: bytes
    purpose: str
    name: str
    seconds: int

    def begin(self, response: Response, scope: Scope, told: Mapping[str, str]) -> None:
        """Give the browser a cookie that tells some facts, such as a token's id."""
        secure = scope["scheme"] == "https"
        response.set_cookie(
            self._name(scope),
            self._signer.dumps(dict(told)),
            max_age=self.seconds,
            path="/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )

    def told(self, scope: Scope) -> Mapping[str, str]:
        """What a browser's cookie tells; nothing where there is none, or it is over or altered."""
        cookies = cookie_parser(Request(scope).headers.get("cookie", ""))
        try:
            found = self._signer.loads(cookies.get(self._name(scope), ""), max_age=self.seconds)
        except BadData:
            return {}
        return found if isinstance(found, dict) else {}

    def end(self, response: Response, scope: Scope) -> None:
        """Have the browser forget it."""
        secure = scope["scheme"] == "https"
        response.delete_cookie(
            self._name(scope), path="/", secure=secure, httponly=True, samesite="lax"
        )

    def _name(self, scope: Scope) -> str:
        return f"__Host-{self.name}" if scope["scheme"] == "https" else self.name

    @property
    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self.key, salt=self.purpose, signer_kwargs={"digest_method": hashlib.sha256}
        )


def sessions(key: bytes) -> SignedCookie:
    """Who has signed in, for half a day at most."""
    return SignedCookie(key, "session", "safermap", SESSION_SECONDS)


def attempts(key: bytes) -> SignedCookie:
    """What a sign-in by work account was begun with, for as long as it may take."""
    return SignedCookie(key, "attempt", "safermap-attempt", ATTEMPT_SECONDS)
