"""Who is let in: what each role sees, how people and programs sign in, and what gets nobody in."""

import asyncio
import logging
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from itsdangerous import TimestampSigner
from starlette.testclient import TestClient
from starlette.types import Message

from service.access.access import Access
from service.access.roles import Role
from service.access.sessions import SESSION_SECONDS
from service.app import create_app
from service.site import Site

ITEMS = "/collections/lsoas/items?theme=burglary&limit=1000"
POINTS = "/collections/change/items"


@dataclass(frozen=True)
class Guarded:
    """A service with access configured, and the text of a token of each role."""

    client: TestClient
    access: Access
    partner: str
    analyst: str

    def shown(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def guarded(sites_by_role: dict[Role, Site], tmp_path: Path) -> Guarded:
    access = Access(tmp_path / "access")
    tokens = [access.tokens.create("Team", role, "1d")[1] for role in ("partner", "analyst")]
    client = TestClient(
        create_app(sites_by_role, access=access),
        base_url="https://testserver",
        raise_server_exceptions=False,
        follow_redirects=False,
    )
    return Guarded(client, access, *tokens)


def counts(client: TestClient, **headers: str) -> list[int | None]:
    found = client.get(ITEMS, headers=headers).raise_for_status().json()["features"]
    return [one["properties"]["count"] for one in found]


def test_who_has_not_signed_in_sees_what_is_public(guarded: Guarded) -> None:
    public, whole = counts(guarded.client), counts(guarded.client, **guarded.shown(guarded.partner))
    assert None in public
    assert None not in whole
    assert public != whole
    assert counts(guarded.client) == public  # what another was given is not given to all


def test_signing_in_opens_and_signing_out_closes(guarded: Guarded) -> None:
    client = guarded.client
    public = counts(client)
    here = {"Origin": "https://testserver"}
    begun = client.post("/login", data={"token": guarded.partner, "next": ITEMS}, headers=here)
    assert (begun.status_code, begun.headers["location"]) == (303, ITEMS)
    cookie = begun.headers["set-cookie"]
    for part in ("__Host-safermap=", "HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert f"Max-Age={SESSION_SECONDS}" in cookie
    assert guarded.partner not in cookie
    assert counts(client) == counts(client, **guarded.shown(guarded.partner)) != public
    page = client.get("/rural", headers={"Accept": "text/html"})
    assert "Partner view" in page.text
    assert page.headers["cache-control"] == "private, no-cache"
    ended = client.post("/logout", headers=here)
    assert ended.headers["clear-site-data"] == '"cache"'
    assert counts(client) == public
    assert "Sign in" in client.get("/", headers={"Accept": "text/html"}).text


def test_a_revoked_token_ends_its_sessions(guarded: Guarded) -> None:
    client = guarded.client
    public = counts(client)
    headers = {"Origin": "https://testserver"}
    client.post("/login", data={"token": guarded.partner}, headers=headers)
    assert counts(client) != public
    guarded.access.tokens.revoke(guarded.partner.split("_")[1])
    assert counts(client) == public
    refused = client.get(ITEMS, headers=guarded.shown(guarded.partner))
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "shown",
    [
        "Bearer x",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "nothing",
        "Bearer safermap_00000000_" + "A" * 43,
    ],
)
def test_a_token_that_opens_nothing_is_told_so(guarded: Guarded, shown: str) -> None:
    refused = guarded.client.get(ITEMS, headers={"Authorization": shown})
    assert refused.status_code == 401
    assert "opens nothing" in refused.json()["detail"]
    assert guarded.client.get("/nowhere", headers={"Authorization": shown}).status_code == 401


@pytest.mark.parametrize("change", ["signature", "payload", "other key", "old", "junk"])
def test_a_session_that_was_altered_is_none(
    guarded: Guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    client = guarded.client
    public = counts(client)
    headers = {"Origin": "https://testserver"}
    client.post("/login", data={"token": guarded.analyst}, headers=headers)
    assert counts(client) != public
    good = client.cookies["__Host-safermap"]
    other = Access(tmp_path / "other")
    payload, rest = good.split(".", 1)
    wrong = {
        "signature": good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
        "payload": payload[:-2] + "AA." + rest,
        "other key": other.sessions._signer.dumps({"token": guarded.analyst.split("_")[1]}),
        "old": good,
        "junk": "a.b.c",
    }[change]
    if change == "old":
        late = int(time.time()) + SESSION_SECONDS + 1
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: late)
    client.cookies.clear()
    client.cookies.set("__Host-safermap", wrong)
    assert counts(client) == public


def test_a_session_over_http_is_not_one_over_https(guarded: Guarded) -> None:
    plain = TestClient(guarded.client.app, base_url="http://testserver", follow_redirects=False)
    begun = plain.post(
        "/login", data={"token": guarded.partner}, headers={"Origin": "http://testserver"}
    )
    assert begun.headers["set-cookie"].startswith("safermap=")
    assert "Secure" not in begun.headers["set-cookie"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://testserver"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_another_site_cannot_sign_anybody_in_or_out(
    guarded: Guarded, headers: dict[str, str]
) -> None:
    for path in ("/login", "/logout"):
        refused = guarded.client.post(path, data={"token": guarded.partner}, headers=headers)
        assert refused.status_code == 403
        assert "set-cookie" not in refused.headers


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/rural?theme=rural-crime", "/rural?theme=rural-crime"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/a%0D%0ASet-Cookie:%20x=1"),
        ("", "/"),
    ],
)
def test_signing_in_leads_on_to_this_service_alone(
    guarded: Guarded, wanted: str, led_to: str
) -> None:
    headers = {"Origin": "https://testserver"}
    data = {"token": guarded.partner, "next": wanted}
    begun = guarded.client.post("/login", data=data, headers=headers)
    assert begun.headers["location"] == led_to
    assert "x" not in begun.cookies


def test_a_wrong_token_is_told_on_the_page(guarded: Guarded) -> None:
    headers = {"Origin": "https://testserver", "Accept": "text/html"}
    page = guarded.client.post("/login", data={"token": "<b>no</b>"}, headers=headers)
    assert page.status_code == 401
    assert "opens nothing here" in page.text
    assert "<b>no</b>" not in page.text
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("data", [{"token": "a" * 100_000}, {str(i): "x" for i in range(50)}])
def test_a_form_that_is_no_sign_in_is_refused(guarded: Guarded, data: dict[str, str]) -> None:
    headers = {"Origin": "https://testserver"}
    assert guarded.client.post("/login", data=data, headers=headers).status_code in (400, 413)


def test_every_answer_says_that_it_depends_on_who_asks(guarded: Guarded) -> None:
    for path in ("/", ITEMS, "/nowhere", "/static/joined/look.css", f"{ITEMS}&f=gpkg"):
        told = guarded.client.get(path).headers["vary"]
        assert {"Authorization", "Cookie"} <= {part.strip() for part in told.split(",")}


def test_where_tokens_cannot_be_read_nobody_is_let_in(guarded: Guarded) -> None:
    (guarded.access.tokens.folder / "tokens.json").write_text("{")
    refused = guarded.client.get(ITEMS, headers=guarded.shown(guarded.partner))
    assert refused.status_code == 503
    assert str(guarded.access.tokens.folder) not in refused.text


def test_without_access_there_is_nothing_to_sign_in_to(sites_by_role: dict[Role, Site]) -> None:
    client = TestClient(create_app(sites_by_role["partner"]))
    assert client.get("/login").status_code == 404
    assert "Authorization" not in client.get("/").headers["vary"]


def test_a_client_that_goes_away_in_the_midst_of_a_form_is_no_error(
    guarded: Guarded, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    parts: list[Message] = [
        {"type": "http.request", "body": b"token=a", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return parts.pop(0)

    kind = b"application/x-www-form-urlencoded"
    scope = {
        "type": "http", "method": "POST", "path": "/login", "query_string": b"", "scheme": "https",
        "headers": [(b"host", b"testserver"), (b"origin", b"https://testserver"),
                    (b"content-type", kind), (b"content-length", b"100")],
    }  # fmt: skip
    asyncio.run(guarded.client.app(scope, receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 400
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
