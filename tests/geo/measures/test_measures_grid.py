import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.measures.grid import hexagon_cells, hexagon_corners, square_cells, square_corners

metres = st.floats(-1e6, 1e6)
points = st.lists(st.tuples(metres, metres), min_size=1, max_size=20)
sizes = st.sampled_from([50, 100, 330, 1000, 62.5])


@given(points, sizes)
def test_a_square_is_half_open_and_anchored_at_multiples(
    where: list[tuple[float, float]], cell: float
) -> None:
    for (x, y), (column, row) in zip(where, square_cells(*zip(*where), cell).tolist()):  # noqa: B905
        assert column * cell <= x < (column + 1) * cell
        assert row * cell <= y < (row + 1) * cell


@given(st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900)), min_size=1), sizes)
def test_a_point_on_a_corner_belongs_to_the_square_north_east_of_it(
    corners: list[tuple[int, int]], cell: float
) -> None:
    east, north = np.array(corners).T * cell
    assert square_cells(east, north, cell).tolist() == [list(corner) for corner in corners]
    just_below = square_cells(np.nextafter(east, -np.inf), north, cell)
    assert just_below.tolist() == [[column - 1, row] for column, row in corners]


@given(points, sizes, st.integers(-500, 500), st.integers(-500, 500))
def test_squares_move_with_whole_cells(
    where: list[tuple[float, float]], cell: float, across: int, up: int
) -> None:
    east, north = np.round(np.array(where).T)
    moved = square_cells(east + across * cell, north + up * cell, cell)
    assert (moved - square_cells(east, north, cell) == [across, up]).all()


@given(points, sizes)
def test_a_hexagon_is_that_of_the_nearest_centre_and_holds_its_point(
    where: list[tuple[float, float]], cell: float
) -> None:
    east, north = np.array(where).T
    cells = hexagon_cells(east, north, cell)
    outlines = shapely.polygons(hexagon_corners(cells, cell))
    assert (shapely.distance(outlines, shapely.points(east, north)) <= 1e-6).all()
    centres = shapely.get_coordinates(shapely.centroid(outlines))
    own = np.hypot(*(centres.T - [east, north]))
    for across, up in ((1, 0), (-1, 0), (0.5, 1), (-0.5, 1), (0.5, -1), (-0.5, -1)):
        step = np.array([[across * cell], [up * cell * np.sqrt(3) / 2]])
        assert (own <= np.hypot(*(centres.T + step - [east, north])) + 1e-6).all()


@pytest.mark.parametrize(("corners", "area"), [(square_corners, 1.0), (hexagon_corners, 0.75**0.5)])
def test_cells_tile(corners: object, area: float) -> None:
    cells = np.array([[column, row] for column in range(-4, 5) for row in range(-4, 5)])
    outlines = shapely.polygons(corners(cells, 100))  # type: ignore[operator]
    np.testing.assert_allclose(shapely.area(outlines), area * 100**2, rtol=1e-9)
    together = shapely.coverage_union_all(outlines)
    assert shapely.coverage_is_valid(outlines)
    assert together.geom_type == "Polygon"
    assert together.area == pytest.approx(81 * area * 100**2)
    assert not together.interiors
    assert all(outline.exterior.is_ccw for outline in outlines)


def test_the_origin_is_in_the_first_cell() -> None:
    assert square_cells([0], [0], 100).tolist() == hexagon_cells([0], [0], 100).tolist() == [[0, 0]]
    assert square_cells([], [], 100).shape == hexagon_cells([], [], 100).shape == (0, 2)
    assert square_corners([[0, 0]], 10)[0].tolist() == [[0, 0], [10, 0], [10, 10], [0, 10]]


def test_bad_numbers_are_refused() -> None:
    for find in (square_cells, hexagon_cells):
        with pytest.raises(ValueError, match="same shape"):
            find([1, 2], [1], 100)
        with pytest.raises(ValueError, match="coordinate is missing"):
            find([np.inf], [1], 100)
        with pytest.raises(ValueError, match="cell is 0"):
            find([1], [1], 0)
    for corners in (square_corners, hexagon_corners):
        with pytest.raises(ValueError, match="pairs of column and row"):
            corners([1, 2, 3], 100)
