"""Signing in at a real identity provider, through its own pages, in a real browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from accessible import faults
from browsing import PHONE, WIDE, needs_chromium
from identity_provider import CLIENT, SECRET, installed, providing
from made_partner import partner
from playwright.sync_api import Browser, Page, expect
from serving import free_port, started

from service.access.oidc.login import CALLBACK

pytestmark = needs_chromium


@dataclass
class Place:
    """A service and its provider."""

    service: str
    issuer: str
    log: Path


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("work")
    partner(folder / "home", 1)
    (folder / "secret").write_text(SECRET + "\n")
    port = free_port()
    provider = installed(request.config.cache.mkdir("identity-provider"))
    with (
        providing(provider, folder, f"http://127.0.0.1:{port}{CALLBACK}") as issuer,
        started(
            folder / "log.txt",
            "--dataset", folder / "home", "--access", folder / "access",
            "--oidc-issuer", issuer, "--oidc-client-id", CLIENT,
            "--oidc-client-secret-file", folder / "secret",
            "--oidc-partners", "CSP Partners", "--oidc-analysts", "CSP Analysts",
            port=port,
        ) as served,
    ):  # fmt: skip
        yield Place(served.address, issuer, folder / "log.txt")


@pytest.fixture
def page(browser: Browser, place: Place) -> Iterator[Page]:
    context = browser.new_context(base_url=place.service)
    yield context.new_page()
    context.close()


def begin(page: Page, wanted: str = "/rural") -> None:
    """Off to the provider."""
    page.goto(f"/login?next={wanted}")
    page.get_by_role("link", name="Sign in with your work account").click()


def sign_in(page: Page, place: Place, groups: str, wanted: str = "/rural") -> None:
    """Through the page to sign in on, and the provider's pages to sign in and consent on."""
    begin(page, wanted)
    assert page.url.startswith(f"{place.issuer}/interaction/")
    consent(page, groups)


def consent(page: Page, groups: str) -> None:
    """On the provider's pages, as somebody in some groups."""
    page.get_by_placeholder("Enter any login").fill(groups)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def view(page: Page) -> str:
    """Whose view the page says it is."""
    return page.locator("body").inner_text()


@pytest.mark.parametrize(
    ("groups", "said"),
    [("CSP Partners", "Partner view"), ("Everyone+CSP Analysts", "Analyst view")],
)
def test_a_group_opens_what_its_role_sees(page: Page, place: Place, groups: str, said: str) -> None:
    sign_in(page, place, groups, "/rural%3Ftheme%3Drural-crime")
    assert page.url == f"{place.service}/rural?theme=rural-crime"
    assert said in view(page)
    page.get_by_role("button", name="Sign out").click()
    page.goto("/rural")
    assert said not in view(page)
    assert page.context.request.get("/login/oidc/callback?code=x&state=y").status == 400


def test_an_account_in_no_group_is_told_so_and_sees_what_is_public(
    page: Page, place: Place
) -> None:
    sign_in(page, place, "Everyone")
    assert page.url.startswith(f"{place.service}{CALLBACK}")
    expect(page.get_by_role("alert")).to_contain_text("not among those that see more")
    page.goto("/rural")
    assert "Partner view" not in view(page)
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_cancelling_is_told(page: Page, place: Place) -> None:
    begin(page)
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("alert")).to_contain_text("cancelled")


def test_a_code_opens_once(page: Page, place: Place) -> None:
    """Whoever has kept the cookie that is forgotten too has it refused by the provider."""
    answers: list[str] = []
    page.on("request", lambda r: answers.append(r.url) if CALLBACK in r.url else None)
    begin(page)
    kept = page.context.cookies(place.service)
    consent(page, "CSP Partners")
    assert "Partner view" in view(page)
    page.context.clear_cookies()
    page.context.add_cookies(kept)  # type: ignore[arg-type]
    again = page.context.request.get(answers[0], headers={"Accept": "text/html"})
    assert again.status == 502
    assert "invalid_grant" in place.log.read_text()
    assert SECRET not in place.log.read_text()


def test_behind_a_proxy_people_are_sent_back_to_its_name(place: Place) -> None:
    headers = {"Host": "maps.example.gov.uk", "X-Forwarded-Proto": "https"}
    sent = httpx2.get(f"{place.service}/login/oidc", headers=headers, trust_env=False)
    query = dict(parse_qsl(urlsplit(sent.headers["location"]).query))
    assert query["redirect_uri"] == f"https://maps.example.gov.uk{CALLBACK}"
    assert sent.headers["set-cookie"].startswith("__Host-safermap-attempt=")


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_both_ways_to_sign_in_have_room(
    browser: Browser, place: Place, size: tuple[int, int]
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.goto(f"{place.service}/login")
    assert faults(page) == []
    for role, name in (
        ("link", "Sign in with your work account"),
        ("button", "Sign in with a token"),
    ):
        box = page.get_by_role(role, name=name).bounding_box()  # type: ignore[arg-type]
        assert box is not None
        assert box["height"] >= 44
    page.goto(f"{place.service}{CALLBACK}")
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []
    context.close()
