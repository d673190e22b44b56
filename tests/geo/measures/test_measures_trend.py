import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from geo.measures.trend import mann_kendall

# Series with the S and the groups of equal values of the independent results.
SERIES = {
    "a": [2, 1, 2, 2, 3, 3, 4, 1, 1],
    "b": list(range(10)),
    "c": [0, 0, 0, 0, 0, 1],
    "d": [1, 2, 3, 6, 2, 4, 1, 3, 1, 5, 8, 7],
}
series = st.lists(st.integers(-4, 4), min_size=2, max_size=14)
columns = st.integers(2, 12).flatmap(
    lambda n: st.lists(
        st.lists(st.sampled_from([-2.5, -1, 0, 0.5, 3]), min_size=n, max_size=n),
        min_size=1,
        max_size=5,
    )
)


def column(values: list[float]) -> np.ndarray:
    return np.array(values, dtype=float)[:, None]


@pytest.mark.parametrize("name", SERIES)
def test_independent_results(shared: Path, name: str) -> None:
    expected = pd.read_csv(shared / "oracles/mann_kendall.csv", index_col=0).loc[name]
    found = mann_kendall(column(SERIES[name]))
    told = {"S": found.s, "var": found.variance, "z": found.z, "p": found.p, "tau": found.tau}
    for heading, value in told.items():
        assert value[0] == pytest.approx(expected[heading], abs=1e-9)


@given(series)
def test_agrees_with_pairs_counted_one_by_one_and_with_kendall(values: list[int]) -> None:
    found = mann_kendall(column(list(map(float, values))))
    signs = [(b > a) - (b < a) for a, b in combinations(values, 2)]
    n, groups = len(values), [values.count(v) for v in set(values)]
    ties = sum(t * (t - 1) * (2 * t + 5) for t in groups)
    assert found.s[0] == sum(signs)
    assert found.variance[0] == pytest.approx((n * (n - 1) * (2 * n + 5) - ties) / 18)
    if len(groups) == 1:
        assert np.isnan([found.z[0], found.p[0], found.tau[0]]).all()
        return
    assert found.tau[0] == pytest.approx(stats.kendalltau(range(n), values).statistic, abs=1e-12)
    z = (abs(sum(signs)) - (sum(signs) != 0)) / math.sqrt(found.variance[0])
    assert found.p[0] == pytest.approx(math.erfc(z / math.sqrt(2)))


@given(columns)
def test_turning_time_round_mirrors_the_trend(rows: list[list[float]]) -> None:
    x = np.array(rows, dtype=float).T
    there, back = mann_kendall(x), mann_kendall(x[::-1])
    np.testing.assert_array_equal(back.s, -there.s)
    np.testing.assert_allclose(back.z, -there.z)
    np.testing.assert_allclose(back.tau, -there.tau)
    np.testing.assert_allclose(back.p, there.p)


@given(columns, st.data())
def test_only_the_order_of_values_matters_and_each_series_is_its_own(
    rows: list[list[float]], data: st.DataObject
) -> None:
    x = np.array(rows, dtype=float).T
    order = data.draw(st.permutations(range(x.shape[1])))
    whole, moved = mann_kendall(x), mann_kendall(np.exp(x[:, order]) * 7 - 2)
    for name in ("s", "variance", "z", "p", "tau"):
        np.testing.assert_allclose(getattr(moved, name), getattr(whole, name)[order])


@given(columns, st.integers(0, 11))
def test_a_time_that_is_not_known_is_as_if_it_were_not_there(
    rows: list[list[float]], place: int
) -> None:
    x = np.array(rows, dtype=float).T
    gap = np.insert(x, place % (len(x) + 1), np.nan, axis=0)
    for name in ("s", "variance", "z", "p", "tau"):
        np.testing.assert_allclose(getattr(mann_kendall(gap), name), getattr(mann_kendall(x), name))


@pytest.mark.parametrize("shape", [(0, 2), (1, 2), (12, 0)])
def test_nothing_to_compare_is_null(shape: tuple[int, int]) -> None:
    found = mann_kendall(np.zeros(shape))
    assert (found.s == 0).all()
    assert np.isnan(found.p).all()
    assert found.p.shape == (shape[1],)


def test_bad_values_are_refused() -> None:
    with pytest.raises(ValueError, match="two-dimensional"):
        mann_kendall([1, 2, 3])
    with pytest.raises(ValueError, match="infinite"):
        mann_kendall([[1], [np.inf]])
