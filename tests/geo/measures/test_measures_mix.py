import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from geo.measures.mix import NOBODY, TOO_FEW, offence_mix

offences = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=2, max_size=10
).filter(lambda rows: sum(a + b > 0 for a, b in rows) >= 2)
both = offences.filter(lambda rows: sum(a for a, _ in rows) > 0 < sum(b for _, b in rows))
people = st.integers(1, 100_000)


@given(both, people, people)
def test_standardising_for_offences_gives_the_crude_ratio_again(
    rows: list[tuple[int, int]], here: int, there: int
) -> None:
    one, other = np.array(rows).T
    expected = (other / there * here).sum()  # the other group's rates on this one's residents
    found = offence_mix(one, other, here, there)
    assert found.crude.value == pytest.approx(one.sum() / expected)


@given(both, people, people)
def test_the_crude_limits_are_those_of_the_binomial(
    rows: list[tuple[int, int]], here: int, there: int
) -> None:
    one, other = (int(column.sum()) for column in np.array(rows).T)
    limits = stats.binomtest(one, one + other).proportion_ci(method="exact")
    found = offence_mix(*np.array(rows).T, here, there)
    odds = [limits.low / (1 - limits.low), limits.high / (1 - limits.high)]
    assert found.crude[1:] == pytest.approx([value * there / here for value in odds])


@given(both)
def test_the_test_is_that_of_the_table_of_group_by_offence(rows: list[tuple[int, int]]) -> None:
    told = np.array([row for row in rows if sum(row)]).T
    found = offence_mix(*np.array(rows).T, 1000, 2000)
    statistic, p, df, _ = stats.chi2_contingency(told, correction=False)
    assert (found.statistic, found.p, found.df) == pytest.approx((statistic, p, df))
    shares = told / told.sum(axis=1, keepdims=True)
    excess = np.maximum(shares[0] - shares[1], 0).sum()  # what would have to change
    assert found.dissimilarity == pytest.approx(excess)


@given(both, people, people)
def test_groups_that_change_places_turn_the_ratios_over(
    rows: list[tuple[int, int]], here: int, there: int
) -> None:
    one, other = np.array(rows).T
    a, b = offence_mix(one, other, here, there), offence_mix(other, one, there, here)
    assert a.even.value == pytest.approx(1 / b.even.value)
    assert a.even.lower == pytest.approx(1 / b.even.upper)
    assert a.crude.lower == pytest.approx(1 / b.crude.upper) or not a.crude.lower
    assert (a.p, a.dissimilarity) == pytest.approx((b.p, b.dissimilarity))


@given(both)
def test_the_crude_ratio_lies_between_those_without_one_offence(
    rows: list[tuple[int, int]],
) -> None:
    found = offence_mix(*np.array(rows).T, 1000, 1000)
    assert found.least <= found.crude.value * (1 + 1e-9)
    assert found.most >= found.crude.value * (1 - 1e-9)
    assert found.even.lower < found.even.value < found.even.upper


def test_every_offence_alike_gives_one_ratio_by_every_road() -> None:
    found = offence_mix([1000, 4000, 9000], [2000, 8000, 18000], 500, 500)
    assert (found.crude.value, found.least, found.most) == pytest.approx((0.5, 0.5, 0.5))
    assert found.even.value == pytest.approx(0.5, rel=1e-3)
    assert (found.dissimilarity, found.statistic, found.p) == pytest.approx((0, 0, 1))


def test_one_common_offence_can_hide_that_the_rest_are_higher() -> None:
    found = offence_mix([100, 400, 400, 400], [9000, 200, 200, 200], 1000, 1000)
    assert found.crude.upper < 1
    assert found.even.value == pytest.approx((2**3 / 90) ** 0.25, rel=0.01)
    assert found.most == pytest.approx(2)
    assert found.p < 1e-9


def test_what_cannot_be_told_is_missing_with_a_reason() -> None:
    for here, there in ((0, 100), (100, 0)):
        found = offence_mix([5, 5], [5, 5], here, there)
        assert found.why == NOBODY
        assert np.isnan([*found.crude, *found.even, found.least, found.p]).all()
    assert offence_mix([5, 0], [5, 0], 10, 10).why == TOO_FEW
    assert offence_mix([], [], 10, 10).why == TOO_FEW
    lonely = offence_mix([5, 4], [0, 0], 10, 10)
    assert lonely.why is None
    assert lonely.crude.value == np.inf
    assert np.isnan([lonely.p, lonely.dissimilarity, lonely.statistic]).all()
    assert np.isfinite(lonely.even).all()


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="same shape"):
        offence_mix([1, 2], [1], 1, 1)
    with pytest.raises(ValueError, match="one has a negative"):
        offence_mix([-1, 2], [1, 2], 1, 1)
    with pytest.raises(ValueError, match="Residents must"):
        offence_mix([1, 2], [1, 2], -1, 1)
    with pytest.raises(ValueError, match="Residents must"):
        offence_mix([1, 2], [1, 2], float("nan"), 1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        offence_mix([1, 2], [1, 2], 1, 1, confidence=95)
