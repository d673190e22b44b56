"""Signing in at an identity provider that lies, breaks or vanishes."""

import base64
import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from forged_provider import CLIENT, SECRET, ForgedProvider, generated
from joserfc.jwk import RSAKey
from work_accounts import HERE, SESSION, Accounts


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
    accounts: Accounts, forge: Callable[[ForgedProvider, dict[str, object]], str | None]
) -> None:
    begun = accounts.begin()
    accounts.provider.gives(forge(accounts.provider, accounts.provider.claims(begun["nonce"])))
    page = accounts.end(code="a-code", state=begun["state"])
    assert page.status_code == 502
    assert "cannot be trusted" in page.text
    assert SESSION not in accounts.client.cookies


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
    accounts: Accounts, claims: dict[str, object]
) -> None:
    page = accounts.sign_in(**claims)
    assert page.status_code == 502
    assert "cannot be trusted" in page.text
    assert SESSION not in accounts.client.cookies


def test_an_issuer_with_another_to_its_name_is_not_asked_further(accounts: Accounts) -> None:
    accounts.provider.answers["/.well-known/openid-configuration"] = (
        200,
        accounts.provider.metadata(issuer="https://elsewhere.example"),
    )
    assert accounts.client.get("/login/oidc").status_code == 502


def test_keys_that_a_provider_changes_are_followed(accounts: Accounts) -> None:
    provider = accounts.provider
    assert accounts.sign_in().status_code == 303
    before, provider.key = provider.key, generated("second")
    provider.answers["/keys"] = (200, provider.keys(before, provider.key))
    assert accounts.sign_in().status_code == 303
    provider.answers["/keys"] = (200, provider.keys(provider.key))
    assert accounts.sign_in().status_code == 303
    provider.key = before  # withdrawn
    assert accounts.sign_in().status_code == 502


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
    accounts: Accounts, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    path, answer, status = BROKEN[kind]
    begun = accounts.begin()
    accounts.provider.gives(accounts.provider.sign(accounts.provider.claims(begun["nonce"])))
    accounts.provider.answers[path] = answer
    page = accounts.end(code="the-code", state=begun["state"])
    assert page.status_code == status
    assert "You are not signed in" in page.text
    assert "/elsewhere" not in accounts.provider.asked
    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.WARNING
    secrets = (SECRET, "the-code", begun["state"], begun["nonce"], "subject-of", "Name of")
    assert not [secret for secret in secrets if secret in caplog.text + page.text]
    token = accounts.access.tokens.create("Team", "partner", "1d")[1]
    accounts.client.post("/login", data={"token": token}, headers={"Origin": HERE})
    assert accounts.visitor.role == "partner"


def test_a_provider_that_is_not_there_or_does_not_answer(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.provider.patience = 0.5
    monkeypatch.setattr("service.access.oidc.provider.REQUEST_SECONDS", 0.1)
    assert accounts.client.get("/login/oidc").status_code == 503
    monkeypatch.setattr("service.access.oidc.provider.REQUEST_SECONDS", 5)
    monkeypatch.setattr("service.access.oidc.provider.ALL_SECONDS", 0.1)
    assert accounts.client.get("/login/oidc").status_code == 503
    accounts.access.oidc = replace(accounts.provider.settings, issuer="http://127.0.0.1:1")
    page = accounts.client.get("/login/oidc", headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert "cannot be reached" in page.text
