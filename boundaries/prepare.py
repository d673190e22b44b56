"""Make the Shropshire pack from its publishers' files: `python -m boundaries.prepare FOLDER`.

The folder holds the four files that `area.toml` names under `made_from`.
"""

import hashlib
import sys
from pathlib import Path

import geopandas
import pandas as pd

from boundaries import SHROPSHIRE
from geo.areas import dissolve_towns
from geo.crs import BNG, LONLAT, lonlat_geometry


def prepare(source: Path, pack: Path) -> None:
    """Write the pack's four files into the folder `pack`."""
    facts = pd.read_csv(source / "shropshire_area_facts_2011.csv").sort_values("lsoa11_code")
    residents = pd.read_csv(source / "population/shropshire_census_2011.csv")
    points = pd.read_csv(source / "shropshire_town_points.csv")
    raw = geopandas.read_file(
        source / "boundaries/shropshire_lsoa_2011_super_generalised.geojson"
    ).sort_values("LSOA11CD", ignore_index=True)
    outlines = geopandas.GeoDataFrame(
        {"lsoa_code": raw["LSOA11CD"], "lsoa_name": raw["LSOA11NM"]},
        geometry=raw.geometry,
        crs=LONLAT,
    )
    in_town = facts["built_up_area_2022"].where(facts["built_up_area_2022"].isin(points["town"]))

    outlines.to_parquet(pack / "lsoa_outlines.parquet", compression="zstd")
    facts.assign(town=in_town).rename(
        columns={
            "lsoa11_code": "lsoa_code",
            "ruc11_code": "ruc_code",
            "built_up_area_2022": "built_up_area",
            "population_mid2017": "residents_mid_2017",
        }
    ).drop(columns="lsoa11_name").to_csv(pack / "lsoa_facts.csv", index=False)
    residents.rename(
        columns={"lsoa11_code": "lsoa_code", "residents_2011": "residents_census_2011"}
    ).sort_values("lsoa_code").to_csv(pack / "lsoa_residents.csv", index=False)

    towns = dissolve_towns(outlines.to_crs(BNG).assign(town=in_town.to_numpy()), points)
    towns.set_geometry(
        geopandas.GeoSeries(lonlat_geometry(towns.geometry.to_numpy()), crs=LONLAT)
    ).to_parquet(pack / "towns.parquet", compression="zstd")


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), SHROPSHIRE)
    for file in sorted(SHROPSHIRE.glob("*.[cp]*")):
        sys.stdout.write(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n")
