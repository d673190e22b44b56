"""A layer as vector tiles: which there are, and one of them."""

import re
from typing import Any
from urllib.parse import urlencode

from geo.errors import UnknownNameError
from geo.formats.tiles import LARGEST, SMALLEST, tile, write_pmtiles
from geo.query import Question
from layers.layer import Layer
from layers.metadata import attribution
from service.downloads import download
from service.formats import FORMATS
from service.negotiate import MEDIA
from service.parameters import read_question
from service.responses import Body
from service.site import Site
from service.window import read_window

TILE_GRID = "WebMercatorQuad"
"""The usual grid of the web's maps (OGC Two Dimensional Tile Matrix Set): zoom, row, column."""

_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def tile_set(
    site: Site, layer: Layer, question: Question, base: str, query: dict[str, str]
) -> dict[str, Any]:
    """The tiles of a layer as TileJSON 3.0, with fields and levels of zoom."""
    asked = {name: value for name, value in query.items() if name != "f"}
    told = f"?{urlencode(asked, safe='/,')}" if asked else ""
    west, south, east, north = layer.shapes(site.dataset).extent
    return {
        "tilejson": "3.0.0",
        "name": f"{layer.title}: {question.theme.title}, {question.period.words()}",
        "description": layer.summary,
        "attribution": attribution(site.dataset, question.sources),
        "illustrative": any(site.dataset.sources[s].illustrative for s in question.sources),
        "tiles": [f"{base}/collections/{layer.name}/tiles/{TILE_GRID}/{{z}}/{{y}}/{{x}}{told}"],
        "minzoom": SMALLEST,
        "maxzoom": LARGEST,
        "bounds": [west, south, east, north],
        "vector_layers": [
            {
                "id": layer.name,
                "description": layer.summary,
                "minzoom": SMALLEST,
                "maxzoom": LARGEST,
                "fields": {field.name: field.title for field in layer.fields(site.dataset)},
            }
        ],
    }


def tile_body(site: Site, layer: Layer, query: dict[str, str], place: tuple[str, str, str]) -> Body:
    """The tile at a zoom, row and column, out of the archive that is made once for the question.

    Raises UnknownNameError where there is no such tile.
    """
    zoom, row, column = (int(part) if _NUMBER.fullmatch(part) else -1 for part in place)
    side = 2**zoom if SMALLEST <= zoom <= LARGEST else 0
    if not (0 <= row < side and 0 <= column < side):
        raise UnknownNameError(
            f"There is no tile {'/'.join(place)}. Zoom is {SMALLEST} to {LARGEST}; row and column "
            "are whole numbers from 0 to below 2 to the power of zoom."
        )
    archive = download(
        site,
        layer,
        read_question(site.dataset, query),
        window=read_window(query, layer, site.dataset),
        kind=FORMATS["pmtiles"],
        write=write_pmtiles,
        query=query,
    )
    return Body.of(tile(archive.file.path, zoom, column, row), MEDIA["mvt"])
