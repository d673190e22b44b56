import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from geo.measures.change import compare

counts = st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), min_size=1, max_size=8)
lengths = st.sampled_from([1, 3, 7, 12])


def test_forty_against_sixty() -> None:
    change = compare([40], [60])
    assert change.p[0] == pytest.approx(0.056888, abs=5e-7)
    assert change.ratio[0] == pytest.approx(1.5)


@given(counts, lengths, lengths)
def test_agrees_with_the_binomial_test(
    pairs: list[tuple[int, int]], months_before: int, months_after: int
) -> None:
    before, after = np.array(pairs).T
    change = compare(before, after, months_before, months_after)
    for i, (first, second) in enumerate(pairs):
        if first + second == 0:
            assert np.isnan([change.p[i], change.ratio[i]]).all()
            assert np.isnan([change.ratio_lower[i], change.ratio_upper[i]]).all()
            continue
        test = stats.binomtest(
            second, first + second, months_after / (months_before + months_after)
        )
        limits = test.proportion_ci(method="exact")
        scale = months_before / months_after
        assert change.p[i] == pytest.approx(test.pvalue, abs=1e-12)
        assert change.ratio_lower[i] == pytest.approx(limits.low / (1 - limits.low) * scale)
        if first:
            assert change.ratio[i] == pytest.approx(second / first * scale)
            assert change.ratio_upper[i] == pytest.approx(limits.high / (1 - limits.high) * scale)
        else:
            assert change.ratio[i] == change.ratio_upper[i] == np.inf


@given(counts, lengths, lengths)
def test_turning_time_round_turns_the_ratio_over(
    pairs: list[tuple[int, int]], one: int, other: int
) -> None:
    before, after = np.array(pairs).T + 1
    there, back = compare(before, after, one, other), compare(after, before, other, one)
    np.testing.assert_allclose(there.p, back.p, rtol=1e-7)
    np.testing.assert_allclose(there.ratio, 1 / back.ratio)
    np.testing.assert_allclose(there.ratio_lower, 1 / back.ratio_upper)
    assert (there.ratio_lower < there.ratio).all()
    assert (there.ratio < there.ratio_upper).all()


def test_same_rate_over_unequal_lengths_is_no_change() -> None:
    change = compare([30, 300], [10, 100], months_before=3, months_after=1)
    np.testing.assert_allclose(change.ratio, 1)
    assert (change.p > 0.9).all()


@given(counts, lengths, lengths, st.sampled_from([0.5, 3, 10]))
def test_only_the_proportion_of_the_lengths_matters(
    pairs: list[tuple[int, int]], one: int, other: int, scale: float
) -> None:
    before, after = np.array(pairs).T
    plain, scaled = (compare(before, after, one * by, other * by) for by in (1, scale))
    for name in ("p", "ratio", "ratio_lower", "ratio_upper"):
        np.testing.assert_allclose(getattr(scaled, name), getattr(plain, name), rtol=1e-9)


@given(counts, st.data())
def test_each_area_is_its_own(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    before, after = np.array(pairs).T
    order = data.draw(st.permutations(range(len(pairs))))
    whole, moved = compare(before, after, 12, 3), compare(before[order], after[order], 12, 3)
    for name in ("p", "ratio", "ratio_lower", "ratio_upper"):
        np.testing.assert_array_equal(getattr(moved, name), getattr(whole, name)[order])


@pytest.mark.parametrize(("one", "other"), [(1, 1), (12, 3), (1, 12)])
def test_large_counts_agree_with_the_binomial_test(one: int, other: int) -> None:
    before, after = [0, 5_000, 20_000, 1, 300], [4_000, 5_200, 19_700, 0, 300 * other // one]
    found = compare(before, after, one, other).p
    for p, first, second in zip(found, before, after, strict=True):
        test = stats.binomtest(second, first + second, other / (one + other))
        assert p == pytest.approx(test.pvalue, rel=1e-6)


def test_no_areas_have_no_change() -> None:
    assert compare([], []).p.shape == (0,)


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="same shape"):
        compare([1, 2], [1])
    with pytest.raises(ValueError, match="after has a negative"):
        compare([1], [-1])
    with pytest.raises(ValueError, match="fraction"):
        compare([1.5], [1])
    with pytest.raises(ValueError, match="longer than 0"):
        compare([1], [1], months_after=0)
