"""Datasets that the campaigns are run on: the county's areas with incidents drawn by a seed."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import geopandas

from boundaries import SHROPSHIRE
from geo.area_file import read_area_file
from geo.areas.assemble import assemble
from geo.building.build import Built, build
from geo.crs import BNG
from geo.sample import write_sample


def write_extract(path: Path, seed: int, each: int = 1) -> None:
    """Drawn incidents as an extract, or each so-many-th of them."""
    areas = assemble(read_area_file(SHROPSHIRE).area)
    lsoas = geopandas.GeoDataFrame(areas.lsoas.to_pandas(), geometry=areas.outlines, crs=BNG)
    write_sample(path, lsoas, areas.towns.to_pandas(), seed)
    if each > 1:
        head, *rows = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join([head, *rows[::each]]), "utf-8")


def write_area_file(
    path: Path, extract: Path, sensitivity: Literal["open", "partner"] = "open"
) -> None:
    """The area that ships with an extract as its one source."""
    shipped = SHROPSHIRE.read_text("utf-8")
    area = re.sub('file = "(.*)"', f'file = "{SHROPSHIRE.parent}/\\1"', shipped)
    files = json.dumps(str(extract))
    path.write_text(
        f'{area}\n[[source]]\nname = "Drawn"\nkind = "extract"\nfiles = {files}\n'
        f'sensitivity = "{sensitivity}"\n',
        "utf-8",
    )


def build_sample(home: Path, seed: int) -> Built:
    """A version of drawn incidents that anybody may see, another one for each seed."""
    with TemporaryDirectory() as folder:
        extract, area = Path(folder, "drawn.csv"), Path(folder, "safermap.toml")
        write_extract(extract, seed)
        write_area_file(area, extract)
        return build(read_area_file(area), home)
