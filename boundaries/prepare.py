"""Make the files of the Shropshire area from the publishers' own.

Run as `python -m boundaries.prepare FOLDER`; the folder holds the four files that are named below.
"""

import shutil
import sys
from pathlib import Path

import geopandas
import pandas as pd

from boundaries import SHROPSHIRE
from geo.crs import LONLAT


def prepare(source: Path, target: Path) -> None:
    """Write the four files of the area into the folder `target`."""
    facts = pd.read_csv(source / "shropshire_area_facts_2011.csv").sort_values("lsoa11_code")
    residents = pd.read_csv(source / "population/shropshire_census_2011.csv")
    points = source / "shropshire_town_points.csv"
    towns = pd.read_csv(points)["town"]
    raw = geopandas.read_file(
        source / "boundaries/shropshire_lsoa_2011_super_generalised.geojson"
    ).sort_values("LSOA11CD", ignore_index=True)
    outlines = geopandas.GeoDataFrame(
        {"lsoa_code": raw["LSOA11CD"], "lsoa_name": raw["LSOA11NM"]},
        geometry=raw.geometry,
        crs=LONLAT,
    )
    in_town = facts["built_up_area_2022"].where(facts["built_up_area_2022"].isin(towns))

    outlines.to_parquet(target / "lsoa_outlines.parquet", compression="zstd")
    facts.assign(town=in_town).rename(
        columns={
            "lsoa11_code": "lsoa_code",
            "ruc11_code": "ruc_code",
            "built_up_area_2022": "built_up_area",
            "population_mid2017": "residents_mid_2017",
        }
    ).drop(columns="lsoa11_name").to_csv(target / "lsoa_facts.csv", index=False)
    residents.rename(
        columns={"lsoa11_code": "lsoa_code", "residents_2011": "residents_census_2011"}
    ).sort_values("lsoa_code").to_csv(target / "lsoa_residents.csv", index=False)
    shutil.copyfile(points, target / "towns.csv")


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), SHROPSHIRE.parent)
