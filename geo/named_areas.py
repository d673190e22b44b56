"""The areas of further sets, such as wards, with counts of the incidents they hold."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import geopandas
import numpy as np
import pyarrow as pa

from geo.counts import Counts
from geo.parquet import read_frame, read_parquet
from geo.period import Period
from geo.shapes import Shapes


@dataclass(frozen=True)
class NamedAreas:
    """The areas of every set, one set after the other, and their counts.

    `areas`: `set` (its id), `set_title`, `code`, `name` and outlines, one row an area. `counts`:
    incidents inside the partnership's area by position among them; one with no point, or with a
    point in no area of a set, is in no area of it.
    """

    areas: geopandas.GeoDataFrame
    counts: Counts

    @classmethod
    def read(cls, folder: Path, period: Period, without: Collection[int] = ()) -> "NamedAreas":
        """The named areas of a version, without the counts of some sources.

        Raises OSError or KeyError where it has none.
        """
        areas = read_frame(folder / "sets.parquet")
        table = read_parquet(folder / "set_counts.parquet")
        table = table.filter(pa.array(~np.isin(table["source"].to_numpy(), list(without))))
        _, first = np.unique(areas["set"].factorize()[0], return_index=True)
        position = first[table["set"].to_numpy()] + table["area"].to_numpy()
        return cls(areas, Counts.from_table(table, period, position, len(areas)))

    @cached_property
    def shapes(self) -> Shapes:
        """Outlines of the areas. Two sets may share a code, so ids are `set.code`.

        An id can stand in a web address whatever is in the code: what cannot is a `!` and its
        bytes, since a `%` is read once by some servers and twice by others.
        """
        codes = (quote(code, safe="").replace("%", "!") for code in self.areas["code"])
        ids = (f"{name}.{code}" for name, code in zip(self.areas["set"], codes, strict=True))
        return Shapes.of(ids, self.areas.geometry.to_numpy())
