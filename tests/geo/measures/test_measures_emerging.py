import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.measures.clusters import clusters
from geo.measures.emerging import TOO_SHORT, emerging
from geo.measures.neighbours import Neighbours
from geo.measures.persistence import persistence


def told(letters: str, slope: float = 0.0) -> str | None:
    """The pattern of one area from its letters; z rises by `slope` a period."""
    value = np.array([1.0 + slope * i for i in range(len(letters))])[:, None]
    value = np.where(np.array(list(letters))[:, None] == "?", np.nan, value)
    on, cold = (np.array([[letter == word] for letter in letters]) for word in "CX")
    found = emerging(value, on, cold)
    assert found.periods == [letters]
    return found.pattern[0]


@pytest.mark.parametrize(
    ("letters", "slope", "pattern"),
    [
        (".........C", 0, "new cluster"),
        ("X........C", 0, "new cluster"),  # never a cluster before, whatever else it was
        (".......CCC", 0, "consecutive cluster"),
        ("..CCCCCCCC", 0, "consecutive cluster"),
        (".CCCCCCCCC", 0, "persistent cluster"),
        ("CCCCCCCCCC", 0.1, "intensifying cluster"),
        ("CCCCCCCCCC", -0.1, "diminishing cluster"),
        ("CCCC.CCCCC", 0, "persistent cluster"),
        ("CCCCCCCCC.", 0.1, "historical cluster"),
        ("CCCCCCCC..", 0, "no pattern"),
        ("..C..CC..C", 0, "sporadic cluster"),
        ("..X..CC..C", 0, "oscillating cluster"),
        ("..C..CC...", 0, "no pattern"),
        ("..........", 0.1, "no pattern"),
        ("XXXXXXXXX.", 0, "historical cold cluster"),
        ("XXXXXXXXXX", -0.1, "intensifying cold cluster"),
        ("XXXXXXXXXX", 0.1, "diminishing cold cluster"),
        (".........X", 0, "new cold cluster"),
        ("..C..X...X", 0, "oscillating cold cluster"),
        ("?.........C", 0, "new cluster"),
        ("C?.........C", 0, "new cluster"),  # what lies before the gap is not looked at
    ],
)
def test_the_published_rules(letters: str, slope: float, pattern: str) -> None:
    assert told(letters, slope) == pattern


@pytest.mark.parametrize("letters", ["CCCCCCCCC", "C", "CCCC?CCCCCC", "CCCCCCCCCCC?", "?" * 12])
def test_fewer_than_ten_on_end_up_to_the_last_have_no_answer(letters: str) -> None:
    value = np.where(np.array(list(letters))[:, None] == "?", np.nan, 1.0)
    on = np.array([[letter == "C"] for letter in letters])
    found = emerging(value, on, ~on & False)
    assert (found.pattern, found.reason) == ([None], [TOO_SHORT])


def by_hand(letters: str, trend: int) -> str:
    """The rules over again, by regular expressions on the letters of one area."""
    for on, other, word, way in (("C", "X", "cluster", trend), ("X", "C", "cold cluster", -trend)):
        most = letters.count(on) * 10 >= len(letters) * 9
        if not letters.endswith(on):
            continue
        if re.fullmatch(f"[^{on}]*{on}", letters):
            return f"new {word}"
        if most:
            return f"{('diminishing', 'persistent', 'intensifying')[way + 1]} {word}"
        if re.fullmatch(f"[^{on}]*{on}{on}+", letters):
            return f"consecutive {word}"
        return f"{'oscillating' if other in letters else 'sporadic'} {word}"
    for on, word in (("C", "cluster"), ("X", "cold cluster")):
        if letters.count(on) * 10 >= len(letters) * 9:
            return f"historical {word}"
    return "no pattern"


texts = st.one_of(
    st.text("CX.", min_size=10, max_size=24),
    st.builds(
        lambda start, run, end: start + run + end,
        st.text("CX.", max_size=3),
        st.sampled_from(["C" * 15, "X" * 15, "C" * 9 + "." + "C" * 9]),
        st.text("CX.", max_size=2),
    ),
)


@given(texts, st.sampled_from([-1, 0, 1]))
def test_agrees_with_the_rules_read_off_the_letters(letters: str, trend: int) -> None:
    assert told(letters, float(trend)) == by_hand(letters, trend)


@given(texts, st.sampled_from([-1, 0, 1]))
def test_hot_and_cold_are_mirrors(letters: str, trend: int) -> None:
    turned = told(letters.translate(str.maketrans("CX", "XC")), float(-trend))
    there = told(letters, float(trend))
    assert there is not None
    if " cold " in there:
        assert turned == there.replace(" cold ", " ")
    else:
        assert turned == there.replace(" cluster", " cold cluster")


@given(st.integers(0, 2**32 - 1))
def test_renumbering_the_areas_renumbers_the_patterns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(12, 9))
    z[rng.random(z.shape) < 0.02] = np.nan
    on, cold, order = z > 0.3, z < -1, rng.permutation(9)
    whole, moved = emerging(z, on, cold), emerging(z[:, order], on[:, order], cold[:, order])
    assert moved.pattern == [whole.pattern[i] for i in order]
    assert moved.periods == [whole.periods[i] for i in order]
    assert [why is None for why in whole.reason] == [name is not None for name in whole.pattern]


def test_bad_shapes_are_refused_and_no_areas_and_no_periods_have_answers() -> None:
    with pytest.raises(ValueError, match="same shape"):
        emerging(np.ones((10, 2)), np.ones((10, 2)), np.ones((10, 1)))
    with pytest.raises(ValueError, match="two-dimensional"):
        emerging(np.ones(10), np.ones(10), np.zeros(10))
    with pytest.raises(ValueError, match="two-dimensional"):
        persistence(np.ones(10), np.ones(10))
    nothing = np.zeros((0, 3))
    assert emerging(nothing, nothing, nothing).pattern == [None] * 3
    assert persistence(nothing, nothing).longest.tolist() == [0, 0, 0]
    assert emerging(nothing.T, nothing.T, nothing.T).pattern == []


@given(st.lists(st.text("H.?", min_size=9, max_size=9), min_size=1, max_size=5))
def test_persistence_is_that_of_the_letters(areas: list[str]) -> None:
    grid = np.array([list(text) for text in areas]).T
    found = persistence(grid == "H", grid != "?")
    assert found.periods == areas
    assert found.hot.tolist() == [text.count("H") for text in areas]
    assert found.told.tolist() == [9 - text.count("?") for text in areas]
    longest = [max(map(len, re.split(r"[^H]+", text))) for text in areas]
    assert found.longest.tolist() == longest
    assert persistence(grid[::-1] == "H", grid[::-1] != "?").longest.tolist() == longest


def test_a_cold_cluster_is_the_cluster_of_the_counts_turned_over() -> None:
    row = Neighbours.from_pairs(60, range(59), range(1, 60))
    x = np.array([9, 9, 9, 9, 9] + [5, 4, 6] * 18 + [5])
    high, low = clusters(x, row), clusters(9 - x, row)
    assert high.cluster.any()
    np.testing.assert_array_equal(high.cluster, low.cold)
    np.testing.assert_array_equal(high.cold, low.cluster)
