"""The offence list and the themes: what each theme counts, and where a source cannot tell."""

import csv
from itertools import product
from pathlib import Path

import pytest

from geo.errors import QuestionError
from geo.offences import OFFENCES, RURAL_OFFENCES, THEMES, Kind, find_theme, theme_names

DESIGNED = {
    "crime",
    "asb",
    "rural-crime",
    "business-crime",
    "shoplifting",
    "burglary",
    "vehicle-crime",
    "violence",
    "night-time-economy",
    "criminal-damage",
}
KINDS = [
    Kind(offence, *marks)
    for offence, *marks in product(
        OFFENCES, (None, True, False), (None, True, False), (None, True, False), (None, "", "fuel")
    )
]


def test_every_crime_type_that_police_files_hold_is_an_offence(shared: Path) -> None:
    held = set()
    for path in (shared / "data/police/2018-19").glob("*.csv"):
        with path.open(newline="") as file:
            held |= {row["Crime type"] for row in csv.DictReader(file)}
    assert len(held) == 14
    assert held <= {offence.street_name for offence in OFFENCES.values()}


def test_every_theme_of_the_design_is_there() -> None:
    assert set(THEMES) >= DESIGNED


def test_asb_is_never_added_to_crime() -> None:
    asb = {code for code, offence in OFFENCES.items() if offence.group == "asb"}
    assert THEMES["asb"].offences == asb
    assert all(not (theme.offences & asb) for name, theme in THEMES.items() if name != "asb")
    for kind in KINDS:
        assert THEMES["crime"].holds(kind, marked=False) != THEMES["asb"].holds(kind, marked=False)


def test_a_theme_within_crime_holds_nothing_that_crime_does_not() -> None:
    for name in theme_names():
        theme = find_theme(name)
        if theme.offences <= THEMES["crime"].offences:
            assert all(
                THEMES["crime"].holds(kind, marked=marked)
                for kind in KINDS
                for marked in (True, False)
                if theme.holds(kind, marked=marked)
            )


@pytest.mark.parametrize(
    ("theme", "kind", "where_marked", "where_not"),
    [
        ("business-crime", Kind("robbery", business=True), True, False),
        ("business-crime", Kind("shoplifting", business=False), False, True),
        ("business-crime", Kind("shoplifting"), False, True),
        ("business-crime", Kind("robbery"), False, False),
        ("business-crime", Kind("asb", business=True), False, False),
        ("night-time-economy", Kind("public-order", night=True), True, True),
        ("night-time-economy", Kind("public-order", night=False), False, True),
        ("night-time-economy", Kind("public-order"), False, True),
        ("night-time-economy", Kind("shoplifting", night=True), False, False),
        ("rural-flagged", Kind("burglary", rural_flag=True), True, False),
        ("rural-flagged", Kind("burglary", rural_flag=False), False, False),
        ("rural-flagged", Kind("burglary"), False, False),
        ("rural-offences", Kind("other-theft", rural_offence="fuel"), True, False),
        ("rural-offences", Kind("other-theft", rural_offence=""), False, False),
        ("rural-offences", Kind("asb-environmental", rural_offence="fly-tipping"), False, False),
        ("fly-tipping", Kind("asb-environmental", rural_offence="fly-tipping"), True, False),
        ("fuel", Kind("other-theft", rural_offence="fuel"), True, False),
        ("fuel", Kind("other-theft", rural_offence="equine"), False, False),
        ("burglary", Kind("domestic-burglary"), True, True),
        ("violence", Kind("sexual-offences"), False, False),
        ("violence", Kind("violence-and-sexual-offences"), True, True),
        ("drugs", Kind("drugs"), True, True),
        ("asb-personal", Kind("asb"), False, False),
    ],
)
def test_a_theme_holds_what_its_meaning_says(
    theme: str, kind: Kind, where_marked: bool, where_not: bool
) -> None:
    found = find_theme(theme)
    assert found.holds(kind, marked=True) == where_marked
    assert found.holds(kind, marked=False) == where_not


@pytest.mark.parametrize(
    ("theme", "offences", "marked", "answerable"),
    [
        ("crime", {"burglary"}, False, True),
        ("crime", {"asb"}, False, False),
        ("homicide", {"violence-and-sexual-offences"}, False, False),
        ("violence", {"violence-and-sexual-offences"}, False, True),
        ("business-crime", {"shoplifting"}, False, True),
        ("business-crime", {"robbery"}, False, False),
        ("business-crime", {"robbery"}, True, True),
        ("rural-flagged", {"burglary"}, False, False),
        ("rural-flagged", {"burglary"}, True, True),
    ],
)
def test_a_theme_is_answerable_by_what_the_source_tells_apart(
    theme: str, offences: set[str], marked: bool, answerable: bool
) -> None:
    assert find_theme(theme).answerable(frozenset(offences), marked=marked) == answerable


def test_every_name_finds_a_theme_of_that_name() -> None:
    names = theme_names()
    assert len(names) == len(set(names))
    assert {*THEMES, *OFFENCES, *RURAL_OFFENCES} == set(names)
    assert [find_theme(name).name for name in names] == list(names)
    assert all(find_theme(name).title and find_theme(name).meaning for name in names)


def test_reports_and_crimes_have_their_own_noun() -> None:
    assert {find_theme(name).noun for name in ("asb", "asb-nuisance")} == {"reports"}
    assert {find_theme(name).noun for name in ("crime", "fuel", "burglary")} == {"crimes"}


def test_an_unknown_theme_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(QuestionError, match=r"no theme 'piracy'; choose one of crime, asb, .*fuel"):
        find_theme("piracy")
