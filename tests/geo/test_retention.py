"""How long a source may be held, by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.period import Period, month_number, parse_month
from geo.retention import FOR_EVER, Keep, expires, overdue, rules_of

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
KEEPS = st.builds(Keep, st.none() | DAYS, st.none() | st.integers(1, 240))
MONTHS = st.integers(month_number(2000, 1), month_number(2060, 12))


@given(KEEPS, MONTHS, DAYS)
def test_a_month_may_be_held_until_the_day_it_ends(keep: Keep, month: int, today: date) -> None:
    first = keep.first_month(today)
    too_long = keep.over(today) or (first is not None and month < first)
    ends = keep.ends(month)
    assert too_long == (ends is not None and today >= ends)


@given(KEEPS, MONTHS, DAYS)
def test_no_row_is_ever_older_than_the_months_it_may_be_held(
    keep: Keep, month: int, today: date
) -> None:
    first = keep.first_month(today)
    if first is not None and month >= first and month <= month_number(today.year, today.month):
        assert len(range(month, month_number(today.year, today.month) + 1)) <= (keep.months or 0)


def test_the_last_day_is_still_one_of_them() -> None:
    keep = Keep(until=date(2026, 3, 31))
    assert not keep.over(date(2026, 3, 31))
    assert keep.over(date(2026, 4, 1))
    assert keep.words == "until 31 March 2026"


def test_twelve_months_are_those_to_the_present_one() -> None:
    keep = Keep(months=12)
    assert keep.first_month(date(2026, 3, 31)) == parse_month("2025-04")
    assert keep.ends(parse_month("2025-04")) == date(2026, 4, 1)
    assert keep.words == "for 12 months, the present one counted"


@given(KEEPS)
def test_the_manifest_says_the_same(keep: Keep) -> None:
    assert Keep.read(keep.entry) == keep


def manifest(created: str, keep: Keep, period: str = "2014-01/2015-12") -> dict[str, object]:
    source = {"id": "force", "name": "Force", "period": period, **keep.entry}
    return {"created": created, "sources": [source]}


def test_the_latest_word_counts() -> None:
    short, long = Keep(until=date(2026, 1, 1)), Keep(until=date(2027, 1, 1))
    one, two = manifest("2025-01-01T00:00:00+00:00", short), manifest("2025-06-01", long)
    assert rules_of([one, two]) == rules_of([two, one]) == {"force": long}
    assert not list(overdue(one, rules_of([one, two]), date(2026, 6, 1)))
    freed = manifest("2025-09-01", FOR_EVER)
    assert expires(one, rules_of([one, two, freed])) is None


@pytest.mark.parametrize(
    ("keep", "today", "last"),
    [
        (Keep(until=date(2016, 1, 31)), date(2016, 2, 1), "2015-12"),
        (Keep(months=12), date(2015, 12, 31), "2014-12"),
        (Keep(months=12), date(2020, 1, 1), "2015-12"),
        (Keep(date(2016, 1, 31), 12), date(2016, 1, 31), "2015-01"),
    ],
)
def test_what_is_held_too_long_is_told_by_its_months(keep: Keep, today: date, last: str) -> None:
    held = manifest("2016", keep)
    rules = rules_of([held])
    [item] = overdue(held, rules, today)
    assert Period(item.first, item.last).iso() == f"2014-01/{last}"
    ends = expires(held, rules)
    assert ends is not None
    assert not list(overdue(held, rules, ends - timedelta(days=1)))
