"""Which LSOA an incident goes to: by its own code, else by its point."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries import SHROPSHIRE
from geo.areas import Areas, read_outlines
from geo.crs import BNG
from geo.errors import InputError
from geo.incidents import read_incidents
from geo.incidents.table import FileRead
from geo.join import OUTSIDE, UNLOCATED, Joiner

NAN = float("nan")
CODES = ["E01000001", "E01000002", "E01000003"]


@pytest.fixture(scope="module")
def shropshire() -> Areas:
    return Areas.open(SHROPSHIRE)


@pytest.fixture(scope="module")
def squares(shropshire: Areas) -> Areas:
    """Three squares of 10 m in a row, from x = 0; the code of the middle one is the lowest."""
    boxes = [shapely.box(10, 0, 20, 10), shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)]
    frame = geopandas.GeoDataFrame({"lsoa_code": CODES}, geometry=boxes, crs=BNG)
    return replace(shropshire, lsoas=frame)


def rows(*incidents: tuple[str | None, float, float]) -> pa.Table:
    codes, easting, northing = zip(*incidents, strict=True)
    columns = {
        "lsoa_code": pa.array(codes, pa.string()),
        "easting": pa.array(easting, pa.float64(), from_pandas=True),
        "northing": pa.array(northing, pa.float64(), from_pandas=True),
    }
    return pa.table(columns)


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
    joiner = Joiner(squares)
    inside = [(None, 5.0, 5.0)] * 2  # so that the file as a whole lies in the area
    placed = joiner.place("file", rows((code, easting, northing), *inside))
    assert placed.lsoa.tolist() == [expected, 1, 1]


def test_a_2021_code_is_a_code_of_elsewhere_among_2021_areas(squares: Areas) -> None:
    placed = Joiner(replace(squares, vintage=2021)).place("file", rows(("E01033769", 5, 5)))
    assert placed.lsoa.tolist() == [OUTSIDE]


def test_only_rows_with_a_code_of_the_area_and_a_point_are_compared(squares: Areas) -> None:
    table = rows(
        ("E01000002", 5, 5),
        ("E01000001", 5, 5),
        ("E01000001", 99, 99),
        ("E01000001", NAN, NAN),
        ("E01009999", 5, 5),
        (None, 5, 5),
    )
    placed = Joiner(squares).place("file", table)
    assert (placed.compared, placed.agreed) == (3, 1)


def test_a_file_with_easting_and_northing_exchanged_is_an_error(squares: Areas) -> None:
    table = rows(*[(None, 5, 25)] * 18, (None, 5, 15), (None, 5, 5))
    with pytest.raises(
        InputError, match=r"file: easting and northing look swapped\. Of 20 points 1"
    ):
        Joiner(squares).place("file", table)


def test_a_file_of_elsewhere_is_not_taken_for_an_exchanged_one(squares: Areas) -> None:
    placed = Joiner(squares).place("file", rows((None, 500, 600), (None, 5, 5), (None, 7, 900)))
    assert placed.lsoa.tolist() == [OUTSIDE, 1, OUTSIDE]


points = st.tuples(
    st.sampled_from([None, *CODES, "E01009999", "E01033769"]),
    st.sampled_from([0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 40.0, NAN]),
    st.sampled_from([0.0, 5.0, 10.0]),
).map(lambda row: (row[0], row[1], NAN if np.isnan(row[1]) else row[2]))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(points, min_size=1, max_size=12).flatmap(
        lambda table: st.tuples(st.just(table), st.permutations(range(len(table))))
    )
)
def test_the_order_of_the_rows_changes_no_row(
    squares: Areas, drawn: tuple[list[tuple[str | None, float, float]], list[int]]
) -> None:
    table, order = drawn
    joiner = Joiner(squares)
    straight = joiner.place("file", rows(*table))
    turned = joiner.place("file", rows(*(table[i] for i in order)))
    assert turned.lsoa.tolist() == straight.lsoa[order].tolist()
    assert (turned.compared, turned.agreed) == (straight.compared, straight.agreed)


@pytest.fixture(scope="module")
def reads(shared: Path) -> list[FileRead]:
    return list(read_incidents([shared / "data/police/2018-19"]))


@pytest.fixture(scope="module")
def fine(shared: Path, shropshire: Areas) -> Areas:
    """Shropshire in outlines generalised to 20 m."""
    outlines = read_outlines(shared / "data/boundaries/lsoa11_E06000051.geojson")
    assert outlines["lsoa_code"].tolist() == shropshire.lsoas["lsoa_code"].tolist()
    return replace(shropshire, lsoas=shropshire.lsoas.set_geometry(outlines.geometry.to_numpy()))


Distances = Callable[[Areas], tuple[float, np.ndarray]]


@pytest.fixture(scope="module")
def agreement(reads: list[FileRead]) -> Distances:
    """The share of points in the LSOA their row names, and how far the others lie from it."""

    def measure(areas: Areas) -> tuple[float, np.ndarray]:
        joiner = Joiner(areas)
        placed = [joiner.place(read.name, read.incidents) for read in reads]
        compared = sum(item.compared for item in placed)
        outline = dict(zip(areas.lsoas["lsoa_code"], areas.lsoas.geometry, strict=True))
        away = [
            outline[row["lsoa_code"]].distance(shapely.Point(row["easting"], row["northing"]))
            for read in reads
            for row in read.incidents.to_pylist()
            if row["lsoa_code"] in outline
        ]
        assert compared == len(away) == 2293 + 2142 + 1970 + 2069
        return sum(item.agreed for item in placed) / compared, np.array(away)

    return measure


def test_points_agree_with_the_codes_of_the_police_up_to_20_metres(
    fine: Areas, agreement: Distances
) -> None:
    share, away = agreement(fine)
    assert 0.965 <= share <= 0.971
    assert away.max() < 20


def test_super_generalised_outlines_agree_less(shropshire: Areas, agreement: Distances) -> None:
    share, away = agreement(shropshire)
    assert share == pytest.approx(0.909, abs=0.005)
    assert 20 < away.max() < 200
