"""The ground that illustrative incidents stand on: LSOAs, town centres, street and farm points."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.random import RandomState
from numpy.typing import NDArray

from geo.errors import InputError
from geo.sample.habits import PLACES

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

OPEN_COUNTRY_M2 = 2_000_000
GATHERED_M = 400
EDGE_M = 25


@dataclass(frozen=True)
class Ground:
    """What the draw needs of the LSOAs, one entry each, and of the towns' centres."""

    outlines: NDArray[Any]
    residents: IntArray
    kind: IntArray  # 0 urban, 1 rural town and fringe, 2 village and dispersed
    open_country: BoolArray
    town: list[str | None]
    centres: dict[str, IntArray]
    centre_town: dict[int, str]  # the LSOAs that hold a centre

    @classmethod
    def of(cls, lsoas: GeoDataFrame, towns: pd.DataFrame) -> "Ground":
        """Read the two tables; a centre outside every outline is left aside."""
        outlines = lsoas.geometry.to_numpy()
        kind = np.array(["CDE".find(str(code)[0]) for code in lsoas["ruc_code"]])
        kind = np.maximum(kind, 0).astype(np.int64)
        spots = towns[["easting", "northing"]].to_numpy(dtype=np.int64)
        names = [str(name) for name in towns["town"]]
        centre_town: dict[int, str] = {}
        for name, (x, y) in zip(names, spots, strict=True):
            for area in np.flatnonzero(shapely.contains_xy(outlines, x, y))[:1]:
                centre_town.setdefault(int(area), name)
        return cls(
            outlines,
            lsoas["residents"].to_numpy(dtype=np.int64),
            kind,
            (kind > 0) & (shapely.area(outlines) > OPEN_COUNTRY_M2),
            [None if pd.isna(name) else str(name) for name in lsoas["town"]],
            dict(zip(names, spots, strict=True)),
            centre_town,
        )

    def weights(self, place: str, luck: FloatArray) -> FloatArray:
        """How much of a kind of incident each LSOA draws; a centre draws on its whole town."""
        *per_resident, pull = PLACES[place]
        weights: FloatArray = self.residents * np.array(per_resident)[self.kind] * luck
        for area, name in self.centre_town.items():
            members = np.array([town == name for town in self.town])
            members[area] = True
            weights[area] += pull * int(self.residents[members].sum())
        return weights


def street_points(rs: RandomState, ground: Ground) -> pd.DataFrame:
    """The points incidents stand on, LSOA by LSOA: those round a centre or a village first."""
    rows: list[tuple[int, int, int, bool]] = []
    for area, outline in enumerate(ground.outlines):
        residents, kind = int(ground.residents[area]), int(ground.kind[area])
        low, high, per_point = ((8, 30, 60), (8, 24, 80), (6, 16, 120))[kind]
        wanted = min(max(residents // per_point, low), high)
        spread = _scatter(rs, outline, wanted, outline.bounds)
        hub = ground.centres.get(ground.centre_town.get(area) or ground.town[area] or "", spread[0])
        near: list[tuple[int, int]] = []
        if area in ground.centre_town or ground.open_country[area]:
            if area not in ground.centre_town:
                x, y = hub
                hub = min(spread, key=lambda spot: (spot[0] - x) ** 2 + (spot[1] - y) ** 2)
            x, y = hub
            box = (x - GATHERED_M, y - GATHERED_M, x + GATHERED_M, y + GATHERED_M)
            near = _scatter(rs, outline, wanted * 2 // 3, box, gathered=True)
        spots = list(dict.fromkeys(near + spread))[:wanted]
        rows += [
            (area, *spot, bool(ground.open_country[area]) and spot not in near) for spot in spots
        ]
    points = pd.DataFrame(rows, columns=["area", "easting", "northing", "farm"])
    return points.assign(location=_locations(points, ground))


def _scatter(
    rs: RandomState,
    outline: shapely.Geometry,
    wanted: int,
    box: tuple[float, ...],
    gathered: bool = False,
) -> list[tuple[int, int]]:
    """Up to so many whole-metre points of an outline in a box, the ones off its edge first.

    `gathered` points thicken towards the middle of the box; the others lie evenly.
    """
    low, high = np.floor(box[:2]), np.ceil(box[2:])
    inner: dict[tuple[int, int], None] = {}
    edge: dict[tuple[int, int], None] = {}
    for _ in range(20):
        part = rs.random_sample((4 * wanted, 2))
        if gathered:
            part = (part + rs.random_sample(part.shape)) / 2
        tried = np.floor(low + part * (high - low))
        tried = tried[shapely.contains_xy(outline, tried)]
        depth = shapely.distance(outline.boundary, shapely.points(tried))
        for (x, y), deep in zip(tried, depth >= EDGE_M, strict=True):
            (inner if deep else edge)[(int(x), int(y))] = None
        if len(inner) >= wanted:
            break
    spots = [*inner, *edge][:wanted]
    if not spots and not gathered:
        raise InputError("An LSOA outline has no room for a point at a whole metre; check its CRS.")
    return spots


def _locations(points: pd.DataFrame, ground: Ground) -> list[str]:
    """An invented name for each point, such as `Farm point 003, near Wem`; no two are the same."""
    names, centres = list(ground.centres), np.array(list(ground.centres.values()))
    spots = points[["easting", "northing"]].to_numpy()
    nearest = ((spots[:, None, :] - centres) ** 2).sum(axis=2).argmin(axis=1)
    told: dict[tuple[str, str], int] = {}
    locations = []
    for area, farm, centre in zip(points["area"], points["farm"], nearest, strict=True):
        town = ground.town[area]
        kind = "Farm" if farm else "Street" if town or ground.kind[area] == 0 else "Village"
        place = town if town and not farm else f"near {names[centre]}"
        told[kind, place] = told.get((kind, place), 0) + 1
        locations.append(f"{kind} point {told[kind, place]:03d}, {place}")
    return locations
