from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from libpysal import examples
from measured_areas import Shropshire, queen
from scipy.spatial.distance import cdist

from geo.measures.clusters import gi_star
from geo.measures.neighbours import Neighbours


@st.composite
def maps(draw: st.DrawFn) -> tuple[np.ndarray, Neighbours]:
    n = draw(st.integers(2, 15))
    position = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(position, position), min_size=1, max_size=40))
    x = np.array(draw(st.lists(st.integers(-99, 99), min_size=n, max_size=n)), dtype=float)
    return x, Neighbours.from_pairs(n, *np.array(pairs).T)


def test_shropshire(shared: Path, shropshire: Shropshire) -> None:
    expected = pd.read_csv(shared / "oracles/local_statistics_asb.csv")
    assert expected["LSOA11CD"].tolist() == shropshire.codes
    z = gi_star(shropshire.asb, shropshire.neighbours)
    np.testing.assert_allclose(z, expected["asb_gistar_z_B"], rtol=0, atol=1e-12)


def test_columbus(shared: Path) -> None:
    expected = pd.read_csv(shared / "oracles/columbus_gistar.csv")
    areas = geopandas.read_file(examples.get_path("columbus.shp"))
    assert (areas["POLYID"] == expected["POLYID"]).all()
    touching = queen(areas)
    for column, answer in (("CRIME", "gistar_B"), ("HOVAL", "gistar_hoval")):
        z = gi_star(expected[column], touching)
        np.testing.assert_allclose(z, expected[answer], rtol=0, atol=1e-6)


def test_the_cell_of_getis_and_ord(shared: Path) -> None:
    cells = pd.read_csv(shared / "oracles/getisord1996_input.csv")
    published = pd.read_csv(shared / "oracles/getisord1996_published.csv")
    distance = cdist(cells[["x", "y"]], cells[["x", "y"]])
    printed = [1.450780, 1.900559, 2.096939, 1.981907, 1.306698]
    for row, answer in zip(published.itertuples(), printed, strict=True):
        near = Neighbours.from_pairs(len(cells), *(distance <= row.d).nonzero())
        z = gi_star(cells["val"], near)[row.i - 1]
        assert z == pytest.approx(row.Gistar, abs=1e-6)
        assert z == pytest.approx(answer, abs=1e-6)


@given(maps(), st.sampled_from([0.1, 1, 3]))
def test_matches_the_formula_with_any_weight(
    case: tuple[np.ndarray, Neighbours], weight: float
) -> None:
    x, touching = case
    n = x.size
    w = np.eye(n)
    w[np.repeat(np.arange(n), touching.degree), touching.indices] = 1
    w *= weight
    total, squares = w.sum(axis=1), (w**2).sum(axis=1)
    s = np.sqrt((x**2).mean() - x.mean() ** 2)
    z = gi_star(x, touching)
    told = ~np.isnan(z)
    below = s * np.sqrt((n * squares - total**2)[told] / (n - 1))
    expected = (w @ x - total * x.mean())[told] / below
    np.testing.assert_allclose(z[told], expected, rtol=1e-7, atol=1e-7)


@given(maps(), st.integers(-500, 500), st.integers(1, 50))
def test_shift_scale_and_sign(case: tuple[np.ndarray, Neighbours], a: int, b: int) -> None:
    x, touching = case
    z = gi_star(x, touching)
    np.testing.assert_allclose(gi_star(a + b * x, touching), z, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(gi_star(-x, touching), -z, rtol=1e-9, atol=1e-9)


@given(maps(), st.data())
def test_renumbering_the_areas_renumbers_z(
    case: tuple[np.ndarray, Neighbours], data: st.DataObject
) -> None:
    x, touching = case
    order = data.draw(st.permutations(range(x.size)))
    moved = gi_star(x[order], touching.subset(order))
    np.testing.assert_allclose(moved, gi_star(x, touching)[order], rtol=1e-9, atol=1e-9)


@given(maps(), st.floats(-1e6, 1e6))
def test_constant_values_give_null(case: tuple[np.ndarray, Neighbours], value: float) -> None:
    x, touching = case
    assert np.isnan(gi_star(np.full(x.size, value), touching)).all()


@given(maps())
def test_null_exactly_for_islands_and_hubs(case: tuple[np.ndarray, Neighbours]) -> None:
    x, touching = case
    untold = (touching.degree == 0) | (touching.degree == x.size - 1)
    if np.ptp(x) > 0:
        assert (np.isnan(gi_star(x, touching)) == untold).all()


def test_bad_values_are_refused() -> None:
    pair = Neighbours.from_pairs(3, [0], [1])
    with pytest.raises(ValueError, match="x has a missing"):
        gi_star([1.0, np.nan, 2.0], pair)
    with pytest.raises(ValueError, match="There are 3 areas"):
        gi_star([1.0, 2.0], pair)
