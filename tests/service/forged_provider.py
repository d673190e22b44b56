"""An identity provider that answers whatever a test wants it to, sound or forged."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from service.access.oidc.settings import OidcSettings

CLIENT, SECRET = "safermap-test", "a-secret-that-no-log-may-hold"


@cache
def generated(kid: str) -> RSAKey:
    """A key of a name; one of each is enough, and they take a while to make."""
    return RSAKey.generate_key(2048, {"kid": kid})


@dataclass
class ForgedProvider:
    """What it answers by path, and what it was asked."""

    issuer: str
    key: RSAKey = field(default_factory=lambda: generated("first"))
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    form: dict[str, str] = field(default_factory=dict)
    patience: float = 0  # seconds before an answer

    def __post_init__(self) -> None:
        self.answers = {
            "/.well-known/openid-configuration": (200, self.metadata()),
            "/keys": (200, self.keys(self.key)),
        }

    @property
    def settings(self) -> OidcSettings:
        return OidcSettings(
            self.issuer, CLIENT, SECRET, "groups", frozenset({"csp"}), frozenset({"csp-data"})
        )

    def metadata(self, **changed: object) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            # More than it may use: what a provider offers is not what is taken.
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        } | changed

    def keys(self, *keys: RSAKey) -> dict[str, object]:
        return {"keys": [key.as_dict(private=False) for key in keys]}

    def claims(self, sent: str, **changed: object) -> dict[str, object]:
        now = int(time.time())
        told = {
            "iss": self.issuer, "aud": CLIENT, "sub": "subject-of-a-person", "nonce": sent,
            "iat": now, "exp": now + 300, "groups": ["csp"], "name": "Name of a person",
        } | changed  # fmt: skip
        return {name: value for name, value in told.items() if value is not None}

    def sign(self, claims: dict[str, object], key: RSAKey | None = None) -> str:
        key = key or self.key
        header = {"alg": "RS256", "kid": key.kid}
        return jwt.encode(header, claims, key, registry=JWSRegistry(algorithms=["RS256"]))

    def gives(self, id_token: str | None) -> None:
        """Have the token endpoint give this."""
        told = {"access_token": "an-access-token", "token_type": "Bearer", "id_token": id_token}
        self.answers["/token"] = (200, {k: v for k, v in told.items() if v is not None})


@contextmanager
def forged_provider() -> Iterator[ForgedProvider]:
    """It answers on this machine until it is left."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            time.sleep(provider.patience)
            status, body = provider.answers.get(self.path, (404, {}))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", body)
            self.end_headers()
            sent = body if isinstance(body, str) else json.dumps(body)
            with suppress(BrokenPipeError):  # nobody waits any more
                self.wfile.write(sent.encode())

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            provider.form = dict(parse_qsl(sent))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = ForgedProvider(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield provider
        server.shutdown()
