"""Which LSOA an incident goes to: by its own code, else by its point."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from building import plan_files, shropshire
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.areas import Areas
from geo.areas.assemble import assemble
from geo.areas.codes import OUTSIDE, UNLOCATED, Codes
from geo.areas.plan import InputFile
from geo.building.join import Joiner, Placed
from geo.errors import InputError
from geo.incidents import FileRead, read_incidents

NAN = float("nan")
CODES = ["E01000001", "E01000002", "E01000003"]


@pytest.fixture(scope="module")
def coarse() -> Areas:
    return shropshire()


@pytest.fixture(scope="module")
def squares(coarse: Areas) -> Areas:
    """Three squares of 10 m in a row, from x = 0; the code of the middle one is the lowest."""
    boxes = [shapely.box(10, 0, 20, 10), shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)]
    codes = Codes("2011", {code: i for i, code in enumerate(CODES)})
    lsoas = pa.table({"lsoa_code": CODES})
    return replace(coarse, lsoas=lsoas, outlines=np.array(boxes), inside=3, codes=codes)


def places(*incidents: tuple[str | None, float, float]) -> pa.Table:
    codes, easting, northing = zip(*incidents, strict=True)
    columns = {
        "lsoa_code": pa.array(codes, pa.string()),
        "easting": pa.array(easting, pa.float64(), from_pandas=True),
        "northing": pa.array(northing, pa.float64(), from_pandas=True),
    }
    return pa.table(columns)


def placed(areas: Areas, *incidents: tuple[str | None, float, float]) -> Placed:
    """One row at each of these places, put into the areas."""
    table = places(*incidents)
    return Joiner(areas).place("file", table, np.ones(len(table), dtype=np.int64))


@pytest.mark.parametrize(
    ("code", "easting", "northing", "expected"),
    [
        (None, 5, 5, 1),
        (None, 10, 5, 0),  # on the border of the first and second code
        (None, 20, 5, 0),  # on the border of the first and third code
        (None, 10, 10, 0),  # on a corner
        (None, 30, 0, 2),  # on the outer edge
        (None, 31, 5, OUTSIDE),
        ("E01000003", 5, 5, 2),  # its own code wins
        ("E01000003", NAN, NAN, 2),
        ("E01000003", 99, 99, 2),
        ("E01009999", 5, 5, OUTSIDE),  # an LSOA of elsewhere
        ("E01009999", NAN, NAN, OUTSIDE),
        ("W01001958", 5, 5, OUTSIDE),  # the last Welsh one of 2011
        ("E01033768", 5, 5, OUTSIDE),  # the last English one of 2011
        ("E01033769", 5, 5, 1),  # first used in 2021: joined by its point
        ("W01001959", 5, 5, 1),
        ("E01033769", NAN, NAN, UNLOCATED),
        (None, NAN, NAN, UNLOCATED),
    ],
)
def test_a_row_goes_where_its_code_or_point_says(
    squares: Areas, code: str | None, easting: float, northing: float, expected: int
) -> None:
    inside = [(None, 5.0, 5.0)] * 2  # so that the file as a whole lies in the area
    found = placed(squares, (code, easting, northing), *inside)
    assert found.lsoa.tolist() == [expected, 1, 1]


def test_a_2021_code_is_a_code_of_elsewhere_among_2021_areas(squares: Areas) -> None:
    of_2021 = replace(squares, codes=replace(squares.codes, vintage="2021"))
    assert placed(of_2021, ("E01033769", 5, 5)).lsoa.tolist() == [OUTSIDE]


def test_only_rows_with_a_code_of_the_area_and_a_point_are_compared(squares: Areas) -> None:
    table = places(
        ("E01000002", 5, 5),
        ("E01000001", 5, 5),
        ("E01000001", 99, 99),
        ("E01000001", NAN, NAN),
        ("E01009999", 5, 5),
        (None, 5, 5),
        ("E01000002", 10, 5),  # on the edge of its own LSOA
    )
    rows = np.array([4, 2, 1, 9, 9, 9, 3])
    found = Joiner(squares).place("file", table, rows)
    assert (found.compared, found.agreed) == (4 + 2 + 1 + 3, 4 + 3)


def test_a_file_with_easting_and_northing_exchanged_is_an_error(squares: Areas) -> None:
    table = [*[(None, 5, 25)] * 18, (None, 5, 15), (None, 5, 5)]
    with pytest.raises(
        InputError, match=r"file: easting and northing look swapped\. Of 20 points 1"
    ):
        placed(squares, *table)


def test_a_file_of_elsewhere_is_not_taken_for_an_exchanged_one(squares: Areas) -> None:
    found = placed(squares, (None, 500, 600), (None, 5, 5), (None, 7, 900))
    assert found.lsoa.tolist() == [OUTSIDE, 1, OUTSIDE]


def test_a_border_with_the_ring_goes_to_the_lowest_code_too(squares: Areas) -> None:
    """The ring stands behind the areas inside, whatever its codes are."""
    lsoas = pa.table({"lsoa_code": ["E01000002", "E01000001"]})
    codes = Codes("2011", {"E01000002": 0, "E01000001": 1})
    two = replace(squares, lsoas=lsoas, outlines=squares.outlines[[0, 1]], inside=1, codes=codes)
    assert placed(two, (None, 10, 5), (None, 15, 5)).lsoa.tolist() == [1, 0]


points = st.tuples(
    st.sampled_from([None, *CODES, "E01009999", "E01033769"]),
    st.sampled_from([0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 40.0, NAN]),
    st.sampled_from([0.0, 5.0, 10.0]),
).map(lambda row: (row[0], row[1], NAN if np.isnan(row[1]) else row[2]))


@settings(max_examples=100)
@given(
    st.lists(points, min_size=1, max_size=12).flatmap(
        lambda table: st.tuples(st.just(table), st.permutations(range(len(table))))
    )
)
def test_the_order_of_the_rows_changes_no_row(
    squares: Areas, drawn: tuple[list[tuple[str | None, float, float]], list[int]]
) -> None:
    table, order = drawn
    straight = placed(squares, *table)
    turned = placed(squares, *(table[i] for i in order))
    assert turned.lsoa.tolist() == straight.lsoa[order].tolist()
    assert (turned.compared, turned.agreed) == (straight.compared, straight.agreed)


@pytest.fixture(scope="module")
def reads(shared: Path) -> list[FileRead]:
    return list(read_incidents([shared / "data/police/2018-19"]))


@pytest.fixture(scope="module")
def fine(shared: Path) -> Areas:
    """Shropshire in outlines generalised to 20 m."""
    outlines = (InputFile(shared / "data/boundaries/lsoa11_E06000051.geojson"),)
    return assemble(plan_files(outlines=outlines).area)


Distances = Callable[[Areas], tuple[float, np.ndarray]]


@pytest.fixture(scope="module")
def agreement(reads: list[FileRead]) -> Distances:
    """The share of points in the LSOA their row names, and how far the others lie from it."""

    def measure(areas: Areas) -> tuple[float, np.ndarray]:
        joiner = Joiner(areas)
        found = [
            joiner.place(read.name, read.places, np.bincount(read.rows["place"].to_numpy()))
            for read in reads
        ]
        compared = sum(item.compared for item in found)
        outline = dict(zip(areas.lsoas["lsoa_code"].to_pylist(), areas.outlines, strict=True))
        away = [
            outline[row["lsoa_code"]].distance(shapely.Point(row["easting"], row["northing"]))
            for read in reads
            for row in read.incidents.to_pylist()
            if row["lsoa_code"] in outline
        ]
        assert compared == len(away) == 2293 + 2142 + 1970 + 2069
        return sum(item.agreed for item in found) / compared, np.array(away)

    return measure


def test_points_agree_with_the_codes_of_the_police_up_to_20_metres(
    fine: Areas, agreement: Distances
) -> None:
    share, away = agreement(fine)
    assert 0.965 <= share <= 0.971
    assert away.max() < 20


def test_super_generalised_outlines_agree_less(coarse: Areas, agreement: Distances) -> None:
    share, away = agreement(coarse)
    assert share == pytest.approx(0.909, abs=0.005)
    assert 20 < away.max() < 200


THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
import numpy as np, shapely
sys.path.insert(0, sys.argv[1])
from building import shropshire
from geo.building.join import Outlines

areas, draw = shropshire(), np.random.default_rng(1)
codes = areas.lsoas["lsoa_code"].to_pylist()
west, south, east, north = shapely.bounds(areas.outlines).T
for _ in range(20):
    outlines = Outlines(shapely.from_wkb(shapely.to_wkb(areas.outlines)), codes)
    at = draw.integers(0, len(codes), 5_000)
    x, y = draw.uniform(west[at], east[at]), draw.uniform(south[at], north[at])
    with ThreadPoolExecutor(8) as pool:
        held = list(pool.map(lambda _: outlines.hold(at, x, y).sum(), range(16)))
        found = list(pool.map(lambda _: int(outlines.locate(x, y).sum()), range(8)))
    assert len(set(held)) == len(set(found)) == 1
"""


def test_threads_may_look_points_up_together() -> None:
    """In a process of its own: what goes wrong here ends the whole process."""
    tests = str(Path(__file__).parents[2])
    ended = subprocess.run([sys.executable, "-c", THREADS, tests], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
