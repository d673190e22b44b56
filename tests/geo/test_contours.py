"""Filled contours: the ground between levels, known exactly for a slope and a pyramid."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.contours import filled_contours
from geo.measures.density import Lattice

LATTICE = Lattice(0, 0, 10, 11, 6)  # centres from 5 to 105 and from 5 to 55


def test_a_slope_has_strips() -> None:
    slope = np.tile(LATTICE.x, (6, 1))
    bands = filled_contours(LATTICE, slope, [20, 45, 100])
    assert [band.bounds for band in bands] == [
        (20, 5, 45, 55), (45, 5, 100, 55), (100, 5, 105, 55)
    ]  # fmt: skip
    assert [band.area for band in bands] == pytest.approx([25 * 50, 55 * 50, 5 * 50])


def test_a_hollow_is_a_hole_and_what_is_not_reached_is_empty() -> None:
    surface = np.ones((6, 11))
    surface[2, 5] = 0
    one, none = filled_contours(LATTICE, surface, [0.5, 2])
    assert one.geom_type == none.geom_type == "MultiPolygon"
    assert len(one.geoms[0].interiors) == 1
    assert one.area == pytest.approx(100 * 50 - 2 * 5 * 5)
    assert none.is_empty


@given(
    st.lists(st.integers(0, 50), min_size=66, max_size=66),
    st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True).map(sorted),
)
def test_bands_tile_the_ground_that_is_as_high(values: list[int], levels: list[int]) -> None:
    surface = np.array(values, dtype=float).reshape(6, 11)
    bands = filled_contours(LATTICE, surface, levels)
    [whole] = filled_contours(LATTICE, surface, levels[:1])
    assert shapely.is_valid(bands).all()
    assert sum(shapely.area(bands)) == pytest.approx(whole.area, abs=1e-6)
    for i, one in enumerate(bands):
        for other in bands[i + 1 :]:
            assert one.intersection(other).area < 1e-6


def test_one_row_has_no_ground_and_no_levels_no_bands() -> None:
    row = Lattice(0, 0, 10, 5, 1)
    [band] = filled_contours(row, np.ones((1, 5)), [0.5])
    assert band.is_empty
    assert len(filled_contours(LATTICE, np.ones((6, 11)), [])) == 0
