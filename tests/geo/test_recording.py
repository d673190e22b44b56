"""Changes of recording: the right months, offences and themes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.offences import OFFENCES, THEMES, find_theme
from geo.period import Period, month_iso, parse_month
from geo.recording import RECORDING_CHANGES, crossed

months = st.integers(2010 * 12, 2025 * 12)


def period(text: str) -> Period:
    return Period.read(text)


def found(one: str, other: str, theme: str) -> list[str]:
    changes = crossed(period(one), period(other), find_theme(theme))
    return [month_iso(change.month) for change in changes]


def test_the_list_is_dated_in_order_and_every_entry_has_a_source() -> None:
    assert [c.month for c in RECORDING_CHANGES] == sorted(c.month for c in RECORDING_CHANGES)
    assert {"2014-04", "2015-04", "2019-06"} <= {month_iso(c.month) for c in RECORDING_CHANGES}
    for change in RECORDING_CHANGES:
        assert change.offences <= set(OFFENCES)
        assert change.source
        assert change.what.startswith("when ")


@pytest.mark.parametrize(
    ("one", "other", "theme", "expected"),
    [
        ("2014-04/2015-03", "2015-04/2016-03", "violence", ["2015-04"]),
        ("2014-04/2015-03", "2015-04/2016-03", "crime", ["2015-04"]),
        ("2014-04/2015-03", "2015-04/2016-03", "shoplifting", []),
        ("2014-04/2015-03", "2015-04/2016-03", "asb", []),
        ("2014-04/2015-03", "2015-04/2016-03", "business-crime", ["2015-04", "2015-04"]),
        ("2013-01/2013-12", "2014-01/2014-12", "burglary", ["2014-04"]),
        ("2018-07/2018-12", "2019-07/2019-12", "business-crime", ["2019-06"]),  # between
        ("2018-07/2018-12", "2019-07/2019-12", "crime", []),
        ("2016-04/2017-03", "2017-04/2018-03", "burglary", []),  # moved within the theme
        ("2016-04/2017-03", "2017-04/2018-03", "domestic-burglary", ["2017-04"]),
        ("2016-04/2017-03", "2017-04/2018-03", "crime", []),
        ("2022-01/2022-12", "2023-01/2023-12", "violence", ["2023-05"]),
        ("2022-01/2022-12", "2023-01/2023-12", "homicide", []),
        ("2010-12/2011-03", "2011-04/2011-06", "asb", ["2011-04"]),
        ("2014-04/2014-12", "2014-04/2014-12", "crime", []),  # all by the new rule
        ("2013-12/2014-03", "2013-12/2014-03", "crime", []),  # all by the old
        ("2014-03/2014-04", "2014-03/2014-04", "crime", ["2014-04"]),
    ],
)
def test_what_two_periods_cross(one: str, other: str, theme: str, expected: list[str]) -> None:
    assert found(one, other, theme) == expected
    assert found(other, one, theme) == expected


@given(st.tuples(months, months), st.tuples(months, months), st.sampled_from(list(THEMES)))
def test_a_change_is_crossed_where_months_lie_on_both_sides_of_it(
    a: tuple[int, int], b: tuple[int, int], theme: str
) -> None:
    one, other = Period(*sorted(a)), Period(*sorted(b))
    chosen, counted = find_theme(theme), [*one.months(), *other.months()]
    for change in RECORDING_CHANGES:
        sides = {month >= change.month for month in counted}
        assert (change in crossed(one, other, chosen)) == (
            len(sides) == 2 and change.touches(chosen)
        )


def test_a_kind_beyond_the_offence_list_is_never_touched() -> None:
    theme = find_theme("road-collision", {"road-collision": "Road collisions"})
    assert crossed(period("2010-01/2010-12"), period("2024-01/2024-12"), theme) == ()


def test_words_name_the_month() -> None:
    [change] = [c for c in RECORDING_CHANGES if c.month == parse_month("2014-04")]
    assert change.words().startswith("April 2014, when forces began")
