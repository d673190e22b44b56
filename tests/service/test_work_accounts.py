"""Signing in with a work account: who gets in as what, for how long, and who does not."""

import base64
import hashlib
import json
import re
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from forged_provider import CLIENT, SECRET
from itsdangerous import TimestampSigner
from starlette.testclient import TestClient
from work_accounts import ATTEMPT, HERE, SESSION, Accounts

from service.access.access import Access
from service.access.oidc.login import CALLBACK
from service.access.roles import Role
from service.access.sessions import ATTEMPT_SECONDS, SESSION_SECONDS
from service.app import create_app
from service.site import Site


def test_a_sign_in_says_who_asks_and_what_must_come_back(accounts: Accounts) -> None:
    begun = accounts.begin()
    assert begun["response_type"] == "code"
    assert begun["client_id"] == CLIENT
    assert begun["redirect_uri"] == f"{HERE}{CALLBACK}"
    assert begun["code_challenge_method"] == "S256"
    assert set(begun["scope"].split()) == {"openid", "profile"}
    again = accounts.begin()
    assert all(begun[name] != again[name] for name in ("state", "nonce", "code_challenge"))


def test_an_account_of_a_partners_group_is_a_partner(accounts: Accounts) -> None:
    begun = accounts.begin("/rural?theme=rural-crime")
    attempt = accounts.client.cookies[ATTEMPT]
    accounts.provider.gives(accounts.provider.sign(accounts.provider.claims(begun["nonce"])))
    ended = accounts.end(code="a-code", state=begun["state"])
    assert (ended.status_code, ended.headers["location"]) == (303, "/rural?theme=rural-crime")
    assert ended.headers["cache-control"].endswith("no-store")
    session = next(c for c in ended.headers.get_list("set-cookie") if c.startswith(f"{SESSION}="))
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", f"Max-Age={SESSION_SECONDS}"):
        assert part in session
    assert ATTEMPT not in accounts.client.cookies
    assert accounts.visitor.role == "partner"
    page = accounts.client.get("/rural", headers={"Accept": "text/html"})
    assert "Partner view" in page.text
    # RFC 7636, 4.6: the verifier that is shown must hash to the challenge that was sent.
    form = accounts.provider.form
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == begun["code_challenge"]
    assert form["redirect_uri"] == begun["redirect_uri"]
    assert (form["code"], form["client_secret"]) == ("a-code", SECRET)
    assert SECRET not in attempt
    accounts.client.post("/logout", headers={"Origin": HERE})
    assert accounts.visitor.role == "public"


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
    accounts: Accounts, groups: object, role: str
) -> None:
    assert accounts.sign_in(groups=groups).status_code == 303
    assert accounts.visitor.role == role


@pytest.mark.parametrize(
    "groups", [None, [], ["everyone"], "CSP", ["csp "], [["csp"]], {"csp": "csp"}, 7, [None]]
)
def test_any_other_account_sees_what_is_public(accounts: Accounts, groups: object) -> None:
    page = accounts.sign_in(groups=groups)
    assert page.status_code == 403
    assert "not among those that see more" in page.text
    assert SESSION not in accounts.client.cookies
    assert accounts.visitor.role == "public"


def test_who_comes_and_goes_is_recorded_by_number(accounts: Accounts) -> None:
    accounts.sign_in()
    name = accounts.visitor.name
    accounts.client.get("/rural", headers={"Accept": "text/html"})
    accounts.client.post("/logout", headers={"Origin": HERE})
    accounts.sign_in(groups=[])
    accounts.end(code="a-code", state="of another")
    assert accounts.recorded() == [
        (name, "partner", "signed in"),
        (name, "partner", "shown"),
        (name, "partner", "signed out"),
        (name, "public", "refused"),
        ("anyone", "public", "refused"),
    ]
    text = "".join(path.read_text() for path in accounts.log.iterdir())
    assert "person" not in text


def test_groups_that_are_too_many_to_be_told_are_said_to_be(accounts: Accounts) -> None:
    page = accounts.sign_in(groups=None, _claim_names={"groups": "src1"})
    assert page.status_code == 403
    assert "so many" in page.text


def test_nothing_of_a_person_is_kept(accounts: Accounts) -> None:
    accounts.sign_in(email="person@example.gov.uk")
    name = accounts.visitor.name
    told = f"{accounts.provider.issuer}\nsubject-of-a-person\n".encode()
    assert name == f"work account {hashlib.sha256(told).hexdigest()[:12]}"
    payload = accounts.client.cookies[SESSION].split(".")[0]
    session = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    assert set(json.loads(session)) == {"account", "role", "mark"}
    assert "person" not in session
    accounts.sign_in(sub="another")
    assert accounts.visitor.name != name
    accounts.sign_in(sub="another", oid="in-the-directory")
    told = f"{accounts.provider.issuer}\nin-the-directory\n".encode()
    assert accounts.visitor.name == f"work account {hashlib.sha256(told).hexdigest()[:12]}"


@pytest.mark.parametrize("state", ["", "of another", "é", None])
def test_a_state_that_is_not_this_browsers_ends_nothing(
    accounts: Accounts, state: str | None
) -> None:
    accounts.begin()
    asked = len(accounts.provider.asked)
    page = accounts.end(code="a-code", **({} if state is None else {"state": state}))
    assert page.status_code == 400
    assert "Begin again" in page.text
    assert len(accounts.provider.asked) == asked


def test_an_answer_ends_one_sign_in_of_one_browser_once(accounts: Accounts) -> None:
    begun = accounts.begin()
    accounts.provider.gives(accounts.provider.sign(accounts.provider.claims(begun["nonce"])))
    other = replace(accounts, client=TestClient(accounts.client.app, base_url=HERE))
    assert other.end(code="a-code", state=begun["state"]).status_code == 400
    other.begin()
    assert other.end(code="a-code", state=begun["state"]).status_code == 400
    assert accounts.end(code="a-code", state=begun["state"]).status_code == 303
    assert accounts.end(code="a-code", state=begun["state"]).status_code == 400  # again
    accounts.begin()  # two windows: the later counts
    assert accounts.end(code="a-code", state=begun["state"]).status_code == 400


def test_a_session_is_no_attempt_and_an_attempt_no_session(accounts: Accounts) -> None:
    begun = accounts.begin()
    attempt = accounts.client.cookies[ATTEMPT]
    accounts.client.cookies.set(SESSION, attempt)
    assert accounts.visitor.role == "public"
    accounts.client.cookies.clear()
    accounts.sign_in()
    session = accounts.client.cookies[SESSION]
    accounts.client.cookies.clear()
    accounts.client.cookies.set(ATTEMPT, session)
    assert accounts.end(code="a-code", state=begun["state"]).status_code == 400


def test_a_sign_in_that_takes_too_long_is_over(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = accounts.begin()
    late = int(time.time()) + ATTEMPT_SECONDS + 1
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: late)
    assert accounts.end(code="a-code", state=begun["state"]).status_code == 400


def test_a_session_ends_by_itself_and_with_its_settings(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.sign_in()
    assert accounts.visitor.role == "partner"
    settings, access = accounts.provider.settings, accounts.access
    access.oidc = replace(settings, secret="renewed")  # noqa: S106
    assert accounts.visitor.role == "partner"
    for other in (
        replace(settings, partners=frozenset({"others"})),
        replace(settings, client_id="other"),
        None,
    ):
        access.oidc = other
        assert accounts.visitor.role == "public"
    access.oidc = settings
    late = int(time.time()) + SESSION_SECONDS + 1
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: late)
    assert accounts.visitor.role == "public"


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "junk"])
def test_a_sign_in_leads_on_to_this_service_alone(accounts: Accounts, wanted: str) -> None:
    begun = accounts.begin(wanted)
    accounts.provider.gives(accounts.provider.sign(accounts.provider.claims(begun["nonce"])))
    assert accounts.end(code="a-code", state=begun["state"]).headers["location"] == "/"


def test_a_sign_in_that_was_cancelled_is_said_to_be(
    accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    begun = accounts.begin()
    answer = {"error": "access_denied", "error_description": "<b>person@example.gov.uk</b>"}
    page = accounts.end(state=begun["state"], **answer)
    assert page.status_code == 403
    assert "cancelled" in page.text
    assert "person@" not in page.text + caplog.text
    assert "access_denied" in caplog.text
    begun = accounts.begin()
    accounts.end(state=begun["state"], error="x\nERROR a made-up line")
    assert "made-up" not in caplog.text


def test_the_page_leads_to_both_ways(accounts: Accounts) -> None:
    page = accounts.client.get("/login?next=/rural%3Ftheme%3Drural-crime%26f%3Dhtml").text
    query = re.search(r'href="/login/oidc\?([^"]+)"', page)
    assert query is not None
    assert parse_qsl(query[1]) == [("next", "/rural?theme=rural-crime&f=html")]
    assert 'name="token"' in page


def test_without_a_provider_nothing_leads_to_one(
    sites_by_role: dict[Role, Site], tmp_path: Path
) -> None:
    app = create_app(sites_by_role, access=Access(tmp_path))
    client = TestClient(app, base_url=HERE)
    assert "work account" not in client.get("/login").text
    assert client.get("/login/oidc").status_code == 404
    assert client.get(CALLBACK).status_code == 404
