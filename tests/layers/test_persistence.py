"""Lasting hot spots and emerging clusters, against the hot spot layer month by month."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_dataset import INSIDE, POLICE, made, row

from geo.dataset import Dataset
from geo.period import Period
from geo.query import Question
from layers.layer import Answer
from layers.registry import find_layer


def ask(dataset: Dataset, **asked: str) -> Answer:
    return find_layer("persistence").compute(dataset, Question.ask(dataset, **asked))


@pytest.mark.parametrize(
    "asked",
    [{"theme": "asb"}, {"theme": "violence"}, {"theme": "crime", "place": "rural"}],
)
def test_the_letters_are_those_of_the_hot_spot_layer_of_each_month(
    embedded: Dataset, asked: dict[str, str]
) -> None:
    question = Question.ask(embedded, months="2014-07/2016-03", **asked)
    rows = find_layer("persistence").compute(embedded, question).rows
    hot, cluster = [], []
    for month in range(2015 * 12 + 3, 2016 * 12 + 3):  # the last 12 of the 21
        alone = replace(question, period=Period(month, month))
        found = find_layer("hotspots").compute(embedded, alone).rows
        hot.append(np.where(found["hotspot_class"] == "hot spot", "H", "."))
        cluster.append(found["cluster"].to_numpy(dtype=bool))
    letters = ["".join(area) for area in np.array(hot).T]
    assert rows["hot_letters"].tolist() == letters
    assert "H" in "".join(letters)
    assert rows["months_hot"].tolist() == [text.count("H") for text in letters]
    assert rows["longest_run"].tolist() == [
        max(map(len, text.replace(".", " ").split(" "))) for text in letters
    ]
    assert set(rows["months_told"]) == {12}
    together = np.array([list(text) for text in rows["cluster_letters"]]).T
    np.testing.assert_array_equal(together == "C", np.array(cluster))


def test_fewer_than_ten_months_have_letters_and_no_pattern(police: Dataset) -> None:
    rows = ask(police, theme="asb").rows
    assert set(rows["hot_letters"].str.len()) == {4}
    assert rows["cluster_pattern"].isna().all()
    assert rows["cluster_pattern_reason"].str.startswith("Fewer than 10 months on end").all()
    assert rows["in_words"].str.contains("of 4 months").all()


MONTHS = [f"2018-{month:02d}" for month in range(1, 13)]
CORNER = [(1, 1), (1, 2), (2, 1), (2, 2)]


def grid(folder: Path, holes: list[str], hot: list[str] = MONTHS) -> Dataset:
    """A grid with one corner high in the months named, and everything else alike."""
    counts = [
        row(0, "burglary", month, square, 90 if square in CORNER and month in hot else 4)
        for month in MONTHS
        for square in INSIDE
        if month not in holes
    ]
    source = POLICE | {"months_missing": holes, "period": "2018-01/2018-12", "ring_covered": []}
    return made(folder, [source], counts)


@pytest.mark.parametrize(
    ("hot", "pattern"),
    [
        (MONTHS, "persistent cluster"),
        (MONTHS[-1:], "new cluster"),
        (MONTHS[-4:], "consecutive cluster"),
        (MONTHS[:1] + MONTHS[-1:], "sporadic cluster"),
        (MONTHS[:-1], "historical cluster"),
        (MONTHS[:3], "no pattern"),
    ],
)
def test_a_corner_of_the_grid_emerges(tmp_path: Path, hot: list[str], pattern: str) -> None:
    rows = ask(grid(tmp_path, [], hot), theme="burglary").rows.set_index("lsoa_code")
    corner = rows.loc["E01000000"]  # the square at 1, 1, whose neighbours are all high
    expected = "".join("C" if month in hot else "?" for month in MONTHS)
    alike = [i for i, month in enumerate(MONTHS) if month not in hot]
    if not alike:
        assert corner["cluster_letters"] == expected
        assert corner["cluster_pattern"] == pattern
        return
    # A month in which every area has the same count cannot be tested.
    assert corner["cluster_letters"] == expected
    assert corner["cluster_pattern"] is None
    varied = grid_with_noise(tmp_path / "noise", hot)
    rows = ask(varied, theme="burglary").rows.set_index("lsoa_code")
    corner = rows.loc["E01000000"]
    assert corner["cluster_letters"] == expected.replace("?", ".")
    assert corner["cluster_pattern"] == pattern


def grid_with_noise(folder: Path, hot: list[str]) -> Dataset:
    """The same grid, where the other squares and months lie between 3 and 5."""
    counts = [
        row(
            0,
            "burglary",
            month,
            square,
            90 if square in CORNER and month in hot else 3 + (i * 7 + k * 5) % 3,
        )
        for k, month in enumerate(MONTHS)
        for i, square in enumerate(INSIDE)
    ]
    source = POLICE | {"months_missing": [], "period": "2018-01/2018-12", "ring_covered": []}
    return made(folder, [source], counts)


@pytest.mark.parametrize(
    ("holes", "told", "pattern"),
    [(["2018-01"], 11, "persistent cluster"), (["2018-06"], 11, None), (["2018-11"], 11, None)],
)
def test_a_month_that_is_not_held_is_told_of_no_area(
    tmp_path: Path, holes: list[str], told: int, pattern: str | None
) -> None:
    rows = ask(grid(tmp_path, holes), theme="burglary", months="2018-01/2018-12").rows
    place = MONTHS.index(holes[0])
    assert {text[place] for text in rows["hot_letters"]} == {"?"}
    assert {text[place] for text in rows["cluster_letters"]} == {"?"}
    assert set(rows["months_told"]) == {told}
    corner = rows.set_index("lsoa_code").loc["E01000000"]
    assert corner["cluster_pattern"] == pattern
    assert corner["months_hot"] == told
    assert corner["longest_run"] == max(place, 11 - place)


def test_nobody_lives_there_or_nothing_happened(tmp_path: Path) -> None:
    def empty(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame.index[0], "residents"] = 0
        return frame

    counts = [row(0, "burglary", month, (3, 3), 0) for month in MONTHS]
    source = POLICE | {"period": "2018-01/2018-12", "ring_covered": []}
    rows = ask(made(tmp_path, [source], counts, empty), theme="burglary").rows
    first, rest = rows.iloc[0], rows.iloc[1:]
    assert first["hot_letters"] == "?" * 12
    assert first["in_words"] == "Not told in any month."
    assert first.isna()["months_hot"]
    assert set(rest["months_hot"]) == {0}
    assert set(rest["in_words"]) == {"A hot spot in none of 12 months."}
    assert set(rows["cluster_pattern_reason"]) == {
        "Fewer than 10 areas have an incident, too few to test for clusters."
    }
