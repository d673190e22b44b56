"""What neighbours tell of an area, and how often it is flagged, worked out here by definition."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from made_dataset import COUNCIL, COUNTS, INSIDE, POLICE, RING, Square, code, made, row
from scipy.stats import false_discovery_control

from geo.dataset import Dataset
from geo.formats import records
from geo.measures.clusters import clusters
from geo.measures.moran import NO_PATTERN
from geo.measures.neighbours import Neighbours
from geo.measures.smoothing import locally_smoothed_rate
from geo.query import Question
from layers.layer import Answer
from layers.registry import find_layer

# Counts that differ from square to square, high together in one corner.
COUNT = {
    (x, y): (3 * x * x + 5 * y + x * y) % 11 + (30 if min(x, y) > 4 else 0)
    for x, y in INSIDE + RING
}
ASB = [
    row(0, "asb", month, square, n)
    for square, n in COUNT.items()
    for month in ("2019-05", "2019-06")
    if n
]


def hot_spots(dataset: Dataset, **asked: str) -> Answer:
    return find_layer("hotspots").compute(dataset, Question.ask(dataset, **asked))


def around(square: Square) -> list[Square]:
    near = (max(abs(square[0] - x), abs(square[1] - y)) for x, y in COUNT)
    return [other for other, far in zip(COUNT, near, strict=True) if far == 1]


def test_neighbours_rate_and_share_take_in_the_ring(tmp_path: Path) -> None:
    grid = made(tmp_path, [POLICE], ASB)
    rows = hot_spots(grid, theme="asb").rows
    total = 2 * sum(COUNT.values())
    for square, found in zip(INSIDE, records(rows), strict=True):
        sums = 2 * sum(COUNT[other] for other in around(square))
        assert found["lsoa_code"] == code(square)
        assert found["neighbours_count"] == sums
        assert found["neighbours_rate"] == pytest.approx(sums / len(around(square)))
        assert found["neighbours_share"] == pytest.approx(sums / total)


def test_unknown_residents_of_a_neighbour_leave_the_neighbours_rate_untold(tmp_path: Path) -> None:
    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame.index[0], "residents"] = None
        return frame

    rows = records(hot_spots(made(tmp_path, [POLICE], ASB, edit), theme="asb").rows)
    assert rows[0]["hotspot_settings"] is None
    assert rows[0]["hotspot_settings_of"] is None
    assert rows[0]["rate_smoothed"] is None
    assert rows[0]["funnel"] is None
    assert "ot spot" not in rows[0]["robustness"]
    untold = {row["lsoa_code"] for row in rows if row["neighbours_rate"] is None}
    assert untold == {code(square) for square in around(INSIDE[0]) if square in INSIDE}


def test_moran_is_that_of_the_area_and_the_ring(tmp_path: Path) -> None:
    answer = hot_spots(made(tmp_path, [POLICE], ASB), theme="asb")
    together = INSIDE + RING
    x = 2.0 * np.array([COUNT[square] for square in together])
    y = x - x.mean()
    lag = np.array([y[[together.index(other) for other in around(one)]].mean() for one in together])
    assert answer.facts["moran"]["i"] == pytest.approx(y @ lag / (y @ y))
    inside = slice(len(INSIDE))
    assert answer.rows["moran_i"].tolist() == pytest.approx((y * lag / np.mean(y**2))[inside])
    q = false_discovery_control(answer.rows["p"])
    assert answer.rows["moran_q"].tolist() == pytest.approx(q.tolist())
    sides = {True: "high", False: "low"}
    for found, own, near in zip(records(answer.rows), y[inside], lag[inside], strict=True):
        if found["moran_q"] <= 0.10:
            expected = f"{sides[bool(own > 0)]}-{sides[bool(near > 0)]}"
            assert (found["moran_quadrant"], found["moran_reason"]) == (expected, None)
        else:
            assert (found["moran_quadrant"], found["moran_reason"]) == (None, NO_PATTERN)
    assert answer.rows["moran_quadrant"].notna().any()


@pytest.mark.parametrize("theme", ["asb", "crime", "shoplifting"])
def test_hot_spots_stand_in_the_settings_counted_here(police: Dataset, theme: str) -> None:
    question = Question.ask(police, theme)
    rows = hot_spots(police, theme=theme).rows
    people = rows["residents"].to_numpy(dtype=float)

    def hot(count: np.ndarray, limit: float, least: int) -> np.ndarray:
        z = 2 * np.sqrt(people) * (np.sqrt(count / people) - np.sqrt(count.sum() / people.sum()))
        phi = np.mean(np.clip(z, *np.quantile(z, [0.1, 0.9])) ** 2)
        return (z / np.sqrt(max(phi, 1)) >= limit) & (count >= least)

    months = question.counts_by_month(police)
    count = months.sum(axis=0)
    flags = [hot(count, limit, least) for limit in (2.576, 3.09, 3.291) for least in (5, 10)]
    flags += [hot(count - month, 3.09, 10) for month in months if month.any()]
    assert rows["hotspot_settings"].tolist() == np.sum(flags, axis=0).tolist()
    assert set(rows["hotspot_settings_of"]) == {len(flags)}
    always = rows["hotspot_settings"] == len(flags)
    assert (rows["hotspot_class"][always] == "hot spot").all()
    assert len(months) == 4
    for said, n in zip(rows["robustness"], rows["hotspot_settings"], strict=True):
        assert said.startswith(f"A hot spot in {n or 'none'} of {len(flags)} settings; a cluster")


@pytest.mark.parametrize("place", [None, "rural"])
def test_clusters_stand_by_touching_and_by_nearness(police: Dataset, place: str | None) -> None:
    asked = {"theme": "crime"} | ({"place": place} if place else {})
    rows = hot_spots(police, **asked).rows.reset_index(drop=True)
    outlines = police.lsoas.set_index("lsoa_code").geometry.loc[rows["lsoa_code"]]
    centres = shapely.get_coordinates(shapely.centroid(outlines.to_numpy()))
    apart = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    order = np.argsort(apart, axis=1)
    rates = [rows["q"].to_numpy(dtype=float)]
    for k in (4, 8):
        assert (order[:, 0] == np.arange(len(rows))).all()
        focal = np.repeat(np.arange(len(rows)), k)
        near = Neighbours.from_pairs(len(rows), focal, order[:, 1 : k + 1].ravel())
        rates.append(clusters(rows["count"], near).q)
    flagged = sum((q <= limit).astype(int) for q in rates for limit in (0.05, 0.10, 0.20))
    assert not police.held[0].ring_covered or place  # else the ring takes part
    assert rows["cluster_settings"].tolist() == flagged.tolist()
    assert set(rows["cluster_settings_of"]) == {9}


def test_one_month_leaves_none_out_and_says_so(police: Dataset) -> None:
    answer = hot_spots(police, theme="asb", months="2018-12")
    assert set(answer.rows["hotspot_settings_of"]) == {6}
    assert "fewer than two months" in answer.facts["settings"]["hot_spot"]
    more = hot_spots(police, theme="asb")
    assert "each of 4 months left out in turn" in more.facts["settings"]["hot_spot"]


def test_what_cannot_be_told_is_null_with_its_reason(tmp_path: Path) -> None:
    """Council reports lie in two areas, too few for a test of clusters."""
    grid = made(tmp_path, [POLICE, COUNCIL], [item for item in COUNTS if item["source"] < 2])
    answer = hot_spots(grid, theme="asb", source="council-asb")
    assert answer.facts["moran"] is None
    for found in records(answer.rows):
        assert found["moran_i"] is found["moran_q"] is found["moran_quadrant"] is None
        assert found["cluster_settings"] is found["cluster_settings_of"] is None
        assert found["moran_reason"] == found["cluster_reason"]
        assert re.fullmatch(r"A hot spot in (\d+|none) of \d+ settings\.", found["robustness"])


def test_funnel_and_class_say_the_same(police: Dataset) -> None:
    rows = hot_spots(police, theme="asb").rows
    assert (rows["funnel"] == "above 99.8%").equals(rows["own_z"] >= 3.09)
    assert rows["funnel"].str.startswith("above").equals(rows["own_z"] >= 1.96)
    assert rows["funnel"].str.startswith("below").equals(rows["own_z"] <= -1.96)


def test_the_rate_of_all_is_that_of_the_areas_judged(police: Dataset) -> None:
    for place in ("rural", "urban"):
        answer = hot_spots(police, theme="crime", place=place)
        overall = 1000 * answer.rows["count"].sum() / answer.rows["residents"].sum()
        assert answer.facts["overall_rate"] == pytest.approx(overall)


def drawn_to(own: int, count: list[int], people: list[int]) -> float:
    """The empirical Bayes rate of the first of some areas, which others stand round."""
    mean = sum(count) / sum(people)
    spread = sum(p * (n / p - mean) ** 2 for n, p in zip(count, people, strict=True)) / sum(people)
    between = max(0.0, spread - mean * len(people) / sum(people))
    weight = between / (between + mean / people[0]) if mean else 0.0
    return 1000 * (mean + (own / people[0] - mean) * weight)


@pytest.mark.parametrize("layer", ["lsoas", "hotspots"])
def test_locally_smoothed_rates_are_drawn_to_the_neighbours_the_ring_among_them(
    tmp_path: Path, layer: str
) -> None:
    people = {square: 400 + 90 * ((5 * square[0] + 3 * square[1]) % 8) for square in COUNT}
    nobody, unknown = (2, 3), (5, 5)

    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        frame["residents"] = pd.array(list(people.values()), dtype="Int64")
        frame.loc[frame["lsoa_code"] == code(nobody), "residents"] = 0
        frame.loc[frame["lsoa_code"] == code(unknown), "residents"] = None
        return frame

    grid = made(tmp_path, [POLICE], ASB, edit)
    answer = find_layer(layer).compute(grid, Question.ask(grid, "asb"))
    assert answer.facts["halo"].startswith("28 of the 28")
    told = 0
    for square, found in zip(INSIDE, records(answer.rows), strict=True):
        if square in (nobody, unknown):
            assert found["rate_locally_smoothed"] is None
            continue
        near = [square, *(one for one in around(square) if one not in (nobody, unknown))]
        count, living = [2 * COUNT[one] for one in near], [people[one] for one in near]
        expected = drawn_to(count[0], count, living)
        assert found["rate_locally_smoothed"] == pytest.approx(expected)
        told += abs(found["rate_locally_smoothed"] - found["rate_smoothed"]) > 0.1
    assert told > len(INSIDE) / 2


@pytest.mark.parametrize("layer", ["lsoas", "hotspots"])
def test_an_island_has_no_locally_smoothed_rate(tmp_path: Path, layer: str) -> None:
    """Of the rural squares one stands alone, two touch; there is no ring."""
    rural = [(1, 1), (4, 5), (5, 6)]

    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        codes = [code(square) for square in rural]
        frame["place"] = frame["lsoa_code"].isin(codes).map({True: "rural", False: "urban"})
        return frame

    grid = made(tmp_path, [POLICE | {"ring_covered": []}], ASB, edit)
    rows = records(find_layer(layer).compute(grid, Question.ask(grid, "asb", place="rural")).rows)
    count = [2 * COUNT[square] for square in rural[1:]]
    assert [row["rate_locally_smoothed"] for row in rows] == [
        None,
        pytest.approx(drawn_to(count[0], count, [1000, 1000])),
        pytest.approx(drawn_to(count[1], count[::-1], [1000, 1000])),
    ]
    shown = find_layer(layer).rates(grid)
    assert list(shown) == ["recorded", "smoothed", "locally-smoothed"]
    assert list(find_layer("towns").rates(grid)) == ["recorded", "smoothed"]


def test_locally_smoothed_rates_of_all_of_england_and_wales_take_a_moment() -> None:
    side = 190
    x, y = np.divmod(np.arange(side * side), side)
    focal, near = [], []
    for dx, dy in ((0, 1), (1, 0), (1, 1), (1, -1)):
        inside = (x + dx < side) & (y + dy >= 0) & (y + dy < side)
        focal.append(np.flatnonzero(inside))
        near.append(((x + dx) * side + y + dy)[inside])
    touching = Neighbours.from_pairs(side * side, np.concatenate(focal), np.concatenate(near))
    count = (x * 7 + y * 3) % 50
    smooth = locally_smoothed_rate(count, np.full(side * side, 1500), touching)
    assert np.isfinite(smooth).all()
    corner = [0, 1, side, side + 1]
    assert smooth[0] == pytest.approx(drawn_to(count[0], count[corner].tolist(), [1500] * 4))


@pytest.mark.parametrize("layer", ["lsoas", "hotspots", "towns"])
def test_smoothed_rates_are_drawn_towards_the_rate_of_all_areas_shown_or_not(
    police: Dataset, layer: str
) -> None:
    rows = find_layer(layer).compute(police, Question.ask(police, "asb")).rows
    count, people = (rows[name].to_numpy(dtype=float) for name in ("count", "residents"))
    rate, mean = count / people, count.sum() / people.sum()
    between = np.average((rate - mean) ** 2, weights=people) - mean / people.mean()
    weight = between / (between + mean / people)
    expected = 1000 * (weight * rate + (1 - weight) * mean)
    assert between > 0
    assert rows["rate_smoothed"].tolist() == pytest.approx(expected.tolist())
    town = find_layer(layer).compute(police, Question.ask(police, "asb", town="wem")).rows
    of_wem = rows[rows["town"] == "Wem"]["rate_smoothed"].tolist()
    assert town["rate_smoothed"].tolist() == of_wem
