import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_areas import Shropshire
from scipy import stats

from geo.measures.funnel import LIMITS, funnel_limits, funnel_places
from geo.measures.hotspots import own_level
from geo.measures.rates import rate

maps = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from([0, 700, 1500, 2300])), min_size=30, max_size=60
)


def overall_of(count: np.ndarray, residents: np.ndarray) -> float:
    lived_in = residents > 0
    return float(1000 * count[lived_in].sum() / residents[lived_in].sum())


@given(maps)
def test_outside_the_limits_is_where_own_level_stands_out(areas: list[tuple[int, int]]) -> None:
    count, residents = np.array(areas).T
    level = own_level(count, residents)
    told = ~np.isnan(level.z)
    if not told.any():
        return
    # On the square-root scale, where the lower limit is not cut off at 0.
    own, overall = np.sqrt(rate(count, residents)[told]), overall_of(count, residents)
    for z in LIMITS.values():
        _, upper = funnel_limits(residents[told], overall, level.phi, z)
        reach = np.sqrt(upper) - np.sqrt(overall)
        apart = np.abs(own - np.sqrt(overall)) - reach
        clear = np.abs(apart) > 1e-9
        assert ((apart > 0) == (np.abs(level.z[told]) >= z))[clear].all()


@given(maps)
def test_a_place_is_that_of_the_rate_among_the_limits(areas: list[tuple[int, int]]) -> None:
    count, residents = np.array(areas).T
    level = own_level(count, residents)
    rates, places = rate(count, residents), funnel_places(level.z)
    if np.isnan(level.phi):
        assert places == [None] * len(areas)
        return
    overall = overall_of(count, residents)
    narrow, wide = (funnel_limits(residents, overall, level.phi, z) for z in (1.96, 3.09))
    for i, place in enumerate(places):
        if residents[i] == 0:
            assert place is None
            continue
        edges = np.array([wide[0][i], narrow[0][i], narrow[1][i], wide[1][i]])
        if (np.abs(edges - rates[i]) < 1e-6).any():
            continue
        names = ["below 99.8%", "below 95%", "inside", "above 95%", "above 99.8%"]
        assert place == names[int((rates[i] > edges).sum())]


def test_shropshire_has_the_hot_spots_and_lows_of_own_level(shropshire: Shropshire) -> None:
    level = own_level(shropshire.asb, shropshire.residents)
    places = funnel_places(level.z)
    assert {name: places.count(name) for name in set(places)} == {
        "above 99.8%": 3, "above 95%": 5, "inside": 180, "below 95%": 5
    }  # fmt: skip
    # Chance alone would put many more outside: the counts are far overdispersed.
    _, upper = funnel_limits(shropshire.residents, 7.0, 1.0, 1.96)
    _, wide = funnel_limits(shropshire.residents, 7.0, level.phi, 1.96)
    assert (upper < wide).all()


def test_limits_of_chance_alone_hold_what_chance_makes() -> None:
    """With phi of 1 the limits are about the 95% of a Poisson count of many incidents."""
    people = np.array([20_000, 60_000])
    lower, upper = funnel_limits(people, 50.0, 1.0, 1.96)
    expected = people * 0.05
    low, high = stats.poisson.ppf([[0.025], [0.975]], expected)
    np.testing.assert_allclose(lower * people / 1000, low, rtol=0.005)
    np.testing.assert_allclose(upper * people / 1000, high, rtol=0.005)


def test_limits_close_in_as_more_live_there_and_phi_below_one_is_one() -> None:
    people = np.array([100, 1000, 10_000, 100_000])
    lower, upper = funnel_limits(people, 20.0, 5.0, 3.09)
    assert (np.diff(lower) > 0)[1:].all()
    assert (np.diff(upper) < 0).all()
    assert lower[0] == 0
    first, second = (funnel_limits(people, 20.0, phi, 1.96) for phi in (0.3, 1.0))
    np.testing.assert_array_equal(first, second)


def test_nobody_and_an_untold_phi_have_no_limits() -> None:
    assert np.isnan(funnel_limits([0], 20.0, 5.0, 1.96)).all()
    assert np.isnan(funnel_limits([900], 20.0, float("nan"), 1.96)).all()
    assert np.isnan(funnel_limits([900, 0], 0.0, 0.0, 1.96)).tolist() == [[False, True]] * 2
    assert funnel_places([]) == []


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        funnel_limits([-1], 20.0, 1.0, 1.96)
    with pytest.raises(ValueError, match="0 or more"):
        funnel_limits([900], -1.0, 1.0, 1.96)
