"""A service that people sign in to with work accounts, and a browser at it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from forged_provider import ForgedProvider, forged_provider
from httpx2 import Response
from made_partner import partner
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from geo.public.view import public_view
from service.access.access import Access
from service.access.oidc.login import CALLBACK
from service.access.roles import Role, Visitor
from service.app import create_app
from service.audit.log import AuditLog
from service.site import Site

HERE = "https://testserver"
SESSION, ATTEMPT = "__Host-safermap", "__Host-safermap-attempt"


@pytest.fixture(scope="session")
def sites_by_role(tmp_path_factory: pytest.TempPathFactory) -> dict[Role, Site]:
    """A partner's dataset as each role sees it."""
    whole = partner(tmp_path_factory.mktemp("home"), 1)
    return {
        "public": Site(public_view(whole), role="public"),
        "partner": Site(whole, role="partner"),
        "analyst": Site(whole, role="analyst"),
    }


@dataclass
class Accounts:
    """A service with a provider, and one browser at it."""

    provider: ForgedProvider
    access: Access
    client: TestClient
    log: Path

    def begin(self, wanted: str = "/rural") -> dict[str, str]:
        """Begin a sign-in, and what the provider is told of it."""
        sent = self.client.get("/login/oidc", params={"next": wanted}, follow_redirects=False)
        assert sent.status_code == 303, sent.text
        assert sent.headers["location"].startswith(f"{self.provider.issuer}/authorize?")
        return dict(parse_qsl(urlsplit(sent.headers["location"]).query))

    def end(self, **answer: str) -> Response:
        return self.client.get(CALLBACK, params=answer, headers={"Accept": "text/html"})

    def sign_in(self, **claims: object) -> Response:
        """Sign in with a sound ID token of some claims."""
        begun = self.begin()
        self.provider.gives(self.provider.sign(self.provider.claims(begun["nonce"], **claims)))
        return self.end(code="a-code", state=begun["state"])

    def recorded(self) -> list[tuple[str, str, str]]:
        """Who did what in which role, as the audit log has it."""
        lines = [
            json.loads(x)
            for f in sorted(self.log.glob("2*.jsonl"))
            for x in f.read_text().splitlines()
        ]
        return [(line["actor"], line["role"], line["action"]) for line in lines]

    @property
    def visitor(self) -> Visitor:
        """Whom the service takes the browser for."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        headers = Headers({"cookie": cookie}).raw
        return self.access.visitor({"type": "http", "scheme": "https", "headers": headers})


@pytest.fixture
def accounts(
    sites_by_role: dict[Role, Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Accounts]:
    """A service with an identity provider that a test may have lie."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with forged_provider() as provider:
        access = Access(tmp_path / "access", provider.settings)
        app = create_app(sites_by_role, access=access, audit=AuditLog(tmp_path / "audit"))
        client = TestClient(app, base_url=HERE, follow_redirects=False)
        yield Accounts(provider, access, client, tmp_path / "audit")
