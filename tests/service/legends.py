"""The colours of a map, as its legend tells them and as they are drawn."""

import re
from typing import Any

from browsing import AREAS
from playwright.sync_api import Page


def told_classes(page: Page) -> list[tuple[float, str | None]]:
    """The least value and the colour of each class of the legend that is told by a number."""
    found = []
    for row in page.locator("table.legend tbody tr").all():
        words = row.locator("th").inner_text()
        number = re.match(r"(Under )?([\d.]+)", words)
        if number or words == "No incidents":
            least = float(number[2]) if number and not number[1] else 0.0
            if number and number[1] and "No incidents" in page.inner_text("table.legend"):
                least = 0.1  # the lowest rate that is shown as more than none
            found.append((least, row.locator(".swatch rect").get_attribute("fill")))
    return sorted(found)


def by_legend(page: Page, features: list[dict[str, Any]], field: str = "rate") -> list[str | None]:
    """The colour that the legend gives each feature for its figure."""
    classes = told_classes(page)
    assert len(classes) >= 3
    shown = [float(f"{feature['properties'][field] + 1e-9:.1f}") for feature in features]
    return [[colour for least, colour in classes if value >= least][-1] for value in shown]


def drawn_colours(page: Page) -> list[str | None]:
    """The colour of each area, in the order of the features."""
    found: list[str | None] = page.locator(AREAS).evaluate_all(
        "paths => paths.map(path => path.getAttribute('fill'))"
    )
    return found
