"""Hours on a circle against scipy and by their symmetries; nights against sums done by hand."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import circmean, circvar

from geo.measures.times import hours_together, night_hours, nights

DAY = arrays(np.int64, 24, elements=st.integers(0, 40))
WEEK = arrays(np.int64, (7, 24), elements=st.integers(0, 40))


@given(DAY)
def test_mean_and_concentration_are_those_of_the_incidents_one_by_one(count: np.ndarray) -> None:
    assume(count.sum())
    one_by_one = np.repeat(np.arange(24) + 0.5, count)
    found = hours_together(count)
    assert found.concentration == pytest.approx(1 - circvar(one_by_one, high=24), abs=1e-9)
    assert 0 <= found.concentration <= 1
    assert 0 <= found.p <= 1
    if found.concentration > 1e-6:
        apart = abs(found.mean - circmean(one_by_one, high=24)) % 24
        assert min(apart, 24 - apart) < 1e-6


@given(DAY, st.integers(0, 23))
def test_turning_the_clock_turns_the_mean_and_nothing_else(count: np.ndarray, by: int) -> None:
    assume(count.sum())
    found, turned = hours_together(count), hours_together(np.roll(count, by))
    assert turned.concentration == pytest.approx(found.concentration, abs=1e-9)
    assert turned.p == pytest.approx(found.p, rel=1e-6, abs=1e-12)
    if found.concentration > 1e-6:
        apart = abs(turned.mean - found.mean - by) % 24
        assert min(apart, 24 - apart) < 1e-6


def test_rayleigh_is_near_what_shuffling_gives() -> None:
    count = np.zeros(24, dtype=np.int64)
    count[[20, 21, 22, 3, 9, 14]] = [4, 3, 3, 2, 2, 2]
    draw = np.random.default_rng(1)
    angle = 2 * np.pi * (draw.integers(0, 24, (20_000, count.sum())) + 0.5) / 24
    length = np.hypot(np.sin(angle).mean(axis=1), np.cos(angle).mean(axis=1))
    found = hours_together(count)
    assert found.p == pytest.approx((length >= found.concentration).mean(), abs=0.01)


def test_even_hours_have_no_concentration_and_no_incidents_no_mean() -> None:
    even = hours_together(np.full(24, 7))
    assert even.concentration == pytest.approx(0, abs=1e-12)
    assert even.p == pytest.approx(1, abs=1e-9)
    none = hours_together(np.zeros(24, dtype=int))
    assert np.isnan([none.mean, none.concentration, none.p]).all()


@given(WEEK, st.integers(13, 23), st.integers(0, 12))
def test_nights_hold_what_their_hours_hold(week: np.ndarray, start: int, end: int) -> None:
    found = nights(week, start, end)
    assert found.sum() == week[night_hours(start, end, [True] * 7)].sum()
    for day in range(7):
        alone = np.arange(7) == day
        assert found[day] == week[night_hours(start, end, alone)].sum()
    turned = nights(np.roll(week, 1, axis=0), start, end)
    assert turned.tolist() == np.roll(found, 1).tolist()


@pytest.mark.parametrize(
    ("week", "start", "end", "said"),
    [
        (np.zeros((7, 23)), 20, 4, "7 days by 24"),
        (np.zeros((7, 24)), 4, 20, "no night"),
        (np.full((7, 24), -1), 20, 4, "negative"),
        (np.full((7, 24), 0.5), 20, 4, "whole"),
    ],
)
def test_what_is_no_week_is_refused(week: np.ndarray, start: int, end: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        nights(week, start, end)


def test_a_day_has_24_hours() -> None:
    with pytest.raises(ValueError, match="24 hours"):
        hours_together([1, 2, 3])
