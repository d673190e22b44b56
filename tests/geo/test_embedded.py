"""Every figure the partnership printed, asked of the built dataset."""

import pytest
from printed import (
    ASB_2014_TOTAL,
    ASB_2015,
    ASB_2015_TOTAL,
    CRIME_2015_16,
    CRIME_2015_16_TOTAL,
    RATES_2014_15,
    RESIDENTS_THOUSANDS,
    THEFT_2015_16,
    VIOLENCE_2015_16,
    VIOLENCE_RATE_2014_15,
)

from geo.dataset import Dataset
from geo.query import Question

COUNTS_2015_16 = {**CRIME_2015_16, "crime": CRIME_2015_16_TOTAL, "violence": VIOLENCE_2015_16}
THEFT = ("domestic-burglary", "non-domestic-burglary", "vehicle-crime", "theft-from-the-person",
         "bicycle-theft", "shoplifting", "other-theft")  # fmt: skip


def counted(dataset: Dataset, theme: str, months: str) -> int:
    question = Question.ask(dataset, theme, months)
    assert question.unlocated(dataset) == 0
    return int(question.counts(dataset).sum())


@pytest.mark.parametrize(("theme", "printed"), COUNTS_2015_16.items())
def test_crime_of_april_2015_to_march_2016_is_as_printed(
    embedded: Dataset, theme: str, printed: int
) -> None:
    assert counted(embedded, theme, "2015-04/2016-03") == printed


def test_theft_is_the_printed_sum(embedded: Dataset) -> None:
    assert sum(counted(embedded, theme, "2015-04/2016-03") for theme in THEFT) == THEFT_2015_16


@pytest.mark.parametrize(
    ("theme", "printed"), [*RATES_2014_15.items(), ("violence", VIOLENCE_RATE_2014_15)]
)
def test_rates_of_april_2014_to_march_2015_are_as_printed(
    embedded: Dataset, theme: str, printed: float
) -> None:
    rate = counted(embedded, theme, "2014-04/2015-03") / RESIDENTS_THOUSANDS
    assert f"{rate:.2f}" == f"{printed:.2f}"


@pytest.mark.parametrize(("theme", "printed"), [*ASB_2015.items(), ("asb", ASB_2015_TOTAL)])
def test_asb_of_2015_is_as_printed(embedded: Dataset, theme: str, printed: int) -> None:
    assert counted(embedded, theme, "2015-01/2015-12") == printed


def test_asb_of_2014_is_as_printed(embedded: Dataset) -> None:
    assert counted(embedded, "asb", "2014-01/2014-12") == ASB_2014_TOTAL


def test_the_printed_shares_hold(embedded: Dataset) -> None:
    for theme, year in (("rural-flagged", 2014), ("business-crime", 2015)):
        months = f"{year}-01/{year}-12"
        share = counted(embedded, theme, months) / counted(embedded, "crime", months)
        assert share == pytest.approx(0.14, abs=0.0005)


def test_the_incidents_are_marked_illustrative_and_all_read(embedded: Dataset) -> None:
    assert embedded.illustrative
    assert embedded.period.iso() == "2014-01/2016-03"
    assert not any(held.months_missing for held in embedded.held)
    rows = embedded.manifest["rows"]
    assert rows["refused"] == rows["unlocated"] == rows["outside"] == 0
    assert rows["read"] == rows["located"]
