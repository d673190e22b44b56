"""A prepared dataset, open for questions. It is read once and never changes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.areas.areas import POSTCODES
from geo.counts import Counts
from geo.crs import lonlat_geometry
from geo.errors import DatasetError, QuestionError
from geo.held import Held
from geo.incidents import Source
from geo.measures.neighbours import Neighbours
from geo.named_areas import NamedAreas
from geo.parquet import read_frame, read_parquet
from geo.period import Period
from geo.places import Places
from geo.public.tables import Published
from geo.shapes import Shapes
from geo.times import Times
from geo.versions import current_folder, read_manifest, refuse_overdue

_DAMAGE = (OSError, KeyError, TypeError, ValueError, IndexError, QuestionError)


@dataclass(frozen=True)
class Dataset:
    """One partnership's areas and counts, with the manifest that says where they come from.

    `folder` is where it was read from. `lsoas` and `towns` are as `geo.areas.Areas` has them;
    `lsoas` also has `short_name` and `name`. Their order is that of every array of counts. `ring`
    has the areas round them, for the statistics only. `counts` and `neighbours` are of the areas
    inside, then of the ring. `held` is what there is of each source. `published` has the sources,
    by position, of which only public tables are here; their counts are in no other part of it.
    `expires`: the first day on which it is not to be shown; None for never.
    """

    folder: Path
    manifest: dict[str, Any]
    lsoas: geopandas.GeoDataFrame
    ring: geopandas.GeoDataFrame
    towns: geopandas.GeoDataFrame
    counts: Counts
    neighbours: Neighbours
    held: tuple[Held, ...]
    published: Mapping[int, Published] = field(default_factory=dict)
    expires: date | None = None

    @classmethod
    def open(cls, home: Path, today: date | None = None) -> "Dataset":
        """Open the current dataset under `home`.

        Raises DatasetError where there is none, or one of another format, and ExpiredError where
        it holds records too long by the day it is, or `today`.
        """
        manifest = read_manifest(folder := current_folder(home))
        expires = refuse_overdue(home, manifest, today)
        return replace(cls.read(folder, manifest), expires=expires)

    @classmethod
    def read(cls, folder: Path, manifest: dict[str, Any]) -> "Dataset":
        """Open one version of a dataset. Raises DatasetError where it is damaged."""
        try:
            lsoas = read_frame(folder / "lsoas.parquet")
            pairs = read_parquet(folder / "neighbours.parquet").to_pandas()
            table = read_parquet(folder / "counts.parquet")
            period = Period.read(manifest["period"])
            counts = Counts.from_table(table, period, table["lsoa"].to_numpy(), len(lsoas))
            ring = lsoas.pop("ring").to_numpy(dtype=bool)
            inside = int((~ring).sum())
            if ring[:inside].any():
                raise ValueError("the ring is not behind the areas inside")
            return cls(
                folder=folder,
                manifest=manifest,
                lsoas=lsoas.iloc[:inside],
                ring=lsoas.iloc[inside:].reset_index(drop=True),
                towns=read_frame(folder / "towns.parquet"),
                counts=counts,
                neighbours=Neighbours.from_pairs(len(lsoas), pairs["focal"], pairs["neighbour"]),
                held=_held(manifest["sources"], counts),
            )
        except _DAMAGE as error:
            home = folder.parent
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
        known = self.manifest["area"]["denominator"]
        return str(known["title"]) if known else "residents, who are not counted here"

    @property
    def sources(self) -> tuple[Source, ...]:
        """Who recorded the incidents. Their order says whose answer comes first."""
        return tuple(held.source for held in self.held)

    @property
    def illustrative(self) -> bool:
        """Whether any incidents are drawn and not real reports."""
        return any(source.illustrative for source in self.sources)

    @property
    def holds_partner_records(self) -> bool:
        """Whether any incidents are confidential; those of public tables are not."""
        partners = (s for s, one in enumerate(self.sources) if one.sensitivity == "partner")
        return any(s not in self.published for s in partners)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kinds of incident beyond the offence list that any source records: code to title."""
        return {code: title for source in self.sources for code, title in source.kinds}

    @cached_property
    def sets(self) -> dict[str, str]:
        """Further sets of areas, such as wards, in their order: id to title."""
        return dict(self.manifest["area"].get("sets", []))

    @cached_property
    def ground(self) -> shapely.Geometry:
        """All the areas as one outline, in the British National Grid."""
        return shapely.union_all(self.lsoas.geometry.to_numpy())

    @contextmanager
    def reading(self, what: str) -> Iterator[None]:
        """While parts of it are read: raises DatasetError where they turn out to be damaged."""
        try:
            yield
        except _DAMAGE as error:
            where = self.folder.parent
            raise DatasetError(f"The {what} in {where} are damaged; build it again.") from error

    @cached_property
    def named_areas(self) -> NamedAreas:
        """The areas of the sets and their counts, read when they are first asked for.

        Raises DatasetError where they are damaged or there are none.
        """
        with self.reading("named areas"):
            return NamedAreas.read(self.folder, self.period, without=self.published)

    @cached_property
    def times(self) -> Times:
        """The days and hours of incidents, read when they are first asked for.

        Raises DatasetError where the parts of the dataset are damaged.
        """
        with self.reading("incidents"):
            return Times.read(self.folder, self.manifest["files"], [s.id for s in self.sources])

    @cached_property
    def places(self) -> Places:
        """The distinct places and their counts, read when they are first asked for.

        Raises DatasetError where they are damaged.
        """
        with self.reading("places"):
            return Places.read(self.folder, self.manifest["files"], self.sources)

    @cached_property
    def postcodes(self) -> pd.DataFrame | None:
        """Postcodes inside, in order, as `geo.areas.postcodes` has them.

        None where no file of them was given. Raises DatasetError where they are damaged.
        """
        with self.reading("postcodes"):
            if not self.holds_postcodes:
                return None
            found: pd.DataFrame = read_parquet(self.folder / "areas" / POSTCODES).to_pandas()
            return found

    @property
    def holds_postcodes(self) -> bool:
        """Whether a file of postcodes was given. Raises OSError where the folder is forbidden."""
        return (self.folder / "areas" / POSTCODES).exists()

    @property
    def period(self) -> Period:
        """All the months of the dataset, first to last, of all sources together."""
        return self.counts.period

    @cached_property
    def residents(self) -> NDArray[np.int64]:
        """Residents of each LSOA; 0 where they are not known."""
        return np.asarray(self.lsoas["residents"].fillna(0), dtype=np.int64)

    @cached_property
    def residents_known(self) -> NDArray[np.bool_]:
        """Whether the residents of each LSOA are known."""
        return np.asarray(self.lsoas["residents"].notna())

    @cached_property
    def residents_around(self) -> NDArray[np.float64]:
        """Residents of each LSOA, then of each area of the ring; NaN where they are not known."""
        both = pd.concat([self.lsoas["residents"], self.ring["residents"]])
        return np.asarray(both.to_numpy("float64", na_value=np.nan))

    @cached_property
    def centroids(self) -> NDArray[np.float64]:
        """Easting and northing of the centre of each LSOA, then of each area of the ring."""
        outlines = [*self.lsoas.geometry, *self.ring.geometry]
        return np.asarray(shapely.get_coordinates(shapely.centroid(outlines)))

    @cached_property
    def place(self) -> NDArray[np.object_]:
        """`rural`, `urban` or None where there is no class, for each LSOA."""
        return _places(self.lsoas)

    @cached_property
    def ring_place(self) -> NDArray[np.object_]:
        """The same for each area of the ring."""
        return _places(self.ring)

    @cached_property
    def rural(self) -> NDArray[np.bool_]:
        """Whether each LSOA is rural by the official two-way split."""
        return np.asarray(self.place == "rural")

    @cached_property
    def town_position(self) -> NDArray[np.int64]:
        """The position in `towns` of each LSOA's town; -1 outside the towns."""
        return np.asarray(pd.Index(self.towns["town"]).get_indexer(self.lsoas["town"]))

    @cached_property
    def town_residents(self) -> NDArray[np.int64]:
        """Residents of each town's LSOAs, as far as they are known."""
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
        return Shapes.of(self.lsoas["lsoa_code"], self.lsoas.geometry.to_numpy())

    @cached_property
    def town_shapes(self) -> Shapes:
        """Outlines of the towns."""
        return Shapes.of(self.towns["town_id"], self.towns.geometry.to_numpy())

    @cached_property
    def rural_urban_shapes(self) -> Shapes:
        """Outlines of the rural and the urban areas, and of each rural-urban class."""
        merged = [
            self.lsoas.dropna(subset=key).dissolve(key)[["geometry"]]
            for key in ("place", "ruc_code")
        ]
        codes = [code for frame in merged for code in frame.index]
        return Shapes.of(codes, pd.concat(merged).geometry.to_numpy())

    def town_name(self, town_id: str) -> str:
        """The town's name by its id. Raises KeyError where there is none."""
        return str(self._town_names[town_id])

    @cached_property
    def _town_names(self) -> dict[str, str]:
        return dict(zip(self.towns["town_id"], self.towns["town"], strict=True))


def _held(entries: list[dict[str, Any]], counts: Counts) -> tuple[Held, ...]:
    rows_of = [
        frozenset(
            kind.offence for kind, s in zip(counts.kinds, counts.sources, strict=True) if s == i
        )
        for i in range(len(entries))
    ]
    return tuple(Held.read(entry, rows) for entry, rows in zip(entries, rows_of, strict=True))


def _places(areas: pd.DataFrame) -> NDArray[np.object_]:
    place = areas["place"].astype(object)
    return np.asarray(place.where(place.notna(), None), dtype=object)
