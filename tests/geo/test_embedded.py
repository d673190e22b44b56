"""Every total the partnership printed, asked of the built dataset."""

import pytest

from geo.dataset import Dataset
from geo.query import Question

RESIDENTS_PRINTED = 310_121
CRIME_2015_16 = {
    "violence-with-injury": 1969,
    "violence-without-injury": 2660,
    "homicide": 2,
    "violence": 4631,
    "sexual-offences": 557,
    "domestic-burglary": 547,
    "non-domestic-burglary": 1107,
    "vehicle-crime": 864,
    "theft-from-the-person": 122,
    "bicycle-theft": 228,
    "shoplifting": 1212,
    "other-theft": 1777,
    "criminal-damage-and-arson": 1851,
    "drugs": 432,
    "possession-of-weapons": 90,
    "public-order": 499,
    "miscellaneous-crimes-against-society": 263,
    "robbery": 70,
    "crime": 14250,
}
RATES_2014_15 = {
    "violence": 9.48,
    "violence-with-injury": 4.85,
    "violence-without-injury": 4.62,
    "sexual-offences": 1.21,
    "domestic-burglary": 1.62,
    "non-domestic-burglary": 2.85,
    "vehicle-crime": 2.96,
    "theft-from-the-person": 0.36,
    "bicycle-theft": 0.88,
    "shoplifting": 3.75,
    "other-theft": 5.66,
    "criminal-damage-and-arson": 5.38,
    "drugs": 1.26,
    "possession-of-weapons": 0.21,
    "public-order": 1.00,
    "miscellaneous-crimes-against-society": 0.63,
}
ASB_2015 = {"asb": 8973, "asb-environmental": 406, "asb-nuisance": 6352, "asb-personal": 2215}
THEFT = ("domestic-burglary", "non-domestic-burglary", "vehicle-crime", "theft-from-the-person",
         "bicycle-theft", "shoplifting", "other-theft")  # fmt: skip


def counted(dataset: Dataset, theme: str, months: str) -> int:
    question = Question.ask(dataset, theme, months)
    assert question.unlocated(dataset) == 0
    return int(question.counts(dataset).sum())


@pytest.mark.parametrize(("theme", "printed"), CRIME_2015_16.items())
def test_crime_of_april_2015_to_march_2016_is_as_printed(
    embedded: Dataset, theme: str, printed: int
) -> None:
    assert counted(embedded, theme, "2015-04/2016-03") == printed


def test_theft_is_the_printed_sum(embedded: Dataset) -> None:
    assert sum(counted(embedded, theme, "2015-04/2016-03") for theme in THEFT) == 5857


@pytest.mark.parametrize(("theme", "printed"), RATES_2014_15.items())
def test_rates_of_april_2014_to_march_2015_are_as_printed(
    embedded: Dataset, theme: str, printed: float
) -> None:
    rate = 1000 * counted(embedded, theme, "2014-04/2015-03") / RESIDENTS_PRINTED
    assert f"{rate:.2f}" == f"{printed:.2f}"


@pytest.mark.parametrize(("theme", "printed"), ASB_2015.items())
def test_asb_of_2015_is_as_printed(embedded: Dataset, theme: str, printed: int) -> None:
    assert counted(embedded, theme, "2015-01/2015-12") == printed


def test_asb_of_2014_is_as_printed(embedded: Dataset) -> None:
    assert counted(embedded, "asb", "2014-01/2014-12") == 9860


def test_the_printed_shares_hold(embedded: Dataset) -> None:
    year = "2014-01/2014-12"
    flagged = counted(embedded, "rural-flagged", year) / counted(embedded, "crime", year)
    assert flagged == pytest.approx(0.14, abs=0.0005)
    year = "2015-01/2015-12"
    business = counted(embedded, "business-crime", year) / counted(embedded, "crime", year)
    assert business == pytest.approx(0.14, abs=0.0005)


def test_the_incidents_are_marked_illustrative_and_all_read(embedded: Dataset) -> None:
    assert embedded.source.illustrative
    assert embedded.period.iso() == "2014-01/2016-03"
    assert embedded.months_missing == frozenset()
    rows = embedded.manifest["rows"]
    assert rows["refused"] == rows["unlocated"] == rows["outside"] == 0
    assert rows["read"] == rows["located"]
