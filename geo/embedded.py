"""The embedded dataset: real areas with illustrative incidents, for a first look."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas

from geo.area_file import SourcePlan, read_area_file
from geo.areas.assemble import assemble
from geo.building.build import Built, build
from geo.crs import BNG
from geo.sample import write_sample

FILE_NAME = "illustrative-incidents.csv"


def build_embedded(area_file: Path, home: Path) -> Built:
    """Draw the illustrative extract, read and join it as any other file, and switch to it.

    Raises DatasetError where `home` cannot be written.
    """
    plan = read_area_file(area_file)
    areas = assemble(plan.area)
    lsoas = geopandas.GeoDataFrame(areas.lsoas.to_pandas(), geometry=areas.outlines, crs=BNG)
    with TemporaryDirectory() as folder:
        extract = Path(folder) / FILE_NAME
        write_sample(extract, lsoas, areas.towns.to_pandas())
        source = SourcePlan(
            "illustrative",
            "Illustrative incidents",
            "extract",
            (extract,),
            "open",
            illustrative=True,
        )
        return build(replace(plan, path=extract, sources=(source,)), home)
