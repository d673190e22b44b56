import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from geo.measures.rates import rate_limits
from geo.measures.season import NOT_A_YEAR, TOO_FEW, season

DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
years = st.lists(st.integers(0, 400), min_size=12, max_size=12).filter(lambda xs: sum(xs) >= 60)


@given(years)
def test_a_year_agrees_with_the_chi_square_test(counts: list[int]) -> None:
    found = season(counts, range(1, 13), DAYS)
    expected = stats.chisquare(counts, np.array(DAYS) * sum(counts) / 365)
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue)
    np.testing.assert_allclose(found.per_day, np.array(counts) / DAYS)
    lower, upper = rate_limits(counts, DAYS, per=1)
    np.testing.assert_allclose(np.array([found.lower, found.upper]), [lower, upper])
    assert found.share.sum() == pytest.approx(1)
    assert found.why is None


@given(years, years, st.randoms(use_true_random=False))
def test_months_of_one_name_are_taken_together_in_any_order(
    one: list[int], two: list[int], random: object
) -> None:
    rows = [*zip(one, range(1, 13), DAYS, strict=True), *zip(two, range(1, 13), DAYS, strict=True)]
    random.shuffle(rows)  # type: ignore[attr-defined]
    found = season(*zip(*rows, strict=True))
    np.testing.assert_array_equal(found.count, np.add(one, two))
    np.testing.assert_array_equal(found.days, np.multiply(DAYS, 2))
    [statistic, p] = stats.chisquare(np.add(one, two), np.array(DAYS) * (sum(one) + sum(two)) / 365)
    assert (found.statistic, found.p) == pytest.approx((statistic, p))


def test_a_short_month_is_not_called_quiet() -> None:
    found = season(np.multiply(DAYS, 4), range(1, 13), DAYS)
    np.testing.assert_allclose(found.share, 1 / 12)
    assert found.statistic == pytest.approx(0, abs=1e-9)
    assert found.p == pytest.approx(1)


def test_a_month_that_is_held_twice_does_not_weigh_twice() -> None:
    counts = [*np.multiply(DAYS, 4), 4 * 31]
    found = season(counts, [*range(1, 13), 1], [*DAYS, 31])
    np.testing.assert_allclose(found.share, 1 / 12)
    assert found.p == pytest.approx(1)


def test_less_than_a_year_has_rates_and_no_season() -> None:
    found = season([40, 50, 60], [1, 2, 3], [31, 28, 31])
    assert found.why == NOT_A_YEAR
    np.testing.assert_allclose(found.per_day[:3], [40 / 31, 50 / 28, 60 / 31])
    assert np.isnan([*found.per_day[3:], *found.share, found.statistic, found.p]).all()
    assert season([], [], []).why == NOT_A_YEAR


def test_few_incidents_have_no_test() -> None:
    few = season([4] * 12, range(1, 13), DAYS)
    assert few.why == TOO_FEW
    assert np.isnan([few.statistic, few.p]).all()
    assert few.share.sum() == pytest.approx(1)
    none = season([0] * 12, range(1, 13), DAYS)
    assert none.why == TOO_FEW
    assert np.isnan(none.share).all()
    assert (none.per_day == 0).all()


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="from 1 to 12"):
        season([1], [0], [31])
    with pytest.raises(ValueError, match="from 1 to 12"):
        season([1], [1.5], [31])
    with pytest.raises(ValueError, match="no days"):
        season([1], [1], [0])
    with pytest.raises(ValueError, match="same shape"):
        season([1, 2], [1], [31])
    with pytest.raises(ValueError, match="negative"):
        season([-1], [1], [31])
    with pytest.raises(ValueError, match="fraction"):
        season([1.5], [1], [31])
