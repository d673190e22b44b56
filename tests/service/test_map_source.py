"""Where a map gets its areas, and what its page says where it does not show all of them."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import orjson
import pytest
from asking import ask
from layer_names import SHIPPED, WITHIN_TOWN
from starlette.testclient import TestClient

from geo.dataset import Dataset
from service.app import create_app
from service.pages import map_source
from service.site import Site

CONFIG = re.compile(r"data-map-config>(.*?)</script>", re.DOTALL)
ROW = re.compile(r'<tr data-feature="([^"]+)">.*?<td data-value="(\d+)">', re.DOTALL)


@pytest.fixture(scope="module")
def many(embedded: Dataset) -> Iterator[TestClient]:
    """A client of an application to which a hundred areas are many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(map_source, "MOST", 100)
        yield TestClient(create_app(Site(embedded)))


def config(client: TestClient, address: str) -> dict[str, Any]:
    found = CONFIG.search(client.get(address, headers={"Accept": "text/html"}).text)
    assert found
    config: dict[str, Any] = orjson.loads(unescape(found[1]))
    return config


@pytest.mark.parametrize("layer", SHIPPED)
def test_few_areas_are_had_whole(client: TestClient, layer: str) -> None:
    assert "tiles" not in config(client, f"/collections/{layer}/items?f=html")


@pytest.mark.parametrize("layer", ["lsoas", "hotspots", "deprivation", "change", "persistence"])
def test_of_many_areas_the_tiles_have_what_a_map_says_of_them(many: TestClient, layer: str) -> None:
    found = config(many, f"/collections/{layer}/items?theme=burglary&f=html")
    tiles = found["tiles"]
    assert tiles["layer"] == layer
    assert {found["label"], found["field"]} <= set(tiles["fields"])
    assert (found["words"] or "count") in tiles["fields"]
    address = tiles["url"].format(z=8, y=84, x=126)
    assert "theme=burglary" in address
    assert many.get(address).content
    if "marked" in tiles:
        marked = many.get(tiles["marked"]).json()["features"]
        counts = [one["properties"]["count"] for one in marked]
        assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize(
    ("asked", "tiled"),
    [
        ("filter=count > 0", True),
        ("filter=count > 200", False),
        ("bbox=-3,52.5,-2.5,53", False),
        ("limit=150", False),
        ("town=ludlow", False),
    ],
)
def test_what_tiles_cannot_be_asked_for_is_had_whole(
    many: TestClient, asked: str, tiled: bool
) -> None:
    found = config(many, f"/collections/hotspots/items?{asked}&f=html")
    assert ("tiles" in found) == tiled
    whole = many.get(found["tiles"]["marked"] if tiled else found["url"]).json()["features"]
    assert whole
    assert not tiled or all(one["properties"]["count"] > 0 for one in whole)


@pytest.mark.parametrize("layer", WITHIN_TOWN)
def test_of_many_areas_the_ground_under_places_is_tiles(many: TestClient, layer: str) -> None:
    everywhere = config(many, f"/collections/{layer}/items?f=html")
    assert everywhere["ground"]["layer"] == "lsoas"
    assert many.get(everywhere["ground"]["url"].format(z=8, y=84, x=126)).content
    town = config(many, f"/collections/{layer}/items?town=wem&f=html")
    assert "town=wem" in town["ground"]


def test_a_table_has_the_rows_with_most_and_leads_to_all(client: TestClient) -> None:
    page = client.get("/collections/map-points/items?f=html").text
    shown = [int(count) for _, count in ROW.findall(page)]
    every = [
        one["properties"]["count"] for one in ask(client, "map-points", "limit=10000")["features"]
    ]
    assert len(every) > len(shown) == 1000
    assert shown == sorted(every, reverse=True)[:1000]
    words = re.search(
        r'The 1,000 rows with most .*?; all ([\d,]+) are in the <a href="([^"]+)"', page
    )
    assert words
    assert int(words[1].replace(",", "")) == len(every)
    table = client.get(unescape(words[2])).text
    assert table.count("\n") == len(every) + 1


def test_a_page_says_how_many_that_stand_out_the_map_does_not_mark(
    many: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.pages import catalogue

    address = "/collections/hotspots/items?theme=violence&f=html"
    assert "have their colour alone" not in many.get(address).text
    monkeypatch.setattr(map_source, "MARKED", 2)
    monkeypatch.setattr(catalogue, "MARKED", 2)
    page = many.get(address.replace("violence", "asb")).text
    asked = "theme=asb&limit=10000&filter=hotspot_class IN ('hot spot','raised')"
    standing = ask(many, "hotspots", asked)["features"]
    assert f"{len(standing) - 2} more have their colour alone" in page
