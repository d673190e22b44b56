"""Every page in a real browser: no violation that axe knows, no other host, no sideways scroll."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from accessible import SIDEWAYS, faults, faults_of, look
from browsing import PHONE, WIDE, needs_chromium
from every_page import EVERY_PAGE, NO_PAGES, PAGES, routes
from playwright.sync_api import Browser, BrowserContext

WIDTHS = (320, 390, 1366, 1920)


def test_every_route_is_looked_at() -> None:
    """A new page is looked at by these tests once it stands in `every_page.py`."""
    assert routes() == PAGES.keys() | NO_PAGES


@pytest.fixture
def context(
    browser: Browser, server: str, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """A window of the wanted size and scheme, which asks nobody but the server."""
    (width, height), scheme = request.param
    small = width < 640
    context = browser.new_context(
        base_url=server, color_scheme=scheme, is_mobile=small, has_touch=small,
        viewport={"width": width, "height": height},
    )  # fmt: skip
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    yield context
    context.close()
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith("data:")}
    assert hosts == {urlsplit(server).netloc}


@needs_chromium
@pytest.mark.parametrize(
    "context",
    [(size, scheme) for size in (WIDE, PHONE) for scheme in ("light", "dark")],
    ids=["wide-light", "wide-dark", "phone-light", "phone-dark"],
    indirect=True,
)
def test_no_page_has_a_violation(context: BrowserContext) -> None:
    assert faults_of(context.new_page(), EVERY_PAGE) == {}


@needs_chromium
@pytest.mark.parametrize("context", [(WIDE, "light")], indirect=True, ids=["light"])
def test_no_page_runs_out_of_the_screen_sideways(context: BrowserContext) -> None:
    page = context.new_page()
    found = []
    for address in EVERY_PAGE:
        look(page, address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if (over := page.evaluate(SIDEWAYS)) > 0:
                found.append((address, width, over))
    assert found == []


@needs_chromium
@pytest.mark.parametrize("context", [(PHONE, "light")], indirect=True, ids=["phone"])
def test_a_violation_would_be_found(context: BrowserContext) -> None:
    page = context.new_page()
    look(page, "/conformance")
    page.evaluate("document.querySelector('html').removeAttribute('lang')")
    page.evaluate("document.querySelector('.lead').style.color = '#ccc'")
    page.evaluate("document.querySelector('caption').remove()")
    found = " ".join(faults(page))
    for fault in ("html-has-lang", "color-contrast", "a table without a name"):
        assert fault in found
    page.evaluate("document.querySelector('main').style.width = '500px'")
    assert "pixels too wide" in " ".join(faults(page))
