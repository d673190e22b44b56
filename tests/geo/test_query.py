"""Questions and their counts, against counts made from the street files alone."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from building import build_files

from boundaries import SHROPSHIRE
from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.query import Question

Row = dict[str, str]


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[Row]:
    found: list[Row] = []
    for path in (shared / "data/police/2018-19").glob("*.csv"):
        with path.open(newline="") as file:
            found += csv.DictReader(file)
    return found


@pytest.fixture(scope="module")
def facts() -> dict[str, Row]:
    with (SHROPSHIRE.parent / "lsoa_facts.csv").open(newline="", encoding="utf-8") as file:
        return {row["lsoa_code"]: row for row in csv.DictReader(file)}


THEMES = {
    "crime": lambda row: row["Crime type"] != "Anti-social behaviour",
    "asb": lambda row: row["Crime type"] == "Anti-social behaviour",
    "shoplifting": lambda row: row["Crime type"] == "Shoplifting",
    "business-crime": lambda row: row["Crime type"] == "Shoplifting",
    "violence": lambda row: row["Crime type"] == "Violence and sexual offences",
    "night-time-economy": lambda row: (
        row["Crime type"] in {"Violence and sexual offences", "Public order"}
    ),
    "drugs": lambda row: row["Crime type"] == "Drugs",
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("months", ["2018-10/2019-01", "2018-11/2018-12", "2019-01"])
def test_counts_are_those_of_the_rows(
    police: Dataset, rows: list[Row], facts: dict[str, Row], theme: str, months: str
) -> None:
    first, _, last = months.partition("/")
    chosen = [
        row for row in rows if THEMES[theme](row) and first <= row["Month"] <= (last or first)
    ]
    expected = Counter(row["LSOA code"] for row in chosen)
    question = Question.ask(police, theme, months)
    found = dict(zip(police.lsoas["lsoa_code"], question.counts(police).tolist(), strict=True))
    assert found == {code: expected[code] for code in facts}
    assert question.unlocated(police) == expected[""]
    assert question.counts_by_month(police).shape == (question.months_counted(police), 193)
    assert question.counts_by_month(police).sum() == sum(found.values())


@pytest.mark.parametrize(("place", "size"), [("rural", 111), ("urban", 82)])
def test_a_place_narrows_the_areas_and_their_counts(
    police: Dataset, facts: dict[str, Row], place: str, size: int
) -> None:
    question = Question.ask(police, "crime", place=place)
    positions = question.areas(police)
    rural = {code for code, row in facts.items() if row["ruc_code"][0] in "DE"}
    wanted = rural if place == "rural" else set(facts) - rural
    assert len(positions) == size
    assert set(police.lsoas["lsoa_code"].iloc[positions]) == wanted
    everything = Question.ask(police, "crime").counts(police)
    assert question.counts(police).tolist() == everything[positions].tolist()


def test_rural_crime_by_place_is_crime_in_rural_areas(police: Dataset) -> None:
    by_theme, by_place = (
        Question.ask(police, *asked) for asked in (("rural-crime",), ("crime", None, "rural"))
    )
    assert by_theme.place == "rural"
    assert by_theme.counts(police).tolist() == by_place.counts(police).tolist()


def test_a_town_is_found_by_name_or_id_and_narrows_only_what_is_shown(
    police: Dataset, facts: dict[str, Row]
) -> None:
    by_name = Question.ask(police, town="Bishop's Castle")
    assert by_name == Question.ask(police, town="bishops-castle")
    shown = police.lsoas["lsoa_code"][by_name.shown(police)]
    wanted = {code for code, row in facts.items() if row["town"] == "Bishop's Castle"}
    assert set(shown) == wanted != set()
    assert by_name.counts(police).sum() == Question.ask(police).counts(police).sum()


def test_without_months_the_latest_twelve_or_all_there_are(police: Dataset) -> None:
    assert Question.ask(police).period.iso() == "2018-10/2019-01"
    assert Question.ask(police).theme.name == "crime"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"theme": "piracy"}, "There is no theme 'piracy'; choose one of"),
        ({"months": "2018-09/2018-10"}, "The dataset holds 2018-10/2019-01"),
        ({"months": "soon"}, "'soon' is not a month"),
        ({"place": "coast"}, "There is no place 'coast'; choose rural or urban"),
        ({"town": "Atlantis"}, "There is no town 'Atlantis'; choose one of shrewsbury, oswestry"),
        ({"theme": "rural-crime", "place": "urban"}, "leave out place=urban"),
        ({"theme": "rural-flagged"}, r"street files\) does not record this, or not apart"),
        ({"theme": "homicide"}, "does not record this, or not apart from other"),
        ({"theme": "rural-offences"}, "does not record this, or not apart from other"),
        ({"theme": "livestock"}, "does not record this, or not apart from other"),
    ],
)
def test_a_question_that_cannot_be_answered_is_an_error(
    police: Dataset, asked: dict[str, str], words: str
) -> None:
    with pytest.raises(QuestionError, match=words):
        Question.ask(police, **asked)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """An extract with every mark, and a month that no row holds."""
    folder = tmp_path_factory.mktemp("marked")
    square = "349132,312545"
    lines = [
        "month,date,time,offence,easting,northing,business,rural,rural_offence",
        f",2015-02-01,20:00,violence-with-injury,{square},no,no,none",
        f",2015-02-01,19:59,violence-with-injury,{square},no,yes,none",
        f",2015-04-01,03:59,public-order,{square},no,yes,",
        f",2015-04-01,04:00,public-order,{square},no,no,none",
        f",2015-04-01,,homicide,{square},no,no,none",
        f",2015-04-01,12:00,robbery,{square},yes,,fuel",
        f",2015-04-01,12:00,shoplifting,{square},,,fly-tipping",
        f",2015-04-01,12:00,asb-nuisance,{square},yes,yes,fuel",
    ]
    (folder / "extract.csv").write_text("\n".join(lines) + "\n")
    build_files(folder / "home", folder / "extract.csv")
    return Dataset.open(folder / "home")


@pytest.mark.parametrize(
    ("theme", "count"),
    [
        ("crime", 7),
        ("asb", 1),
        ("night-time-economy", 2),  # 20:00 and 03:59; the homicide does not say
        ("business-crime", 1),  # the robbery; the shoplifting does not say
        ("rural-flagged", 2),
        ("rural-offences", 2),
        ("fuel", 2),  # the robbery, and a report of ASB
        ("fly-tipping", 1),
        ("rural-crime", 0),
        ("burglary", 0),
    ],
)
def test_marks_decide_what_a_theme_counts(marked: Dataset, theme: str, count: int) -> None:
    assert Question.ask(marked, theme).counts(marked).sum() == count


def test_what_does_not_say_is_counted_as_untold(marked: Dataset) -> None:
    assert Question.ask(marked, "night-time-economy").untold(marked) == 1
    assert Question.ask(marked, "crime").untold(marked) == 0


def test_an_extract_holds_every_month_from_its_first_to_its_last(marked: Dataset) -> None:
    question = Question.ask(marked)
    assert question.period.iso() == "2015-02/2015-04"
    assert question.months_counted(marked) == 3
    assert np.flatnonzero(question.counts_by_month(marked).sum(axis=1)).tolist() == [0, 2]
