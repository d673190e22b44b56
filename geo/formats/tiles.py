"""Features as vector tiles in one file (PMTiles), and the tiles of such a file."""

import gzip
import mmap
from pathlib import Path

import pyogrio
from pmtiles.reader import Reader
from pmtiles.tile import Compression

from geo.formats.content import Content

SMALLEST, LARGEST = 4, 12
"""The levels of zoom held. At the largest, corners stand to two metres; closer maps enlarge it."""

_NOTHING_LEFT_OUT = {"MAX_SIZE": 100_000_000, "MAX_FEATURES": 10_000_000}


def write_pmtiles(content: Content, path: Path) -> None:
    """A PMTiles archive (version 3) of Mapbox vector tiles. No feature is left out of any tile."""
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


def tile(path: Path, zoom: int, column: int, row: int) -> bytes:
    """One tile of an archive; no bytes, which is a tile without layers, where nothing lies."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as archive:
        reader = Reader(lambda start, length: archive[start : start + length])
        found = reader.get(zoom, column, row) or b""
        packed = reader.header()["tile_compression"] == Compression.GZIP
        return gzip.decompress(found) if packed and found else found
