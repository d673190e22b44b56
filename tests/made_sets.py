"""Two further sets of areas for the dataset written by hand, with counts written by hand."""

import json
from pathlib import Path
from typing import Any

import geopandas
import pyarrow as pa
import pyarrow.parquet
import shapely
from made_dataset import row, write_made

from geo.dataset import Dataset

TITLES = [["wards", "Wards"], ["beats", "Police beats"]]
AREAS = [
    ("wards", "Wards", "W1", "West <b>Ward</b>", shapely.box(3.01e5, 3.01e5, 3.04e5, 3.07e5)),
    ("wards", "Wards", "W/2", "East Ward", shapely.box(3.04e5, 3.01e5, 3.12e5, 3.07e5)),
    ("beats", "Police beats", "W1", "Beat One", shapely.box(3.05e5, 3.05e5, 3.06e5, 3.06e5)),
]
WARDS, BEATS = 0, 1


def in_area(number: int, area: int, *told: Any) -> dict[str, Any]:  # noqa: ANN401
    """One line of the counts by area of a set."""
    line = row(*told)
    del line["lsoa"]
    return {**line, "set": number, "area": area}


# Of the counts of the squares, one shoplifting and one report of ASB have no point.
COUNTS = [
    in_area(WARDS, 0, 0, "burglary", "2019-06", None, 8),
    in_area(WARDS, 0, 0, "asb", "2019-06", None, 4),
    in_area(WARDS, 1, 0, "asb", "2019-04", None, 29),
    in_area(WARDS, 1, 0, "shoplifting", "2019-06", None, 11),
    in_area(WARDS, 1, 1, "asb-nuisance", "2019-04", None, 20),
    in_area(BEATS, 0, 0, "shoplifting", "2019-06", None, 5),
]


def made_with_sets(home: Path) -> Dataset:
    """The dataset with its two sets, written and open."""
    folder = write_made(home) / "made"
    *columns, outlines = zip(*AREAS, strict=True)
    names = ("set", "set_title", "code", "name")
    frame = geopandas.GeoDataFrame(
        dict(zip(names, columns, strict=True)), geometry=list(outlines), crs=27700
    )
    frame.to_parquet(folder / "sets.parquet")
    marks = dict.fromkeys(("business", "rural_flag", "night"), pa.bool_())
    kinds = marks | {"rural_offence": pa.string(), "source": pa.int8(), "set": pa.int16()}
    table = {name: pa.array([c[name] for c in COUNTS], kinds.get(name)) for name in COUNTS[0]}
    pyarrow.parquet.write_table(pa.table(table), folder / "set_counts.parquet")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["area"]["sets"] = TITLES
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return Dataset.open(home)
