"""Sessions: a signed cookie that says who has signed in, for half a day at most."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.responses import Response
from starlette.types import Scope

SECONDS = 12 * 3600
_PLAIN, _SECURE = "safermap", "__Host-safermap"


@dataclass(frozen=True)
class Sessions:
    """Cookies signed with a key. Nothing in them is secret, and nothing can be changed."""

    key: bytes

    def begin(self, response: Response, scope: Scope, told: Mapping[str, str]) -> None:
        """Give the browser a session that tells some facts, such as a token's id."""
        secure = scope["scheme"] == "https"
        response.set_cookie(
            _SECURE if secure else _PLAIN,
            self._signer.dumps(dict(told)),
            max_age=SECONDS,
            path="/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )

    def told(self, cookies: Mapping[str, str], scope: Scope) -> Mapping[str, str]:
        """What a browser's session tells; nothing where there is none, or it is over or altered."""
        text = cookies.get(_SECURE if scope["scheme"] == "https" else _PLAIN, "")
        try:
            found = self._signer.loads(text, max_age=SECONDS)
        except BadData:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self.key, salt="session", signer_kwargs={"digest_method": hashlib.sha256}
        )


def end_session(response: Response, scope: Scope) -> None:
    """Have the browser forget its session."""
    secure = scope["scheme"] == "https"
    response.delete_cookie(
        _SECURE if secure else _PLAIN, path="/", secure=secure, httponly=True, samesite="lax"
    )
