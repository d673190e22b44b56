"""The table of places: what each holds, by source, kind and month."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from building import plan_files
from made_places import made_places

from geo.area_file import SourcePlan
from geo.building.build import build
from geo.dataset import Dataset
from geo.incidents.columns import CANONICAL_MAP
from geo.period import Period
from geo.query import Question
from geo.question_places import place_counts


@pytest.fixture
def partner(tmp_path: Path) -> Dataset:
    return made_places(tmp_path)


def test_places_are_read_when_they_are_first_asked_for(partner: Dataset) -> None:
    assert "places" not in vars(partner)
    assert partner.places is partner.places
    assert "places" in vars(partner)


def test_a_place_is_a_point_to_the_metre_in_an_lsoa(partner: Dataset) -> None:
    places = partner.places
    codes = partner.lsoas["lsoa_code"].to_numpy()[places.lsoa]
    found = zip(places.ids, codes, places.location, strict=True)
    assert sorted(found, key=lambda item: str(item[0])) == [
        ("329500.329500", codes[places.ids == "329500.329500"][0], None),
        ("349132.312545", "E01028891", "Pride Hill"),
        ("349132.312545.2", "E01028946", "Pride Hill"),
        ("349200.312600", "E01028946", "Castle Street"),
    ]
    assert np.abs(places.easting - [float(name.split(".")[0]) for name in places.ids]).max() < 0.5
    whole = places.counts(np.ones(len(places.kinds), dtype=bool), partner.period)
    assert whole.sum() == places.count.sum() == 8
    april = places.counts(np.ones(len(places.kinds), dtype=bool), Period.read("2015-04/2015-04"))
    assert april.sum() == 1  # of the two of April, the file of June has one again


def test_sources_are_counted_apart_and_together(tmp_path: Path) -> None:
    header = "month,offence,easting,northing,location\n"
    rows = {"council": "2015-04,asb,349132,312545,Flat 3\n" * 3}
    rows["wardens"] = "2015-04,asb,349132,312545,Pride Hill\n2015-04,asb,349900,312900,\n"
    may_see = {"council": "partner", "wardens": "open"}
    for name, text in rows.items():
        (tmp_path / f"{name}.csv").write_text(header + text)
    plan = plan_files(tmp_path / "council.csv")
    sources = tuple(
        SourcePlan(
            name, name, "extract", (tmp_path / f"{name}.csv",), may_see[name], None, CANONICAL_MAP
        )
        for name in rows
    )
    build(replace(plan, sources=sources), tmp_path / "home")
    dataset = Dataset.open(tmp_path / "home")
    for source, expected in (("council", [3]), ("wardens", [1, 1]), ("all", [1, 4])):
        question = Question.ask(dataset, theme="asb", source=source)
        count = place_counts(dataset, question)
        assert sorted(count[count > 0].tolist()) == expected
        assert count.sum() == question.counts(dataset).sum()
        assert dataset.places.recorded(question.sources).sum() == len(expected)
    assert "Flat 3" not in dataset.places.location.tolist()  # the open source calls it otherwise
