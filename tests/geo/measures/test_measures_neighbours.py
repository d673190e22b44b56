from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_areas import Shropshire

from geo.measures.neighbours import Neighbours


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    n = draw(st.integers(1, 12))
    drawn = np.array(draw(st.lists(st.booleans(), min_size=n * n, max_size=n * n)))
    upper = np.triu(drawn.reshape(n, n), 1)
    return upper | upper.T


def of_matrix(matrix: np.ndarray) -> Neighbours:
    return Neighbours.from_pairs(len(matrix), *matrix.nonzero())


def test_queen_neighbours_of_shropshire(shared: Path, shropshire: Shropshire) -> None:
    expected = pd.read_csv(shared / "oracles/queen_neighbours.csv")
    codes = np.array(shropshire.codes)
    found = shropshire.neighbours
    focal = np.repeat(codes, found.degree)
    assert found.indices.size == 1000
    assert set(zip(focal, codes[found.indices], strict=True)) == set(
        zip(expected["focal"], expected["neighbor"], strict=True)
    )


@given(matrices(), st.data())
def test_sums_are_products_with_the_matrix(matrix: np.ndarray, data: st.DataObject) -> None:
    n = len(matrix)
    values = data.draw(st.lists(st.integers(-50, 50), min_size=n, max_size=n))
    graph = of_matrix(matrix)
    assert (graph.sums(values) == matrix @ np.array(values)).all()
    assert (graph.degree == matrix.sum(axis=1)).all()
    mask = np.array(values) > 10
    assert (graph.any_true(mask) == (matrix & mask).any(axis=1)).all()


@given(matrices(), st.data())
def test_subset_is_the_induced_subgraph(matrix: np.ndarray, data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.integers(0, len(matrix) - 1), unique=True))
    found = of_matrix(matrix).subset(kept)
    expected = of_matrix(matrix[np.ix_(kept, kept)]) if kept else Neighbours.from_pairs(0, [], [])
    assert (found.indptr == expected.indptr).all()
    assert (found.indices == expected.indices).all()


@given(matrices())
def test_pairs_may_be_given_once_or_often(matrix: np.ndarray) -> None:
    both, once = of_matrix(matrix), of_matrix(np.triu(matrix))
    focal, neighbour = matrix.nonzero()
    n = len(matrix)
    often = Neighbours.from_pairs(
        n, [*focal, *focal, *range(n)], [*neighbour, *neighbour, *range(n)]
    )
    for other in (once, often):
        assert (both.indptr == other.indptr).all()
        assert (both.indices == other.indices).all()


def test_no_pairs_are_all_islands() -> None:
    islands = Neighbours.from_pairs(3, [], [])
    assert islands.degree.tolist() == [0, 0, 0]
    assert islands.sums([1, 2, 3]).tolist() == [0, 0, 0]


def test_bad_positions_are_refused() -> None:
    with pytest.raises(ValueError, match="not one of the 2 areas"):
        Neighbours.from_pairs(2, [0], [2])
    with pytest.raises(ValueError, match="not one of the 2 areas"):
        Neighbours.from_pairs(2, [-1], [1])
    with pytest.raises(ValueError, match="two ends"):
        Neighbours.from_pairs(2, [0, 1], [1])
    with pytest.raises(ValueError, match="whole numbers"):
        Neighbours.from_pairs(2, [0.5], [1.0])
    pair = Neighbours.from_pairs(2, [0], [1])
    with pytest.raises(ValueError, match="given twice"):
        pair.subset([1, 1])
    with pytest.raises(ValueError, match="There are 2 areas"):
        pair.sums([1, 2, 3])


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25),
    st.integers(1, 6),
)
def test_nearest_are_those_that_no_other_is_nearer_than(
    points: list[tuple[int, int]], k: int
) -> None:
    where = np.array(points, dtype=float)
    near = Neighbours.nearest(where, k)
    n = len(points)
    apart = np.hypot(*(where[:, None] - where[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    reach = np.sort(apart, axis=1)[:, min(k, n - 1) - 1] if n > 1 else np.zeros(n)
    touch = np.zeros((n, n), dtype=bool)
    touch[np.repeat(np.arange(n), near.degree), near.indices] = True
    assert (touch == touch.T).all()
    assert not touch.diagonal().any()
    either = np.maximum(reach[:, None], reach[None])
    assert (apart <= either + 1e-9)[touch].all()
    assert touch[apart < either - 1e-9].all()
    if len(set(points)) == n:
        assert (near.degree >= min(k, n - 1)).all()


def test_nearest_refuses_what_are_no_points() -> None:
    with pytest.raises(ValueError, match="easting and northing"):
        Neighbours.nearest([1, 2, 3], 1)
    with pytest.raises(ValueError, match="finite"):
        Neighbours.nearest([[0, np.nan]], 1)
    with pytest.raises(ValueError, match="at least 1"):
        Neighbours.nearest([[0, 0]], 0)
