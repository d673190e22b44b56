"""Change between two periods, worked out again from the incidents, and where none is told."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_dataset import COUNTS, INSIDE, POLICE, Square, made, row
from scipy import stats

from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.query import Question
from layers.comparison import ways
from layers.layer import Answer
from layers.metadata import describe
from layers.registry import find_layer


def ask(dataset: Dataset, layer: str = "change", **asked: str) -> Answer:
    return find_layer(layer).compute(dataset, Question.ask(dataset, **asked))


def counted(incidents: pd.DataFrame, first: str, last: str, key: str) -> Callable[[str], int]:
    """Shoplifting from month to month by the key, counted row by row."""
    months = [int(text[:4]) * 12 + int(text[5:]) - 1 for text in (first, last)]
    chosen = incidents["month"].between(*months) & (incidents["offence"] == "shoplifting")
    found = incidents[chosen][key].value_counts().to_dict()
    return lambda code: int(found.get(code, 0))


@pytest.mark.parametrize(
    ("asked", "now", "then"),
    [
        ({}, ("2015-04", "2016-03"), ("2014-04", "2015-03")),
        ({"months": "2015-11/2016-01"}, ("2015-11", "2016-01"), ("2014-11", "2015-01")),
        (
            {"months": "2016-01/2016-03", "compare": "2014-01/2015-12"},
            ("2016-01", "2016-03"),
            ("2014-01", "2015-12"),
        ),
    ],
)
@pytest.mark.parametrize(("layer", "key"), [("change", "lsoa_code"), ("change-towns", "town")])
def test_every_figure_is_that_of_the_incidents(  # noqa: PLR0917
    embedded: Dataset,
    embedded_incidents: pd.DataFrame,
    asked: dict[str, str],
    now: tuple[str, str],
    then: tuple[str, str],
    layer: str,
    key: str,
) -> None:
    rows = ask(embedded, layer, theme="shoplifting", **asked).rows
    before, after = (counted(embedded_incidents, *months, key) for months in (then, now))
    lengths = [len(pd.period_range(*months, freq="M")) for months in (then, now)]
    share = lengths[1] / sum(lengths)
    assert set(rows["period_before"]) == {"/".join(then)}
    p = []
    for area in rows.to_dict("records"):
        first, second = before(area[key]), after(area[key])
        assert (area["count_before"], area["count"]) == (first, second)
        if first + second == 0:
            assert np.isnan([area["p"], area["q"], area["ratio"]]).all()
            assert area["in_words"] == "No incident in either period."
            continue
        test = stats.binomtest(second, first + second, share)
        limits = test.proportion_ci(method="exact")
        scale = lengths[0] / lengths[1]
        p.append(test.pvalue)
        assert area["p"] == pytest.approx(test.pvalue, rel=1e-9)
        assert area["ratio_lower"] == pytest.approx(limits.low / (1 - limits.low) * scale)
        if first:
            assert area["ratio"] == pytest.approx(second / first * scale)
            assert area["ratio_upper"] == pytest.approx(limits.high / (1 - limits.high) * scale)
        else:
            assert np.isnan([area["ratio"], area["ratio_upper"]]).all()
    tested = rows["q"].dropna()
    assert tested.tolist() == pytest.approx(stats.false_discovery_control(p).tolist())
    assert (rows["direction"] != "no clear change").tolist() == (rows["q"] <= 0.05).tolist()
    assert not np.isinf(rows.select_dtypes("number").to_numpy(dtype=float, na_value=0)).any()


def series(before: dict[Square, int], after: dict[Square, int]) -> list[dict[str, object]]:
    return [
        row(0, "burglary", month, square, count)
        for month, counts in (("2018-05", before), ("2019-05", after))
        for square, count in counts.items()
    ]


def told(tmp_path: Path, before: int, after: int, months: str, compare: str) -> tuple[str, str]:
    """The direction and the sentence of one square among 35 that do not change."""
    quiet = dict.fromkeys(INSIDE[1:], 20)
    counts = series({INSIDE[0]: before, **quiet}, {INSIDE[0]: after, **quiet})
    dataset = made(tmp_path, [POLICE], counts)
    rows = ask(dataset, theme="burglary", months=months, compare=compare).rows
    return rows["direction"].iloc[0], rows["in_words"].iloc[0]


MAY = {"months": "2019-05", "compare": "2018-05"}


@pytest.mark.parametrize(
    ("before", "after", "direction", "said"),
    [
        (40, 60, "no clear change", "No clear change: 40 before, 60 now."),
        (400, 600, "up", "Up from 400 to 600, a rise of 50%, likely between 32% and 71%."),
        (1200, 600, "down", "Down from 1,200 to 600, a fall of 50%, likely between 45% and 55%."),
        (9, 90, "up", "Up from 9 to 90."),  # no percentage on fewer than 10
        (0, 30, "up", "Up from 0 to 30."),
        (30, 0, "down", "Down from 30 to 0, a fall of 100%, likely between 87% and 100%."),
        (0, 0, "no clear change", "No incident in either period."),
    ],
)
def test_one_plain_sentence_an_area(
    tmp_path: Path, before: int, after: int, direction: str, said: str
) -> None:
    assert told(tmp_path, before, after, **MAY) == (direction, said)


def test_unequal_periods_are_compared_month_by_month_and_say_how_long_they_are(
    tmp_path: Path,
) -> None:
    direction, said = told(tmp_path, 300, 300, "2019-05", "2018-04/2018-06")
    assert direction == "up"
    assert said.startswith(
        "Up from 300 in 3 months to 300 in 1 month, a rise of 200% in the monthly count, likely"
    )


def test_a_change_whose_limits_hold_1_is_not_clear(tmp_path: Path) -> None:
    """12 in 9 months and none in 3: p is 0.046, and the ratio may be up to 1.08."""
    counts = [row(0, "burglary", "2018-05", INSIDE[0], 12)]
    asked = {"months": "2019-01/2019-03", "compare": "2018-01/2018-09"}
    alone = ask(made(tmp_path, [POLICE], counts), theme="burglary", **asked)
    found = alone.rows.iloc[0]
    assert found["q"] < 0.05
    assert found["ratio_lower"] <= 1 <= found["ratio_upper"]
    assert (found["direction"], found["in_words"]) == (
        "no clear change",
        "No clear change: 12 in 9 months before, 0 in 3 months now.",
    )
    assert alone.facts["in_words"].startswith("Altogether no clear change")


def test_one_area_alone_is_not_told_of_as_several() -> None:
    assert ways(["no clear change"], [""], "areas").startswith("No clear change in any of 1 area,")
    assert ways(["up"], [""], "towns").startswith("Of 1 town 1 is clearly up,")


def test_swapping_what_is_counted_mirrors_the_direction(tmp_path: Path) -> None:
    one, other = {INSIDE[0]: 30, INSIDE[1]: 90, INSIDE[2]: 50}, {INSIDE[0]: 90, INSIDE[1]: 30}
    there = ask(made(tmp_path / "a", [POLICE], series(one, other)), theme="burglary", **MAY).rows
    back = ask(made(tmp_path / "b", [POLICE], series(other, one)), theme="burglary", **MAY).rows
    mirrored = {"up": "down", "down": "up", "no clear change": "no clear change"}
    assert back["direction"].tolist() == [mirrored[way] for way in there["direction"]]
    assert back["p"].tolist() == pytest.approx(there["p"].tolist(), nan_ok=True)
    assert back["ratio"].iloc[:2].tolist() == pytest.approx((1 / there["ratio"].iloc[:2]).tolist())


def test_where_no_year_before_is_held_no_change_is_told(police: Dataset) -> None:
    for layer in ("change", "change-towns"):
        answer = ask(police, layer)
        why = (
            "No change is told: the files do not hold October 2017 to January 2018 to compare with."
        )
        assert set(answer.rows["in_words"]) == {why} == {answer.facts["in_words"]}
        empty = ["count_before", "ratio", "ratio_lower", "ratio_upper", "p", "q", "direction"]
        assert answer.rows[empty].isna().all(axis=None)
        assert answer.rows["count"].sum() > 0


@pytest.mark.parametrize("gone", ["2018-05", "2019-04"])
def test_a_month_that_is_not_held_in_either_period_leaves_no_change_told(
    tmp_path: Path, gone: str
) -> None:
    holed = POLICE | {"months_missing": [gone]}
    counts = [item for item in COUNTS if item["source"] == 0]
    dataset = made(tmp_path, [holed], [*counts, row(0, "asb", "2018-04", (1, 1), 9)])
    rows = ask(dataset, theme="asb", months="2019-04/2019-06").rows
    year, month = {"2018-05": ("2018", "May"), "2019-04": ("2019", "April")}[gone]
    assert set(rows["in_words"]) == {f"No change is told: the files do not hold {month} {year}."}
    assert rows["direction"].isna().all()


def test_longer_than_a_year_is_set_against_as_many_whole_years_before(embedded: Dataset) -> None:
    question = Question.ask(embedded, months="2014-10/2016-03")
    assert question.before().period.iso() == "2012-10/2014-03"
    assert not question.before().period.overlaps(question.period)


def test_the_months_to_compare_with_must_be_earlier_and_held(embedded: Dataset) -> None:
    for compare in ("2016-03", "2015-01/2015-06", "2016-01/.."):
        with pytest.raises(QuestionError, match=r"must end before those counted \(2015-06/2016-"):
            Question.ask(embedded, months="2015-06/2016-03", compare=compare)
    with pytest.raises(QuestionError, match="holds 2014-01/2016-03"):
        Question.ask(embedded, compare="2013-12/2014-05")


def test_only_the_layers_of_change_take_months_to_compare_with(embedded: Dataset) -> None:
    question = Question.ask(embedded, months="2016-01", compare="2015-12")
    for name in ("lsoas", "persistence", "towns"):
        with pytest.raises(QuestionError, match="compares no months; leave out compare"):
            find_layer(name).check(question)
    find_layer("change").check(question)


def test_the_metadata_carry_the_recording_changes_that_lie_between(embedded: Dataset) -> None:
    layer = find_layer("change")
    for theme, months in (("violence", ["2015-04"]), ("shoplifting", []), ("asb", [])):
        question = Question.ask(embedded, theme=theme)
        said = describe(embedded, layer, question, layer.compute(embedded, question))
        assert said["compared_with"] == "2014-04/2015-03"
        assert [change["month"] for change in said["recording_changes"]] == months
        told = [text for text in said["caveats"] if text.startswith("Recording changed in")]
        assert len(told) == len(months)
    plain = find_layer("lsoas")
    question = Question.ask(embedded, theme="violence")
    said = describe(embedded, plain, question, plain.compute(embedded, question))
    assert (said["recording_changes"], said["compared_with"]) == ([], None)


def test_a_town_narrows_what_is_shown_and_changes_no_figure(embedded: Dataset) -> None:
    everywhere = ask(embedded, theme="crime").rows
    oswestry = ask(embedded, theme="crime", town="oswestry")
    pd.testing.assert_frame_equal(oswestry.rows, everywhere[everywhere["town"] == "Oswestry"])
    total = (oswestry.rows["count_before"].sum(), oswestry.rows["count"].sum())
    assert f"{total[0]:,}" in oswestry.facts["in_words"]
    assert f"{total[1]:,}" in oswestry.facts["in_words"]
