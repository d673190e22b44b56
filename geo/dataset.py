"""A prepared dataset, open for questions. It is read once and never changes."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet
import shapely
from numpy.typing import NDArray

from geo.counts import Counts
from geo.crs import lonlat_geometry
from geo.errors import DatasetError, QuestionError
from geo.incidents import Source
from geo.measures.neighbours import Neighbours
from geo.offences import ASB, CRIME
from geo.period import Period, parse_month

FORMAT = 2  # of the files in a dataset folder; another number is not read


@dataclass(frozen=True)
class Shapes:
    """Outlines in longitude and latitude, six decimals, in the order of their ids."""

    ids: tuple[str, ...]
    outlines: NDArray[np.object_]

    @classmethod
    def of(cls, ids: Iterable[str], frame: geopandas.GeoDataFrame) -> "Shapes":
        """The outlines of a frame in the British National Grid, all of one geometry type."""
        outlines = lonlat_geometry(frame.geometry.to_numpy())
        crossed = ~shapely.is_valid(outlines)  # rounding can lay two edges across each other
        outlines[crossed] = shapely.make_valid(
            outlines[crossed], method="structure", keep_collapsed=False
        )
        if (shapely.get_type_id(outlines) == shapely.GeometryType.MULTIPOLYGON).any():
            outlines = np.array([_multipolygon(outline) for outline in outlines])
        return cls(tuple(ids), outlines)

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """West, south, east and north of each outline."""
        return np.asarray(shapely.bounds(self.outlines))

    @cached_property
    def json(self) -> tuple[bytes, ...]:
        """Each outline as GeoJSON, its outer rings anticlockwise (RFC 7946)."""
        turned = shapely.orient_polygons(self.outlines, exterior_cw=False)
        return tuple(text.encode() for text in shapely.to_geojson(turned))

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each id stands."""
        return {name: i for i, name in enumerate(self.ids)}


@dataclass(frozen=True)
class Dataset:
    """One partnership's areas and counts, with the manifest that says where they come from.

    `lsoas` and `towns` are as `geo.areas.Areas` has them; `lsoas` also has `short_name` and
    `name`. Their order is that of every array of counts.
    """

    manifest: dict[str, Any]
    lsoas: geopandas.GeoDataFrame
    towns: geopandas.GeoDataFrame
    counts: Counts
    neighbours: Neighbours

    @classmethod
    def open(cls, home: Path) -> "Dataset":
        """Open the current dataset under `home`.

        Raises DatasetError where there is none, or one of another format.
        """
        folder = current_folder(home)
        try:
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
            if manifest["format"] != FORMAT:
                raise DatasetError(
                    f"The dataset in {home} has format {manifest['format']}; this version reads "
                    f"{FORMAT}. Build it again."
                )
            lsoas = geopandas.read_parquet(folder / "lsoas.parquet")
            pairs = pd.read_parquet(folder / "neighbours.parquet")
            period = _period(manifest["period"])
            counted = pyarrow.parquet.read_table(folder / "counts.parquet")
            return cls(
                manifest=manifest,
                lsoas=lsoas,
                towns=geopandas.read_parquet(folder / "towns.parquet"),
                counts=Counts.from_table(counted, period, len(lsoas)),
                neighbours=Neighbours.from_pairs(len(lsoas), pairs["focal"], pairs["neighbour"]),
            )
        except (OSError, KeyError, TypeError, ValueError, QuestionError) as error:
            raise DatasetError(f"The dataset in {home} is damaged; build it again.") from error

    @property
    def id(self) -> str:
        """Names the content: the same inputs give the same id."""
        return str(self.manifest["dataset_id"])

    @property
    def area(self) -> str:
        """What the area is called."""
        return str(self.manifest["area"]["name"])

    @property
    def partnership(self) -> str:
        """What the partnership is called."""
        return str(self.manifest["area"]["partnership"])

    @property
    def denominator(self) -> str:
        """The residents that rates divide by, in words."""
        return str(self.manifest["area"]["denominator"]["title"])

    @property
    def source(self) -> Source:
        """Who recorded the incidents."""
        said = self.manifest["source"]
        told, kinds = said["offences"], tuple((code, title) for code, title in said["kinds"])
        offences = None if told is None else tuple(told)
        return Source(**{**said, "offences": offences, "kinds": kinds})

    @cached_property
    def offences_told(self) -> frozenset[str]:
        """The offences a nought can be said of.

        Those the source tells apart; where only its rows can say, every crime if it has any crime,
        every kind of ASB if it has any ASB.
        """
        if self.source.offences is not None:
            return frozenset(self.source.offences)
        found = {kind.offence for kind in self.counts.kinds}
        return frozenset().union(*(group for group in (CRIME, ASB) if group & found))

    @property
    def period(self) -> Period:
        """All the months of the dataset, first to last."""
        return self.counts.period

    @cached_property
    def months_missing(self) -> frozenset[int]:
        """Months between first and last that no file holds."""
        return frozenset(parse_month(text) for text in self.manifest["months_missing"])

    @cached_property
    def residents(self) -> NDArray[np.int64]:
        """Residents of each LSOA."""
        return np.asarray(self.lsoas["residents"], dtype=np.int64)

    @cached_property
    def rural(self) -> NDArray[np.bool_]:
        """Whether each LSOA is rural by the official two-way split."""
        return np.asarray(self.lsoas["place"] == "rural")

    @cached_property
    def town_position(self) -> NDArray[np.int64]:
        """The position in `towns` of each LSOA's town; -1 outside the towns."""
        return np.asarray(pd.Index(self.towns["town"]).get_indexer(self.lsoas["town"]))

    @cached_property
    def town_residents(self) -> NDArray[np.int64]:
        """Residents of each town's LSOAs."""
        inside = self.town_position >= 0
        sums = np.bincount(self.town_position[inside], self.residents[inside], len(self.towns))
        return sums.astype(np.int64)

    @cached_property
    def town_points(self) -> list[list[float]]:
        """Longitude and latitude of each town's centre."""
        centres = shapely.points(self.towns["easting"], self.towns["northing"])
        points: list[list[float]] = shapely.get_coordinates(lonlat_geometry(centres)).tolist()
        return points

    @cached_property
    def lsoa_shapes(self) -> Shapes:
        """Outlines of the LSOAs."""
        return Shapes.of(self.lsoas["lsoa_code"], self.lsoas)

    @cached_property
    def town_shapes(self) -> Shapes:
        """Outlines of the towns."""
        return Shapes.of(self.towns["town_id"], self.towns)

    @cached_property
    def rural_urban_shapes(self) -> Shapes:
        """Outlines of the rural and the urban areas, and of each rural-urban class."""
        merged = [self.lsoas.dissolve(key) for key in ("place", "ruc_code")]
        return Shapes.of([code for frame in merged for code in frame.index], pd.concat(merged))

    def town_name(self, town_id: str) -> str:
        """The town's name by its id. Raises KeyError where there is none."""
        return str(self._town_names[town_id])

    @cached_property
    def _town_names(self) -> dict[str, str]:
        return dict(zip(self.towns["town_id"], self.towns["town"], strict=True))


def _multipolygon(outline: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.multipolygons(shapely.get_parts(outline))


def current_folder(home: Path) -> Path:
    """The folder of the dataset that `home` serves. Raises DatasetError where there is none."""
    try:
        name = (home / "CURRENT").read_text("utf-8").strip()
    except FileNotFoundError as error:
        raise DatasetError(
            f"There is no dataset in {home}. Build one: "
            f"safermap build --incidents FILE --out {home}"
        ) from error
    except OSError as error:
        raise DatasetError(f"The dataset in {home} cannot be read: {error.strerror}.") from error
    return home / name


def _period(text: str) -> Period:
    first, last = text.split("/")
    return Period(parse_month(first), parse_month(last))
