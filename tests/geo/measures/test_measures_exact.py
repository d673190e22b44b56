from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measured_areas import Shropshire
from scipy import stats

from geo.measures import _exact
from geo.measures.clusters import clusters, exact_p, false_discovery, guard
from geo.measures.neighbours import Neighbours


@st.composite
def small_maps(draw: st.DrawFn) -> tuple[np.ndarray, Neighbours]:
    n = draw(st.integers(2, 10))
    position = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(position, position), min_size=1, max_size=45))
    values = st.sampled_from([0, 0, 1, 1, 2, 5, 40])
    x = np.array(draw(st.lists(values, min_size=n, max_size=n)))
    return x, Neighbours.from_pairs(n, *np.array(pairs).T)


def ring(n: int) -> Neighbours:
    return Neighbours.from_pairs(n, range(n), [*range(1, n), 0])


def sums_of_subsets(x: np.ndarray, left_out: int, size: int) -> np.ndarray:
    others = np.delete(x, left_out).tolist()
    return np.array([sum(chosen) for chosen in combinations(others, size)])


def test_shropshire(shared: Path, shropshire: Shropshire) -> None:
    expected = pd.read_csv(shared / "oracles/exact_permutation_gistar_asb.csv")
    assert expected["LSOA11CD"].tolist() == shropshire.codes
    assert (expected["asb"] == shropshire.asb).all()
    p = exact_p(shropshire.asb, shropshire.neighbours)
    for name in ("p_ge", "p_le", "p_two"):
        np.testing.assert_allclose(getattr(p, name), expected[f"asb_{name}"], rtol=0, atol=1e-9)
    found = clusters(shropshire.asb, shropshire.neighbours)
    assert (found.degree == expected["asb_k"]).all()
    assert (found.neighbours_count == expected["asb_nbsum"]).all()
    assert (found.p == p.p_two).all()
    assert found.tested == 193
    assert found.reason == [None] * 193
    assert not found.cluster.any()


@settings(max_examples=200)
@given(small_maps())
def test_counts_every_subset(case: tuple[np.ndarray, Neighbours]) -> None:
    """All subsets enumerated, on maps below the size that the public function will test."""
    x, touching = case
    around = touching.sums(x).astype(np.int64)
    told = touching.degree.nonzero()[0]
    if not told.size:
        return
    p_ge, p_le = _exact._tails(x, x[told], touching.degree[told], around[told])
    for position, area in enumerate(told):
        sums = sums_of_subsets(x, int(area), int(touching.degree[area]))
        assert p_ge[position] == pytest.approx((sums >= around[area]).mean(), abs=1e-12)
        assert p_le[position] == pytest.approx((sums <= around[area]).mean(), abs=1e-12)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 60), min_size=30, max_size=34), st.data())
def test_counts_every_subset_of_a_testable_map(count: list[int], data: st.DataObject) -> None:
    x, n = np.array(count), len(count)
    x[:10] += 1
    far = data.draw(st.integers(2, 5))
    touching = Neighbours.from_pairs(n, [*range(n - 1), 0, 0], [*range(1, n), far, far + 1])
    p = exact_p(x, touching)
    for area in (0, 1, n - 1):
        sums = sums_of_subsets(x, area, touching.degree[area])
        seen = touching.sums(x)[area]
        assert p.p_ge[area] == pytest.approx((sums >= seen).mean(), abs=1e-12)
        assert p.p_le[area] == pytest.approx((sums <= seen).mean(), abs=1e-12)


@pytest.mark.parametrize("degree", [1, 10, 20, 40, 98, 99])
def test_an_area_that_touches_many(degree: int) -> None:
    """Counts of 0 and 1 make the sum hypergeometric, whatever the number of neighbours."""
    x = np.arange(100) % 3 == 0
    star = Neighbours.from_pairs(100, [0] * degree, range(1, degree + 1))
    seen = star.sums(x)[0]
    p = exact_p(x, star, [0])
    null = stats.hypergeom(99, x[1:].sum(), degree)
    assert p.p_ge[0] == pytest.approx(null.sf(seen - 1), abs=1e-12)
    assert p.p_le[0] == pytest.approx(null.cdf(seen), abs=1e-12)


def test_a_national_map_keeps_its_accuracy() -> None:
    n, row = 35_000, np.arange(34_000)
    x = np.arange(n) % 7 == 0
    touching = Neighbours.from_pairs(
        n, np.tile(row, 3), np.concatenate([row + 7, row + 1, row + 2])
    )
    p = exact_p(x, touching)
    own, seen = x[7:30_000], touching.sums(x)[7:30_000]
    assert (touching.degree[7:30_000] == 6).all()
    expected = stats.hypergeom.sf(seen - 1, n - 1, x.sum() - own, 6)
    np.testing.assert_allclose(p.p_ge[7:30_000], expected, rtol=0, atol=1e-10)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 9), min_size=30, max_size=40), st.data())
def test_renumbering_and_scaling(count: list[int], data: st.DataObject) -> None:
    x, touching = np.array(count), ring(len(count))
    p = exact_p(x, touching)
    order = data.draw(st.permutations(range(x.size)))
    moved = exact_p(x[order], touching.subset(order))
    np.testing.assert_allclose(moved.p_ge, p.p_ge[order], atol=1e-12)
    np.testing.assert_allclose(exact_p(3 * x, touching).p_le, p.p_le, atol=1e-12)
    some = exact_p(x, touching, order[:5])
    np.testing.assert_allclose(some.p_two, p.p_two[order[:5]], atol=1e-12)
    told = ~np.isnan(p.p_ge)
    assert (p.p_ge + p.p_le > 1)[told].all()
    assert told.all() == (guard(x) is None)


def test_guards() -> None:
    thin = [1] * 9 + [0] * 30
    small = list(range(29))
    assert guard(range(30)) is None
    assert guard([1] * 10 + [0] * 20) is None
    for count, words in ((thin, "Fewer than 10"), (small, "fewer than 30")):
        reason = guard(count)
        assert reason is not None
        assert words in reason
        p = exact_p(count, ring(len(count)))
        assert np.isnan([p.p_ge, p.p_le, p.p_two]).all()
        found = clusters(count, ring(len(count)))
        assert np.isnan([found.z, found.p, found.q]).all()
        assert found.reason == [reason] * len(count)
        assert found.tested == 0
        assert not found.cluster.any()


def test_islands_and_flat_maps_have_a_reason() -> None:
    chain = Neighbours.from_pairs(40, range(38), range(1, 39))
    found = clusters(np.arange(40), chain)
    assert found.reason[:39] == [None] * 39
    assert "touches no other" in str(found.reason[39])
    assert np.isnan([found.z[39], found.p[39], found.q[39]]).all()
    assert found.tested == 39
    flat = clusters([4] * 40, ring(40))
    assert all("same count" in str(reason) for reason in flat.reason)
    hub = Neighbours.from_pairs(40, [0] * 39, range(1, 40))
    assert "every other" in str(clusters(np.arange(40), hub).reason[0])


def test_null_and_reason_go_together() -> None:
    count = np.arange(60) % 11
    touching = Neighbours.from_pairs(60, range(50), range(1, 51))
    found = clusters(count, touching)
    untold = np.array([reason is not None for reason in found.reason])
    for column in (found.z, found.p, found.q):
        assert (np.isnan(column) == untold).all()


def test_a_cluster_is_found_and_a_ring_around_it_left_out() -> None:
    count = np.array([20] * 8 + [1, 0, 2] * 40)
    whole = clusters(count, ring(128))
    assert whole.cluster[1:7].all()
    assert not whole.cluster[10:].any()
    shown = clusters(count, ring(128), range(1, 31))
    assert (shown.z == whole.z[1:31]).all()
    assert shown.tested == 30
    np.testing.assert_allclose(shown.q, false_discovery(exact_p(count, ring(128)).p_ge[1:31]))


@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=30))
def test_false_discovery_by_its_definition(chances: list[float]) -> None:
    p = np.array(chances)
    q = false_discovery(p)
    tested = p[~np.isnan(p)]
    assert (np.isnan(q) == np.isnan(p)).all()
    for own, adjusted in zip(p, q, strict=True):
        if not np.isnan(own):
            steps = [at * tested.size / (tested <= at).sum() for at in tested if at >= own]
            assert adjusted == pytest.approx(min(1.0, *steps))


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="fraction"):
        exact_p([0.5] * 30, ring(30))
    with pytest.raises(ValueError, match="negative"):
        clusters([-1] * 30, ring(30))
    with pytest.raises(ValueError, match="There are 31 areas"):
        exact_p([1] * 30, ring(31))
    with pytest.raises(ValueError, match="not one of the 30 areas"):
        exact_p([1] * 30, ring(30), [30])
    with pytest.raises(ValueError, match="not between 0 and 1"):
        false_discovery([1.5])
