"""LSOAs and towns with residents, rural-urban class and deprivation, read from an area pack.

A pack is a folder: `area.toml` names the partnership, the vintage and every file with its source;
`lsoa_outlines.parquet` and `towns.parquet` are GeoParquet in longitude and latitude;
`lsoa_facts.csv` and `lsoa_residents.csv` have one row an LSOA.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.areas.towns import town_id
from geo.crs import BNG
from geo.errors import InputError
from geo.rural_urban import CLASSES

_LAST_2011_NUMBER = {"E": 33768, "W": 1958}  # ONS numbers codes in order; later ones came in 2021


@dataclass(frozen=True)
class Denominator:
    """A count of residents to divide by: the column that holds it and how to speak of it."""

    name: str
    column: str
    title: str


@dataclass(frozen=True)
class Areas:
    """The areas of one partnership, in the British National Grid.

    `lsoas`: one row an LSOA, in code order: `lsoa_code`, `lsoa_name`, `town` (null outside the
    towns), `ruc_code`, `place` (rural or urban), `hectares`, `residents`, deprivation ranks and
    deciles (1 is the most deprived tenth of England), `geometry`.
    `towns`: one row a town, in the pack's order: `town_id`, `town`, `role`, `easting` and
    `northing` of the centre, `geometry`.
    """

    name: str
    partnership: str
    vintage: int
    denominator: Denominator
    lsoas: geopandas.GeoDataFrame
    towns: geopandas.GeoDataFrame
    provenance: tuple[dict[str, Any], ...]

    @classmethod
    def open(cls, pack: Path, denominator: str | None = None) -> "Areas":
        """Read a pack. `denominator` picks another count of residents by name.

        Raises InputError where the pack is missing, unfinished or does not hold together.
        """
        try:
            facts = tomllib.loads((pack / "area.toml").read_text("utf-8"))
            chosen = _choose_denominator(facts["denominator"], denominator)
            lsoas = _read_lsoas(pack)
            lsoas["residents"] = lsoas[chosen.column].astype(np.int64)
            return cls(
                name=facts["name"],
                partnership=facts["partnership"],
                vintage=facts["vintage"],
                denominator=chosen,
                lsoas=lsoas,
                towns=geopandas.read_parquet(pack / "towns.parquet").to_crs(BNG),
                provenance=tuple(facts["file"]),
            )
        except OSError as error:
            raise InputError(f"{pack} is no whole area pack: {error}.") from error
        except KeyError as error:
            raise InputError(f"The area pack {pack} is damaged: it lacks {error}.") from error
        except (TypeError, ValueError) as error:
            raise InputError(f"The area pack {pack} is damaged: {error}.") from error

    def could_hold(self, code: str) -> bool:
        """Whether a code could be an LSOA of this vintage, in this area or elsewhere.

        A code first used in 2021 is no LSOA of 2011. Source: ONS code numbering.
        """
        return self.vintage != 2011 or int(code[3:]) <= _LAST_2011_NUMBER[code[0]]


def read_outlines(path: Path) -> geopandas.GeoDataFrame:
    """LSOA outlines from a GIS file: `lsoa_code`, `lsoa_name`, `geometry` in BNG, in code order.

    Heights are dropped and invalid outlines mended. Raises InputError where the file cannot be
    read, has no outlines or no `LSOA11CD` or `LSOA21CD` column, or does not say its coordinate
    system.
    """
    try:
        frame = geopandas.read_file(path, engine="pyogrio")
    except Exception as error:  # every GIS driver has its own errors
        raise InputError(f"{path} cannot be read as area outlines: {error}") from error
    if not isinstance(frame, geopandas.GeoDataFrame) or frame.crs is None:
        raise InputError(f"{path} has no outlines in a coordinate system that it names.")
    columns = {
        {"CD": "lsoa_code", "NM": "lsoa_name"}[match[1].upper()]: name
        for name in frame.columns
        if (match := re.fullmatch(r"(?i)LSOA(?:11|21)(CD|NM)", name))
    }
    if "lsoa_code" not in columns:
        raise InputError(f"{path} has no column LSOA11CD or LSOA21CD to take LSOA codes from.")
    frame = frame.rename(columns={old: new for new, old in columns.items()})
    geometry = shapely.make_valid(shapely.force_2d(frame.geometry.to_numpy()))
    outlines = geopandas.GeoDataFrame(frame[list(columns)], geometry=geometry, crs=frame.crs)
    return outlines.to_crs(BNG).sort_values("lsoa_code", ignore_index=True)


def dissolve_towns(lsoas: geopandas.GeoDataFrame, points: pd.DataFrame) -> geopandas.GeoDataFrame:
    """Towns as the union of their LSOAs, with the centre points beside them.

    `lsoas` needs `town` and `geometry`; `points` needs `town`, `easting`, `northing`, `role`.
    Raises InputError for a town without an LSOA.
    """
    outlines = lsoas.dissolve("town", method="coverage").geometry
    missing = set(points["town"]) - set(outlines.index)
    if missing:
        raise InputError(f"No LSOA belongs to {', '.join(sorted(missing))}.")
    towns = points.assign(town_id=[town_id(town) for town in points["town"]])
    geometry = outlines.loc[points["town"]].to_numpy()
    return geopandas.GeoDataFrame(towns, geometry=geometry, crs=lsoas.crs)


def queen_pairs(
    lsoas: geopandas.GeoDataFrame,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of every two areas whose outlines share a point, both ways round, no self.

    >>> from shapely import box
    >>> squares = [box(0, 0, 1, 1), box(1, 1, 2, 2), box(5, 5, 6, 6)]
    >>> [pair.tolist() for pair in queen_pairs(geopandas.GeoDataFrame(geometry=squares))]
    [[0, 1], [1, 0]]
    """
    focal, neighbour = lsoas.sindex.query(lsoas.geometry, predicate="intersects", sort=True)
    apart = focal != neighbour
    return focal[apart], neighbour[apart]


def _choose_denominator(known: list[dict[str, str]], name: str | None) -> Denominator:
    if name is None:
        return Denominator(**known[0])
    for item in known:
        if item["name"] == name:
            return Denominator(**item)
    names = ", ".join(item["name"] for item in known)
    raise InputError(f"There is no denominator '{name}'; choose one of {names}.")


def _read_lsoas(pack: Path) -> geopandas.GeoDataFrame:
    outlines = geopandas.read_parquet(pack / "lsoa_outlines.parquet").to_crs(BNG)
    lsoas = outlines.sort_values("lsoa_code", ignore_index=True)
    for name in ("lsoa_facts.csv", "lsoa_residents.csv"):
        facts = pd.read_csv(pack / name, dtype={"lsoa_code": str, "built_up_area": str})
        if set(facts["lsoa_code"]) != set(lsoas["lsoa_code"]):
            raise InputError(f"{pack / name} does not have the same LSOAs as the outlines.")
        lsoas = lsoas.merge(facts, on="lsoa_code", validate="one_to_one")
    unknown = set(lsoas["ruc_code"]) - set(CLASSES)
    if unknown:
        raise InputError(f"{pack / 'lsoa_facts.csv'} has unknown rural-urban classes {unknown}.")
    lsoas["place"] = [CLASSES[code].place for code in lsoas["ruc_code"]]
    return lsoas
