"""Small area files for the tests: squares of a kilometre in a row, and tables beside them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import shapely

from geo.areas.plan import AreaPlan, InputFile

INSIDE = "E06000001"
OLD = ("E01000001", "E01000002", "E01000003", "E01000004")
NEW = ("E01000001", "E01040001", "E01040002", "E01040003")
PAIRS = (  # of OLD and NEW: one kept, one split in two, two merged into one
    ("E01000001", "E01000001"),
    ("E01000002", "E01040001"),
    ("E01000002", "E01040002"),
    ("E01000003", "E01040003"),
    ("E01000004", "E01040003"),
)


def square(at: float, wide: float = 1000) -> shapely.Polygon:
    """A square on the ground, `at` metres along the row."""
    return shapely.box(400_000 + at, 300_000, 400_000 + at + wide, 301_000)


def write_outlines(
    path: Path,
    codes: Sequence[Any],
    shapes: Sequence[Any] | None = None,
    crs: str | None = "EPSG:27700",
    heading: str = "LSOA11CD",
    **more: Sequence[Any],
) -> InputFile:
    """A GIS file with an outline for each code."""
    shapes = shapes or [square(1000 * at) for at in range(len(codes))]
    frame = geopandas.GeoDataFrame({heading: codes, **more}, geometry=list(shapes), crs=crs)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return InputFile(path)


def old_outlines(folder: Path) -> InputFile:
    """The four LSOAs of 2011, all in one authority."""
    return write_outlines(folder / "old.gpkg", OLD, LAD11CD=[INSIDE] * 4)


def new_outlines(folder: Path) -> InputFile:
    """The same ground as four LSOAs of 2021."""
    shapes = [square(0), square(1000, 500), square(1500, 500), square(2000, 2000)]
    return write_outlines(
        folder / "new.gpkg", NEW, shapes, heading="LSOA21CD", LAD22CD=[INSIDE] * 4
    )


def write_table(path: Path, columns: Mapping[str, Sequence[Any]]) -> InputFile:
    """A CSV file."""
    rows = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values()))]  # noqa: B905
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return InputFile(path)


def look_up(folder: Path, pairs: Sequence[tuple[str, str]] = PAIRS) -> InputFile:
    """The exact-fit look-up between OLD and NEW."""
    old, new = zip(*pairs, strict=True)
    columns = {"LSOA11CD": old, "LSOA21CD": new, "LAD22CD": [INSIDE] * len(pairs)}
    return write_table(folder / "look_up.csv", columns)


def plan(outlines: InputFile, **more: object) -> AreaPlan:
    """A plan of the squares in the one authority."""
    told: dict[str, Any] = {"authorities": (INSIDE,), **more}
    return AreaPlan("Squares", "Squares Partnership", (outlines,), **told)
