"""Signing in with a work account, at a provider that also lies, breaks and vanishes."""

import base64
import hashlib
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from forged_provider import CLIENT, SECRET, ForgedProvider, forged_provider, generated
from itsdangerous import TimestampSigner
from joserfc.jwk import RSAKey
from made_partner import partner
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from geo.public.view import public_view
from service.access.access import Access
from service.access.oidc.login import CALLBACK
from service.access.roles import Visitor
from service.access.sessions import ATTEMPT_SECONDS, SESSION_SECONDS
from service.app import create_app
from service.site import Site

HERE = "https://testserver"
SESSION, ATTEMPT = "__Host-safermap", "__Host-safermap-attempt"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Site]:
    whole = partner(tmp_path_factory.mktemp("home"), 1)
    return {
        "public": Site(public_view(whole), role="public"),
        "partner": Site(whole, role="partner"),
        "analyst": Site(whole, role="analyst"),
    }


@dataclass
class Service:
    """A service with a provider, and one browser at it."""

    provider: ForgedProvider
    access: Access
    client: TestClient

    def begin(self, wanted: str = "/rural") -> dict[str, str]:
        """Begin a sign-in, and what the provider is told of it."""
        sent = self.client.get("/login/oidc", params={"next": wanted}, follow_redirects=False)
        assert sent.status_code == 303, sent.text
        assert sent.headers["location"].startswith(f"{self.provider.issuer}/authorize?")
        return dict(parse_qsl(urlsplit(sent.headers["location"]).query))

    def end(self, **answer: str) -> object:
        return self.client.get(CALLBACK, params=answer, headers={"Accept": "text/html"})

    def sign_in(self, **claims: object):  # noqa: ANN201
        """Sign in with a sound ID token of some claims."""
        begun = self.begin()
        self.provider.gives(self.provider.sign(self.provider.claims(begun["nonce"], **claims)))
        return self.end(code="a-code", state=begun["state"])

    @property
    def visitor(self) -> Visitor:
        """Whom the service takes the browser for."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        headers = Headers({"cookie": cookie}).raw
        return self.access.visitor({"type": "http", "scheme": "https", "headers": headers})


@pytest.fixture
def service(
    made: dict[str, Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with forged_provider() as provider:
        access = Access(tmp_path / "access", provider.settings)
        app = create_app(made, access=access)  # type: ignore[arg-type]
        yield Service(provider, access, TestClient(app, base_url=HERE, follow_redirects=False))


def test_a_sign_in_says_who_asks_and_what_must_come_back(service: Service) -> None:
    begun = service.begin()
    assert begun["response_type"] == "code"
    assert begun["client_id"] == CLIENT
    assert begun["redirect_uri"] == f"{HERE}{CALLBACK}"
    assert begun["code_challenge_method"] == "S256"
    assert set(begun["scope"].split()) == {"openid", "profile"}
    again = service.begin()
    assert all(begun[name] != again[name] for name in ("state", "nonce", "code_challenge"))


def test_an_account_of_a_partners_group_is_a_partner(service: Service) -> None:
    begun = service.begin("/rural?theme=rural-crime")
    attempt = service.client.cookies[ATTEMPT]
    service.provider.gives(service.provider.sign(service.provider.claims(begun["nonce"])))
    ended = service.end(code="a-code", state=begun["state"])
    assert (ended.status_code, ended.headers["location"]) == (303, "/rural?theme=rural-crime")
    assert ended.headers["cache-control"].endswith("no-store")
    session = next(c for c in ended.headers.get_list("set-cookie") if c.startswith(f"{SESSION}="))
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", f"Max-Age={SESSION_SECONDS}"):
        assert part in session
    assert ATTEMPT not in service.client.cookies
    assert service.visitor.role == "partner"
    page = service.client.get("/rural", headers={"Accept": "text/html"})
    assert "Partner view" in page.text
    # RFC 7636, 4.6: the verifier that is shown must hash to the challenge that was sent.
    form = service.provider.form
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == begun["code_challenge"]
    assert form["redirect_uri"] == begun["redirect_uri"]
    assert (form["code"], form["client_secret"]) == ("a-code", SECRET)
    assert SECRET not in attempt
    service.client.post("/logout", headers={"Origin": HERE})
    assert service.visitor.role == "public"


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["csp-data"], "analyst"),
        (["csp", "csp-data"], "analyst"),
        ("csp", "partner"),
        (["everyone", "csp"], "partner"),
    ],
)
def test_the_group_that_sees_most_gives_the_role(
    service: Service, groups: object, role: str
) -> None:
    assert service.sign_in(groups=groups).status_code == 303
    assert service.visitor.role == role


@pytest.mark.parametrize(
    "groups", [None, [], ["everyone"], "CSP", ["csp "], [["csp"]], {"csp": "csp"}, 7, [None]]
)
def test_any_other_account_sees_what_is_public(service: Service, groups: object) -> None:
    page = service.sign_in(groups=groups)
    assert page.status_code == 403
    assert "not among those that see more" in page.text
    assert SESSION not in service.client.cookies
    assert service.visitor.role == "public"


def test_groups_that_are_too_many_to_be_told_are_said_to_be(service: Service) -> None:
    page = service.sign_in(groups=None, _claim_names={"groups": "src1"})
    assert page.status_code == 403
    assert "so many" in page.text


def test_nothing_of_a_person_is_kept(service: Service) -> None:
    service.sign_in(email="person@example.gov.uk")
    name = service.visitor.name
    told = f"{service.provider.issuer}\nsubject-of-a-person\n".encode()
    assert name == f"work account {hashlib.sha256(told).hexdigest()[:12]}"
    payload = service.client.cookies[SESSION].split(".")[0]
    session = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    assert set(json.loads(session)) == {"account", "role", "mark"}
    assert "person" not in session
    service.sign_in(sub="another")
    assert service.visitor.name != name
    service.sign_in(sub="another", oid="in-the-directory")
    told = f"{service.provider.issuer}\nin-the-directory\n".encode()
    assert service.visitor.name == f"work account {hashlib.sha256(told).hexdigest()[:12]}"


def unsigned(provider: ForgedProvider, claims: dict[str, object]) -> str:
    return f"{encoded({'alg': 'none'})}.{encoded(claims)}."


def by_the_public_key(provider: ForgedProvider, claims: dict[str, object]) -> str:
    """Signed with a shared secret, for which what everybody knows of the key is used."""
    import hmac

    shown = f"{encoded({'alg': 'HS256', 'kid': 'first'})}.{encoded(claims)}"
    sealed = hmac.digest(provider.key.as_pem(private=False), shown.encode(), "sha256")
    return f"{shown}.{base64.urlsafe_b64encode(sealed).rstrip(b'=').decode()}"


def by_another_key(provider: ForgedProvider, claims: dict[str, object]) -> str:
    return provider.sign(claims, RSAKey.generate_key(2048, {"kid": "first"}))


def by_an_unknown_key(provider: ForgedProvider, claims: dict[str, object]) -> str:
    return provider.sign(claims, generated("unknown"))


def by_a_key_of_its_own(provider: ForgedProvider, claims: dict[str, object]) -> str:
    """With the key that it is to be checked by in its own header."""
    from joserfc import jwt

    key = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "jwk": key.as_dict(private=False)}, claims, key)


def with_other_groups(provider: ForgedProvider, claims: dict[str, object]) -> str:
    head, _, seal = provider.sign(claims).split(".")
    return f"{head}.{encoded(claims | {'groups': ['csp-data']})}.{seal}"


def encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "forge",
    [
        unsigned, by_the_public_key, by_another_key, by_an_unknown_key, by_a_key_of_its_own,
        with_other_groups,
        lambda provider, claims: "junk",
        lambda provider, claims: "",
        lambda provider, claims: None,
    ],
)  # fmt: skip
def test_a_forged_signature_signs_nobody_in(
    service: Service, forge: Callable[[ForgedProvider, dict[str, object]], str | None]
) -> None:
    begun = service.begin()
    service.provider.gives(forge(service.provider, service.provider.claims(begun["nonce"])))
    page = service.end(code="a-code", state=begun["state"])
    assert page.status_code == 502
    assert "cannot be trusted" in page.text
    assert SESSION not in service.client.cookies


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "another service"},
        {"aud": ["another service"]},
        {"aud": "another service", "azp": CLIENT},
        {"aud": ["another service"], "azp": CLIENT},
        {"aud": [CLIENT, "another service"]},  # and no azp
        {"aud": [CLIENT, "another service"], "azp": "another service"},
        {"aud": None},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"sub": None},
        {"sub": ""},
        {"at_hash": "of-another-access-token"},
    ],
)
def test_an_id_token_that_is_not_for_this_sign_in_signs_nobody_in(
    service: Service, claims: dict[str, object]
) -> None:
    page = service.sign_in(**claims)
    assert page.status_code == 502
    assert "cannot be trusted" in page.text
    assert SESSION not in service.client.cookies


def test_an_issuer_with_another_to_its_name_is_not_asked_further(service: Service) -> None:
    service.provider.answers["/.well-known/openid-configuration"] = (
        200,
        service.provider.metadata(issuer="https://elsewhere.example"),
    )
    assert service.client.get("/login/oidc").status_code == 502


def test_keys_that_a_provider_changes_are_followed(service: Service) -> None:
    provider = service.provider
    assert service.sign_in().status_code == 303
    before, provider.key = provider.key, generated("second")
    provider.answers["/keys"] = (200, provider.keys(before, provider.key))
    assert service.sign_in().status_code == 303
    provider.answers["/keys"] = (200, provider.keys(provider.key))
    assert service.sign_in().status_code == 303
    provider.key = before  # withdrawn
    assert service.sign_in().status_code == 502


@pytest.mark.parametrize("state", ["", "of another", "é", None])
def test_a_state_that_is_not_this_browsers_ends_nothing(
    service: Service, state: str | None
) -> None:
    service.begin()
    asked = len(service.provider.asked)
    page = service.end(code="a-code", **({} if state is None else {"state": state}))
    assert page.status_code == 400
    assert "Begin again" in page.text
    assert len(service.provider.asked) == asked


def test_an_answer_ends_one_sign_in_of_one_browser_once(service: Service) -> None:
    begun = service.begin()
    service.provider.gives(service.provider.sign(service.provider.claims(begun["nonce"])))
    other = replace(service, client=TestClient(service.client.app, base_url=HERE))
    assert other.end(code="a-code", state=begun["state"]).status_code == 400
    other.begin()
    assert other.end(code="a-code", state=begun["state"]).status_code == 400
    assert service.end(code="a-code", state=begun["state"]).status_code == 303
    assert service.end(code="a-code", state=begun["state"]).status_code == 400  # again
    service.begin()  # two windows: the later counts
    assert service.end(code="a-code", state=begun["state"]).status_code == 400


def test_a_session_is_no_attempt_and_an_attempt_no_session(service: Service) -> None:
    begun = service.begin()
    attempt = service.client.cookies[ATTEMPT]
    service.client.cookies.set(SESSION, attempt)
    assert service.visitor.role == "public"
    service.client.cookies.clear()
    service.sign_in()
    session = service.client.cookies[SESSION]
    service.client.cookies.clear()
    service.client.cookies.set(ATTEMPT, session)
    assert service.end(code="a-code", state=begun["state"]).status_code == 400


def test_a_sign_in_that_takes_too_long_is_over(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = service.begin()
    late = int(time.time()) + ATTEMPT_SECONDS + 1
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: late)
    assert service.end(code="a-code", state=begun["state"]).status_code == 400


def test_a_session_ends_by_itself_and_with_its_settings(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.sign_in()
    assert service.visitor.role == "partner"
    settings, access = service.provider.settings, service.access
    access.oidc = replace(settings, secret="renewed")  # noqa: S106
    assert service.visitor.role == "partner"
    for other in (
        replace(settings, partners=frozenset({"others"})),
        replace(settings, client_id="other"),
        None,
    ):
        access.oidc = other
        assert service.visitor.role == "public"
    access.oidc = settings
    late = int(time.time()) + SESSION_SECONDS + 1
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: late)
    assert service.visitor.role == "public"


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "junk"])
def test_a_sign_in_leads_on_to_this_service_alone(service: Service, wanted: str) -> None:
    begun = service.begin(wanted)
    service.provider.gives(service.provider.sign(service.provider.claims(begun["nonce"])))
    assert service.end(code="a-code", state=begun["state"]).headers["location"] == "/"


def test_a_sign_in_that_was_cancelled_is_said_to_be(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    begun = service.begin()
    answer = {"error": "access_denied", "error_description": "<b>person@example.gov.uk</b>"}
    page = service.end(state=begun["state"], **answer)
    assert page.status_code == 403
    assert "cancelled" in page.text
    assert "person@" not in page.text + caplog.text
    assert "access_denied" in caplog.text
    begun = service.begin()
    service.end(state=begun["state"], error="x\nERROR a made-up line")
    assert "made-up" not in caplog.text


BROKEN: dict[str, tuple[str, tuple[int, object], int]] = {
    "breaks": ("/.well-known/openid-configuration", (500, {}), 503),
    "is no provider": ("/.well-known/openid-configuration", (404, {}), 503),
    "leads elsewhere": ("/.well-known/openid-configuration", (302, "/elsewhere"), 503),
    "is a page": ("/.well-known/openid-configuration", (200, "<html>"), 502),
    "is a list": ("/.well-known/openid-configuration", (200, [1]), 502),
    "has no keys": ("/keys", (200, {}), 502),
    "has keys of no kind": ("/keys", (200, {"keys": [{"kty": "none"}]}), 502),
    "loses its keys": ("/keys", (500, {}), 503),
    "has its keys elsewhere": ("/keys", (302, "/elsewhere"), 503),
    "refuses the code": ("/token", (400, {"error": "invalid_grant"}), 502),
    "breaks at the end": ("/token", (500, {}), 503),
    "answers no token": ("/token", (200, {}), 502),
    "answers a page": ("/token", (200, "<html>"), 502),
    "answers a list": ("/token", (200, [1]), 502),
    "answers elsewhere": ("/token", (307, "/elsewhere"), 503),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_provider_that_fails_fails_that_sign_in_alone(
    service: Service, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    path, answer, status = BROKEN[kind]
    begun = service.begin()
    service.provider.gives(service.provider.sign(service.provider.claims(begun["nonce"])))
    service.provider.answers[path] = answer
    page = service.end(code="the-code", state=begun["state"])
    assert page.status_code == status
    assert "You are not signed in" in page.text
    assert "/elsewhere" not in service.provider.asked
    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.WARNING
    secrets = (SECRET, "the-code", begun["state"], begun["nonce"], "subject-of", "Name of")
    assert not [secret for secret in secrets if secret in caplog.text + page.text]
    token = service.access.tokens.create("Team", "partner", "1d")[1]
    service.client.post("/login", data={"token": token}, headers={"Origin": HERE})
    assert service.visitor.role == "partner"


def test_a_provider_that_is_not_there_or_does_not_answer(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.provider.patience = 0.5
    monkeypatch.setattr("service.access.oidc.provider.REQUEST_SECONDS", 0.1)
    assert service.client.get("/login/oidc").status_code == 503
    monkeypatch.setattr("service.access.oidc.provider.REQUEST_SECONDS", 5)
    monkeypatch.setattr("service.access.oidc.provider.ALL_SECONDS", 0.1)
    assert service.client.get("/login/oidc").status_code == 503
    service.access.oidc = replace(service.provider.settings, issuer="http://127.0.0.1:1")
    page = service.client.get("/login/oidc", headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert "cannot be reached" in page.text


def test_the_page_leads_to_both_ways(service: Service) -> None:
    page = service.client.get("/login?next=/rural%3Ftheme%3Drural-crime%26f%3Dhtml").text
    query = re.search(r'href="/login/oidc\?([^"]+)"', page)
    assert query is not None
    assert parse_qsl(query[1]) == [("next", "/rural?theme=rural-crime&f=html")]
    assert 'name="token"' in page


def test_without_a_provider_nothing_leads_to_one(made: dict[str, Site], tmp_path: Path) -> None:
    app = create_app(made, access=Access(tmp_path))  # type: ignore[arg-type]
    client = TestClient(app, base_url=HERE)
    assert "work account" not in client.get("/login").text
    assert client.get("/login/oidc").status_code == 404
    assert client.get(CALLBACK).status_code == 404
