"""A real browser, and what a page in it asked for and complained of."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium, which is absent")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
WIDE, PHONE = (1366, 768), (390, 844)
WIDTH = "['scrollWidth', 'clientWidth'].map(name => document.documentElement[name])"
"""What a page takes and what there is; a phone's window itself grows with what is too wide."""
AREAS = "path.leaflet-interactive"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


def until(page: Page, expression: str, seconds: float = 10) -> None:
    """Wait until an expression is true; the page may not evaluate one by itself (its policy)."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < deadline, f"{expression} was not true within {seconds} s"
        page.wait_for_timeout(20)


def unfold(page: Page) -> None:
    """Open the controls where they are folded away, as on a phone."""
    fold = page.locator(".fold:not([open]) summary")
    if fold.is_visible():
        fold.click()


@dataclass
class Seen:
    """A page, with what it asked for and what it complained of."""

    page: Page
    server: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str, drawn: bool = True) -> Page:
        self.page.goto(self.server + path)
        if drawn:
            self.page.wait_for_selector(".map[data-drawn]", timeout=10_000)
        return self.page


@pytest.fixture
def see(browser: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Seen]:
    """A page of the wanted size; afterwards it has asked nobody but the server for anything."""
    width, height = getattr(request, "param", WIDE)
    small = width < 640
    context = browser.new_context(
        viewport={"width": width, "height": height}, is_mobile=small, has_touch=small
    )
    seen = Seen(context.new_page(), server)
    seen.page.on("request", lambda asked: seen.requests.append(asked.url))
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    seen.page.on(
        "console",
        lambda said: seen.complaints.append(said.text) if said.type == "error" else None,
    )
    yield seen
    context.close()
    asked = [url for url in seen.requests if not url.startswith("data:")]
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(server).netloc}
