from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from geo.measures.rates import count_limits, rate, rate_limits, wilson

counts = st.lists(st.integers(0, 100_000), min_size=1, max_size=20)
confidences = st.sampled_from([0.8, 0.95, 0.998])


def test_limits_agree_with_the_published_method(shared: Path) -> None:
    expected = pd.read_csv(shared / "oracles/rate_confidence_limits.csv")
    assert len(expected) == 11
    for confidence, rows in expected.groupby("conf"):
        lower, upper = rate_limits(rows["x"], rows["n"], confidence=confidence)
        np.testing.assert_allclose(rate(rows["x"], rows["n"]), rows["value"], rtol=1e-9)
        np.testing.assert_allclose(lower, rows["lower"], rtol=1e-9)
        np.testing.assert_allclose(upper, rows["upper"], rtol=1e-9)


def test_limits_of_single_counts() -> None:
    lower, upper = count_limits([65])
    np.testing.assert_allclose([lower[0], upper[0]], [50.163188, 82.849139], atol=5e-7)
    lower, upper = count_limits([10], confidence=0.998)
    np.testing.assert_allclose([lower[0], upper[0]], [2.916318, 24.193725], atol=5e-7)


def test_exact_limits_are_chi_square_quantiles() -> None:
    few = np.arange(1, 10)
    lower, upper = count_limits(few, 0.9)
    np.testing.assert_allclose(lower, stats.chi2.ppf(0.05, 2 * few) / 2, rtol=1e-12)
    np.testing.assert_allclose(upper, stats.chi2.ppf(0.95, 2 * few + 2) / 2, rtol=1e-12)


def test_wilson_agrees_with_the_published_limits() -> None:
    lower, upper = wilson([65], [100])
    np.testing.assert_allclose([lower[0], upper[0]], [0.552544, 0.736358], atol=5e-7)


@given(counts, confidences)
def test_limits_bracket_the_rate(count: list[int], confidence: float) -> None:
    residents = np.full(len(count), 1500)
    lower, upper = rate_limits(count, residents, confidence=confidence)
    middle = rate(count, residents)
    assert (lower <= middle).all()
    assert (middle < upper).all()
    assert (lower >= 0).all()


@given(counts)
def test_more_confidence_is_wider(count: list[int]) -> None:
    narrow, wide = count_limits(count, 0.95), count_limits(count, 0.998)
    assert (wide[0] <= narrow[0]).all()
    assert (wide[1] > narrow[1]).all()


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1), confidences)
def test_wilson_brackets_the_proportion_and_mirrors(
    pairs: list[tuple[int, int]], confidence: float
) -> None:
    part, rest = np.array(pairs).T
    whole = part + rest
    lower, upper = wilson(part, whole, confidence)
    some = whole > 0
    share = part[some] / whole[some]
    assert ((lower[some] <= share + 1e-12) & (share - 1e-12 <= upper[some])).all()
    assert (np.isnan(lower) == ~some).all()
    mirrored = wilson(rest, whole, confidence)
    np.testing.assert_allclose(lower, 1 - mirrored[1], atol=1e-12)


@given(counts, st.sampled_from([1.0, 1000.0, 100_000.0]))
def test_rate_scales_with_its_denominator(count: list[int], per: float) -> None:
    residents = np.arange(1, len(count) + 1)
    np.testing.assert_allclose(rate(count, residents, per), rate(count, residents, 1) * per)


def test_nobody_means_no_rate() -> None:
    lower, upper = rate_limits([0, 7], [0, 0])
    assert np.isnan([*rate([0, 7], [0, 0]), *lower, *upper]).all()


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="same shape"):
        rate([1, 2], [1])
    with pytest.raises(ValueError, match="count has a negative value"):
        count_limits([-1])
    with pytest.raises(ValueError, match="residents has a missing"):
        rate_limits([1], [np.nan])
    with pytest.raises(ValueError, match="part is larger than whole"):
        wilson([2], [1])
    with pytest.raises(ValueError, match="between 0 and 1"):
        count_limits([1], confidence=95)
