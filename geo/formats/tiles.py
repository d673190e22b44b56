"""Features as vector tiles: one tile, all of them in one file (PMTiles), several files as one."""

import gzip
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyogrio
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import write

from geo.formats.content import Content

SMALLEST, LARGEST = 4, 12
"""The levels of zoom in a file. At the largest, corners stand to two metres."""
CLOSEST = 16
"""The largest level of a tile by itself, where corners stand to 15 centimetres."""

_NOTHING_LEFT_OUT = {"MAX_SIZE": 100_000_000, "MAX_FEATURES": 10_000_000}
_HELD = {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP}


def write_pmtiles(content: Content, path: Path) -> None:
    """A PMTiles archive (version 3) of Mapbox vector tiles.

    No feature is left out of any tile for its size; one that falls together to a line there is.
    """
    pyogrio.write_dataframe(
        content.frame(),
        path,
        layer=content.name,
        driver="PMTiles",
        geometry_type=content.geometry,
        dataset_options={
            "NAME": content.title,
            "DESCRIPTION": content.description,
            "MINZOOM": SMALLEST,
            "MAXZOOM": LARGEST,
            **_NOTHING_LEFT_OUT,
        },
    )


def write_tile(content: Content, path: Path, place: tuple[int, int, int]) -> None:
    """The tile at a zoom, column and row; an empty file, a tile without layers, where nothing lies.

    It holds what of the content reaches into it, so that whoever has the rest leaves it out first.
    """
    zoom, column, row = place
    frame = content.frame()
    path.touch()
    if frame.empty:
        return
    with TemporaryDirectory(dir=path.parent) as folder:
        tiles = Path(folder) / "tiles"
        pyogrio.write_dataframe(
            frame,
            tiles,
            layer=content.name,
            driver="MVT",
            geometry_type=content.geometry,
            dataset_options={
                "FORMAT": "DIRECTORY",
                "COMPRESS": "NO",
                "MINZOOM": zoom,
                "MAXZOOM": zoom,
                **_NOTHING_LEFT_OUT,
            },
        )
        made = tiles / str(zoom) / str(column) / f"{row}.pbf"
        if made.exists():
            made.replace(path)


def write_together(archives: Sequence[Path], path: Path, title: str, description: str) -> None:
    """The layers of several PMTiles archives in one, each under its own name.

    A tile is a list of layers and nothing else, so that tiles one after the other are one tile.
    One tile is in memory at a time.
    """
    with ExitStack() as stack:
        readers = [MmapSource(stack.enter_context(archive.open("rb"))) for archive in archives]
        writer = stack.enter_context(write(path))
        in_order = merge(*map(_tiles, readers), key=itemgetter(0))
        for number, same in groupby(in_order, key=itemgetter(0)):
            parts = b"".join(part for _, part in same)
            writer.write_tile(number, gzip.compress(parts, mtime=0))
        held = [Reader(reader) for reader in readers]
        metadata = {"name": title, "description": description, "format": "pbf", "type": "overlay"}
        layers = [layer for one in held for layer in _described(one.metadata())]
        writer.finalize({**_HELD, **_round(held)}, {**metadata, "vector_layers": layers})


def _tiles(archive: Any) -> Iterator[tuple[int, bytes]]:  # noqa: ANN401  what pmtiles reads from
    """The tiles of an archive in its order, unpacked, each with its number."""
    for place, held in all_tiles(archive):
        yield zxy_to_tileid(*place), gzip.decompress(held)


def _described(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """The layers of an archive, each with what must be said of it (TileJSON 3.0)."""
    said = metadata["description"]
    return [{**layer, "description": said} for layer in metadata["vector_layers"]]


def _round(archives: Sequence[Reader]) -> dict[str, int]:
    """The box round all archives and its middle, as a header has them."""
    headers = [archive.header() for archive in archives]
    west, south = (min(one[f"min_{axis}_e7"] for one in headers) for axis in ("lon", "lat"))
    east, north = (max(one[f"max_{axis}_e7"] for one in headers) for axis in ("lon", "lat"))
    return {
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
        "center_zoom": SMALLEST,
    }
