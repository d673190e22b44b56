"""The week of a question against the incidents one by one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from building import build_files
from incident_rows import incident_rows

from geo.dataset import Dataset
from geo.query import Question
from geo.versions import current_folder
from geo.when import OPEN_DATA, when, why_untold

VIOLENCE = ["violence-with-injury", "violence-without-injury", "homicide"]


@pytest.fixture(scope="module")
def rows(embedded_home: Path) -> pd.DataFrame:
    frame = incident_rows(current_folder(embedded_home)).to_pandas()
    frame["date"] = pd.to_datetime(frame["date"])
    return frame


@pytest.mark.parametrize(
    ("asked", "offences", "town"),
    [
        ({"theme": "violence"}, VIOLENCE, None),
        ({"theme": "shoplifting", "town": "oswestry"}, ["shoplifting"], "Oswestry"),
        ({"theme": "homicide", "months": "2014-01/2014-02"}, ["homicide"], None),
    ],
)
def test_every_incident_is_in_its_hour(
    embedded: Dataset,
    rows: pd.DataFrame,
    asked: dict[str, str],
    offences: list[str],
    town: str | None,
) -> None:
    question = Question.ask(embedded, **asked)
    first, last = asked.get("months", "2015-04/2016-03").split("/")
    mine = rows[rows["offence"].isin(offences) & rows["lsoa_code"].notna()]
    mine = mine[mine["date"].dt.strftime("%Y-%m").between(first, last)]
    if town:
        mine = mine[mine["town"] == town]
    found = when(embedded, question)
    expected = np.zeros((7, 24), dtype=int)
    for day, hour in zip(mine["date"].dt.day_of_week, mine["hour"], strict=True):
        expected[day, int(hour)] += 1
    assert found.table.tolist() == expected.tolist()
    assert found.days.sum() == found.total == len(mine)
    assert found.no_day == found.no_hour == 0


def test_weekend_nights_are_counted_night_by_night(embedded: Dataset, rows: pd.DataFrame) -> None:
    found = when(embedded, Question.ask(embedded, "violence")).weekend
    mine = rows[rows["offence"].isin(VIOLENCE) & rows["lsoa_code"].notna()]
    mine = mine[mine["date"].between("2015-04-01", "2016-03-31")]
    late, early = mine[mine["hour"] >= 20], mine[mine["hour"] < 4]
    began = pd.concat([late["date"], early["date"] - pd.Timedelta(days=1)]).dt.day_of_week
    assert found.count == (began >= 4).sum()
    assert found.others == (began < 4).sum()
    dates = pd.date_range("2015-04-01", "2016-03-31").day_of_week
    assert (found.nights, found.other_nights) == ((dates >= 4).sum(), (dates < 4).sum())
    assert found.ratio == pytest.approx(
        (found.count / found.nights) / (found.others / found.other_nights)
    )
    assert found.ratio_lower < found.ratio < found.ratio_upper
    assert found.share_lower < found.share < found.share_upper


def test_open_police_data_has_no_days(police: Dataset) -> None:
    question = Question.ask(police, "asb")
    found = when(police, question)
    assert not found.table.any()
    assert found.no_day == found.total == question.counts(police).sum() > 0
    assert why_untold(police, question, found) == OPEN_DATA


def extract(folder: Path, *lines: str) -> Dataset:
    """A dataset of one extract in Shrewsbury."""
    path = folder / "extract.csv"
    place = "349132,312545"
    path.write_text(
        "\n".join(["date,time,offence,easting,northing", *(f"{line},{place}" for line in lines)])
        + "\n"
    )
    build_files(folder / "home", path)
    return Dataset.open(folder / "home")


def test_a_day_without_an_hour_is_of_its_day_alone(tmp_path: Path) -> None:
    # 2 March 2018 is a Friday
    dataset = extract(
        tmp_path,
        *(
            "2018-03-02,23:10,asb",
            "2018-03-03,00:05,asb",
            "2018-03-03,,asb",
            "2018-03-05,12:00,asb",
        ),
    )
    question = Question.ask(dataset, "asb")
    found = when(dataset, question)
    assert found.days.tolist() == [1, 0, 0, 0, 1, 2, 0]
    assert (found.total, found.no_day, found.no_hour) == (4, 0, 1)
    assert (found.weekend.count, found.weekend.others) == (2, 0)
    assert found.weekend.share == pytest.approx(2 / 3)
    assert why_untold(dataset, question, found) is None


def test_a_source_without_hours_says_so(tmp_path: Path) -> None:
    dataset = extract(tmp_path, "2018-03-02,,asb", "2018-03-03,,asb")
    question = Question.ask(dataset, "asb")
    found = when(dataset, question)
    assert "a day and no hour" in str(why_untold(dataset, question, found))
    assert np.isnan(found.hours.mean)
    nowhere = Question.ask(dataset, "asb", town="oswestry")
    assert "no incidents" in str(why_untold(dataset, nowhere, when(dataset, nowhere)))
