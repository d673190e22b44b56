"""What is hidden, and what an attacker with every figure shown can still tell."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from geo.dataset import Dataset
from geo.measures.disclosure import bounds, least_values, suppress
from geo.query import Question

Array = np.ndarray


def possible_tables(cells: Array, groups: Array, hidden: Array) -> Array:
    """Every table of whole numbers with the figures shown and hidden cells of 1 or more.

    A cell in no shown total is followed up to 2 above its true count.
    """
    unknown = np.flatnonzero(hidden[: cells.size])
    shown = groups[~hidden[cells.size :]][:, unknown]
    found: list[list[int]] = []
    _fill(shown, shown @ cells[unknown], (cells[unknown] + 2).tolist(), [], found)
    tables = np.tile(cells, (len(found), 1))
    tables[:, unknown] = np.array(found, dtype=np.int64).reshape(len(found), unknown.size)
    return np.hstack([tables, tables @ groups.T])


def _fill(
    shown: Array, left: Array, free_most: list[int], chosen: list[int], found: list[list[int]]
) -> None:
    """Cell by cell, with what is left of each shown total and at least 1 for each cell to come."""
    if len(chosen) == len(free_most):
        if not left.any():
            found.append(chosen)
        return
    holds = shown[:, len(chosen)]
    spare = (left - shown[:, len(chosen) + 1 :].sum(axis=1))[holds == 1]
    most = spare.min() if spare.size else free_most[len(chosen)]
    for value in range(1, most + 1):
        _fill(shown, left - holds * value, free_most, [*chosen, value], found)


def figures_of(cells: Array, groups: Array) -> Array:
    return np.append(cells, groups @ cells)


def levels(*keys: list[int]) -> Array:
    """One total for each value of each key, and one of all cells."""
    cells = len(keys[0])
    rows = [np.array(key) == value for key in keys for value in sorted(set(key))]
    return np.array([np.ones(cells), *rows], dtype=np.int64)


def in_no_shown_total(cells: Array, groups: Array, hidden: Array) -> Array:
    free = hidden[: cells.size] & ~groups[~hidden[cells.size :]].any(axis=0)
    return np.append(free, groups @ free > 0)


counts = st.sampled_from([0, 0, 1, 1, 2, 2, 3, 4, 5, 6])


@st.composite
def tables(draw: st.DrawFn, kind: str) -> tuple[Array, Array, int]:
    """A small table: one hierarchy, two that cross, or totals of any kind."""
    cells = np.array(draw(st.lists(counts, min_size=1, max_size=5)))
    key = st.lists(st.integers(0, 2), min_size=cells.size, max_size=cells.size)
    if kind == "any":
        row = st.lists(st.integers(0, 1), min_size=cells.size, max_size=cells.size)
        rows = draw(st.lists(row, max_size=5))
        groups = np.array(rows, dtype=np.int64).reshape(len(rows), cells.size)
    else:
        groups = levels(*[draw(key) for _ in range({"hierarchy": 1, "crossing": 2}[kind])])
    return cells, groups, draw(st.sampled_from([3, 5, 10]))


KINDS = ("hierarchy", "crossing", "any")


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(data=st.data())
def test_bounds_are_those_of_every_possible_table(kind: str, data: st.DataObject) -> None:
    cells, groups, _ = data.draw(tables(kind))
    wish = np.array(data.draw(st.lists(st.booleans(), min_size=len(groups) + cells.size)))
    hidden = wish[: len(groups) + cells.size] & (figures_of(cells, groups) > 0)
    lower, upper = bounds(cells, groups, hidden)
    seen = possible_tables(cells, groups, hidden)
    free = in_no_shown_total(cells, groups, hidden)
    np.testing.assert_array_equal(lower, seen.min(axis=0))
    np.testing.assert_array_equal(upper[~free], seen.max(axis=0)[~free])
    assert np.isinf(upper[free]).all()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(data=st.data())
def test_every_hidden_figure_keeps_three_values(kind: str, data: st.DataObject) -> None:
    cells, groups, threshold = data.draw(tables(kind))
    hidden = suppress(cells, groups, threshold).hidden
    figures = figures_of(cells, groups)
    assert hidden[(figures > 0) & (figures < threshold)].all()
    assert not hidden[figures == 0].any()
    seen = possible_tables(cells, groups, hidden)
    assert all(np.unique(seen[:, figure]).size >= 3 for figure in np.flatnonzero(hidden))


@pytest.mark.parametrize("kind", ["hierarchy", "crossing"])
@settings(max_examples=60)
@given(data=st.data())
def test_no_secondary_figure_is_hidden_needlessly(kind: str, data: st.DataObject) -> None:
    """In a hierarchy or two that cross, whatever is hidden by way of protection is needed."""
    cells, groups, threshold = data.draw(tables(kind))
    found = suppress(cells, groups, threshold)
    for figure in np.flatnonzero(found.hidden & ~found.primary):
        fewer = found.hidden.copy()
        fewer[figure] = False
        seen = possible_tables(cells, groups, fewer)
        values = [np.unique(seen[:, other]).size for other in np.flatnonzero(fewer)]
        assert not values or min(values) < 3


@given(data=st.data())
def test_least_values_in_a_hierarchy_are_all_values(data: st.DataObject) -> None:
    cells, groups, threshold = data.draw(tables("hierarchy"))
    hidden = suppress(cells, groups, threshold).hidden
    least = least_values(cells, groups, hidden)
    seen = possible_tables(cells, groups, hidden)
    free = in_no_shown_total(cells, groups, hidden)
    for figure in range(hidden.size):
        if free[figure]:
            assert least[figure] == 2**40
        else:
            assert least[figure] == np.unique(seen[:, figure]).size


@given(data=st.data())
def test_least_values_are_never_too_many(data: st.DataObject) -> None:
    cells, groups, threshold = data.draw(tables("any"))
    hidden = suppress(cells, groups, threshold).hidden
    lower, upper = bounds(cells, groups, hidden)
    least = least_values(cells, groups, hidden)
    assert ((least <= upper - lower + 1) | np.isinf(upper)).all()


@settings(max_examples=40)
@given(data=st.data())
def test_order_of_cells_makes_no_difference(data: st.DataObject) -> None:
    cells, groups, threshold = data.draw(tables("crossing"))
    order = np.array(data.draw(st.permutations(range(cells.size))))
    cost = np.random.default_rng(7).uniform(1, 2, cells.size + len(groups))
    there = suppress(cells, groups, threshold, cost=cost).hidden
    moved = np.append(order, np.arange(cells.size, cost.size))
    again = suppress(cells[order], groups[:, order], threshold, cost=cost[moved]).hidden
    np.testing.assert_array_equal(again, there[moved])


@given(st.lists(st.sampled_from([0, 5, 6, 80]), min_size=1, max_size=8))
def test_a_table_without_small_figures_hides_nothing(values: list[int]) -> None:
    found = suppress(values, levels([i % 2 for i in range(len(values))]), 5)
    assert not found.hidden.any()


def hides(cells: list[int], groups: list[list[int]], threshold: int = 5) -> list[int]:
    rows = np.array(groups, dtype=np.int64).reshape(len(groups), len(cells))
    return suppress(cells, rows, threshold).hidden.astype(int).tolist()


def test_edge_cases() -> None:
    assert hides([], []) == []
    assert hides([0, 0], [[1, 1]]) == [0, 0, 0], "all zero"
    assert hides([3], [[1]]) == [1, 1], "one area, its total equal to it"
    assert hides([3, 0], [[1, 1]]) == [1, 0, 1], "alone beside a nought"
    assert hides([8], [[1]]) == [0, 0]
    assert hides([4, 6], []) == [1, 0], "no totals: nothing to protect against"
    assert hides([2, 0, 0, 9], [[0, 1, 1, 0], [1, 1, 1, 1]]) == [1, 0, 0, 1, 0, 0], "a total of 0"
    assert hides([1] * 5, [[1] * 5]) == [1] * 6, "five of 1 follow from their total"
    assert hides([2, 2, 1, 9], [[1] * 4]) == [1, 1, 1, 0, 0], "three small ones shield each other"
    assert hides([2, 7, 9], [[1, 1, 1]], threshold=10) == [1, 1, 1, 0]
    assert hides([2, 7, 9], [[1, 1, 1]], threshold=1) == [0, 0, 0, 0]


def test_a_cell_alone_in_its_town_hides_a_town_or_its_total() -> None:
    """Town 0 has one cell of 3, so its total is 3; the other towns' totals shield it."""
    town = [0, 1, 1, 2, 2]
    cells = np.array([3, 20, 30, 40, 50])
    found = suppress(cells, levels(town), 5)
    assert found.primary.tolist() == [True, False, False, False, False, False, True, False, False]
    assert found.hidden.sum() == 4
    lower, upper = bounds(cells, levels(town), found.hidden)
    assert (upper - lower)[found.hidden].min() >= 2


def test_thresholds_and_costs_are_each_figure_s_own() -> None:
    groups, own = [[1, 1, 1]], [10, 5, 5, 5]
    assert suppress([7, 7, 20], groups, own).hidden.tolist() == [True, True, False, False]
    dear = suppress([7, 7, 20], groups, own, cost=[1, 9, 1, 9]).hidden
    assert dear.tolist() == [True, False, True, False]
    wide = suppress([2, 5, 30], groups, 5, protected_width=9).hidden
    assert wide.tolist() == [True, False, True, False], "2 and 5 leave 6 values, 2 and 30 leave 31"


def test_sparse_totals_are_taken_and_left_as_they_are() -> None:
    groups = sparse.csr_array(np.array([[1, 1, 1], [1, 1, 0]]))
    groups.data[-1] = 0
    found = suppress([2, 7, 20], groups, 5)
    np.testing.assert_array_equal(found.hidden, suppress([2, 7, 20], groups.toarray(), 5).hidden)
    assert groups.nnz == 5


def test_wrong_arguments_are_refused() -> None:
    whole = [[1, 1]]
    for counted, said in (([-1, 2], "negative"), ([1.5, 2], "fraction"), ([np.nan, 2], "missing")):
        with pytest.raises(ValueError, match=said):
            suppress(counted, whole, 5)
    with pytest.raises(ValueError, match="one column for each of the 3 cells"):
        suppress([1, 2, 3], whole, 5)
    with pytest.raises(ValueError, match="1 where a cell is in a total"):
        suppress([1, 2], [[1, 2]], 5)
    with pytest.raises(ValueError, match="must have the same shape"):
        suppress([1, 2], whole, [5, 5])
    with pytest.raises(ValueError, match="must have the same shape"):
        suppress([1, 2], whole, 5, cost=[1, 1])
    with pytest.raises(ValueError, match="above 0"):
        suppress([1, 2], whole, 5, cost=[0, 1, 1])
    with pytest.raises(ValueError, match="at least 1"):
        suppress([1, 2], whole, 5, protected_width=0)
    with pytest.raises(ValueError, match="noughts are always shown"):
        bounds([0, 2], whole, [True, False, False])
    with pytest.raises(ValueError, match="must have the same shape"):
        least_values([1, 2], whole, [True])


def linear_attacker(cells: Array, groups: Array, hidden: Array) -> tuple[Array, Array]:
    """Least and most of every hidden figure by linear programmes, with nothing but what is shown.

    A reader's own system: a variable for every cell, an equation for every figure shown.
    """
    every = np.vstack([np.eye(cells.size), groups])
    figures = every @ cells
    shown = {"A_eq": every[~hidden], "b_eq": figures[~hidden], "bounds": (0, None)}
    above_nought = {"A_ub": -every[hidden], "b_ub": np.full(hidden.sum(), -1.0)}
    ends = []
    for row in every[hidden]:
        low = optimize.linprog(row, **shown, **above_nought)
        high = optimize.linprog(-row, **shown, **above_nought)
        ends.append((low.fun, np.inf if high.status == 3 else -high.fun))
    lower, upper = np.array(ends).reshape(-1, 2).T
    return np.ceil(lower - 1e-6), np.floor(upper + 1e-6)


def county(dataset: Dataset, theme: str, months: str) -> tuple[Array, Array, int]:
    """LSOAs, with totals of the towns, what lies outside them, rural and urban, and the county."""
    question = Question.ask(dataset, theme, months)
    places = (dataset.place == "rural").astype(int).tolist()
    groups = levels(dataset.town_position.tolist(), places)
    return question.counts(dataset), groups, dataset.manifest["disclosure"]["hidden_below"]


@pytest.mark.parametrize(
    ("theme", "primary", "secondary"), [("asb", 1, 1), ("burglary", 33, 9), ("shoplifting", 77, 8)]
)
def test_a_county_as_a_partner_s(
    embedded: Dataset, theme: str, primary: int, secondary: int
) -> None:
    """A whole table takes well under a second; the limit here leaves room for a busy machine."""
    cells, groups, threshold = county(embedded, theme, "2015-04/2016-03")
    start = time.perf_counter()
    found = suppress(cells, groups, threshold)
    assert time.perf_counter() - start < 5
    assert found.primary.sum() == primary
    assert found.hidden.sum() <= primary + secondary
    lower, upper = linear_attacker(cells, groups, found.hidden)
    assert (upper - lower).min() >= 2
    exact = bounds(cells, groups, found.hidden)
    np.testing.assert_array_equal(exact[0][found.hidden], lower)
    np.testing.assert_array_equal(exact[1][found.hidden], upper)


def test_real_police_counts_as_a_partner_s(police: Dataset) -> None:
    for theme in ("burglary", "vehicle-crime"):
        cells, groups, threshold = county(police, theme, "2018-10/2019-01")
        hidden = suppress(cells, groups, threshold).hidden
        lower, upper = linear_attacker(cells, groups, hidden)
        assert hidden.any()
        assert (upper - lower).min() >= 2


def test_offences_that_are_told_apart_stay_hidden_beside_their_sum(embedded: Dataset) -> None:
    """Two crossing ways of adding up: each LSOA over the offences, each offence over the LSOAs."""
    asked = ("burglary", "shoplifting", "vehicle-crime", "criminal-damage")
    months = "2015-04/2016-03"
    town = embedded.town_position == 0
    cells = np.array([Question.ask(embedded, t, months).counts(embedded)[town] for t in asked])
    offence, lsoa = np.indices(cells.shape)
    groups = levels(offence.ravel().tolist(), lsoa.ravel().tolist())
    hidden = suppress(cells.ravel(), groups, 5).hidden
    lower, upper = linear_attacker(cells.ravel(), groups, hidden)
    assert (upper - lower).min() >= 2
    alone = suppress(cells[0], np.ones((1, cells.shape[1])), 5).hidden
    assert hidden[: cells.shape[1]].sum() >= alone[:-1].sum()
