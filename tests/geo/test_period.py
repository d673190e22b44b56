"""Months and periods, against the calendar of the standard library."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import QuestionError
from geo.period import Period, month_iso, month_number, month_words, parse_month

WITHIN = Period(month_number(2014, 1), month_number(2016, 3))
months = st.integers(month_number(1900, 1), month_number(2100, 12))


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_month_is_named_as_the_calendar_names_it(day: date) -> None:
    number = month_number(day.year, day.month)
    assert month_iso(number) == day.strftime("%Y-%m")
    assert month_words(number) == day.strftime("%B %Y")
    assert parse_month(day.strftime("%Y-%m")) == parse_month(day.isoformat()) == number
    after = (day.replace(day=1) + timedelta(days=31)).strftime("%Y-%m")
    assert month_iso(number + 1) == after


@pytest.mark.parametrize(
    "text", ["2015-04-30", "2015-04-30T23:59:59Z", "2015-04-01T00:00:00.5+01:00"]
)
def test_a_day_or_time_stands_for_its_month(text: str) -> None:
    assert month_iso(parse_month(text)) == "2015-04"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2015",
        "2015-4",
        "2015-13",
        "2015-00",
        "15-04",
        "April 2015",
        "2015-04-32",
        "2015/04",
        "2015-04 ",
    ],
)
def test_anything_else_is_no_month(text: str) -> None:
    with pytest.raises(QuestionError, match="is not a month; write it as YYYY-MM"):
        parse_month(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2015-04/2016-03", "2015-04/2016-03"),
        ("2015-04", "2015-04/2015-04"),
        ("2015-04/..", "2015-04/2016-03"),
        ("2015-04/", "2015-04/2016-03"),
        ("../2015-04", "2014-01/2015-04"),
        ("/2015-04", "2014-01/2015-04"),
        ("../..", "2014-01/2016-03"),
        ("2015-04-15/2015-05-02T00:00:00Z", "2015-04/2015-05"),
    ],
)
def test_a_period_is_read_in_every_form(text: str, expected: str) -> None:
    assert Period.parse(text, WITHIN).iso() == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2016-03/2015-04", "ends .2015-04. before it starts .2016-03."),
        ("2013-12/2014-02", "The dataset holds 2014-01/2016-03; the period 2013-12/2014-02"),
        ("2016-03/2016-04", "reaches outside it"),
        ("2016-04/..", "before it starts"),
        ("..", "is not a month"),
        ("", "is not a month"),
        ("2015-04/2015-05/2015-06", "is not a month"),
        ("2015-04,2015-05", "is not a month"),
    ],
)
def test_a_period_that_is_none_is_an_error(text: str, words: str) -> None:
    with pytest.raises(QuestionError, match=words):
        Period.parse(text, WITHIN)


@given(months, st.integers(0, 60), st.integers(1, 80))
def test_the_parts_of_a_period_add_up(first: int, more: int, count: int) -> None:
    period = Period(first, first + more)
    assert len(period) == len(period.months()) == more + 1
    latest = period.latest(count)
    assert len(latest) == min(count, len(period))
    assert latest.last == period.last
    assert period.contains(latest)
    earlier = period.back(len(period))
    assert (len(earlier), earlier.last + 1) == (len(period), period.first)
    assert not period.contains(earlier)
    assert Period.parse(period.iso(), period) == period


@pytest.mark.parametrize(
    ("text", "words", "length"),
    [
        ("2015-01/2015-12", "January to December 2015", "the twelve months to December 2015"),
        ("2015-04/2016-03", "April 2015 to March 2016", "the twelve months to March 2016"),
        ("2015-12/2016-03", "December 2015 to March 2016", "the four months to March 2016"),
        ("2015-04", "April 2015", "April 2015"),
        ("2014-01/2016-03", "January 2014 to March 2016", "the 27 months to March 2016"),
    ],
)
def test_a_period_is_spoken_of_as_people_do(text: str, words: str, length: str) -> None:
    period = Period.parse(text, WITHIN)
    assert (period.words(), period.length_words()) == (words, length)
