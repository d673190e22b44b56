"""Hot spots of real months: by own level, told apart from clusters."""

import pandas as pd
import pytest

from geo.dataset import Dataset
from geo.query import Question
from layers.layer import Answer
from layers.registry import find_layer


def hot_spots(dataset: Dataset, **asked: str) -> Answer:
    return find_layer("hotspots").compute(dataset, Question.ask(dataset, **asked))


def codes(rows: pd.DataFrame, word: str) -> set[str]:
    return set(rows.loc[rows["hotspot_class"] == word, "lsoa_code"])


def test_among_the_rural_areas_whitchurch_and_wem_stand_out(police: Dataset) -> None:
    answer = hot_spots(police, theme="crime", place="rural")
    rows = answer.rows
    assert len(rows) == 111
    hot = rows[rows["hotspot_class"] == "hot spot"]
    assert sorted(hot["town"]) == ["Wem", "Whitchurch", "Whitchurch"]
    assert (rows["hotspot_class"] == "raised").sum() == 4
    assert answer.facts["judged_against"] == "the rate of all rural areas"


def test_against_the_whole_county_whitchurch_is_raised_and_wem_is_not(police: Dataset) -> None:
    rural = hot_spots(police, theme="crime", place="rural").rows
    county = hot_spots(police, theme="crime").rows.set_index("lsoa_code")
    classes = county.loc[sorted(codes(rural, "hot spot")), ["town", "hotspot_class"]]
    assert sorted(map(tuple, classes.to_numpy())) == [
        ("Wem", "not unusual"),
        ("Whitchurch", "raised"),
        ("Whitchurch", "raised"),
    ]


def test_asb_has_hot_spots_where_the_printed_ones_are(police: Dataset) -> None:
    rows = hot_spots(police, theme="asb").rows
    assert {"E01028946", "E01028906"} <= codes(rows, "hot spot")
    assert not codes(rows, "hot spot") & codes(rows, "raised")


@pytest.mark.parametrize("theme", ["crime", "asb", "shoplifting", "burglary", "drugs"])
@pytest.mark.parametrize("place", [None, "rural"])
def test_a_cluster_has_a_false_discovery_rate_of_at_most_a_tenth(
    police: Dataset, theme: str, place: str | None
) -> None:
    asked = {"theme": theme} | ({"place": place} if place else {})
    rows = hot_spots(police, **asked).rows
    assert not (rows["cluster"] & ~(rows["q"] <= 0.10)).any()
    assert not (~rows["cluster"] & (rows["q"] <= 0.10)).any()
    assert rows["q"].dropna().between(0, 1).all()
    assert (rows["q"].isna() == rows["cluster_reason"].notna()).all()


def test_every_word_of_the_classes_keeps_its_rule(police: Dataset) -> None:
    rows = hot_spots(police, theme="asb").rows
    hot = (rows["own_z"] >= 3.090) & (rows["count"] >= 10)
    raised = ~hot & (rows["own_z"] >= 1.960) & (rows["count"] >= 5)
    assert (hot == (rows["hotspot_class"] == "hot spot")).all()
    assert (raised == (rows["hotspot_class"] == "raised")).all()
    low = rows["own_z"] <= -1.960
    assert (low == (rows["hotspot_class"] == "low")).all()
    beside = rows["hotspot_class"] == "beside a hot spot"
    outlines = police.lsoas.geometry
    around = outlines.intersects(outlines[hot.to_numpy()].union_all()).to_numpy()
    assert (beside == around & ~hot & ~raised & ~low).all()


def test_neighbours_and_ranks_are_those_of_the_counts(police: Dataset) -> None:
    rows = hot_spots(police, theme="asb").rows.reset_index(drop=True)
    outlines = police.lsoas.geometry
    for i in range(0, len(rows), 13):
        around = outlines.intersects(outlines.iloc[i]).to_numpy() & (rows.index != i)
        assert rows.loc[i, "neighbours"] == around.sum()
        assert rows.loc[i, "neighbours_count"] == rows.loc[around, "count"].sum()
    assert rows["rank"].tolist() == rows["count"].rank(method="min", ascending=False).tolist()
    assert rows["cumulative_share"].max() == pytest.approx(1)
