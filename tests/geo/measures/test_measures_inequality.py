from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_areas import Shropshire
from scipy import stats

from geo.measures._arrays import FloatArray
from geo.measures.inequality import SlopeIndex, by_decile, slope_index
from geo.measures.rates import rate_limits

areas = st.lists(
    st.tuples(st.integers(1, 10), st.integers(0, 50), st.integers(0, 2000)), min_size=1, max_size=40
)


def test_shropshire_adds_up_by_another_road(shared: Path, shropshire: Shropshire) -> None:
    facts = pd.read_csv(shared / "data/shropshire_area_facts_2011.csv", index_col="lsoa11_code")
    decile = facts["imd2015_decile"].reindex(shropshire.codes)
    table = by_decile(decile, shropshire.asb, shropshire.residents)
    frame = pd.DataFrame(
        {"decile": decile.to_numpy(), "asb": shropshire.asb, "people": shropshire.residents}
    )
    sums = frame.groupby("decile").sum().reindex(range(1, 11))
    assert table.residents.sum() == 306_129
    assert table.count.sum() == shropshire.asb.sum()
    np.testing.assert_allclose(table.rate, 1000 * sums["asb"] / sums["people"])


@given(areas, st.randoms(use_true_random=False))
def test_sums_limits_and_order(rows: list[tuple[int, int, int]], random: object) -> None:
    decile, count, residents = np.array(rows).T
    table = by_decile(decile, count, residents)
    lower, upper = rate_limits(table.count, table.residents)
    np.testing.assert_array_equal(table.lower, lower)
    np.testing.assert_array_equal(table.upper, upper)
    for row, tenth in enumerate(range(1, 11)):
        inside = decile == tenth
        assert table.areas[row] == inside.sum()
        assert table.count[row] == count[inside].sum()
        assert table.residents[row] == residents[inside].sum()
        assert np.isnan(table.rate[row]) == (residents[inside].sum() == 0)
    random.shuffle(rows)  # type: ignore[attr-defined]
    again = by_decile(*np.array(rows).T)
    np.testing.assert_array_equal(again.rate, table.rate)


def test_an_area_without_a_decile_is_left_out() -> None:
    table = by_decile([1, np.nan], [5, 7], [1000, 1000])
    assert table.count.tolist() == [5] + [0] * 9
    assert table.areas.sum() == 1
    assert table.rate[0] == 5
    assert np.isnan(table.upper[1:]).all()


def test_bad_numbers_are_refused() -> None:
    for wrong in (0, 11, 2.5):
        with pytest.raises(ValueError, match="from 1 to 10"):
            by_decile([wrong], [1], [1])
    with pytest.raises(ValueError, match="same shape"):
        by_decile([1, 2], [1], [1])
    with pytest.raises(ValueError, match="count has a negative"):
        by_decile([1], [-1], [1])


# Rows are deciles: areas of one decile each, their incidents and residents.
tenths = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 5000)), min_size=10, max_size=10)


def slope_of(rows: list[tuple[int, int]]) -> SlopeIndex:
    count, residents = np.array(rows).T
    return slope_index(by_decile(range(1, 11), count, residents))


def by_another_road(rate: FloatArray, people: FloatArray) -> tuple[float, float, float]:
    """The slope and its limits from weighted normal equations about the weighted mean."""
    share = people / people.sum()
    middle = np.cumsum(share) - share / 2
    centre, level = np.average(middle, weights=share), np.average(rate, weights=share)
    spread = (share * (middle - centre) ** 2).sum()
    slope = (share * (middle - centre) * (rate - level)).sum() / spread
    off = rate - level - slope * (middle - centre)
    free = len(rate) - 2
    error = np.sqrt((share * off**2).sum() / free / spread)
    reach = stats.t.ppf(0.975, free) * error
    return float(slope), float(slope - reach), float(slope + reach)


def test_the_slope_of_shropshire_by_another_road(shared: Path, shropshire: Shropshire) -> None:
    facts = pd.read_csv(shared / "data/shropshire_area_facts_2011.csv", index_col="lsoa11_code")
    decile = facts["imd2015_decile"].reindex(shropshire.codes)
    table = by_decile(decile, shropshire.asb, shropshire.residents)
    found = slope_index(table)
    people = table.residents
    share = people / people.sum()
    middle = np.cumsum(share) - share / 2
    root = np.sqrt(share)
    [start, slope], *_ = np.linalg.lstsq(
        np.column_stack([root, middle * root]), table.rate * root, rcond=None
    )
    assert found.slope.value == pytest.approx(slope, rel=1e-10)
    assert found.most_deprived == pytest.approx(start, rel=1e-10)
    assert found.least_deprived == pytest.approx(start + slope, rel=1e-10)
    assert tuple(found.slope) == pytest.approx(by_another_road(table.rate, people), rel=1e-9)
    overall = 1000 * shropshire.asb.sum() / shropshire.residents.sum()
    assert found.relative.value == pytest.approx(slope / overall, rel=1e-10)


@given(tenths)
def test_the_slope_and_its_limits_agree_with_weighted_least_squares(
    rows: list[tuple[int, int]],
) -> None:
    count, residents = np.array(rows, dtype=np.float64).T
    expected = by_another_road(1000 * count / residents, residents)
    assert tuple(slope_of(rows).slope) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(tenths)
def test_turning_the_deciles_round_turns_the_slope_round(rows: list[tuple[int, int]]) -> None:
    there, back = slope_of(rows), slope_of(rows[::-1])
    assert there.slope.value == pytest.approx(-back.slope.value, rel=1e-6, abs=1e-6)
    assert there.slope.lower == pytest.approx(-back.slope.upper, rel=1e-6, abs=1e-6)
    assert there.most_deprived == pytest.approx(back.least_deprived, rel=1e-6, abs=1e-6)


@given(tenths, st.integers(2, 9))
def test_the_slope_scales_with_incidents_and_falls_with_residents(
    rows: list[tuple[int, int]], times: int
) -> None:
    once = slope_of(rows)
    more = slope_of([(count * times, people) for count, people in rows])
    wider = slope_of([(count, people * times) for count, people in rows])
    assert tuple(more.slope) == pytest.approx([times * v for v in once.slope], rel=1e-6, abs=1e-6)
    assert tuple(wider.slope) == pytest.approx([v / times for v in once.slope], rel=1e-6, abs=1e-6)
    if any(count for count, _ in rows):
        assert tuple(more.relative) == pytest.approx(tuple(once.relative), rel=1e-6, abs=1e-6)


def test_one_rate_everywhere_has_no_slope() -> None:
    found = slope_of([(2 * people, 100 * people) for people in range(1, 11)])
    assert tuple(found.slope) == pytest.approx((0, 0, 0), abs=1e-9)
    assert found.most_deprived == pytest.approx(20)


def test_a_straight_line_is_found_whole() -> None:
    people = np.full(10, 1000.0)
    middle = (np.arange(10) + 0.5) / 10
    table = by_decile(range(1, 11), 80 - 40 * middle, people)
    found = slope_index(table)
    assert tuple(found.slope) == pytest.approx((-40, -40, -40), abs=1e-9)
    assert tuple(found.relative) == pytest.approx((-40 / 60,) * 3)
    assert (found.most_deprived, found.least_deprived) == pytest.approx((80, 40))


def test_too_few_deciles_and_no_incident_have_no_figure_and_a_reason() -> None:
    few = slope_index(by_decile([1, 2, 3, 4, 5], [5] * 5, [100] * 4 + [0]))
    assert few.deciles == 4
    assert "Fewer than 5 deciles" in (few.why or "")
    assert np.isnan([*few.slope, *few.relative, few.most_deprived]).all()
    five = slope_index(by_decile([1, 3, 5, 7, 9], [5] * 5, [100] * 5))
    assert (five.why, five.deciles) == (None, 5)
    none = slope_of([(0, 100)] * 10)
    assert none.slope.value == 0
    assert np.isnan(none.relative.value)
    with pytest.raises(ValueError, match="between 0 and 1"):
        slope_index(by_decile([1], [1], [1]), confidence=95)
