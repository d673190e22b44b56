"""The rural profile against the incidents one by one, and where a source cannot tell."""

from pathlib import Path

import pandas as pd
import pytest
from made_dataset import POLICE, made, row
from printed import CRIME_2015_16_TOTAL
from scipy import stats

from geo.dataset import Dataset
from geo.errors import UnknownNameError
from geo.profiles import RuralProfile, rural_profile
from geo.query import Question

PICK = {
    "rural-crime": lambda crime: crime["rural"],
    "rural-offences": lambda crime: crime["on_list"],
    "rural-flagged": lambda crime: crime["rural_flag"],
}


@pytest.fixture(scope="module")
def profile(embedded: Dataset) -> RuralProfile:
    return rural_profile(embedded, Question.ask(embedded))


def test_the_three_measures_are_those_of_the_incidents(
    profile: RuralProfile, year: pd.DataFrame, area_facts: pd.DataFrame
) -> None:
    crime = year[~year["asb"]]
    assert len(crime) == CRIME_2015_16_TOTAL
    assert [measure.theme for measure in profile.measures] == list(PICK)
    for measure in profile.measures:
        mine = crime[PICK[measure.theme](crime)]
        assert measure.count == len(mine)
        assert measure.share is not None
        assert measure.rate is not None
        assert (measure.share.part, measure.share.whole) == (len(mine), CRIME_2015_16_TOTAL)
        assert measure.share.share == pytest.approx(len(mine) / CRIME_2015_16_TOTAL)
        among = area_facts["rural"] if measure.theme == "rural-crime" else slice(None)
        people = int(area_facts.loc[among, "residents"].sum())
        assert measure.rate.residents == people
        assert measure.rate.rate == pytest.approx(1000 * len(mine) / people)
        assert measure.why is None


def test_the_flag_is_about_the_share_that_the_strategy_printed(profile: RuralProfile) -> None:
    flagged = profile.measures[2]
    assert flagged.share is not None
    assert round(100 * (flagged.share.share or 0)) == 14


def test_every_kind_of_place_at_both_levels_is_that_of_the_incidents(
    profile: RuralProfile, year: pd.DataFrame, area_facts: pd.DataFrame
) -> None:
    crime = year[~year["asb"]]
    side = {True: "rural", False: "urban"}
    for measure in profile.measures:
        mine = crime[PICK[measure.theme](crime)]
        people = area_facts["residents"]
        expected = mine["ruc_code"].value_counts().to_dict()
        expected |= {side[rural]: n for rural, n in mine["rural"].value_counts().items()}
        residents = people.groupby(area_facts["ruc_code"]).sum().to_dict()
        residents |= {side[r]: n for r, n in people.groupby(area_facts["rural"]).sum().items()}
        found = {item.code: item for item in measure.places}
        assert set(expected) <= set(found)
        for code, item in found.items():
            assert item.rate.count == expected.get(code, 0), (measure.theme, code)
            assert item.rate.residents == residents[code]
            assert item.level == ("rural or urban" if code in side.values() else "class")
            assert item.share.whole == len(mine)
        for level in ("rural or urban", "class"):
            assert sum(i.rate.count for i in measure.places if i.level == level) == len(mine)


def test_the_ratio_of_rural_to_urban_has_exact_limits(
    profile: RuralProfile, year: pd.DataFrame, area_facts: pd.DataFrame
) -> None:
    crime = year[~year["asb"]]
    people = area_facts.groupby("rural")["residents"].sum()
    for measure in profile.measures:
        mine = crime if measure.theme == "rural-crime" else crime[PICK[measure.theme](crime)]
        rural, urban = int(mine["rural"].sum()), int((~mine["rural"]).sum())
        test = stats.binomtest(rural, rural + urban, people[True] / people.sum())
        limits = test.proportion_ci(method="exact")
        scale = people[False] / people[True]
        assert measure.ratio is not None
        assert (measure.ratio.rural, measure.ratio.urban) == (rural, urban)
        assert measure.ratio.ratio == pytest.approx(rural / urban * scale)
        assert measure.ratio.lower == pytest.approx(limits.low / (1 - limits.low) * scale)
        assert measure.ratio.upper == pytest.approx(limits.high / (1 - limits.high) * scale)
        assert measure.ratio.p == pytest.approx(test.pvalue)


def test_top_offences_months_and_change_are_those_of_the_incidents(
    profile: RuralProfile, year: pd.DataFrame, year_before: pd.DataFrame
) -> None:
    crime, earlier = (frame[~frame["asb"]] for frame in (year, year_before))
    for measure in profile.measures:
        mine, before = (frame[PICK[measure.theme](frame)] for frame in (crime, earlier))
        column = "rural_offence" if measure.theme == "rural-offences" else "offence"
        counts = mine[column].astype(str).value_counts()
        assert [item.share.part for item in measure.top] == counts.tolist()[:5]
        assert {item.code: item.share.part for item in measure.top}.items() <= dict(counts).items()
        months = mine["month"].mod(12).value_counts().reindex(range(12), fill_value=0)
        assert measure.season is not None
        assert [item.count for item in measure.season.months] == months.tolist()
        assert [m.days for m in measure.season.months][:3] == [31, 29, 31]  # 2016 is a leap year
        days = [item.days for item in measure.season.months]
        even = [len(mine) * length / 366 for length in days]
        assert measure.season.p == pytest.approx(stats.chisquare(months, even).pvalue)
        assert measure.change is not None
        assert (measure.change.before, measure.change.after) == (len(before), len(mine))
        assert measure.change.ratio == pytest.approx(len(mine) / len(before))
        assert measure.change.period_before == "2014-04/2015-03"


def test_offences_of_the_theme_are_counted_once_each(
    profile: RuralProfile, year: pd.DataFrame
) -> None:
    crime = year[~year["asb"]]
    table = pd.crosstab(crime["offence"], crime["rural"])
    for item in profile.offences:
        assert item.ratio.rural == table.loc[item.code, True]
        assert item.ratio.urban == table.loc[item.code, False]
    told = table[table.sum(axis=1) >= 10]
    assert {item.code for item in profile.offences} == set(told.index)
    q = stats.false_discovery_control([item.ratio.p for item in profile.offences])
    assert [item.q for item in profile.offences] == pytest.approx(q.tolist())
    mix = profile.mix
    assert mix.offences == mix.lower + mix.higher + mix.same == len(told)
    assert mix.chi_square == pytest.approx(stats.chi2_contingency(told)[0])
    assert mix.least is not None
    assert mix.most is not None
    assert mix.least < 0.5122 < mix.most


def test_police_files_have_no_flag_and_no_list_and_say_so(
    police: Dataset, police_rows: pd.DataFrame
) -> None:
    profile = rural_profile(police, Question.ask(police))
    crime = police_rows[~police_rows["asb"]]
    place, offence, flag = profile.measures
    assert place.count == int(crime["rural"].sum()) == 2_527
    for measure in (offence, flag):
        assert measure.count is measure.share is measure.ratio is measure.season is None
        assert "not record it (data.police.uk street files)" in (measure.why or "")
        assert measure.places == measure.top == ()
    assert place.season is not None
    assert place.season.p is None
    assert "fewer than 12" in (place.season.why or "")
    assert place.change is not None
    assert place.change.ratio is None
    assert "the earlier one" in (place.change.why or "")


def test_the_share_printed_of_all_is_of_crime_and_asb_together(police_rows: pd.DataFrame) -> None:
    # 41.2% is of the five months to February 2019; the files here end in January.
    assert police_rows["rural"].mean() == pytest.approx(0.412, abs=0.002)
    assert police_rows[~police_rows["asb"]]["rural"].mean() == pytest.approx(0.432, abs=0.001)


def test_a_theme_of_no_crime_has_no_offence_and_a_reason(tmp_path: Path) -> None:
    dataset = made(tmp_path, [POLICE], [row(0, "shoplifting", "2019-06", (1, 1), 3)])
    profile = rural_profile(dataset, Question.ask(dataset, "shoplifting"))
    assert profile.offences == ()
    assert "fewer than two" in (profile.mix.why or "").lower()
    place = profile.measures[0]
    assert place.ratio is not None
    assert (place.ratio.ratio, place.ratio.upper) == (None, None)
    assert place.ratio.lower is not None
    assert "none on the other side" in (place.ratio.why or "")


def test_where_nothing_is_rural_there_is_no_profile(tmp_path: Path) -> None:
    dataset = made(tmp_path, edit=lambda frame: frame.assign(place="urban", ruc_code="UN1"))
    with pytest.raises(UnknownNameError, match="classed as rural"):
        rural_profile(dataset, Question.ask(dataset))
