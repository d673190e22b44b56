"""Maps: Folium builds them, every script and style comes from this server, the layer by URL.

What Folium writes is the same for every map, so that it is one script at one address and no page
holds any. What differs is a map's configuration, which its page carries as data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import folium
import xstatic.pkg.leaflet
from branca.element import CssLink, Figure, JavascriptLink, MacroElement
from jinja2 import Template
from markupsafe import Markup

from geo.dataset import Dataset
from layers.breaks import ANY
from layers.layer import Drawing, Layer

LEAFLET = Path(xstatic.pkg.leaflet.BASE_DIR)
MAP_SCRIPT = "/static/folium.js"
_CDN = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist"
LOCAL: Mapping[str, str] = MappingProxyType(
    {
        f"{_CDN}/leaflet.js": "/static/leaflet/leaflet.js",
        f"{_CDN}/leaflet.css": "/static/leaflet/leaflet.css",
    }
)


class UnmappedAssetError(RuntimeError):
    """A map asks for a script or style that this server does not have."""


class LocalFigure(Figure):
    """A branca figure whose scripts and styles all come from this server.

    Its page is ours: only the links, the element and the script of the map are taken from it, so
    nothing switches zooming off or leaves out the language.
    """

    def local_links(self, kind: type[JavascriptLink] | type[CssLink]) -> list[str]:
        """The local address of every link of a kind.

        Raises UnmappedAssetError for a link that has none.
        """
        links = [child.url for child in self.header._children.values() if isinstance(child, kind)]
        unmapped = [url for url in links if url not in LOCAL]
        if unmapped:
            raise UnmappedAssetError(f"No local copy is mapped for {', '.join(unmapped)}.")
        return [LOCAL[url] for url in links]


class LocalMap(folium.Map):
    """A Folium map that asks for Leaflet alone."""

    default_js = [("leaflet", f"{_CDN}/leaflet.js")]  # noqa: RUF012  as Folium has it
    default_css = [("leaflet_css", f"{_CDN}/leaflet.css")]  # noqa: RUF012


class AreaLayer(MacroElement):
    """Areas fetched by URL and drawn by `static/map.js`, as the page's configuration says."""

    _name = "AreaLayer"
    _template = Template(
        "{% macro script(this, kwargs) %}"
        "safermap.draw({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )


@dataclass(frozen=True)
class MapParts:
    """A built map, in the parts a page puts in their places.

    `script` is where Folium's own script is. It comes after all other scripts of the map. `still`
    is the picture that stands until it has run.
    """

    scripts: list[str]
    styles: list[str]
    element: str
    script: str
    config: Mapping[str, Any]
    still: Markup

    @property
    def fetched(self) -> list[str]:
        """What the script fetches as it starts: everything that the map does not have as tiles."""
        tiles = self.config.get("tiles")
        areas = tiles.get("marked") if tiles else self.config["url"]
        found = (areas, self.config.get("context"), self.config.get("ground"))
        return [one for one in found if isinstance(one, str)]


@cache
def _folium() -> LocalFigure:
    """The Folium map of every page. `static/map.js` brings it to the bounds of what it draws."""
    figure = LocalFigure()
    drawn = LocalMap(
        location=[0, 0],
        tiles=None,
        zoom_start=9,
        zoom_control=False,
        control_scale=False,
        scroll_wheel_zoom=False,
        zoom_snap=0.25,
        zoom_delta=0.5,
        attribution_control=False,
    )
    drawn._id = "areas"  # Folium draws a new id each time; the page would never be the same twice
    layer = AreaLayer()  # type: ignore[no-untyped-call]
    drawn.add_child(layer)
    figure.add_child(drawn)
    drawn.render()  # type: ignore[no-untyped-call]
    return figure


def map_script() -> bytes:
    """The script that Folium writes, at MAP_SCRIPT."""
    return str(_folium().script.render()).encode()


def build_map(config: Mapping[str, Any], still: Markup) -> MapParts:
    """The map of a page. The same config gives the same bytes."""
    figure = _folium()
    return MapParts(
        scripts=figure.local_links(JavascriptLink),
        styles=figure.local_links(CssLink),
        element=figure.html.render(),
        script=MAP_SCRIPT,
        config=config,
        still=still,
    )


def map_config(
    dataset: Dataset,
    layer: Layer,
    areas: Mapping[str, Any],
    classes: list[dict[str, Any]],
    drawing: Drawing | None = None,
    **more: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """What `static/map.js` needs to draw a layer.

    Args:
        dataset: whose areas and towns they are.
        layer: how it is labelled.
        areas: where they are: `url`, and `tiles` where they come as those.
        classes: the legend's classes, lowest first, each with a colour.
        drawing: how it is drawn, where that is not as the layer always is.
        more: what a page adds, such as `town` or `context`.
    """
    drawing = drawing or layer.drawing(dataset)
    return {
        **areas,
        "field": drawing.field,
        "by": drawing.by,
        "level": drawing.level,
        "outlines": drawing.outlines,
        "words": drawing.words,
        "smoothed": drawing.smoothed.words if drawing.smoothed else None,
        "label": layer.label,
        "classes": classes,
        "any": ANY,
        "bounds": dataset.lsoa_shapes.extent,
        "places": _places(dataset),
        **more,
    }


def _places(dataset: Dataset) -> list[dict[str, Any]]:
    """Town names and where to write them, the largest towns first."""
    points = dataset.town_points
    residents = dataset.town_residents
    return [
        {"name": dataset.towns["town"].iloc[i], "at": points[i], "size": int(residents[i])}
        for i in (-residents).argsort(kind="stable")
    ]
