"""The pages on paper: the whole map, dark on light, nothing that cannot be pressed."""

from collections.abc import Iterator

import pytest
from browsing import needs_chromium
from playwright.sync_api import Browser, Page

pytestmark = needs_chromium
PAPER = 718  # pixels across A4 inside margins of 1 cm
INSIDE = """() => {
    const box = document.querySelector(".map").getBoundingClientRect();
    const areas = [...document.querySelectorAll("path.leaflet-interactive")];
    return [box.right, areas.map(area => area.getBoundingClientRect()).map(
        area => area.left >= box.left && area.right <= box.right
            && area.top >= box.top && area.bottom <= box.bottom)];
}"""


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page for a reader who likes the screen light or dark."""
    page = browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme=request.param)
    yield page
    page.close()


def paper(page: Page) -> None:
    """Lay the page out as for printing, after what the browser tells it then."""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    page.wait_for_timeout(300)


def light(colour: str) -> int:
    """How light a colour is, from 0 to 765."""
    return sum(int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3])


@pytest.mark.parametrize(("path", "areas"), [("/towns/oswestry", 11), ("/rural", 111)])
def test_the_whole_map_is_on_the_paper(page: Page, server: str, path: str, areas: int) -> None:
    page.goto(server + path)
    page.wait_for_selector(".map[data-drawn]")
    before = page.locator(".map").bounding_box()
    paper(page)
    right, inside = page.evaluate(INSIDE)
    assert right <= PAPER
    assert inside == [True] * areas
    assert page.locator(".map").evaluate("box => getComputedStyle(box).zoom") != "1"
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    after = page.locator(".map").bounding_box()
    assert before
    assert after
    assert (after["width"], after["height"]) == (before["width"], before["height"])


def test_the_browser_itself_prints_the_page_and_then_puts_it_back(page: Page, server: str) -> None:
    page.goto(server + "/towns/oswestry")
    page.wait_for_selector(".map[data-drawn]")
    page.evaluate(
        "addEventListener('beforeprint', () => document.body.dataset.zoom ="
        " document.querySelector('.map').style.zoom)"
    )
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert 0 < float(page.locator("body").get_attribute("data-zoom") or 0) < 1
    assert page.locator(".map").evaluate("box => box.style.zoom") == ""
    assert page.locator("details[open]").count() == 0


def test_paper_is_dark_on_light_and_shows_what_is_folded(page: Page, server: str) -> None:
    page.goto(server + "/towns/oswestry")
    page.wait_for_selector(".map[data-drawn]")
    paper(page)
    body = page.locator("body")
    assert light(body.evaluate("body => getComputedStyle(body).color")) < 150
    assert light(body.evaluate("body => getComputedStyle(body).backgroundColor")) > 700
    assert page.locator("details:not([open])").count() == 0
    assert page.locator(".controls >> visible=true").count() == 0
    assert page.locator("thead button").first.evaluate(
        "button => getComputedStyle(button, '::after').content"
    ) in ("none", "normal")
    assert (
        page.locator("thead button").first.evaluate("button => getComputedStyle(button).display")
        == "contents"
    )  # else Chromium does not print the headings again on the next page
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
