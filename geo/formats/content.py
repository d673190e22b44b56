"""What a file of features is made from, whatever its kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import geopandas
import pyarrow as pa

from geo.fields import Field


@dataclass(frozen=True)
class Content:
    """The features of a layer for one question, and what must be said beside them.

    `columns` has every column of `frame()` but the outlines, in its order; `constants` the words
    that stand in every row, by column; `label` is the column that names a feature. `all_names` are
    those of the layer, whichever were asked for, so that a short name never depends on that.
    `description` says in one text what `facts` tells by name. `stamp` is the only time that a file
    may hold, so that the same question gives the same bytes.
    `features()` are texts as `geo.formats.geojson` has them, the constants among their properties.
    """

    name: str
    title: str
    description: str
    facts: Mapping[str, Any]
    columns: tuple[Field, ...]
    constants: Mapping[str, str]
    label: str
    all_names: tuple[str, ...]
    geometry: Literal["Point", "MultiPolygon"]
    stamp: datetime
    frame: Callable[[], geopandas.GeoDataFrame]
    features: Callable[[], pa.LargeBinaryArray]


Writer = Callable[[Content, Path], None]
"""Writes a content to a path. Raises OSError or a GDAL error where the disk cannot take it."""
