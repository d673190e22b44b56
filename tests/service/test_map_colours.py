"""The colours of a map are those of its legend, for the figures the layer gives."""

import re

import httpx2
import pytest
from browsing import AREAS, Seen, needs_chromium
from playwright.sync_api import Page

pytestmark = needs_chromium


def legend(page: Page) -> list[tuple[float, str | None]]:
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


@pytest.mark.parametrize(
    ("path", "items"),
    [
        ("/towns/oswestry", "/collections/hotspots/items?theme=asb&town=oswestry"),
        ("/towns/ludlow?theme=drugs", "/collections/lsoas/items?theme=drugs&town=ludlow"),
        ("/rural", "/collections/hotspots/items?theme=rural-crime"),
        ("/collections/lsoas/items?f=html&theme=asb", "/collections/lsoas/items?theme=asb"),
        ("/collections/towns/items?f=html&theme=drugs", "/collections/towns/items?theme=drugs"),
    ],
)  # fmt: skip
def test_the_colours_are_those_of_the_legend_for_the_rates_of_the_layer(
    see: Seen, path: str, items: str
) -> None:
    page = see.open(path)
    classes = legend(page)
    assert len(classes) >= 3
    features = httpx2.get(see.server + items, trust_env=False).json()["features"]
    expected = []
    for feature in features:
        shown = float(f"{feature['properties']['rate'] + 1e-9:.1f}")
        expected.append([colour for least, colour in classes if shown >= least][-1])
    drawn = page.locator(AREAS).evaluate_all("paths => paths.map(p => p.getAttribute('fill'))")
    assert drawn == expected


def test_the_colours_of_deciles_are_those_of_the_legend(see: Seen) -> None:
    page = see.open("/collections/deprivation/items?f=html")
    colours = {}
    for row in page.locator("table.legend tbody tr").all():
        colour = row.locator(".swatch rect").get_attribute("fill")
        for decile in re.findall(r"\d+", row.locator("th").inner_text()):
            colours[int(decile)] = colour
    assert sorted(colours) == list(range(1, 11))
    address = f"{see.server}/collections/deprivation/items"
    features = httpx2.get(address, trust_env=False).json()["features"]
    drawn = page.locator(AREAS).evaluate_all("paths => paths.map(p => p.getAttribute('fill'))")
    assert drawn == [colours[item["properties"]["imd2019_decile"]] for item in features]
