"""Every page in a real browser: no violation that axe knows, no other host, no sideways scroll."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import PHONE, WIDE, needs_chromium
from every_page import EVERY_PAGE, NO_PAGES, PAGES, routes
from playwright.sync_api import Browser, BrowserContext, Page

WIDTHS = (320, 390, 1366, 1920)
NAMELESS = """() => [...document.querySelectorAll("table")].filter(table =>
    !table.caption && !document.getElementById(table.getAttribute("aria-labelledby"))
).map(table => table.outerHTML.slice(0, 120))"""
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"


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


def look(page: Page, address: str) -> None:
    """Open a page and wait until its map is drawn, where it has one."""
    page.goto(address)
    if page.locator(".map").count():
        page.wait_for_selector(".map[data-drawn]", timeout=30_000)


@needs_chromium
@pytest.mark.parametrize(
    "context",
    [(size, scheme) for size in (WIDE, PHONE) for scheme in ("light", "dark")],
    ids=["wide-light", "wide-dark", "phone-light", "phone-dark"],
    indirect=True,
)
def test_no_page_has_a_violation(context: BrowserContext) -> None:
    page, axe = context.new_page(), Axe()
    found: dict[str, list[str]] = {}
    for address in EVERY_PAGE:
        look(page, address)
        violations = axe.run(page).response["violations"]
        told = [f"{one['id']}: {one['nodes'][0]['html']}" for one in violations]
        told += [f"a table without a name: {table}" for table in page.evaluate(NAMELESS)]
        if told:
            found[address] = told
    assert found == {}


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
    found = {one["id"] for one in Axe().run(page).response["violations"]}
    assert {"html-has-lang", "color-contrast"} <= found
    assert len(page.evaluate(NAMELESS)) == 1
