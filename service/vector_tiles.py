"""Layers as vector tiles: which there are of one, one of them, and all of every layer as a file."""

import math
import re
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

import shapely

from geo.crs import CRS84
from geo.errors import QuestionError, UnknownNameError
from geo.formats.tiles import CLOSEST, SMALLEST, write_pmtiles, write_tile, write_together
from geo.query import Question
from geo.shapes import Box
from layers.layer import Answer, Layer
from layers.metadata import attribution
from service.downloads import content_of, download
from service.file_body import FileBody
from service.formats import FORMATS
from service.items import LONGEST, named
from service.negotiate import MEDIA
from service.parameters import read_question
from service.responses import Body
from service.site import Site
from service.window import read_window

TILE_GRID = "WebMercatorQuad"
"""The usual grid of the web's maps (OGC Two Dimensional Tile Matrix Set): zoom, row, column."""

MOST_ROWS, MOST_CORNERS = 100_000, 20_000
"""Of a layer in the archive of all: how many rows, and corners of one outline. More take minutes,
since GDAL cuts each outline for each tile: points, bands and classes of a whole country."""

BESIDE = 1 / 32
"""How far beyond its edge a tile holds what lies there, in its sides: more than GDAL wants."""

_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def tile_address(layer: str) -> str:
    """Where the tiles of a layer are, with names in braces for what differs (TileJSON 3.0)."""
    return f"/collections/{layer}/tiles/{TILE_GRID}/{{z}}/{{y}}/{{x}}"


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
        "tiles": [f"{base}{tile_address(layer.name)}{told}"],
        "minzoom": SMALLEST,
        "maxzoom": CLOSEST,
        "bounds": [west, south, east, north],
        "vector_layers": [
            {
                "id": layer.name,
                "description": layer.summary,
                "minzoom": SMALLEST,
                "maxzoom": CLOSEST,
                "fields": {field.name: field.title for field in layer.fields(site.dataset)},
            }
        ],
    }


def tile_body(site: Site, layer: Layer, query: dict[str, str], place: tuple[str, str, str]) -> Body:
    """The tile at a zoom, row and column, made of what lies there alone.

    Raises UnknownNameError where there is no such tile, StorageError where the disk cannot take it.
    """
    zoom, row, column = (int(part) if _NUMBER.fullmatch(part) else -1 for part in place)
    side = 2**zoom if SMALLEST <= zoom <= CLOSEST else 0
    if not (0 <= row < side and 0 <= column < side):
        raise UnknownNameError(
            f"There is no tile {'/'.join(place)}. Zoom is {SMALLEST} to {CLOSEST}; row and column "
            "are whole numbers from 0 to below 2 to the power of zoom."
        )
    question = read_question(site.dataset, query)
    box = _box(zoom, column, row)
    window = replace(read_window(query, layer, site.dataset), bbox=box, bbox_system=CRS84)
    content = content_of(site, layer, question, window)
    asked = tuple(sorted((name, value) for name, value in query.items() if name != "f"))
    write = partial(write_tile, content, place=(zoom, column, row))
    file = site.files.get((layer.name, "mvt", place, asked), "mvt", write)
    return Body.of(file.path.read_bytes(), MEDIA["mvt"])


def dataset_tiles(site: Site) -> FileBody:
    """Every layer that answers what is asked of it by default, in one PMTiles archive.

    One that would take minutes is left out, which the archive says.

    Raises QuestionError where none does, StorageError where the disk cannot take it.
    """
    dataset, kind = site.dataset, FORMATS["pmtiles"]
    question, why = Question.ask(dataset), QuestionError()
    made: dict[str, FileBody] = {}
    heavy = []
    for layer in site.layers.values():
        window = read_window({}, layer, dataset)
        try:
            if _heavy(site.computed.answer(layer, question)[0]):
                heavy.append(layer.title)
                continue
            made[layer.title] = download(
                site, layer, question, window=window, kind=kind, write=write_pmtiles, query={}
            )
        except QuestionError as error:
            why = error
    if not made:
        raise why
    title = f"{dataset.area}: {question.theme.title}, {question.period.words()}"
    without = f" Too large, and so a file of its own: {', '.join(heavy)}." if heavy else ""
    said = attribution(dataset, question.sources)
    description = f"{title}. {', '.join(made)}.{without} {said}"
    file = site.files.get(
        ("every layer", kind.name),
        kind.ending,
        lambda path: write_together(
            [body.file.path for body in made.values()], path, title, description
        ),
    )
    name = named([dataset.area[:LONGEST], "layers", question.theme.name], question, kind.ending)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return FileBody(file, kind.media, headers, site.modified)


def _heavy(answer: Answer) -> bool:
    """Whether a layer would take too long to cut into tiles with all others."""
    corners = shapely.get_num_coordinates(answer.outlines)
    return len(corners) > MOST_ROWS or corners.max(initial=0) > MOST_CORNERS


def _box(zoom: int, column: int, row: int) -> Box:
    """The box of a tile with what is beside it, in degrees (OGC 17-083r4, annex D)."""
    side = 2**zoom
    west, east = ((at / side - 0.5) * 360 for at in (column - BESIDE, column + 1 + BESIDE))
    north, south = (
        math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * at / side))))
        for at in (row - BESIDE, row + 1 + BESIDE)
    )
    return max(west, -180.0), south, min(east, 180.0), north
