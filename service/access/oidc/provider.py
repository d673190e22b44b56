"""The identity provider: where people are sent to sign in, and what it then tells of them.

The protocol is Authlib's: Authorization Code with PKCE (RFC 7636), OpenID Connect Core 1.0. Each
sign-in asks the provider anew what it is and which keys it signs with, so that keys that it changes
or withdraws are followed at once.
"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from functools import cache
from http import HTTPStatus
from ssl import SSLContext
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import StarletteOAuth2App
from joserfc.errors import JoseError

from geo.errors import SafermapError
from service.access.oidc.settings import OidcSettings

DISCOVERY = "/.well-known/openid-configuration"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key that only the provider has; never none, never one with a shared secret."""
REQUEST_SECONDS, ALL_SECONDS, CLOCK_SECONDS = 5.0, 15.0, 60


class SignInError(SafermapError):
    """A sign-in that came to nothing. `cause` is for the log: no secret, nothing of a person."""

    def __init__(self, status: HTTPStatus, words: str, cause: str) -> None:
        super().__init__(words)
        self.status, self.cause = status, cause


@dataclass(frozen=True)
class Attempt:
    """What a sign-in was begun with: only an answer that goes with all of it ends it."""

    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str
    wanted: str

    def told(self) -> dict[str, str]:
        """As a cookie tells it."""
        return asdict(self)


async def begin(settings: OidcSettings, redirect_uri: str, wanted: str) -> tuple[str, Attempt]:
    """Where to send somebody to sign in, and what to hold against the answer.

    `wanted`: the address of this service to lead on to. Raises SignInError.
    """
    async with _talking(settings) as client:
        made = await client.create_authorization_url(redirect_uri)
    attempt = Attempt(made["state"], made["nonce"], made["code_verifier"], redirect_uri, wanted)
    return str(made["url"]), attempt


async def finish(
    settings: OidcSettings, attempt: Attempt | None, answer: Mapping[str, str]
) -> Mapping[str, object]:
    """The claims of the ID token that the provider's answer leads to, all of it checked.

    `answer`: the parameters with which it sent somebody back. Raises SignInError.
    """
    if attempt is None or not hmac.compare_digest(
        answer.get("state", "").encode(), attempt.state.encode()
    ):
        raise SignInError(
            HTTPStatus.BAD_REQUEST,
            "This sign-in took longer than ten minutes, was ended before, or was begun in another "
            "browser. Begin again.",
            "no sign-in was begun here with that state",
        )
    if error := answer.get("error"):
        raise SignInError(
            HTTPStatus.FORBIDDEN,
            "Your organisation did not sign you in: it was cancelled, or you may not use this "
            "service.",
            f"the provider answered {_plain(error)}",
        )
    async with _talking(settings) as client:
        token = await client.fetch_access_token(
            attempt.redirect_uri, code=answer.get("code", ""), code_verifier=attempt.code_verifier
        )
        claims = await client.parse_id_token(
            token,
            nonce=attempt.nonce,
            claims_options={
                "iss": {"essential": True, "value": settings.issuer},
                "aud": {"essential": True, "value": settings.client_id},
                "sub": {"essential": True},
            },
            leeway=CLOCK_SECONDS,
        )
    if claims is None:
        raise _untrusted("no ID token came")
    return dict(claims)


@asynccontextmanager
async def _talking(settings: OidcSettings) -> AsyncIterator[StarletteOAuth2App]:
    """A client of the provider, found at its issuer. Its errors become SignInError."""
    client = StarletteOAuth2App(
        None,
        client_id=settings.client_id,
        client_secret=settings.secret,
        server_metadata_url=settings.issuer.rstrip("/") + DISCOVERY,
        client_kwargs={
            "scope": _scope(settings.claim),
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_post",
            "timeout": REQUEST_SECONDS,
            "verify": _trusted(),
            "follow_redirects": False,
        },
    )
    try:
        async with asyncio.timeout(ALL_SECONDS):
            _check(settings, await client.load_server_metadata())
            yield client
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
        raise SignInError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Your organisation's sign-in cannot be reached at the moment. Try again later, or sign "
            "in with a token.",
            f"the provider cannot be reached: {type(error).__name__}",
        ) from error
    except OAuthError as error:
        raise _untrusted(f"the provider answered {_plain(error.error)}") from error
    except JoseError as error:
        raise _untrusted(f"the ID token was refused: {type(error).__name__} {error}") from error
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise _untrusted(f"the answer cannot be read: {type(error).__name__}") from error


@cache
def _trusted() -> SSLContext:
    """The authorities this machine trusts, which take a while to read."""
    return httpx2.create_ssl_context()


def _check(settings: OidcSettings, metadata: dict[str, object]) -> None:
    """Keep of what the provider says of itself what may be used. Raises SignInError."""
    if metadata.get("issuer") != settings.issuer:
        raise _untrusted(f"the provider does not call itself {settings.issuer}")
    secure = urlsplit(settings.issuer).scheme == "https"
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        address = metadata.get(name)
        if not isinstance(address, str) or (secure and urlsplit(address).scheme != "https"):
            raise _untrusted(f"the provider's {name} is no https address")
    said = metadata.get("id_token_signing_alg_values_supported")
    offered = said if isinstance(said, list) else ["RS256"]
    known = [name for name in offered if name in ALGORITHMS]
    metadata["id_token_signing_alg_values_supported"] = known or ["RS256"]


def _scope(claim: str) -> str:
    """What to ask for: of Entra ID `profile` is needed for an account's `oid`."""
    return "openid email" if claim in ("email", "hd") else "openid profile"


def _untrusted(cause: str) -> SignInError:
    return SignInError(
        HTTPStatus.BAD_GATEWAY,
        "What your organisation's sign-in answered cannot be trusted, so nobody was signed in. "
        "Begin again, or sign in with a token; if it stays so, tell the people who run this "
        "service.",
        cause,
    )


def _plain(code: object) -> str:
    """An error's code, if it is one (RFC 6749) and not something to deceive a log's reader."""
    text = str(code)
    return text if text.replace("_", "").isalpha() and len(text) < 60 else "an error"
