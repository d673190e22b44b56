"""Map points, grid and density against the incidents one by one, counted another way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from building import build_files
from incident_rows import incident_rows
from layer_names import SHARED_OUT, WITHIN_TOWN
from made_dataset import made
from made_places import made_places

from geo.dataset import Dataset
from geo.detail import Detail
from geo.errors import DatasetError, QuestionError
from geo.offences import CRIME
from geo.query import Question
from geo.versions import current_folder
from layers.layer import Answer
from layers.metadata import caveats
from layers.registry import find_layer, offered_layers

Pick = Callable[[pd.DataFrame], pd.Series]
SEXUAL = "sexual-offences"
ASKED: dict[str, tuple[dict[str, str], Pick]] = {
    "crime": ({"theme": "crime"}, lambda rows: rows["offence"].isin(CRIME)),
    "asb in a town": (
        {"theme": "asb", "town": "shrewsbury"},
        lambda rows: (
            rows["offence"].astype(str).str.startswith("asb") & (rows["town"] == "Shrewsbury")
        ),
    ),
    "shoplifting in two months": (
        {"theme": "shoplifting", "months": "2018-11/2018-12"},
        lambda rows: (
            (rows["offence"] == "shoplifting")
            & rows["month"].between(2018 * 12 + 10, 2018 * 12 + 11)
        ),
    ),
    "urban drugs": (
        {"theme": "drugs", "place": "urban"},
        lambda rows: (rows["offence"] == "drugs") & (rows["place"] == "urban"),
    ),
}


def ask(dataset: Dataset, layer: str, detail: Detail | None = None, **asked: str) -> Answer:
    question = Question.ask(dataset, **asked, detail=detail or Detail())
    find_layer(layer).check(question)
    return find_layer(layer).compute(dataset, question)


def listed(home: Path, dataset: Dataset) -> pd.DataFrame:
    """The located incidents of the latest year, one by one, with the kind of place of each."""
    rows = pd.DataFrame(incident_rows(current_folder(home)).to_pandas().dropna(subset="lsoa_code"))
    kind = dict(zip(dataset.lsoas["lsoa_code"], dataset.place, strict=True))
    rows["place"] = rows["lsoa_code"].map(kind)
    return rows[rows["month"] > rows["month"].max() - 12]


@pytest.fixture(scope="module", params=["police", "embedded"])
def both(request: pytest.FixtureRequest) -> tuple[Dataset, pd.DataFrame]:
    """Each dataset with its incidents."""
    dataset = request.getfixturevalue(request.param)
    return dataset, listed(request.getfixturevalue(f"{request.param}_home"), dataset)


def chosen(rows: pd.DataFrame, asked: dict[str, str], pick: Pick) -> pd.DataFrame:
    if "months" in asked and rows["month"].max() < 2018 * 12:
        pytest.skip("the dataset does not hold these months")
    return rows[pick(rows) & (rows["offence"] != SEXUAL)]


@pytest.mark.parametrize("name", ASKED)
def test_points_are_those_of_the_incidents(both: tuple[Dataset, pd.DataFrame], name: str) -> None:
    dataset, rows = both
    asked, pick = ASKED[name]
    mine = chosen(rows, asked, pick)
    at = [mine["easting"].round().astype(int), mine["northing"].round().astype(int)]
    expected = mine.groupby([*at, "lsoa_code"]).size()
    found = ask(dataset, "map-points", **asked)
    table = found.rows.set_index(["easting", "northing", "lsoa_code"])
    assert table["count"].to_dict() == expected.to_dict()
    assert table["count"].is_monotonic_decreasing
    total = len(mine)
    assert found.rows["share"].tolist() == pytest.approx((found.rows["count"] / total).tolist())
    assert found.rows["cumulative_share"].tolist() == pytest.approx(
        (found.rows["count"].cumsum() / total).tolist()
    )
    down = expected.sort_values(ascending=False).cumsum().to_numpy()
    assert found.facts["points_with_a_third"] == 1 + int((3 * down < total).sum())
    assert found.facts["points_with_half"] == 1 + int((2 * down < total).sum())
    assert found.facts["points"] == len(expected)
    question = Question.ask(dataset, **asked)
    located = int(question.counts(dataset)[question.shown(dataset)].sum())
    facts = found.facts
    assert facts["located"] == located
    assert facts["on_points"] + facts["without_point"] + facts["never_mapped"] == located


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("cell", [None, 330, 1000])
def test_squares_are_those_of_the_incidents(
    both: tuple[Dataset, pd.DataFrame], name: str, cell: int | None
) -> None:
    dataset, rows = both
    asked, pick = ASKED[name]
    mine = chosen(rows, asked, pick)
    size = cell or (200 if "town" in asked else 1000)
    keys = [(mine[axis] // size).astype(int) for axis in ("easting", "northing")]
    expected = {f"square-{size}.{x}.{y}": n for (x, y), n in mine.groupby(keys).size().items()}
    found = ask(dataset, "grid", Detail(cell=cell), **asked)
    assert dict(zip(found.ids, found.rows["count"], strict=True)) == expected
    assert found.facts["cell"] == size
    assert found.rows["count"].is_monotonic_decreasing
    per_km2 = found.rows["count"] / (size / 1000) ** 2
    assert found.rows["per_km2"].tolist() == pytest.approx(per_km2.tolist())


def test_hexagons_hold_their_incidents(both: tuple[Dataset, pd.DataFrame]) -> None:
    dataset, rows = both
    mine = chosen(rows, *ASKED["asb in a town"])
    found = ask(dataset, "grid", Detail(cell=300, shape="hexagon"), **ASKED["asb in a town"][0])
    assert found.rows["count"].sum() == len(mine)
    frame = geopandas.GeoDataFrame(found.rows, geometry=found.shapes.outlines, crs=4326)
    bng = frame.to_crs(27700)
    for east, north in zip(mine["easting"], mine["northing"], strict=True):
        away = np.hypot(bng["easting"] - east, bng["northing"] - north)
        assert away.min() <= 300 / 3**0.5 + 1
    places = mine.groupby(["easting", "northing"]).size().reset_index(name="n")
    away = np.hypot(
        *(
            places[axis].to_numpy()[:, None] - bng[axis].to_numpy()
            for axis in ("easting", "northing")
        )
    )
    nearest = pd.Series(places["n"].to_numpy()).groupby(away.argmin(axis=1)).sum()
    assert nearest.to_dict() == dict(enumerate(found.rows["count"]))


@pytest.mark.parametrize("name", ASKED)
def test_every_incident_lies_in_one_band_of_its_density(
    both: tuple[Dataset, pd.DataFrame], name: str
) -> None:
    dataset, rows = both
    asked, pick = ASKED[name]
    mine = chosen(rows, asked, pick)
    found = ask(dataset, "density", **asked)
    assert found.rows["count"].sum() + found.facts["outside_the_bands"] == len(mine)
    assert found.facts["outside_the_bands"] <= 0.01 * len(mine)
    assert found.rows["high"].tolist()[:-1] == found.rows["low"].tolist()[1:]
    assert np.isnan(found.rows["high"].iloc[-1])
    assert 2 <= len(found.rows) <= 5
    everywhere = chosen(rows, *_without_town(asked, pick, name))
    h = found.facts["bandwidth"]
    outlines = found.shapes.outlines
    frame = geopandas.GeoSeries(outlines, crs=4326).to_crs(27700)
    km2 = found.rows["km2"].to_numpy()
    assert frame.area.to_numpy() / 1e6 == pytest.approx(km2, rel=0.002, abs=0.002)
    right = 0
    sample = mine.drop_duplicates(["easting", "northing"])[:40]
    for east, north in zip(sample["easting"], sample["northing"], strict=True):
        d2 = (everywhere["easting"] - east) ** 2 + (everywhere["northing"] - north) ** 2
        density = 3e6 / (np.pi * h**2) * ((1 - d2[d2 < h**2] / h**2) ** 2).sum()
        held = frame.contains(shapely.Point(east, north)).to_numpy()
        assert held.sum() <= 1
        if held.any():
            low, high = found.rows.loc[int(held.argmax()), ["low", "high"]]
            right += 0.7 * low <= density <= 1.6 * (np.inf if np.isnan(high) else high)
    assert right >= 0.9 * len(sample)


def _without_town(asked: dict[str, str], pick: Pick, name: str) -> tuple[dict[str, str], Pick]:
    if name != "asb in a town":
        return asked, pick
    return asked, lambda rows: rows["offence"].astype(str).str.startswith("asb")


@pytest.mark.parametrize("town", [None, "shrewsbury"])
def test_bands_tile(police: Dataset, town: str | None) -> None:
    asked = {"theme": "crime", **({"town": town} if town else {})}
    outlines = ask(police, "density", **asked).shapes.outlines
    whole = sum(outline.area for outline in outlines)
    assert shapely.union_all(outlines).area == pytest.approx(whole, rel=1e-4)
    for i, one in enumerate(outlines):
        assert one.is_valid
        for other in outlines[i + 1 :]:
            assert one.intersection(other).area < 1e-4 * whole


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return made_places(tmp_path_factory.mktemp("partner"))


def test_rows_are_left_out_for_a_reason_each(partner: Dataset) -> None:
    found = ask(partner, "map-points", theme="crime")
    facts = {name: found.facts[name] for name in list(found.facts)[:5]}
    assert facts == {
        "located": 8, "on_points": 6, "without_point": 1, "never_mapped": 1, "points": 4,
    }  # fmt: skip
    told = found.rows.set_index(["name", "lsoa_code"])["count"].to_dict()
    pride, other = sorted((n, c) for (n, c) in told if n == "Pride Hill")
    assert {pride[1], other[1]} == {"E01028946", "E01028891"}
    assert told["Pride Hill", "E01028946"] == 3
    assert told["Pride Hill", "E01028891"] == 1
    assert told["Castle Street", "E01028946"] == 1
    assert [n for n, _ in told if n.startswith("Point")] == ["Point 329500, 329500"]
    assert {"349132.312545", "349132.312545.2", "349200.312600"} < set(found.ids)
    question = Question.ask(partner, theme="crime")
    for name in WITHIN_TOWN:
        said = caveats(partner, question, find_layer(name))
        assert "Left out: sexual offences (1), which are never mapped below the town." in said
    assert not any("sexual" in text for text in caveats(partner, question, find_layer("lsoas")))


@pytest.mark.parametrize("name", WITHIN_TOWN)
def test_sexual_offences_are_refused(partner: Dataset, police: Dataset, name: str) -> None:
    with pytest.raises(QuestionError, match=f"never mapped below the town.* the layer {name}"):
        ask(partner, name, theme=SEXUAL)
    assert ask(police, name, theme="violence").rows["count"].sum() > 1000  # not told apart there


@pytest.mark.parametrize("name", WITHIN_TOWN)
@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"theme": "robbery"}, 1),
        ({"theme": "robbery", "town": "shrewsbury"}, 0),
        ({"theme": "homicide"}, 0),
        ({"theme": "burglary", "months": "2015-04"}, 0),
        ({"theme": "crime", "town": "shrewsbury", "place": "rural"}, 0),
    ],
)
def test_one_point_or_none(partner: Dataset, name: str, asked: dict[str, str], count: int) -> None:
    found = ask(partner, name, **asked)
    assert found.rows["count"].sum() == count
    assert len(found.rows) == len(found.ids) == len(found.shapes.placed().json)
    assert bool(len(found.rows)) == bool(count)
    assert list(found.rows.columns) == [field.name for field in find_layer(name).fields(partner)]
    if count and name in SHARED_OUT:
        assert found.rows["share"].sum() == 1
    numbers = found.rows.drop(columns=["high", "hour"], errors="ignore").select_dtypes("number")
    assert np.isfinite(numbers.to_numpy(dtype=float)).all()
    assert "nan" not in repr(found.facts)


def test_incidents_without_any_point_have_no_places(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("month,offence,lsoa_code\n2015-04,drugs,E01028946\n")
    build_files(tmp_path / "home", tmp_path / "a.csv")
    dataset = Dataset.open(tmp_path / "home")
    for name in WITHIN_TOWN:
        found = ask(dataset, name, theme="drugs")
        assert len(found.rows) == 0
        assert found.facts["without_point"] == found.facts["located"] == 1


def test_a_dataset_of_counts_alone_has_no_places(tmp_path: Path) -> None:
    dataset = made(tmp_path)
    assert not {*WITHIN_TOWN} & {*offered_layers(dataset)}
    with pytest.raises(DatasetError, match="build it again"):
        _ = dataset.places


@pytest.mark.parametrize(
    ("layer", "detail", "words"),
    [
        ("grid", {"cell": 20}, "cell must be 120 to 5,000 metres here, not 20: the points"),
        ("density", {"cell": 20}, "cell must be 120 to 500 metres here, not 20: the points"),
        ("density", {"cell": 600, "bandwidth": 1000}, "cell must be 120 to 500 metres here"),
        ("density", {"bandwidth": 100}, "bandwidth must be 240 to 1,500 metres here, not 100"),
        ("density", {"shape": "square"}, "The layer density has no shape; leave out shape"),
        ("grid", {"bandwidth": 300}, "The layer grid has no bandwidth; leave out bandwidth"),
        ("map-points", {"cell": 300}, "The layer map-points has no cell; leave out cell"),
        ("lsoas", {"cell": 300}, "The layer lsoas has no cell; leave out cell"),
    ],
)
def test_sizes_finer_than_the_points_and_of_other_layers_are_refused(
    police: Dataset, layer: str, detail: dict[str, Any], words: str
) -> None:
    with pytest.raises(QuestionError, match=words):
        ask(police, layer, Detail(**detail))


def test_sizes_follow_what_is_asked(police: Dataset) -> None:
    def sizes(detail: Detail, **asked: str) -> tuple[int, int]:
        facts = ask(police, "density", detail, **asked).facts
        return facts["bandwidth"], facts["cell"]

    assert sizes(Detail()) == (1000, 250)
    assert sizes(Detail(), town="shrewsbury") == (300, 100)
    assert sizes(Detail(bandwidth=800, cell=400)) == (800, 400)
    assert sizes(Detail(cell=400), town="shrewsbury") == (800, 400)
    bandwidth, cell = sizes(Detail(), town="wem")  # its points stand further apart
    assert (bandwidth, cell) == (300, 110)
