"""The layer of incidents against the incidents on disk, and its ids against other files of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from building import build_files, plan_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from incident_rows import incident_rows
from made_places import made_places

from geo.building.build import build
from geo.building.sources import SourcePlan
from geo.dataset import Dataset
from geo.errors import DatasetError
from geo.grouping import times_before
from geo.incidents.columns import CANONICAL_MAP
from geo.offences import ASB, CRIME, OFFENCES
from geo.query import Question
from geo.versions import current_folder
from layers.layer import Answer
from layers.registry import find_layer

Pick = Callable[[pd.DataFrame], pd.Series]
LAYER = find_layer("incidents")
HEADER = "incident_id,month,date,time,offence,location,easting,northing\n"
APRIL = (
    ",2015-04,2015-04-03,21:10,asb,Pride Hill,349132,312545\n"
    ",2015-04,2015-04-03,21:40,asb,Pride Hill,349132,312545\n"
    ",2015-04,2015-04-03,22:10,asb,Pride Hill,349132,312545\n"
    "S1,2015-04,2015-04-07,,shoplifting,Pride Hill,349132,312545\n"
    "S2,2015-04,2015-04-01,09:59,burglary,,349200,312600\n"
)
MAY = (
    "S3,2015-05,2015-05-01,00:00,shoplifting,Pride Hill,349132,312545\n"
    ",2015-05,2015-05-03,21:10,asb,Pride Hill,349132,312545\n"
)
SPAN = "2015-04/2015-05"
ASKED: dict[str, tuple[dict[str, str], Pick]] = {
    "crime": ({"theme": "crime"}, lambda rows: rows["offence"].isin(CRIME)),
    "asb": ({"theme": "asb"}, lambda rows: rows["offence"].isin(ASB)),
    "asb in a town": (
        {"theme": "asb", "town": "shrewsbury"},
        lambda rows: rows["offence"].isin(ASB) & (rows["town"] == "Shrewsbury"),
    ),
    "shoplifting": (
        {"theme": "shoplifting"},
        lambda rows: rows["offence"] == "shoplifting",
    ),
    "rural": (
        {"theme": "burglary", "place": "rural"},
        lambda rows: (
            rows["offence"].isin({"burglary", "domestic-burglary", "non-domestic-burglary"})
            & (rows["kind_of_place"] == "rural")
        ),
    ),
    "business": (
        {"theme": "business-crime", "place": "urban"},
        lambda rows: (
            rows["offence"].isin(CRIME)
            & rows["business"].eq(True)
            & (rows["kind_of_place"] == "urban")
        ),
    ),
}


def ask(dataset: Dataset, **asked: str) -> Answer:
    question = Question.ask(dataset, **asked)
    LAYER.check(question)
    return LAYER.compute(dataset, question)


def built(folder: Path, **files: str) -> Dataset:
    """A dataset of files by name, each of these rows."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.csv" for name in files]
    for path, rows in zip(paths, files.values(), strict=True):
        path.write_text(HEADER + rows, encoding="utf-8")
    build_files(folder / "home", *paths)
    return Dataset.open(folder / "home")


def told(answer: Answer) -> dict[str, str]:
    """What is said of each incident, by its id."""
    return dict(zip(answer.ids, answer.rows["in_words"].str.split(". One of").str[0], strict=True))


@pytest.fixture(scope="module", params=["police", "embedded"])
def both(request: pytest.FixtureRequest) -> tuple[Dataset, pd.DataFrame]:
    """Each dataset with the located incidents of its latest year."""
    dataset: Dataset = request.getfixturevalue(request.param)
    home: Path = request.getfixturevalue(f"{request.param}_home")
    rows = pd.DataFrame(incident_rows(current_folder(home)).to_pandas().dropna(subset="lsoa_code"))
    kind = dict(zip(dataset.lsoas["lsoa_code"], dataset.place, strict=True))
    rows["kind_of_place"] = rows["lsoa_code"].map(kind)
    return dataset, rows[rows["month"] > rows["month"].max() - 12]


@pytest.mark.parametrize("name", ASKED)
def test_rows_are_the_incidents(both: tuple[Dataset, pd.DataFrame], name: str) -> None:
    dataset, incidents = both
    asked, pick = ASKED[name]
    if name == "business" and incidents["business"].isna().all():
        pytest.skip("the source has no such mark")
    mine = incidents[pick(incidents) & (incidents["offence"] != "sexual-offences")]
    assert len(mine) > 20
    found = ask(dataset, **asked)
    expected = Counter(
        (
            f"{month // 12}-{month % 12 + 1:02}",
            None if pd.isna(day) else str(day),
            None if pd.isna(hour) else int(hour),
            *map(str, rest),
        )
        for month, day, hour, *rest in zip(
            mine["month"], mine["date"], mine["hour"], mine["offence"], mine["lsoa_code"],
            mine["easting"].round().astype(int), mine["northing"].round().astype(int),
            mine["location"], strict=True,
        )
    )  # fmt: skip
    rows = found.rows
    got = Counter(
        (
            month,
            None if pd.isna(day) else day,
            None if pd.isna(hour) else hour,
            *map(str, rest),
        )
        for month, day, hour, *rest in zip(
            rows["month"], rows["date"], rows["hour"], rows["offence"], rows["lsoa_code"],
            rows["easting"], rows["northing"], rows["name"], strict=True,
        )
    )  # fmt: skip
    assert got == expected
    assert len(set(found.ids)) == len(rows) == rows["count"].sum() == found.facts["on_points"]
    here = mine.groupby([mine["easting"].round(), mine["northing"].round()]).size()
    at = pd.MultiIndex.from_arrays([rows["easting"], rows["northing"]])
    assert rows["same_point"].tolist() == here.reindex(at).tolist()
    assert rows["month"].is_monotonic_decreasing
    assert rows["offence_title"].tolist() == [OFFENCES[code].title for code in rows["offence"]]


@pytest.mark.parametrize("name", ASKED)
def test_by_area_they_are_the_counts_of_the_lsoas(
    both: tuple[Dataset, pd.DataFrame], name: str
) -> None:
    dataset, asked = both[0], ASKED[name][0]
    question = Question.ask(dataset, **asked)
    found, areas = ask(dataset, **asked), find_layer("lsoas").compute(dataset, question).rows
    counted = found.rows.groupby("lsoa_code")["count"].sum()
    counts = areas.set_index("lsoa_code")["count"]
    left = counts - counted.reindex(counts.index, fill_value=0)
    assert left.min() >= 0
    assert left.sum() == found.facts["never_mapped"] + found.facts["without_point"]
    if name != "crime":
        assert left.sum() == 0
    points = find_layer("map-points").compute(dataset, question).facts
    assert all(points[fact] == value for fact, value in found.facts.items())


def test_what_is_recorded_is_told_and_what_is_not_is_null(tmp_path: Path) -> None:
    rows = ask(built(tmp_path / "days", april=APRIL, may=MAY), theme="crime").rows
    assert rows["in_words"].tolist() == [
        "Shoplifting, 1 May 2015, 00:00. One of 2 on this point",
        "Shoplifting, 7 April 2015. One of 2 on this point",
        "Burglary, 1 April 2015, 09:00",
    ]
    assert rows["name"].tolist() == ["Pride Hill", "Pride Hill", "Point 349200, 312600"]
    assert rows["hour"].fillna(-1).tolist() == [0, -1, 9]
    assert rows[["business", "rural_flag", "rural_offence"]].isna().all(axis=None)
    path = tmp_path / "months.csv"
    path.write_text("month,offence,easting,northing,business\n2015-04,drugs,349132,312545,yes\n")
    build_files(tmp_path / "home", path)
    rows = ask(Dataset.open(tmp_path / "home"), theme="drugs").rows
    assert rows["in_words"].tolist() == ["Drugs, April 2015"]
    assert rows[["date", "hour", "rural_flag"]].isna().all(axis=None)
    assert rows["business"].tolist() == [True]


def test_an_id_stays_when_months_are_added_and_however_files_are_cut(tmp_path: Path) -> None:
    first = told(ask(built(tmp_path / "first", april=APRIL), theme="asb"))
    assert len(first) == 3
    later = built(tmp_path / "later", april=APRIL, may=MAY)
    assert told(ask(later, theme="asb", months="2015-04")) == first
    both = told(ask(later, theme="asb"))
    assert first.items() < both.items()
    backwards = "".join(reversed((APRIL + MAY).splitlines(keepends=True)))
    assert told(ask(built(tmp_path / "one", all=backwards), theme="asb")) == both


def test_incidents_alike_in_everything_are_apart(tmp_path: Path) -> None:
    dataset = built(tmp_path, april=APRIL)  # two of the same hour, one of the next
    found = ask(dataset, theme="asb")
    alike = [name.partition(".")[0] for name in found.ids]
    assert sorted(Counter(alike).values()) == [1, 2]
    assert sorted(name.partition(".")[2] for name in found.ids) == ["", "", "2"]


@given(st.lists(st.integers(0, 5), max_size=30))
def test_times_before_counts_those_that_are_the_same(values: list[int]) -> None:
    expected = [values[:i].count(value) for i, value in enumerate(values)]
    assert times_before(np.array(values, dtype=np.int64)).tolist() == expected


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations((APRIL + MAY).splitlines(keepends=True)), st.integers(0, 3))
def test_order_and_files_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], cut: int
) -> None:
    """Files that share a month need IDs, so the ASB rows, which have none, stand in one."""
    crime = [row for row in rows if row.startswith("S")]
    files = {"a": "".join(crime[:cut]), "b": "".join(crime[cut:])}
    files = {name: text for name, text in files.items() if text}
    found = ask(built(tmp_path_factory.mktemp("cut"), **files), theme="crime", months=SPAN)
    whole = ask(built(tmp_path_factory.mktemp("whole"), all=APRIL + MAY), theme="crime")
    assert found.ids == whole.ids
    pd.testing.assert_frame_equal(found.rows, whole.rows)


def test_what_has_no_point_or_is_never_mapped_is_counted_and_no_crime_id_is_told(
    tmp_path: Path,
) -> None:
    found = ask(made_places(tmp_path), theme="crime")
    assert found.facts == {
        "located": 8, "on_points": 6, "without_point": 1, "never_mapped": 1, "points": 3,
    }  # fmt: skip
    assert not {"A1", "A2", "A3", "A4", "B2"} & {*found.rows.astype(str).to_numpy().ravel()}
    assert "sexual-offences" not in set(found.rows["offence"])


def test_incidents_of_several_sources_say_whose_they_are(tmp_path: Path) -> None:
    names = {"council": "partner", "wardens": "open"}
    for name in names:
        (tmp_path / f"{name}.csv").write_text(HEADER + APRIL)
    plan = plan_files(tmp_path / "council.csv")
    sources = tuple(
        SourcePlan(
            name, name.title(), "extract", (tmp_path / f"{name}.csv",), kind, None, CANONICAL_MAP
        )  # type: ignore[arg-type]
        for name, kind in names.items()
    )
    build(replace(plan, sources=sources), tmp_path / "home")
    dataset = Dataset.open(tmp_path / "home")
    found = ask(dataset, theme="asb", source="all")
    assert Counter(found.rows["source"]) == {"Council": 3, "Wardens": 3}
    assert len(set(found.ids)) == 6
    for name in names:
        alone = ask(dataset, theme="asb", source=name)
        assert set(alone.rows["source"]) == {name.title()}
        assert set(alone.ids) < set(found.ids)


def test_a_damaged_part_is_said_to_be_one(tmp_path: Path) -> None:
    dataset = built(tmp_path, april=APRIL)
    for part in (dataset.folder / "parts").glob("*.zip"):
        part.write_bytes(b"PK")
    with pytest.raises(DatasetError, match="damaged"):
        ask(dataset, theme="crime")
