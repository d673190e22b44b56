"""The colours of a map are those of its legend, for the figures the layer gives."""

import re

import httpx2
import pytest
from browsing import Seen, needs_chromium
from legends import by_legend, drawn_colours

pytestmark = needs_chromium


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
    features = httpx2.get(see.server + items, trust_env=False).json()["features"]
    assert drawn_colours(page) == by_legend(page, features)


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
    deciles = [item["properties"]["imd2019_decile"] for item in features]
    assert drawn_colours(page) == [colours[decile] for decile in deciles]
