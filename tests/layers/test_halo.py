"""Gi* with the ring round the area, worked out here by its definition."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_dataset import COUNCIL, INSIDE, POLICE, RING, SQUARES, Square, code, made, row
from scipy.stats import false_discovery_control

from geo.dataset import Dataset
from geo.query import Question
from layers.layer import Answer
from layers.registry import find_layer

# Counts that differ from square to square, in the ring as well.
COUNT = {(x, y): (3 * x * x + 5 * y + x * y) % 11 for x, y in SQUARES} | {(1, 1): 40, (0, 1): 60}
ASB = [row(0, "asb", "2019-06", square, n) for square, n in COUNT.items() if n]


def hot_spots(dataset: Dataset, **asked: str) -> Answer:
    return find_layer("hotspots").compute(dataset, Question.ask(dataset, "asb", **asked))


def near(one: Square, other: Square) -> bool:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1])) <= 1


def gi_star(squares: list[Square], count: dict[Square, int]) -> dict[Square, float]:
    """z of each square among these (Ord and Getis 1995), as METHODS.md writes it."""
    x = np.array([count[square] for square in squares], dtype=float)
    n, s = len(x), np.sqrt((x**2).mean() - x.mean() ** 2)
    found = {}
    for square in squares:
        w = np.array([near(square, other) for other in squares], dtype=float)
        spread = s * np.sqrt((n * (w**2).sum() - w.sum() ** 2) / (n - 1))
        found[square] = ((w * x).sum() - w.sum() * x.mean()) / spread
    return found


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Dataset]:
    """A dataset of one police source that covers these squares of the ring."""

    def build(covered: list[Square]) -> Dataset:
        police = POLICE | {"ring_covered": [code(square) for square in covered]}
        return made(tmp_path_factory.mktemp("halo"), [police], ASB)

    return build


HALF = [square for square in RING if square[0] == 0]


@pytest.mark.parametrize(
    ("covered", "said"),
    [
        (RING, "28 of the 28 areas round Gridshire take part as neighbours"),
        (HALF, "8 of the 28 areas round Gridshire take part as neighbours"),
        (
            [],
            "none: computed inside the area only, so areas at its edge lack some of their "
            "neighbours; the files hold the incidents of none of the 28 areas round it (The files",
        ),
    ],
    ids=["whole", "half", "none"],
)
def test_gi_star_is_that_of_the_area_and_the_ring_that_is_covered(
    grid: Callable[..., Dataset], covered: list[Square], said: str
) -> None:
    answer = hot_spots(grid(covered))
    together = INSIDE + covered
    z = gi_star(together, COUNT)
    assert answer.rows["lsoa_code"].tolist() == [code(square) for square in INSIDE]
    assert answer.rows["z"].tolist() == pytest.approx([z[square] for square in INSIDE], abs=1e-12)
    around = [[other for other in together if near(square, other)] for square in INSIDE]
    assert answer.rows["neighbours"].tolist() == [len(squares) - 1 for squares in around]
    assert answer.rows["neighbours_count"].tolist() == [
        sum(COUNT[other] for other in squares) - COUNT[square]
        for square, squares in zip(INSIDE, around, strict=True)
    ]
    assert answer.facts["halo"].startswith(said)
    assert answer.facts["areas_tested_for_clusters"] == 36


def test_chances_are_those_of_a_deal_over_area_and_ring(grid: Callable[..., Dataset]) -> None:
    rows = hot_spots(grid(RING)).rows.set_index("lsoa_code")
    rng = np.random.default_rng(7)
    for square in [(1, 1), (3, 4), (6, 6)]:
        others = np.array([COUNT[other] for other in SQUARES if other != square])
        k = int(rows.loc[code(square), "neighbours"])
        seen = int(rows.loc[code(square), "neighbours_count"])
        deals = np.array([rng.choice(others, k, replace=False).sum() for _ in range(20_000)])
        two = min(1.0, 2 * min((deals >= seen).mean(), (deals <= seen).mean()))
        assert rows.loc[code(square), "p"] == pytest.approx(two, abs=0.015)


def test_the_false_discovery_rate_is_held_over_the_areas_inside(
    grid: Callable[..., Dataset],
) -> None:
    rows = hot_spots(grid(RING)).rows
    high = rows["z"] > 0
    upper = np.where(high, rows["p"] / 2, 1.0)  # of the two-sided chance of a high area, half
    q = false_discovery_control(upper)
    sure = high & (rows["p"] < 0.5)
    smallest = int(np.argmin(np.where(sure, upper, 2)))
    assert rows["q"].iloc[smallest] == pytest.approx(q[smallest])
    assert rows["cluster"].tolist() == (rows["q"] <= 0.10).tolist()


def test_own_levels_ranks_and_shares_are_of_the_area_alone(grid: Callable[..., Dataset]) -> None:
    alone, ringed = (hot_spots(grid(covered)).rows for covered in ([], RING))
    names = ["count", "rate", "share", "own_z", "hotspot_class", "rank", "cumulative_share"]
    assert alone[names].equals(ringed[names])
    assert ringed["count"].sum() == sum(COUNT[square] for square in INSIDE)
    assert ringed["share"].sum() == pytest.approx(1)


def test_rural_areas_have_the_rural_ring(grid: Callable[..., Dataset]) -> None:
    answer = hot_spots(grid(RING), place="rural")
    inside, ring = ([square for square in some if square[0] <= 3] for some in (INSIDE, RING))
    z = gi_star(inside + ring, COUNT)
    assert answer.rows["z"].tolist() == pytest.approx([z[square] for square in inside], abs=1e-12)
    assert answer.facts["halo"].startswith("14 of the 14 rural areas round Gridshire")


def test_the_ring_is_what_every_source_that_is_counted_covers(tmp_path: Path) -> None:
    council = COUNCIL | {"ring_covered": [code(square) for square in HALF]}
    both = made(tmp_path, [POLICE, council], [*ASB, row(1, "asb-nuisance", "2019-06", (0, 1), 9)])
    assert hot_spots(both, source="police").facts["halo"].startswith("28 of the 28")
    together = hot_spots(both, source="all", months="2019-06")
    assert together.facts["halo"] == (
        "8 of the 28 areas round Gridshire take part as neighbours, but are not "
        "reported; the files do not hold the incidents of the others (The files hold whole "
        "forces; The council records its own area)"
    )
    count = COUNT | {(0, 1): COUNT[0, 1] + 9}
    z = gi_star(INSIDE + HALF, count)
    assert together.rows["z"].tolist() == pytest.approx([z[s] for s in INSIDE], abs=1e-12)


def test_the_real_area_has_no_ring_and_says_so(police: Dataset) -> None:
    answer = hot_spots(police)
    assert answer.facts["halo"] == (
        "none: computed inside the area only, so areas at its edge lack some of their neighbours"
    )
