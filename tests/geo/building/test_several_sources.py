"""Several sources in one area file: each file counts where, and in the order, it is named."""

from pathlib import Path

import pyarrow.parquet as pq
from building import entry
from incident_rows import incident_rows

from boundaries import SHROPSHIRE
from geo.area_file import AreaFile, read_area_file
from geo.building.build import Built, build

SQUARE = "349132,312545"  # in Shrewsbury
SOURCES = """
[[source]]
name = "One"
kind = "extract"
files = [{first}]
{more}
[[source]]
name = "Other"
kind = "extract"
files = [{second}]
"""
MONTH_HEADER = "incident_id,month,offence,easting,northing\n"


def two_sources(folder: Path, first: str, second: str, more: str = "") -> AreaFile:
    """An area file over the area that ships, with two sources; files by name."""
    path = folder / "safermap.toml"
    ships = SHROPSHIRE.parent
    text = SHROPSHIRE.read_text("utf-8").replace('file = "', f'file = "{ships}/')
    one, other = (", ".join(f'"{name}"' for name in names.split()) for names in (first, second))
    path.write_text(text + SOURCES.format(first=one, second=other, more=more))
    return read_area_file(path)


def by_source(built: Built) -> list[tuple[str, int]]:
    return [(item["id"], item["rows"]["located"]) for item in built.manifest["sources"]]


def test_files_that_change_their_source_are_new(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{MONTH_HEADER},2015-04,asb,{SQUARE}\n")
    (tmp_path / "b.csv").write_text(f"{MONTH_HEADER}" + f",2015-04,drugs,{SQUARE}\n" * 2)
    first = build(two_sources(tmp_path, "a.csv", "b.csv"), tmp_path / "home")
    assert by_source(first) == [("one", 1), ("other", 2)]
    second = build(two_sources(tmp_path, "b.csv", "a.csv"), tmp_path / "home")
    assert by_source(second) == [("one", 2), ("other", 1)]


def test_the_order_of_files_is_new_where_the_later_stands(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{MONTH_HEADER},2015-04,asb,{SQUARE}\n")
    (tmp_path / "b.csv").write_text(f"{MONTH_HEADER}" + f",2015-04,drugs,{SQUARE}\n" * 2)
    (tmp_path / "c.csv").write_text(f"{MONTH_HEADER},2015-04,drugs,{SQUARE}\n")
    more = 'overlap = "replace"'
    first = build(two_sources(tmp_path, "a.csv b.csv", "c.csv", more), tmp_path / "home")
    assert by_source(first) == [("one", 2), ("other", 1)]
    second = build(two_sources(tmp_path, "b.csv a.csv", "c.csv", more), tmp_path / "home")
    assert by_source(second) == [("one", 1), ("other", 1)]


def test_one_file_in_two_sources_counts_in_each(tmp_path: Path) -> None:
    """Copies of a file are of one part; what one source leaves out, the other does not."""
    rows = f"X,2015-04,drugs,{SQUARE}\nY,2015-04,drugs,{SQUARE}\n"
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(MONTH_HEADER + rows)
    (tmp_path / "later.csv").write_text(f"{MONTH_HEADER}X,2015-05,drugs,{SQUARE}\n")
    built = build(two_sources(tmp_path, "a.csv later.csv", "b.csv"), tmp_path / "home")
    assert by_source(built) == [("one", 2), ("other", 2)]
    rows_held = incident_rows(built.folder).select(["source", "crime_id", "month"]).to_pylist()
    told = sorted((row["source"], row["crime_id"], row["month"] % 12 + 1) for row in rows_held)
    assert told == [("one", "X", 5), ("one", "Y", 4), ("other", "X", 4), ("other", "Y", 4)]
    counts = pq.read_table(built.folder / "counts.parquet")
    assert sum(counts["count_all"].to_pylist()) == 4


def test_history_names_every_file_of_the_same_months(tmp_path: Path) -> None:
    for name, offence in (("a", "asb"), ("b", "drugs"), ("c", "burglary"), ("d", "robbery")):
        (tmp_path / f"{name}.csv").write_text(f"{MONTH_HEADER},2015-04,{offence},{SQUARE}\n")
    more = 'overlap = "add"'
    first = build(two_sources(tmp_path, "a.csv b.csv", "d.csv", more), tmp_path / "home")
    assert entry(first) == (["a.csv", "b.csv", "d.csv"], [], [], 0)
    second = build(two_sources(tmp_path, "c.csv", "d.csv", more), tmp_path / "home")
    assert entry(second) == ([], ["c.csv"], ["b.csv"], 1)
    third = build(two_sources(tmp_path, "a.csv b.csv", "d.csv", more), tmp_path / "home")
    assert entry(third) == (["b.csv"], ["a.csv"], [], 1)
