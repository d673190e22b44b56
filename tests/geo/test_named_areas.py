"""Further sets of areas: what a build counts in each, against another count of the points."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from building import plan_files, shropshire
from command_line import Run
from real_settings import SHROPSHIRE, YEAR_2025, RealSettings
from street_rows import codes_in

from geo.area_file import AreaFile
from geo.areas.plan import InputFile, SetPlan
from geo.building.build import build
from geo.building.part_files import read_part
from geo.dataset import Dataset
from geo.query import Question
from geo.versions import current_folder

SIDE = 10_000
WEST, SOUTH = 320_000, 270_000
COLUMNS, ROWS = 7, 8
HEADER = "incident_id,month,offence,easting,northing,lsoa_code"
IN_SHREWSBURY = 349_132, 312_545
Found = dict[tuple[str, str], int]


def square_code(column: int, row: int) -> str:
    """Codes that neither rise nor fall from square to square."""
    return f"S{(column * ROWS + row) * 11 % (COLUMNS * ROWS):02}"


def write_set(path: Path, shapes: dict[str, shapely.Geometry]) -> InputFile:
    frame = {"CODE": list(shapes), "NAME": [f"Area {code}" for code in shapes]}
    geopandas.GeoDataFrame(frame, geometry=list(shapes.values()), crs=27700).to_file(path)
    return InputFile(path)


@pytest.fixture
def squares(tmp_path: Path) -> SetPlan:
    shapes = {
        square_code(i, j): shapely.box(*(corner(i, j)), *(corner(i + 1, j + 1)))
        for i in range(COLUMNS)
        for j in range(ROWS)
    }
    return SetPlan("squares", "Squares", write_set(tmp_path / "s.gpkg", shapes), "CODE", "NAME")


@pytest.fixture
def bands(tmp_path: Path) -> SetPlan:
    """Two bands with ground between them that is in neither."""
    shapes = {"N": shapely.box(300_000, 315_000, 400_000, 345_000),
              "S": shapely.box(300_000, 260_000, 400_000, 300_000)}  # fmt: skip
    return SetPlan("bands", "Bands", write_set(tmp_path / "b.gpkg", shapes), "CODE", "NAME")


def corner(column: int, row: int) -> tuple[int, int]:
    return WEST + SIDE * column, SOUTH + SIDE * row


def squares_at(x: float, y: float) -> list[str]:
    """Codes of the squares that a point lies in or on the edge of."""
    return [
        square_code(i, j)
        for i in range(COLUMNS)
        for j in range(ROWS)
        if 0 <= x - corner(i, j)[0] <= SIDE and 0 <= y - corner(i, j)[1] <= SIDE
    ]


def bands_at(_: float, y: float) -> list[str]:
    return ["N"] * (315_000 <= y <= 345_000) + ["S"] * (260_000 <= y <= 300_000)


def build_sets(
    home: Path, files: Iterable[Path], *sets: SetPlan, overlap: str | None = None
) -> Dataset:
    plan: AreaFile = plan_files(*files, sets=sets)
    if overlap is not None:
        sources = tuple(replace(item, overlap=overlap) for item in plan.sources)
        plan = replace(plan, sources=sources)
    build(plan, home)
    return Dataset.open(home)


def counts(dataset: Dataset, theme: str = "crime", months: str | None = None) -> Found:
    """Counts above nought by set and code, whatever their month."""
    question = Question.ask(dataset, theme, months or dataset.period.iso())
    areas, found = dataset.named_areas.areas, question.set_counts(dataset)
    told = zip(areas["set"], areas["code"], found.tolist(), strict=True)
    return {(name, code): count for name, code, count in told if count}


def extract(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def points_inside(seed: int = 7) -> list[tuple[float, float]]:
    """Points well inside the area; many on lines between squares, some where four meet."""
    areas = shropshire()
    whole = shapely.union_all(areas.outlines).buffer(-200)
    shapely.prepare(whole)
    rng = np.random.default_rng(seed)
    west, south, east, north = whole.bounds
    xy = np.column_stack([rng.integers(west, east, 6000), rng.integers(south, north, 6000)])
    xy[:2000, 0] = np.round((xy[:2000, 0] - WEST) / SIDE) * SIDE + WEST
    xy[1000:3000, 1] = np.round((xy[1000:3000, 1] - SOUTH) / SIDE) * SIDE + SOUTH
    return [(float(x), float(y)) for x, y in xy if shapely.intersects_xy(whole, x, y)]


def test_two_sets_hold_what_an_independent_count_finds(
    tmp_path: Path, squares: SetPlan, bands: SetPlan
) -> None:
    points = points_inside()
    touching = [squares_at(*point) for point in points]
    assert {len(codes) for codes in touching} >= {1, 2, 4}
    offences = ["drugs", "shoplifting", "asb"]
    lines = [
        f"A{i},2015-0{1 + i % 9},{offences[i % 3]},{x:.0f},{y:.0f},"
        for i, (x, y) in enumerate(points)
    ]
    lines += [f"U{i},2015-01,drugs,,," for i in range(5)]  # nowhere
    lines += [f"C{i},2015-01,drugs,,,E01028946" for i in range(4)]  # an LSOA and no point
    lines += [f"O{i},2015-01,drugs,345000,245000," for i in range(3)]  # in a band, in no LSOA
    dataset = build_sets(tmp_path / "home", [extract(tmp_path / "a.csv", *lines)], squares, bands)
    assert dataset.sets == {"squares": "Squares", "bands": "Bands"}
    for theme, taken in (("crime", {0, 1}), ("asb", {2}), ("shoplifting", {1})):
        mine = [i for i in range(len(points)) if i % 3 in taken]
        banded = [codes[0] for i in mine if (codes := bands_at(*points[i]))]
        assert 0 < len(banded) < len(mine)
        assert counts(dataset, theme) == Counter(
            [("squares", min(touching[i])) for i in mine if touching[i]]
            + [("bands", code) for code in banded]
        )
    april = [i for i in range(3, len(points), 9) if touching[i]]  # all of them drugs
    found = counts(dataset, "drugs", "2015-04")
    assert sum(n for (name, _), n in found.items() if name == "squares") == len(april)
    located = Question.ask(dataset, "crime", dataset.period.iso()).counts(dataset).sum()
    assert located == sum(i % 3 != 2 for i in range(len(points))) + 4


def test_a_point_on_a_border_is_in_the_area_with_the_lowest_code_once(
    tmp_path: Path, squares: SetPlan
) -> None:
    x, y = 350_000, 310_000  # where four squares meet, in Shrewsbury
    codes = squares_at(x, y)
    assert len(codes) == 4
    assert min(codes) not in (codes[0], codes[-1])
    lines = [f"A{i},2015-0{i},drugs,{x},{y}," for i in range(1, 4)]
    dataset = build_sets(tmp_path / "home", [extract(tmp_path / "a.csv", *lines)], squares)
    assert counts(dataset) == {("squares", min(codes)): 3}


@pytest.mark.parametrize("overlap", ["add", "replace"])
def test_rows_that_give_way_are_in_no_area(
    tmp_path: Path, squares: SetPlan, bands: SetPlan, overlap: str
) -> None:
    x, y = IN_SHREWSBURY
    first = extract(
        tmp_path / "a.csv",
        f"A,2015-01,drugs,{x},{y},",
        f"B,2015-01,drugs,{x},{y},",
        f"C,2015-02,drugs,{x},{y},",  # February gives way to the later file, or to its own ID
        f"D,2015-01,drugs,{x},{y},",
    )
    second = extract(
        tmp_path / "b.csv",
        f"A,2015-02,drugs,{x},289000,",
        f"C,2015-02,drugs,{x},{y},",
        "D,2015-02,drugs,530000,180000,",
    )
    dataset = build_sets(tmp_path / "home", [first, second], squares, bands, overlap=overlap)
    [there], [south] = squares_at(x, y), squares_at(x, 289_000)
    # D was found to lie outside the area, so it counts nowhere.
    assert counts(dataset) == {
        ("squares", there): 2, ("squares", south): 1, ("bands", "S"): 1,
    }  # fmt: skip
    assert dataset.manifest["rows"]["located"] == 3


def test_parts_taken_over_bring_their_counts(tmp_path: Path, squares: SetPlan) -> None:
    x, y = IN_SHREWSBURY
    files = [
        extract(tmp_path / f"{month}.csv", f"A{month},2015-0{month},drugs,{x},{y},")
        for month in (1, 2)
    ]
    home = tmp_path / "home"
    build_sets(home, files[:1], squares)
    second = build_sets(home, files, squares)
    assert second.manifest["history"][0]["reused"] == 1
    fresh = build_sets(tmp_path / "fresh", files, squares)
    assert second.id == fresh.id
    assert counts(second) == counts(fresh) == {("squares", squares_at(x, y)[0]): 2}
    named = build_sets(home, files, replace(squares, title="Tens of kilometres"))
    assert named.manifest["history"][0]["reused"] == 2
    assert named.sets == {"squares": "Tens of kilometres"}
    assert named.id != second.id
    assert set(named.named_areas.areas["set_title"]) == {"Tens of kilometres"}


def test_what_lies_on_disk(tmp_path: Path, squares: SetPlan, bands: SetPlan) -> None:
    x, y = IN_SHREWSBURY
    file = extract(tmp_path / "a.csv", f"A,2015-01,drugs,{x},{y},")
    build_sets(tmp_path / "home", [file], squares, bands)
    folder = current_folder(tmp_path / "home")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["area"]["sets"] == [["squares", "Squares"], ["bands", "Bands"]]
    sets = geopandas.read_parquet(folder / "sets.parquet")
    assert list(sets.columns) == ["set", "set_title", "code", "name", "geometry"]
    assert sets.crs.to_epsg() == 27700
    assert sets["code"].tolist() == [*sorted(sets["code"][:-2]), "N", "S"]
    [path] = (folder / "parts").iterdir()
    part = (path.parent, path.stem)
    table = read_part(*part, "set_counts").to_pylist()
    codes = sets["code"].tolist()
    assert [(row["set"], row["area"], row["count_all"]) for row in table] == [
        (0, codes.index(squares_at(x, y)[0]), 1)
    ]
    assert read_part(*part, "places")["set_squares"].to_pylist() == squares_at(x, y)


def test_without_sets_nothing_is_written(tmp_path: Path) -> None:
    x, y = IN_SHREWSBURY
    file = extract(tmp_path / "a.csv", f"A,2015-01,drugs,{x},{y},")
    dataset = build_sets(tmp_path / "home", [file])
    assert dataset.sets == {}
    assert list(current_folder(tmp_path / "home").rglob("set*")) == []


def street_points(path: Path) -> pd.DataFrame:
    """Every crime of an archive of street files once, and its point in the National Grid."""
    with zipfile.ZipFile(path) as archive:
        frames = [
            pd.read_csv(io.BytesIO(archive.read(name)), dtype={"Crime ID": str})
            for name in sorted(archive.namelist())
            if name.endswith("-street.csv")
        ]
    rows = pd.concat(frames, ignore_index=True).sort_values("Month", kind="stable")
    again = rows["Crime ID"].notna() & rows.duplicated("Crime ID", keep="last")
    return rows[~again]


def test_real_built_up_areas(
    shared: Path, run: Run, tmp_path: Path, write_plan: Callable[[], Path]
) -> None:
    real = RealSettings(shared)
    path = write_plan()
    ended = run("build", "--area", path, "--out", tmp_path / "home")
    assert ended.returncode == 0, ended.stderr
    dataset = Dataset.open(tmp_path / "home")
    rows = street_points(shared / "data" / YEAR_2025)
    inside = rows[
        rows["LSOA code"].isin(codes_in(real.data / f"boundaries/lsoa21_{SHROPSHIRE}.geojson"))
    ]
    points = geopandas.GeoDataFrame(
        inside[["Month", "Crime type"]],
        geometry=geopandas.points_from_xy(inside["Longitude"], inside["Latitude"]),
        crs=4326,
    ).to_crs(27700)
    towns = geopandas.read_file(real.path("towns/shropshire_built*")).to_crs(27700)
    joined = points.sjoin(towns[["BUA22CD", "geometry"]], predicate="intersects")
    once = joined.sort_values("BUA22CD").loc[lambda frame: ~frame.index.duplicated()]
    asb = once["Crime type"] == "Anti-social behaviour"
    for theme, mine in (("crime", once[~asb]), ("asb", once[asb])):
        for months, some in (("2025", mine), ("2025-03", mine[mine["Month"] == "2025-03"])):
            asked = None if months == "2025" else months
            found = {k: n for k, n in counts(dataset, theme, asked).items() if k[0] == "towns"}
            assert found == {("towns", code): n for code, n in Counter(some["BUA22CD"]).items()}
    assert len(once) > 10_000
    # The second set is one area that reaches over the ring: what lies there is not in it.
    whole = int((inside["Crime type"] != "Anti-social behaviour").sum())
    assert counts(dataset)["whole", "ALL"] == whole
    assert dataset.manifest["rows"]["ring"] > 0


@pytest.fixture
def write_plan(shared: Path, tmp_path: Path) -> Callable[[], Path]:
    """Writes the area file of the real files, with the built-up areas and a wide box as sets."""

    def write_plan() -> Path:
        real = RealSettings(shared)
        write_set(tmp_path / "all.gpkg", {"ALL": shapely.box(310_000, 250_000, 400_000, 360_000)})
        files = {
            ("towns", "BUA22CD", "BUA22NM"): real.path("towns/shropshire_built*"),
            ("whole", "CODE", "NAME"): str(tmp_path / "all.gpkg"),
        }
        sets = "".join(
            f'\n[[area.sets]]\nid = "{name}"\ntitle = "{name.title()}"\noutlines = "{file}"\n'
            f'code = "{code}"\nname = "{title}"\n'
            for (name, code, title), file in files.items()
        )
        path = real.write(tmp_path / "safermap.toml", real.on_2021(), YEAR_2025)
        text = path.read_text("utf-8")
        path.write_text(text.replace("\n[[source]]", f"{sets}\n[[source]]"), encoding="utf-8")
        return path

    return write_plan
