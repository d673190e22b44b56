"""A background from elsewhere: what is refused, and what pages and headers are told of it."""

import pytest
from command_line import Run, refused
from starlette.testclient import TestClient

from geo.dataset import Dataset
from geo.errors import SafermapError
from service.app import create_app
from service.site import Site
from service.tiles import Tiles

OSM = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
WORDS = "© OpenStreetMap contributors"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (OSM, "https://tile.openstreetmap.org"),
        ("https://{s}.tiles.example:8443/{z}/{x}/{y}.png", "https://*.tiles.example:8443"),
        ("https://api.example/maps/{z}/{x}/{y}.png?key=1;script-src *", "https://api.example"),
    ],
)
def test_the_origin_is_what_a_policy_can_name(url: str, origin: str) -> None:
    assert Tiles(url, WORDS).origin == origin


@pytest.mark.parametrize(
    "url",
    [
        "", "tiles", "https://tile.example/{z}/{x}.png", "ftp://tile.example/{z}/{x}/{y}.png",
        "https:///{z}/{x}/{y}.png", "https://{z}.example/{x}/{y}", "https://*.example/{z}/{x}/{y}",
        "https://a; script-src x/{z}/{x}/{y}", "https://me:secret@tile.example/{z}/{x}/{y}",
        "javascript:{z}{x}{y}",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SafermapError, match="--tiles must"):
        Tiles(url, WORDS)


def test_one_option_needs_the_other(run: Run) -> None:
    assert Tiles.given(None, None) is None
    refused(run("serve", "--tiles", OSM), "--tiles needs --tiles-attribution")
    refused(run("serve", "--tiles-attribution", WORDS), "needs --tiles, the address")
    refused(run("serve", "--tiles", "x", "--tiles-attribution", WORDS), "{z}, {x} and {y}")


def test_the_environment_says_it_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFERMAP_TILES", OSM)
    refused(run("serve"), "--tiles needs --tiles-attribution")


def test_pages_are_told_of_tiles_only_where_there_are_some(embedded: Dataset) -> None:
    for tiles, sources in ((None, ()), (Tiles(OSM, WORDS), ("https://tile.openstreetmap.org",))):
        site = Site(embedded, tiles=tiles)
        assert site.image_sources == sources
        page = TestClient(create_app(site)).get("/rural", headers={"accept": "text/html"}).text
        assert (OSM in page) == (WORDS in page) == (tiles is not None)
