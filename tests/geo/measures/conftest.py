"""Shropshire's areas and counts, for the tests against independent results."""

from pathlib import Path

import geopandas
import pandas as pd
import pytest
from measured_areas import Shropshire, queen


@pytest.fixture(scope="session")
def shropshire(shared: Path) -> Shropshire:
    areas = geopandas.read_file(
        shared / "data/boundaries/shropshire_lsoa_2011_super_generalised.geojson"
    )
    areas = areas.to_crs(27700).sort_values("LSOA11CD")
    codes = areas["LSOA11CD"].tolist()
    monthly = pd.read_csv(shared / "oracles/shropshire_asb_monthly.csv", index_col="LSOA11CD")
    census = pd.read_csv(
        shared / "data/population/shropshire_census_2011.csv", index_col="lsoa11_code"
    )
    return Shropshire(
        codes=codes,
        neighbours=queen(areas),
        asb=monthly.sum(axis=1).reindex(codes).to_numpy(),
        residents=census["residents_2011"].reindex(codes).to_numpy(),
    )
