"""Every layer's rows against its card, and their sums against the incidents on disk."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from building import build_files
from incident_rows import incident_rows
from layer_names import OF_AREAS, SHIPPED

from geo.dataset import Dataset
from geo.errors import UnknownNameError
from geo.formats import records
from geo.query import Question
from geo.versions import current_folder
from layers.layer import Answer
from layers.registry import all_layers, find_layer

KINDS = {"string": str, "integer": int, "number": (float, int), "boolean": bool}
QUESTIONS: list[dict[str, str]] = [
    {},
    {"theme": "asb"},
    {"theme": "rural-crime"},
    {"theme": "shoplifting", "months": "2018-12"},
    {"theme": "burglary", "place": "urban"},
    {"theme": "public-disorder-and-weapons"},  # nowhere in these months
    {"town": "whitchurch"},
    {"theme": "robbery", "months": "2018-10", "place": "rural", "town": "wem"},
    {"theme": "drugs", "place": "rural", "town": "shrewsbury"},  # no rural area in it
]


def ask(dataset: Dataset, layer: str, **asked: str) -> Answer:
    return find_layer(layer).compute(dataset, Question.ask(dataset, **asked))


@pytest.fixture(scope="module")
def incidents(police_home: Path) -> pd.DataFrame:
    """The located incidents of the dataset, one by one."""
    frame = incident_rows(current_folder(police_home)).to_pandas()
    return pd.DataFrame(frame.dropna(subset="lsoa_code"))


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: " ".join(asked.values()) or "all")
def test_rows_have_the_columns_kinds_and_nulls_of_the_card(
    police: Dataset, name: str, asked: dict[str, str]
) -> None:
    layer, answer = find_layer(name), ask(police, name, **asked)
    assert list(answer.rows.columns) == [field.name for field in layer.fields(police)]
    assert len(answer.rows) == len(answer.ids) == len(set(answer.ids))
    for row in records(answer.rows):
        for field in layer.fields(police):
            value = row[field.name]
            if value is None:
                assert field.null is not None, f"{field.name} is null and its card says never"
            else:
                assert isinstance(value, KINDS[field.kind]), field.name
                assert isinstance(value, bool) == (field.kind == "boolean"), field.name


@pytest.mark.parametrize("name", SHIPPED)
def test_a_card_can_be_drawn_and_labelled(police: Dataset, name: str) -> None:
    layer = find_layer(name)
    fields = [field.name for field in layer.fields(police)]
    assert len(fields) == len(set(fields))
    assert {layer.drawing(police).field, layer.label} <= set(fields)
    assert layer.name == name
    assert layer.title
    assert layer.summary


def test_the_layers_of_the_areas_are_there_and_an_unknown_one_is_an_error() -> None:
    assert {"lsoas", "towns", "hotspots", "rural-urban", "deprivation"} <= set(all_layers())
    with pytest.raises(UnknownNameError, match=r"no layer 'roads'; there are .*lsoas"):
        find_layer("roads")


PICK: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "crime": lambda rows: rows["offence"] != "asb",
    "asb": lambda rows: rows["offence"] == "asb",
    "shoplifting": lambda rows: rows["offence"] == "shoplifting",
}


@pytest.mark.parametrize("theme", PICK)
@pytest.mark.parametrize("layer", ["lsoas", "hotspots", "deprivation"])
def test_counts_by_lsoa_are_those_of_the_incidents(
    police: Dataset, incidents: pd.DataFrame, theme: str, layer: str
) -> None:
    expected = incidents[PICK[theme](incidents)]["lsoa_code"].value_counts()
    rows = ask(police, layer, theme=theme).rows.set_index("lsoa_code")
    assert len(rows) == 193
    assert rows["count"].tolist() == [int(expected.get(code, 0)) for code in rows.index]
    assert rows["share"].sum() == pytest.approx(1)
    assert rows["share"].tolist() == pytest.approx((rows["count"] / expected.sum()).tolist())
    rates = 1000 * rows["count"] / rows["residents"]
    assert rows["rate"].tolist() == pytest.approx(rates.tolist())
    assert (rows["rate_lower"] <= rows["rate"]).all()
    assert (rows["rate"] < rows["rate_upper"]).all()


@pytest.mark.parametrize("asked", [{}, {"theme": "asb"}, {"place": "rural"}])
def test_a_town_is_the_sum_of_its_lsoas(police: Dataset, asked: dict[str, str]) -> None:
    lsoas = ask(police, "lsoas", **asked).rows
    sums = lsoas.groupby("town")[["count", "residents", "share"]].sum()
    towns = ask(police, "towns", **asked).rows.set_index("town")
    assert set(towns.index) == set(sums.index)
    for name in ("count", "residents"):
        assert towns[name].to_dict() == sums[name].to_dict()
    assert towns["share"].to_dict() == pytest.approx(sums["share"].to_dict())
    assert towns["areas"].to_dict() == lsoas.groupby("town").size().to_dict()
    by_rank = towns.sort_values("count", ascending=False)["rank"].tolist()
    assert by_rank == sorted(by_rank)


@pytest.mark.parametrize("theme", PICK)
def test_rural_and_urban_and_the_classes_add_up_to_the_whole(
    police: Dataset, incidents: pd.DataFrame, theme: str
) -> None:
    rows = ask(police, "rural-urban", theme=theme).rows
    split = rows[rows["level"] == "rural or urban"]
    classes = rows[rows["level"] == "class"]
    assert dict(zip(split["code"], split["areas"], strict=True)) == {"rural": 111, "urban": 82}
    total = int(PICK[theme](incidents).sum())
    for level in (split, classes):
        assert level["count"].sum() == total
        assert level["residents"].sum() == 306_129
        assert level["areas"].sum() == 193
        assert level["residents_share"].sum() == pytest.approx(1)
        assert level["share"].sum() == pytest.approx(1)
    by_place = classes.groupby("place")["count"].sum()
    assert dict(zip(split["code"], split["count"], strict=True)) == by_place.to_dict()
    assert rows["per_km2"].tolist() == pytest.approx(
        (rows["count"] / rows["hectares"] * 100).tolist()
    )


def test_deciles_add_up_to_the_whole(police: Dataset) -> None:
    answer = ask(police, "deprivation", theme="asb")
    deciles = answer.facts["by_decile"]
    assert [item["decile"] for item in deciles] == list(range(1, 11))
    assert sum(item["areas"] for item in deciles) == 193
    assert sum(item["count"] for item in deciles) == answer.rows["count"].sum()
    assert sum(item["residents"] for item in deciles) == 306_129
    first = answer.rows[answer.rows["imd2019_decile"] == 1]
    assert deciles[0]["count"] == first["count"].sum()


def test_a_town_shows_its_own_rows_with_the_figures_of_the_whole(police: Dataset) -> None:
    everywhere = ask(police, "hotspots", theme="asb").rows
    oswestry = ask(police, "hotspots", theme="asb", town="Oswestry").rows
    pd.testing.assert_frame_equal(oswestry, everywhere[everywhere["town"] == "Oswestry"])
    assert ask(police, "towns", town="Oswestry").rows["town_id"].tolist() == ["oswestry"]


def test_rows_stand_beside_their_own_outlines(police: Dataset) -> None:
    lsoas = ask(police, "lsoas", place="rural", town="wem")
    assert lsoas.ids == lsoas.rows["lsoa_code"].tolist()
    assert ask(police, "towns").ids == ask(police, "towns").rows["town_id"].tolist()
    split = ask(police, "rural-urban")
    assert split.ids == split.rows["code"].tolist()
    areas = {row["code"]: row["hectares"] for row in split.rows.to_dict("records")}
    outlines = police.lsoas.dissolve("ruc_code").geometry.area / 10_000
    for code, hectares in outlines.items():
        assert areas[code] == pytest.approx(hectares, rel=0.05)
    assert areas["rural"] > areas["urban"]


@pytest.fixture(scope="module")
def empty_month(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """One drug crime in one month, and nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    path = folder / "a.csv"
    path.write_text("month,offence,easting,northing\n2015-04,drugs,349132,312545\n")
    build_files(folder / "home", path)
    return Dataset.open(folder / "home")


@pytest.mark.parametrize("name", OF_AREAS)
@pytest.mark.parametrize("theme", ["crime", "robbery"])
def test_a_period_of_one_month_and_a_theme_without_incidents_have_answers(
    empty_month: Dataset, name: str, theme: str
) -> None:
    answer = ask(empty_month, name, theme=theme)
    assert len(answer.rows)
    assert answer.rows["count"].max() == (1 if theme == "crime" else 0)
    assert answer.rows["rate"].notna().all()
    assert answer.rows["share"].isna().all() == (theme == "robbery")
    numbers = answer.rows.select_dtypes("number").to_numpy(dtype=float, na_value=np.nan)
    assert not np.isinf(numbers).any()
    assert "nan" not in repr(answer.facts)
