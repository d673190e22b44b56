"""Maps are Folium's, and ask nobody else for a script or a style."""

import json
import re

import folium
import folium.plugins
import pytest
from branca.element import CssLink, JavascriptLink
from markupsafe import Markup
from starlette.testclient import TestClient
from web_pages import Page

from geo.dataset import Dataset
from layers.breaks import ANY, class_of
from layers.registry import find_layer
from service.maps import (
    MAP_SCRIPT,
    LocalFigure,
    LocalMap,
    UnmappedAssetError,
    build_map,
    map_config,
    map_script,
)


@pytest.fixture
def figure() -> LocalFigure:
    """A figure with a map in it."""
    figure = LocalFigure()
    figure.add_child(LocalMap(tiles=None))
    return figure


def test_a_map_asks_for_leaflet_of_this_server_alone(figure: LocalFigure) -> None:
    figure.render()
    assert figure.local_links(JavascriptLink) == ["/static/leaflet/leaflet.js"]
    assert figure.local_links(CssLink) == ["/static/leaflet/leaflet.css"]


@pytest.mark.parametrize("kind", [JavascriptLink, CssLink])
def test_a_link_without_a_local_copy_is_refused(
    figure: LocalFigure, kind: type[JavascriptLink] | type[CssLink]
) -> None:
    figure.header.add_child(kind("https://elsewhere.example/thing"), name="thing")
    with pytest.raises(UnmappedAssetError, match="elsewhere"):
        figure.local_links(kind)


@pytest.mark.parametrize("name", ["MarkerCluster", "HeatMap", "Fullscreen", "MiniMap"])
def test_a_plugin_without_local_copies_is_refused(name: str) -> None:
    figure, drawn = LocalFigure(), LocalMap(tiles=None)
    figure.add_child(drawn)
    arguments = [[[52.7, -2.7]]] if name == "HeatMap" else []
    getattr(folium.plugins, name)(*arguments).add_to(drawn)
    drawn.render()
    with pytest.raises(UnmappedAssetError, match="No local copy"):
        figure.local_links(JavascriptLink)


def test_a_stock_folium_map_is_refused() -> None:
    figure, drawn = LocalFigure(), folium.Map(tiles=None)
    figure.add_child(drawn)
    drawn.render()
    with pytest.raises(UnmappedAssetError, match="jquery"):
        figure.local_links(JavascriptLink)


def test_the_same_config_gives_the_same_map(embedded: Dataset) -> None:
    def config(noun: str) -> dict[str, object]:
        return map_config(embedded, find_layer("lsoas"), {"url": "/areas"}, [], noun=noun)

    made = build_map(config("crimes"), Markup("<svg/>"))
    assert made == build_map(config("crimes"), Markup("<svg/>"))
    assert made != build_map(config("reports"), Markup("<svg/>"))


def test_the_script_of_a_map_is_foliums_and_the_same_for_every_map() -> None:
    script = map_script().decode()
    assert "L.map(" in script
    assert "safermap.draw(map_areas);" in script
    assert "http" not in script


@pytest.mark.parametrize("path", ["/", "/towns/oswestry", "/rural", "/collections/lsoas/items"])
def test_a_page_carries_the_config_of_its_map_as_data(client: TestClient, path: str) -> None:
    text = client.get(path, headers={"Accept": "text/html"}).text
    [carried] = re.findall(r"<script[^>]* data-map-config>(.*?)</script>", text, re.DOTALL)
    config = json.loads(carried)
    assert client.get(config["url"]).json()["features"]
    assert config["classes"]
    asked = [src for src in Page(text).values("src") if src.endswith(".js")]
    assert asked.index("/static/joined/maps.js") < asked.index(MAP_SCRIPT)
    assert client.get(MAP_SCRIPT).content == map_script()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2.94, 2.9),
        (2.951, 3.0),
        (0.0, 0.0),
        (2.25, 2.3),
        (12.25, 12.3),
    ],
)
def test_a_value_between_two_classes_falls_as_the_map_script_rounds_it(
    value: float, shown: float
) -> None:
    assert class_of(value, [shown]) == 1
    assert class_of(value, [shown + 0.1]) == 0


@pytest.mark.parametrize(("rate", "place"), [(0.0, 0), (0.01, 1), (0.04, 1), (2.94, 1), (2.95, 2)])
def test_no_incidents_is_said_of_nought_alone(rate: float, place: int) -> None:
    assert class_of(rate, [ANY, 3.0]) == place
