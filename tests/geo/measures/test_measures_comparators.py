import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control

from geo.measures.comparators import rate_ratios

areas = st.lists(
    st.tuples(st.integers(0, 5000), st.sampled_from([0, 800, 20_000, 300_000])),
    min_size=1, max_size=8,
)  # fmt: skip


def test_each_is_the_exact_test_of_two_counts_and_q_is_over_all_of_them() -> None:
    count, residents = [40, 60, 400, 44], [9000, 9000, 18_000, 9500]
    found = rate_ratios(count, residents)
    p = []
    for i in range(1, 4):
        test = binomtest(count[i], count[i] + 40, residents[i] / (residents[i] + 9000))
        limits = test.proportion_ci()
        low, high = (end / (1 - end) * 9000 / residents[i] for end in (limits.low, limits.high))
        p.append(test.pvalue)
        assert found.ratio[i] == pytest.approx(count[i] / residents[i] / (40 / 9000))
        assert (found.lower[i], found.upper[i]) == pytest.approx((low, high))
    assert found.p[1:] == pytest.approx(p)
    assert found.q[1:] == pytest.approx(false_discovery_control(p))
    for values in (found.ratio, found.lower, found.upper, found.p, found.q):
        assert np.isnan(values[0])


@given(areas)
def test_what_is_told_is_a_ratio_of_two_rates_within_its_limits(
    of: list[tuple[int, int]],
) -> None:
    count, residents = np.array(of).T
    found = rate_ratios(count, residents)
    told = ~np.isnan(found.ratio)
    for i, (n, people) in enumerate(of):
        assert told[i] == (i > 0 and residents[0] > 0 and people > 0 and n + count[0] > 0)
    assert (told == ~np.isnan(found.p)).all()
    assert (found.lower[told] <= found.ratio[told]).all()
    assert (found.ratio[told] <= found.upper[told]).all()
    assert (found.q[told] >= found.p[told]).all()


@given(areas, st.randoms(use_true_random=False))
def test_the_order_of_the_others_changes_nothing(of: list[tuple[int, int]], random: object) -> None:
    order = [0, *random.sample(range(1, len(of)), len(of) - 1)]  # type: ignore[attr-defined]
    count, residents = np.array(of).T
    found, moved = rate_ratios(count, residents), rate_ratios(count[order], residents[order])
    for name in ("ratio", "lower", "upper", "p", "q"):
        np.testing.assert_allclose(getattr(moved, name), getattr(found, name)[order], rtol=1e-12)


@given(areas, st.sampled_from([2, 10, 1000]))
def test_only_the_ratio_of_residents_matters(of: list[tuple[int, int]], times: int) -> None:
    count, residents = np.array(of).T
    found, larger = rate_ratios(count, residents), rate_ratios(count, residents * times)
    np.testing.assert_allclose(larger.ratio, found.ratio, rtol=1e-9)
    np.testing.assert_allclose(larger.p, found.p, rtol=1e-6, atol=1e-12)


def test_no_incident_on_one_side_or_on_both() -> None:
    found = rate_ratios([0, 5, 0], [1000, 1000, 1000])
    assert found.ratio[1] == found.upper[1] == np.inf
    assert found.lower[1] > 0
    assert np.isnan(found.ratio[2])
    assert rate_ratios([5, 0], [1000, 1000]).ratio[1] == 0
    assert rate_ratios([], []).ratio.shape == (0,)


def test_bad_input_is_refused() -> None:
    for count, residents in (([1, -1], [9, 9]), ([1.5, 2], [9, 9]), ([1, 2], [9]),
                             ([1, 2], [9, -9]), ([1, 2], [9, np.nan]), ([[1]], [[9]])):  # fmt: skip
        with pytest.raises(ValueError, match=r"count|residents|shape"):
            rate_ratios(count, residents)
