from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from esda.moran import Moran_Local
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from libpysal.weights import W
from measured_areas import Shropshire
from scipy.stats import false_discovery_control

from geo.measures.clusters import exact_p
from geo.measures.moran import NO_PATTERN, local_moran, moran, told_quadrants
from geo.measures.neighbours import Neighbours

counts = st.lists(st.integers(0, 40), min_size=4, max_size=30)


def ring(n: int) -> Neighbours:
    return Neighbours.from_pairs(n, range(n), [*range(1, n), 0])


def matrix(neighbours: Neighbours) -> np.ndarray:
    """Row-standardised weights, written out."""
    w = np.zeros((neighbours.n, neighbours.n))
    w[np.repeat(np.arange(neighbours.n), neighbours.degree), neighbours.indices] = 1
    return w / np.maximum(w.sum(axis=1, keepdims=True), 1)


def test_global_moran_of_shropshire(shared: Path, shropshire: Shropshire) -> None:
    [expected] = pd.read_csv(shared / "oracles/global_statistics_asb.csv").to_dict("records")
    found = moran(shropshire.asb, shropshire.neighbours)
    assert found.i == pytest.approx(expected["I"], abs=1e-12)
    assert found.expected == pytest.approx(expected["EI"], abs=1e-12)
    # Under randomisation, not under normality, which gives 1.9456.
    assert found.z == pytest.approx(expected["z_rand"], abs=1e-10)


def test_local_moran_of_shropshire(shared: Path, shropshire: Shropshire) -> None:
    expected = pd.read_csv(shared / "oracles/local_statistics_asb.csv")
    assert expected["LSOA11CD"].tolist() == shropshire.codes
    found = local_moran(shropshire.asb, shropshire.neighbours)
    np.testing.assert_allclose(found.i, expected["asb_Ii"], rtol=0, atol=1e-12)
    # The oracle splits the neighbours' means at their own mean, not at that of the counts.
    means = shropshire.neighbours.sums(shropshire.asb) / shropshire.neighbours.degree
    split = np.sort([means.mean(), shropshire.asb.mean()])
    between = (means > split[0]) & (means <= split[1])
    same = np.array(found.quadrant) == expected["asb_quadr_mean"].str.lower()
    assert same.tolist() == (~between).tolist()


def test_local_moran_agrees_with_esda(shropshire: Shropshire) -> None:
    touching = shropshire.neighbours
    listed = {
        i: touching.indices[touching.indptr[i] : touching.indptr[i + 1]].tolist()
        for i in range(touching.n)
    }
    theirs = Moran_Local(shropshire.asb, W(listed, silence_warnings=True), permutations=0)
    found = local_moran(shropshire.asb, touching)
    n = touching.n
    np.testing.assert_allclose(found.i, theirs.Is * n / (n - 1), rtol=0, atol=1e-12)
    names = {1: "high-high", 2: "low-high", 3: "low-low", 4: "high-low"}
    assert found.quadrant == [names[q] for q in theirs.q.tolist()]


@settings(max_examples=25)
@given(st.lists(st.integers(0, 9), min_size=4, max_size=6), st.data())
def test_z_is_over_all_orders_of_the_values(count: list[int], data: st.DataObject) -> None:
    n = len(count)
    position = st.integers(0, n - 1)
    pairs = data.draw(st.lists(st.tuples(position, position), max_size=12))
    touching = Neighbours.from_pairs(n, *np.array([(i, i + 1) for i in range(n - 1)] + pairs).T)
    assume(len(set(count)) > 1)
    w, x = matrix(touching), np.array(count, dtype=float)

    def of(values: np.ndarray) -> float:
        y = values - values.mean()
        return float(y @ w @ y / (y @ y))

    every = np.array([of(x[list(order)]) for order in permutations(range(n))])
    found = moran(count, touching)
    assert found.i == pytest.approx(of(x), abs=1e-12)
    assert found.expected == pytest.approx(every.mean(), abs=1e-12)
    if every.std() < 1e-7:
        assert np.isnan(found.z)
    else:
        assert found.z == pytest.approx((of(x) - every.mean()) / every.std(), rel=1e-6)


@given(counts, st.randoms(use_true_random=False), st.integers(1, 5), st.integers(0, 9))
def test_order_scale_and_shift_change_nothing(
    count: list[int], random: object, scale: int, shift: int
) -> None:
    order = list(range(len(count)))
    random.shuffle(order)  # type: ignore[attr-defined]
    x, touching = np.array(count), Neighbours.from_pairs(len(count), [0, 1, 2], [1, 2, 3])
    first, second = moran(x, touching), moran(x[order] * scale + shift, touching.subset(order))
    for name in ("i", "expected", "z"):
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), atol=1e-9)
    local = local_moran(x, touching)
    moved = local_moran(x[order] * scale + shift, touching.subset(order))
    np.testing.assert_allclose(local.i[order], moved.i, atol=1e-9)
    assert [local.quadrant[i] for i in order] == moved.quadrant


@given(counts)
def test_local_values_add_up_to_the_global_one(count: list[int]) -> None:
    touching = ring(len(count))
    whole, local = moran(count, touching), local_moran(count, touching)
    if len(set(count)) == 1:
        assert np.isnan([whole.i, whole.expected, whole.z, *local.i]).all()
        assert local.quadrant == [None] * len(count)
    else:
        assert local.i.mean() == pytest.approx(whole.i, abs=1e-12)


@settings(max_examples=15)
@given(st.lists(st.integers(0, 12), min_size=30, max_size=32), st.integers(2, 15))
def test_exact_chances_of_the_sum_are_those_of_local_moran(count: list[int], far: int) -> None:
    """Every deal enumerated for row-standardised I, the area's own value held."""
    x = np.array(count)
    x[:10] += 1
    n = x.size
    assume(len(set(x.tolist())) > 1 and x[0] * n != x.sum())
    touching = Neighbours.from_pairs(n, [*range(n - 1), 0], [*range(1, n), far])
    y = (x - x.mean()) / np.mean((x - x.mean()) ** 2)
    k = int(touching.degree[0])
    others = np.delete(x - x.mean(), 0)
    deals = np.array([y[0] * sum(chosen) / k for chosen in combinations(others.tolist(), k)])
    seen = local_moran(x, touching).i[0]
    high, low = (deals >= seen - 1e-9).mean(), (deals <= seen + 1e-9).mean()
    assert exact_p(x, touching).p_two[0] == pytest.approx(min(1, 2 * min(high, low)), abs=1e-12)


def test_islands_take_no_part() -> None:
    x = [5, 3, 2, 0, 1, 90]
    chain = Neighbours.from_pairs(6, range(4), range(1, 5))
    alone = moran(x[:5], chain.subset(range(5)))
    assert moran(x, chain) == alone
    local = local_moran(x, chain)
    assert np.isnan(local.i[5])
    assert local.quadrant[5] is None
    assert None not in local.quadrant[:5]


def test_a_count_at_the_mean_is_low() -> None:
    local = local_moran([1, 2, 3, 2], ring(4))
    assert local.i[1] == local.i[3] == 0
    assert local.quadrant == ["low-low", "low-low", "high-low", "low-low"]


@pytest.mark.parametrize("count", [[], [4], [0] * 9, [7] * 40])
def test_nothing_is_told_where_there_is_nothing_to_compare(count: list[int]) -> None:
    touching = Neighbours.from_pairs(len(count), *([range(len(count) - 1), range(1, len(count))]))
    found, local = moran(count, touching), local_moran(count, touching)
    assert np.isnan([found.i, found.expected, found.z, *local.i]).all()
    assert local.quadrant == [None] * len(count)


def test_quadrants_are_told_by_the_false_discovery_rate() -> None:
    p = np.array([0.0004, 0.03, 0.2, np.nan, 0.9])
    names = ["high-high", "low-low", "low-high", None, "high-low"]
    told, q, reason = told_quadrants(names, p)
    expected = false_discovery_control(p[~np.isnan(p)])
    np.testing.assert_allclose(q[~np.isnan(p)], expected)
    assert told == ["high-high", "low-low", None, None, None]
    assert reason == [None, None, NO_PATTERN, None, NO_PATTERN]


def test_bad_values_are_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        moran([1, 2, np.nan, 4], ring(4))
    with pytest.raises(ValueError, match="4 areas"):
        moran([1, 2], ring(4))
    with pytest.raises(ValueError, match="fraction"):
        local_moran([0.5] * 4, ring(4))
    with pytest.raises(ValueError, match="same shape"):
        told_quadrants(["high-high"], [0.1, 0.2])
