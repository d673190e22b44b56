"""The usual range of months against the own level of areas, chance, and its symmetries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.measures.hotspots import RAISED_Z, own_level
from geo.measures.series import usual_range

MONTHS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(28, 31)), min_size=30, max_size=48
).map(lambda rows: np.array(rows, dtype=float).T)


@given(MONTHS)
def test_a_month_is_outside_where_an_area_would_stand_out(series: np.ndarray) -> None:
    count, days = series
    z, usual = own_level(count, days).z, usual_range(count, days)
    clear = np.abs(np.abs(z) - RAISED_Z) > 1e-9
    # Below 0 incidents nothing lies, so a low month of a rare kind cannot stand out
    expected = np.abs(z) > RAISED_Z
    assert (usual.outside == expected)[clear & (usual.lower > 0)].all()
    assert (usual.lower <= usual.upper).all()


@given(MONTHS)
def test_the_order_of_months_and_months_not_held_change_nothing(series: np.ndarray) -> None:
    count, days = series
    order = np.random.default_rng(len(count)).permutation(len(count))
    found, mixed = usual_range(count, days), usual_range(count[order], days[order])
    assert mixed.lower == pytest.approx(found.lower[order])
    assert (mixed.outside == found.outside[order]).all()
    longer = usual_range(np.append(count, np.nan), np.append(days, 30))
    assert longer.lower[:-1] == pytest.approx(found.lower)
    assert not longer.outside[-1]


def test_one_month_in_twenty_is_outside_by_chance() -> None:
    draw = np.random.default_rng(7)
    outside = [usual_range(draw.poisson(60, 36), [30] * 36).outside.mean() for _ in range(1000)]
    assert 0.03 < np.mean(outside) < 0.06


def test_seasons_widen_the_range() -> None:
    season = 100 + 60 * np.sin(np.arange(36) / 6 * np.pi)
    usual = usual_range(season.round(), [30] * 36)
    assert usual.phi > 10
    assert not usual.outside.any()


def test_nothing_is_told_of_too_few_months_or_of_none() -> None:
    few = usual_range([5] * 11 + [np.nan], [30] * 12)
    assert np.isnan(few.lower).all()
    assert not few.outside.any()
    none = usual_range([0] * 12, [30] * 12)
    assert (none.lower == 0).all()
    assert not none.outside.any()


@pytest.mark.parametrize(
    ("count", "days", "said"),
    [([-1] * 12, [30] * 12, "negative"), ([1] * 12, [0] * 12, "above 0"),
     ([1] * 12, [30] * 11, "same shape"), ([np.inf] * 12, [30] * 12, "infinite")],
)  # fmt: skip
def test_what_is_no_series_is_refused(count: list[float], days: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        usual_range(count, days)
