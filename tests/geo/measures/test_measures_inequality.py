from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_areas import Shropshire

from geo.measures.inequality import by_decile
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
