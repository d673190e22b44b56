"""The business profile against the incidents one by one, and where a source cannot tell."""

from pathlib import Path

import pandas as pd
import pytest
from made_dataset import POLICE, made, row

from geo.dataset import Dataset
from geo.measures.rates import wilson
from geo.profiles import BusinessProfile, business_profile
from geo.query import Question

PROXY = ["shoplifting", "non-domestic-burglary"]
EXTRACT = POLICE | {"id": "extract", "name": "Extract", "offences": None}


def ask(dataset: Dataset, months: str | None = None, source: str | None = None) -> BusinessProfile:
    return business_profile(dataset, Question.ask(dataset, "business-crime", months, source=source))


@pytest.fixture(scope="module")
def profile(embedded: Dataset) -> BusinessProfile:
    return ask(embedded)


@pytest.fixture(scope="module")
def crime(year: pd.DataFrame) -> pd.DataFrame:
    return year[~year["asb"]]


def test_both_measures_are_those_of_the_incidents(
    profile: BusinessProfile, crime: pd.DataFrame
) -> None:
    flagged = crime[crime["business"]]
    standing = crime[crime["offence"].isin(PROXY)]
    assert profile.by == "flag"
    for measure, mine in ((profile.flag, flagged), (profile.proxy, standing)):
        lifted = int((mine["offence"] == "shoplifting").sum())
        assert measure.count == len(mine)
        assert measure.share is not None
        assert measure.shoplifting is not None
        assert (measure.share.part, measure.share.whole) == (len(mine), 14_250)
        lower, upper = wilson(len(mine), 14_250)
        assert (measure.share.lower, measure.share.upper) == pytest.approx((lower, upper))
        assert (measure.shoplifting.part, measure.shoplifting.whole) == (lifted, len(mine))


def test_the_flag_is_as_the_strategy_printed_it(profile: BusinessProfile) -> None:
    assert profile.flag.share is not None
    assert profile.flag.shoplifting is not None
    assert round(100 * (profile.flag.share.share or 0)) == 14
    assert 0.4 < (profile.flag.shoplifting.share or 0) < 0.5  # almost half


def test_what_where_and_when_are_those_of_the_incidents(
    profile: BusinessProfile, crime: pd.DataFrame, year_before: pd.DataFrame
) -> None:
    mine = crime[crime["business"]]
    offences = mine["offence"].value_counts()
    assert {item.code: item.share.part for item in profile.offences} == offences.to_dict()
    towns = mine["town"].value_counts()
    assert {item.town: item.share.part for item in profile.towns} == towns.to_dict()
    assert profile.outside_towns is not None
    assert profile.outside_towns.part == int(mine["town"].isna().sum())
    areas = mine["lsoa_code"].value_counts()
    assert [item.share.part for item in profile.areas] == areas.tolist()[:10]
    assert all(areas[item.lsoa_code] == item.share.part for item in profile.areas)
    assert profile.areas[-1].cumulative_share == pytest.approx(areas[:10].sum() / len(mine))
    by_month = mine["month"].value_counts().sort_index().tolist()
    assert [item.count for item in profile.months] == by_month
    before = year_before[year_before["business"] & ~year_before["asb"]]
    assert (profile.change.before, profile.change.after) == (len(before), len(mine))
    assert profile.premises.kinds is None
    assert "column" in profile.premises.why


def test_police_files_have_shoplifting_alone(police: Dataset, police_rows: pd.DataFrame) -> None:
    profile = ask(police)
    lifted = police_rows[police_rows["offence"] == "shoplifting"]
    assert profile.by == "proxy"
    assert profile.flag.count is profile.flag.share is None
    assert "not record it" in (profile.flag.why or "")
    assert profile.proxy.count == len(lifted) == profile.change.after
    assert profile.proxy.shoplifting is None
    assert "does not tell business burglary apart" in (profile.proxy.shoplifting_why or "")
    assert profile.season.p is None
    assert profile.redefined is None


def test_the_offences_are_those_that_stand_for_the_mark_where_there_is_none(
    tmp_path: Path,
) -> None:
    counts = [
        row(0, "shoplifting", "2019-06", (1, 1), 5),
        row(0, "burglary", "2019-06", (1, 1), 9),
        row(1, "shoplifting", "2019-06", (2, 2), 3, business=True),
        row(1, "other-theft", "2019-06", (2, 2), 4, business=True),
        row(1, "other-theft", "2019-06", (2, 2), 2, business=False),
        row(1, "non-domestic-burglary", "2019-06", (2, 2), 7),  # does not say
    ]
    dataset = made(tmp_path, [POLICE, EXTRACT], counts)
    told = {
        source: {item.code: item.share.part for item in ask(dataset, None, source).offences}
        for source in ("police", "extract", "all")
    }
    assert told["police"] == {"shoplifting": 5}
    assert told["extract"] == {"shoplifting": 3, "other-theft": 4}
    assert told["all"] == {"shoplifting": 8, "other-theft": 4}
    by_police = ask(dataset, None, "police")
    assert by_police.flag.source == "Extract"  # the only one that can say
    assert by_police.proxy.source == "data.police.uk street files"


@pytest.mark.parametrize(
    ("months", "told"),
    [
        ("2019-06", True),
        ("2019-05/2019-07", True),
        ("2019-06/2019-07", True),
        ("2018-07/2019-05", False),
        ("2019-08/2019-12", True),  # a year before lies on the other side
        ("2020-07/2020-09", False),
    ],
)
def test_the_new_definition_is_a_caveat_where_the_months_touch_it(
    tmp_path: Path, months: str, told: bool
) -> None:
    source = EXTRACT | {"period": "2018-01/2020-12"}
    counts = [row(0, "shoplifting", "2019-06", (2, 2), 3, business=True)]
    found = ask(made(tmp_path, [source], counts), months).redefined
    assert (found is not None) == told
    assert found is None or "1 June 2019" in found


def test_nothing_recorded_is_nought_and_no_share(tmp_path: Path) -> None:
    counts = [row(0, "asb", "2019-06", None, 1)]
    profile = ask(made(tmp_path, [POLICE], counts))
    assert profile.proxy.count == 0
    assert profile.proxy.share is not None
    assert profile.proxy.share.share is None
    assert profile.proxy.share.why
    assert profile.areas == profile.offences == ()
    assert profile.towns[0].share.share is None


def test_without_towns_nothing_lies_outside_them(tmp_path: Path) -> None:
    counts = [row(0, "shoplifting", "2019-06", (2, 2), 3)]
    dataset = made(
        tmp_path, [POLICE], counts, edit=lambda frame: frame.assign(town=None), towns=False
    )
    profile = ask(dataset)
    assert profile.towns == ()
    assert profile.outside_towns is None
