import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.measures._arrays import FloatArray
from geo.measures.density import Lattice, kernel_density, peak, point_spacing

whole = st.integers(-2_000, 2_000)
placed = st.lists(st.tuples(whole, whole, st.integers(0, 9)), max_size=12)
bandwidths = st.sampled_from([60, 200, 333.3, 800])
LATTICE = Lattice(-1500, -1200, 100, 31, 25)


def surface(
    points: list[tuple[int, int, int]], bandwidth: float, lattice: Lattice = LATTICE
) -> FloatArray:
    east, north, weight = np.array(points, dtype=float).reshape(-1, 3).T
    return kernel_density(east, north, weight, lattice, bandwidth)


def test_density_of_shrewsbury(shared: object) -> None:
    folder = f"{shared}/oracles"
    points = pd.read_csv(f"{folder}/shrewsbury_asb_points_bng.csv")
    cells = pd.read_csv(f"{folder}/kernel_density_shrewsbury_asb.csv")
    lattice = Lattice(cells["x"].min() - 200, cells["y"].min() - 200, 400, 20, 20)
    assert len(points) == 1_226
    distinct = points.groupby(["x", "y"]).size().reset_index(name="weight")
    assert len(distinct) == 401
    found = kernel_density(distinct["x"], distinct["y"], distinct["weight"], lattice, 800)
    column = np.searchsorted(lattice.x, cells["x"])
    row = np.searchsorted(lattice.y, cells["y"])
    assert (lattice.x[column] == cells["x"]).all()
    assert (lattice.y[row] == cells["y"]).all()
    expected = cells["kde_density_per_m2"].to_numpy() * 1e6
    # Two cells that a point barely reaches hang on more digits than the points are printed with.
    np.testing.assert_allclose(found[row, column], expected, rtol=1e-10, atol=1e-12)


@given(placed, bandwidths)
def test_density_is_the_sum_over_every_point_at_every_cell(
    points: list[tuple[int, int, int]], bandwidth: float
) -> None:
    expected = np.zeros((25, 31))
    for east, north, weight in points:
        for row, y in enumerate(range(-1150, 1350, 100)):
            for column, x in enumerate(range(-1450, 1650, 100)):
                d = np.hypot(x - east, y - north)
                if d <= bandwidth:
                    kernel = 3 / (np.pi * bandwidth**2) * (1 - (d / bandwidth) ** 2) ** 2
                    expected[row, column] += weight * kernel * 1e6
    np.testing.assert_allclose(surface(points, bandwidth), expected, rtol=1e-9, atol=1e-9)


@given(placed, bandwidths, st.integers(-40, 40), st.integers(-40, 40))
def test_density_moves_with_the_points_by_whole_cells(
    points: list[tuple[int, int, int]], bandwidth: float, across: int, up: int
) -> None:
    moved = [(x + 100 * across, y + 100 * up, w) for x, y, w in points]
    lattice = Lattice(-1500 + 100 * across, -1200 + 100 * up, 100, 31, 25)
    np.testing.assert_allclose(
        surface(moved, bandwidth, lattice), surface(points, bandwidth), rtol=1e-9, atol=1e-12
    )


@given(placed, placed, bandwidths)
def test_densities_of_two_sets_of_points_add_up(
    some: list[tuple[int, int, int]], others: list[tuple[int, int, int]], bandwidth: float
) -> None:
    apart = surface(some, bandwidth) + surface(others, bandwidth)
    np.testing.assert_allclose(surface(some + others, bandwidth), apart, rtol=1e-9, atol=1e-12)


@given(placed, bandwidths, st.integers(0, 50))
def test_density_goes_with_the_weights(
    points: list[tuple[int, int, int]], bandwidth: float, factor: int
) -> None:
    heavier = [(x, y, w * factor) for x, y, w in points]
    np.testing.assert_allclose(
        surface(heavier, bandwidth), factor * surface(points, bandwidth), rtol=1e-9, atol=1e-12
    )
    repeated = [(x, y, 1) for x, y, w in points for _ in range(w)]
    np.testing.assert_allclose(
        surface(repeated, bandwidth), surface(points, bandwidth), rtol=1e-9, atol=1e-12
    )


@given(placed.filter(lambda points: any(w for *_, w in points)), st.sampled_from([200, 300, 800]))
def test_the_surface_holds_the_incidents(
    points: list[tuple[int, int, int]], bandwidth: float
) -> None:
    east, north, weight = np.array(points).T
    reach = bandwidth
    box = (east.min() - reach, north.min() - reach, east.max() + reach, north.max() + reach)
    lattice = Lattice.covering(box, 50)
    total = surface(points, bandwidth, lattice).sum() * 50**2 / 1e6
    assert total == pytest.approx(weight.sum(), rel=0.01)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.sampled_from([50, 100, 250]))
def test_a_lattice_covers_its_box_from_multiples_of_the_cell(
    west: float, south: float, cell: int
) -> None:
    east, north = west + 730, south + 10
    lattice = Lattice.covering((west, south, east, north), cell)
    assert lattice.west % cell == lattice.south % cell == 0
    assert lattice.west <= west < lattice.west + cell
    assert lattice.south <= south < lattice.south + cell
    assert east < lattice.west + cell * lattice.columns <= east + cell + 1e-6
    assert north < lattice.south + cell * lattice.rows <= north + cell + 1e-6
    assert len(lattice.x) == lattice.columns
    assert lattice.y[0] == lattice.south + cell / 2


def test_the_height_over_one_incident() -> None:
    assert peak(300) == pytest.approx(10.6103295)
    on_centre = surface([(50, 50, 1)], 300)
    assert on_centre.max() == pytest.approx(peak(300))
    assert surface([], 300).max() == 0
    assert surface([(90_000, 0, 5)], 300).max() == 0


@pytest.mark.parametrize("points", [[], [(0, 0)]])
def test_too_few_points_have_no_spacing(points: list[tuple[int, int]]) -> None:
    east, north = np.array(points, dtype=float).reshape(-1, 2).T
    assert np.isnan(point_spacing(east, north))


@given(st.lists(st.tuples(whole, whole), min_size=2, max_size=20, unique=True))
def test_spacing_is_the_median_of_the_nearest(points: list[tuple[int, int]]) -> None:
    nearest = [
        min(np.hypot(x - a, y - b) for j, (a, b) in enumerate(points) if i != j)
        for i, (x, y) in enumerate(points)
    ]
    east, north = np.array(points).T
    assert point_spacing(east, north) == pytest.approx(np.median(nearest))


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="same shape"):
        kernel_density([1, 2], [1, 2], [1], LATTICE, 300)
    with pytest.raises(ValueError, match="coordinate is missing"):
        kernel_density([np.nan], [1], [1], LATTICE, 300)
    with pytest.raises(ValueError, match="negative"):
        kernel_density([1], [1], [-1], LATTICE, 300)
    for wrong in (0, -5, np.nan, np.inf):
        with pytest.raises(ValueError, match="bandwidth is"):
            kernel_density([1], [1], [1], LATTICE, wrong)
        with pytest.raises(ValueError, match="cell is"):
            Lattice.covering((0, 0, 1, 1), wrong)
    with pytest.raises(ValueError, match="at least one column"):
        Lattice(0, 0, 100, 0, 1)
    for box in ((0, 0, 1), (2, 0, 1, 1), (0, np.nan, 1, 1)):
        with pytest.raises(ValueError, match="finite and rising"):
            Lattice.covering(box, 100)
