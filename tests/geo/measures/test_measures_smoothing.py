from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_areas import Shropshire

from geo.measures.neighbours import Neighbours
from geo.measures.rates import rate
from geo.measures.smoothing import locally_smoothed_rate, smoothed_rate

areas = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from([0, 1, 700, 1500, 2300])),
    min_size=1,
    max_size=30,
)


def chain(n: int) -> Neighbours:
    return Neighbours.from_pairs(n, range(n - 1), range(1, n))


def test_shropshire(shared: Path, shropshire: Shropshire) -> None:
    expected = pd.read_csv(shared / "oracles/empirical_bayes.csv")
    assert expected["LSOA11CD"].tolist() == shropshire.codes
    n, people = expected["n"], expected["pop"]
    smooth = smoothed_rate(n, people, per=1)
    np.testing.assert_allclose(smooth, expected["eb"], rtol=0, atol=1e-12)
    local = locally_smoothed_rate(n, people, shropshire.neighbours, per=1)
    np.testing.assert_allclose(local, expected["ebl_geoda"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(smoothed_rate(n, people), 1000 * expected["eb"], rtol=1e-12)


@given(areas, st.randoms(use_true_random=False))
def test_a_smoothed_rate_lies_between_its_own_and_that_of_all(
    areas: list[tuple[int, int]], random: object
) -> None:
    count, residents = np.array(areas).T
    smooth = smoothed_rate(count, residents)
    lived_in = residents > 0
    assert (np.isnan(smooth) == ~lived_in).all()
    if not lived_in.any():
        return
    overall = 1000 * count[lived_in].sum() / residents[lived_in].sum()
    own = rate(count, residents)[lived_in]
    assert (smooth[lived_in] >= np.minimum(own, overall) - 1e-9).all()
    assert (smooth[lived_in] <= np.maximum(own, overall) + 1e-9).all()
    order = list(range(len(areas)))
    random.shuffle(order)  # type: ignore[attr-defined]
    moved = smoothed_rate(count[order], residents[order])
    np.testing.assert_allclose(moved, smooth[order], rtol=1e-9, atol=1e-9)
    touching = chain(len(areas))
    local = locally_smoothed_rate(count, residents, touching)
    across = locally_smoothed_rate(count[order], residents[order], touching.subset(order))
    np.testing.assert_allclose(across, local[order], rtol=1e-9, atol=1e-9)


@given(areas)
def test_the_local_rate_is_the_global_one_of_each_neighbourhood(
    areas: list[tuple[int, int]],
) -> None:
    count, residents = np.array(areas).T
    local = locally_smoothed_rate(count, residents, chain(len(areas)))
    for i in range(len(areas)):
        around = slice(max(i - 1, 0), i + 2)
        inside = smoothed_rate(count[around], residents[around])[i - max(i - 1, 0)]
        alone = (residents[around] > 0).sum() < 2
        np.testing.assert_allclose(local[i], np.nan if alone else inside, rtol=1e-7, atol=1e-9)


def test_rates_that_vary_less_than_chance_are_all_that_of_all() -> None:
    smooth = smoothed_rate([10, 11, 9, 10], [1000] * 4)
    np.testing.assert_allclose(smooth, 10.0, rtol=1e-12)


def test_the_fewer_live_there_the_nearer_to_the_rate_of_all() -> None:
    count, residents = np.array([20, 200, 4, 40, 10, 100]), np.array([200, 2000] * 3)
    smooth = smoothed_rate(count, residents)
    overall, own = 1000 * count.sum() / residents.sum(), rate(count, residents)
    kept = (smooth - overall) / (own - overall)
    np.testing.assert_allclose(kept[[2, 3]], kept[[0, 1]])
    assert 0 < kept[0] < kept[1] < 1


@pytest.mark.parametrize("smooth", [smoothed_rate, None])
def test_no_incidents_one_area_and_nobody(smooth: object) -> None:
    def found(count: list[int], residents: list[int]) -> list[float]:
        if smooth is None:
            return locally_smoothed_rate(count, residents, chain(len(count))).tolist()
        return smoothed_rate(count, residents).tolist()

    assert found([0, 0, 0], [500, 900, 10]) == [0, 0, 0]
    assert np.isnan(found([3, 0], [0, 0])).all()
    one = found([3], [1000])
    assert np.isnan(one).all() if smooth is None else one == [3.0]
    assert found([], []) == []


def test_an_island_has_nothing_to_be_drawn_towards() -> None:
    touching = Neighbours.from_pairs(4, [0, 2], [1, 3])
    local = locally_smoothed_rate([5, 9, 4, 2], [800, 900, 700, 0], touching)
    assert np.isnan(local).tolist() == [False, False, True, True]


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="same shape"):
        smoothed_rate([1, 2], [1])
    with pytest.raises(ValueError, match="negative"):
        smoothed_rate([1], [-1])
    with pytest.raises(ValueError, match="missing"):
        smoothed_rate([np.nan], [1])
    with pytest.raises(ValueError, match="one-dimensional"):
        smoothed_rate([[1]], [[1]])
    with pytest.raises(ValueError, match="2 areas"):
        locally_smoothed_rate([1], [1], chain(2))
