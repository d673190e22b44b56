"""What is wrong with a page for who cannot see it, or not all of it at once."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

NAMELESS = """() => [...document.querySelectorAll("table")].filter(table =>
    !table.caption && !document.getElementById(table.getAttribute("aria-labelledby"))
).map(table => table.outerHTML.slice(0, 120))"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def look(page: Page, address: str) -> None:
    """Open a page and wait until its map is drawn, where it has one."""
    page.goto(address)
    if page.locator(".map").count():
        page.wait_for_selector(".map[data-drawn]", timeout=30_000)


def faults(page: Page) -> list[str]:
    """Violations that axe finds, tables without a name, and a page wider than its window."""
    violations = Axe().run(page).response["violations"]
    told = [f"{one['id']}: {one['nodes'][0]['html']}" for one in violations]
    told += [f"a table without a name: {table}" for table in page.evaluate(NAMELESS)]
    if (over := page.evaluate(SIDEWAYS)) > 0:
        told.append(f"it is {over} pixels too wide")
    return told


def faults_of(page: Page, addresses: list[str]) -> dict[str, list[str]]:
    """The faults of each of several pages that has any."""
    found: dict[str, list[str]] = {}
    for address in addresses:
        look(page, address)
        if told := faults(page):
            found[address] = told
    return found
