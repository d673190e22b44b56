"""Datasets that the campaigns are run on: the county's areas with incidents drawn by a seed."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas

from boundaries import SHROPSHIRE
from geo.area_file import SourcePlan, read_area_file
from geo.areas.assemble import assemble
from geo.building.build import Built, build
from geo.crs import BNG
from geo.sample import write_sample


def write_extract(path: Path, seed: int) -> None:
    """Drawn incidents as a partner's extract."""
    areas = assemble(read_area_file(SHROPSHIRE).area)
    lsoas = geopandas.GeoDataFrame(areas.lsoas.to_pandas(), geometry=areas.outlines, crs=BNG)
    write_sample(path, lsoas, areas.towns.to_pandas(), seed)


def build_sample(home: Path, seed: int) -> Built:
    """A version of drawn incidents that anybody may see, another one for each seed."""
    with TemporaryDirectory() as folder:
        extract = Path(folder, "drawn.csv")
        write_extract(extract, seed)
        source = SourcePlan(
            "drawn", "Drawn incidents", "extract", (extract,), "open", illustrative=True
        )
        plan = replace(read_area_file(SHROPSHIRE), path=extract, sources=(source,))
        return build(plan, home)
