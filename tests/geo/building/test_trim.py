"""A purge of old months leaves what a build of that day makes of the same files."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas
import pyarrow.parquet as pq
import pytest
import shapely
from building import plan_files
from hypothesis import given, settings
from hypothesis import strategies as st
from incident_rows import incident_rows
from kept_sources import HEADER, WHILE_HELD

from geo.area_file import AreaFile, SourcePlan
from geo.areas.plan import InputFile, SetPlan
from geo.building.build import build
from geo.building.part_files import read_part
from geo.building.purge import plan_purge, purge
from geo.retention import Keep

AFTER = date(2016, 5, 1)
MONTHS = ["2014-10-03", "2014-11-04", "2014-12-05", "2015-03-06", "2016-02-07"]
KEEP = Keep(months=18)  # on that day December 2014 is the first
PLACES = ["349150,312550", "349150,313950", "329150,329550", "340000,250000", "530000,180000", ","]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "A", "B", "C", "D"]),
        st.sampled_from([*MONTHS, "no day"]),
        st.sampled_from(["burglary", "shoplifting", "asb-nuisance"]),
        st.sampled_from(PLACES),
    ),
    max_size=14,
)
SOUND = "E{},2016-02-08,burglary,349150,312550,Sound Street"  # so that each file has one


def plan(folder: Path, files: list[list[tuple[str, ...]]], overlap: str) -> AreaFile:
    paths = []
    for number, rows in enumerate(files):
        lines = [f"{','.join(row)},{row[1]} Street" for row in rows] + [SOUND.format(number)]
        paths.append(folder / f"{number}.csv")
        paths[-1].write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    halves = geopandas.GeoDataFrame(
        {"code": ["N", "S"], "name": ["North", "South"]},
        geometry=[shapely.box(3e5, 3.13e5, 4e5, 3.5e5), shapely.box(3e5, 2.6e5, 4e5, 3.13e5)],
        crs=27700,
    )
    halves.to_file(folder / "halves.gpkg")
    sets = SetPlan("halves", "Halves", InputFile(folder / "halves.gpkg"), "code", "name")
    source = SourcePlan("force", "Force extract", "extract", tuple(paths), "partner",
                        overlap=overlap, keep=KEEP)  # type: ignore[arg-type] # fmt: skip
    return replace(plan_files(*paths, sets=(sets,)), sources=(source,))


def said(folder: Path, name: str) -> Counter[str]:
    """The rows of a table, in whatever order, those of counts added up."""
    rows = pq.read_table(folder / f"{name}.parquet").to_pylist()
    told: Counter[str] = Counter()
    for row in rows:
        count = row.pop("count", 1) if name.endswith("counts") else 1
        told[repr(row)] += count
    return told


def ids(folder: Path) -> Counter[tuple[int, int]]:
    """The numbers of crime IDs and their months, those of rows outside the area as well."""
    tables = [
        read_part(folder / "parts", path.stem, "ids") for path in (folder / "parts").iterdir()
    ]
    return Counter((row["key"], row["month"]) for one in tables for row in one.to_pylist())


@settings(max_examples=40)
@given(st.lists(ROWS, min_size=1, max_size=3), st.sampled_from(["replace", "add"]))
def test_a_purge_leaves_what_a_build_of_that_day_makes_of_any_files(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, ...]]], overlap: str
) -> None:
    folder = tmp_path_factory.mktemp("files")
    made = plan(folder, files, overlap)
    home = folder / "home"
    build(made, home, today=WHILE_HELD)
    purge(home, plan_purge(home, AFTER), AFTER)
    assert not plan_purge(home, AFTER).versions
    mine = home / (home / "CURRENT").read_text()
    other = build(made, folder / "other", today=AFTER).folder
    for name in ("counts", "set_counts", "lsoas", "towns"):
        assert said(mine, name) == said(other, name), name
    assert ids(mine) == ids(other)
    rows = [incident_rows(one) for one in (mine, other)]
    told = [sorted(map(repr, one.to_pylist())) for one in rows]
    assert told[0] == told[1]
    assert "2014-11" not in "".join(told[0])
