"""Hiding small counts so that no hidden count follows from what is shown.

A table has cells, counts that do not overlap, and totals, sums of some of the cells. Both are its
figures, in one order everywhere: cells, then totals. A figure of 0 is always shown, so whoever
reads the table knows that a hidden one is at least 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, sparse

from geo.measures._arrays import BoolArray, FloatArray, IntArray, amounts, same_shape
from geo.measures._attack import NO_END, Attacker, Groups, Table


@dataclass(frozen=True, eq=False)
class Suppression:
    """Which figures of a table are hidden, cells and then totals, shape (n + m,) each."""

    hidden: BoolArray
    primary: BoolArray
    """Hidden for their own size. The other hidden ones are there to protect these."""


def bounds(counts: ArrayLike, groups: Groups, hidden: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """The least and the largest value that each figure can have, given every figure shown.

    This is the attacker: a programme over all tables of whole numbers that have the shown figures
    and at least 1 in every hidden cell. A linear programme leaves the same or a wider interval;
    the same where the totals make up one hierarchy or two that cross, since such a system is
    totally unimodular (Hoffman and Kruskal 1956).

    Args:
        counts: the true counts, shape (n,).
        groups: which cells each total adds up, 1 or 0, shape (m, n); dense or sparse.
        hidden: which figures are hidden, cells and then totals, shape (n + m,).

    Returns:
        Least and largest, shape (n + m,) each: the figure itself where it is shown, infinity
        where nothing limits it.

    Raises:
        ValueError: a count is negative, missing or not whole, a group has anything but 0 and 1,
            the shapes do not fit, or a figure of 0 is hidden.

    Example:
        >>> bounds([2, 7, 20], [[1, 1, 1]], [True, True, False, False])
        (array([ 1.,  1., 20., 29.]), array([ 8.,  8., 20., 29.]))
    """
    table, mask = _published(counts, groups, hidden)
    attacker = Attacker(table, mask)
    lower, upper = table.figures.astype(np.float64), table.figures.astype(np.float64)
    for figure in np.flatnonzero(mask).tolist():
        lower[figure], upper[figure] = attacker.interval(figure)
    return lower, upper


def least_values(counts: ArrayLike, groups: Groups, hidden: ArrayLike) -> IntArray:
    """At least how many values each figure can have, given every figure shown, at little cost.

    Counts the values that come of exchange among hidden cells in the same shown totals alone, in
    time in proportion to the ones in `groups`. It is the whole number where the totals are one
    hierarchy, and may fall short of it where they cross.

    Args:
        counts: the true counts, shape (n,).
        groups: which cells each total adds up, 1 or 0, shape (m, n); dense or sparse.
        hidden: which figures are hidden, cells and then totals, shape (n + m,).

    Returns:
        Numbers of values, shape (n + m,): 1 where a figure is shown, 2**40 where there is no end.

    Raises:
        ValueError: as `bounds`.

    Example:
        >>> least_values([2, 7, 20], [[1, 1, 1]], [True, True, False, False])
        array([8, 8, 1, 1])
    """
    table, mask = _published(counts, groups, hidden)
    return np.where(mask, np.minimum(Attacker(table, mask).slack + 1, NO_END), 1)


def suppress(
    counts: ArrayLike,
    groups: Groups,
    threshold: ArrayLike,
    protected_width: int = 3,
    cost: ArrayLike | None = None,
) -> Suppression:
    """Hide small figures, and as few others as need be for nobody to work the hidden ones out.

    Primary: every figure from 1 to below the threshold. Secondary: for each of these that could be
    worked out, a direction is sought in which it and others can move by whole numbers while
    everything shown stays as it is, with `protected_width` possible tables in a row: within the
    smallest total that has one, the one that hides least (in the manner of Castro 2007, who seeks
    flows). All that moves is hidden, and each figure of it is protected by the same tables. Last,
    each secondary figure, dearest first, is shown again where all hidden ones are protected
    without it.

    A figure is protected where `protected_width` of its values are possible, each in a whole
    table with everything that is shown. The result follows from the arguments alone; among equal
    costs, from their order.

    Work: where the totals are a hierarchy, nearly every figure is cleared as `least_values` does,
    without a programme. Each of the others takes a few programmes of the part of the table that
    hangs together with it by hidden cells and shown totals, and each that is found open a few of
    the smallest total that holds a direction. Each step checks the whole table again, so that the
    time grows with the areas times the figures found open.

    Args:
        counts: the true counts, shape (n,).
        groups: which cells each total adds up, 1 or 0, shape (m, n); dense or sparse.
        threshold: one for all, or one a figure, shape (n + m,). 0 or 1 hides nothing.
        protected_width: how many values every hidden figure must be able to have.
        cost: what is lost where a figure is hidden, above 0, shape (n + m,); the figure itself
            unless given. One that does not come from the counts tells an attacker less.

    Raises:
        ValueError: a count is negative, missing or not whole, a group has anything but 0 and 1,
            the shapes do not fit, protected_width is below 1, or a cost is not above 0.

    Example:
        >>> suppress([2, 7, 20], [[1, 1, 1]], threshold=5).hidden
        array([ True,  True, False, False])
    """
    if protected_width < 1:
        raise ValueError(f"protected_width is {protected_width}; it must be at least 1.")
    table = Table.of(counts, groups)
    limit = amounts(threshold, "threshold")
    if limit.ndim:
        same_shape(figures=table.figures, threshold=limit)
    loss = np.maximum(table.figures, 1.0) if cost is None else amounts(cost, "cost")
    same_shape(figures=table.figures, cost=loss)
    if not (loss > 0).all():
        raise ValueError("A cost is 0; every cost must be above 0.")

    primary = (table.figures > 0) & (table.figures < limit)
    attacker = Attacker(table, primary)
    for figure in _by_cost(primary, loss):
        if not attacker.protects(figure, protected_width):
            attacker = _protect(attacker, figure, protected_width, loss)
    for figure in _by_cost(attacker.hidden & ~primary, -loss):
        fewer = attacker.hidden.copy()
        fewer[figure] = False
        trial = Attacker(table, fewer, attacker.seen)
        if trial.protects_all(protected_width):
            attacker = trial
    return Suppression(attacker.hidden, primary)


def _published(counts: ArrayLike, groups: Groups, hidden: ArrayLike) -> tuple[Table, BoolArray]:
    table, mask = Table.of(counts, groups), np.asarray(hidden, dtype=np.bool_)
    same_shape(figures=table.figures, hidden=mask)
    if (mask & (table.figures == 0)).any():
        raise ValueError("A figure of 0 is hidden; noughts are always shown.")
    return table, mask


def _by_cost(mask: BoolArray, loss: FloatArray) -> list[int]:
    chosen = np.flatnonzero(mask)
    order: list[int] = chosen[np.argsort(loss[chosen], kind="stable")].tolist()
    return order


def _protect(attacker: Attacker, figure: int, width: int, loss: FloatArray) -> Attacker:
    """The attacker once the figures of a cheap direction for this one are hidden too."""
    members = attacker.table.members
    price = np.where(attacker.hidden, 0.0, loss)
    found: list[tuple[float, int, IntArray]] = []
    for scope, totals in _scopes(attacker, figure):
        for down in range(width):
            steps = (down, width - 1 - down)
            change = _direction(attacker, figure, price, scope, totals=totals, steps=steps)
            if change is not None:
                found.append((float(price @ (members @ change != 0)), down, members @ change))
        if found:
            break
    _, down, change = min(found, key=lambda one: one[0])
    possible = [step * change for step in range(-down, width - down) if step]
    further = Attacker(attacker.table, attacker.hidden | (change != 0), attacker.seen)
    further.add(possible)
    return further


def _scopes(attacker: Attacker, figure: int) -> Iterator[tuple[IntArray, bool]]:
    """Cells among which to seek a direction, few before many, and whether totals may move too.

    The shown totals that hold the figure, each with no total moving, then the whole table.
    """
    table, n = attacker.table, attacker.table.cells.size
    positive = np.flatnonzero(table.cells)
    own = table.members[[figure]].toarray().ravel()
    inside = (table.members @ own == own.sum()) & ~attacker.hidden
    inside[:n] = False
    for total in sorted(np.flatnonzero(inside).tolist(), key=np.diff(table.members.indptr).item):
        yield np.intersect1d(positive, table.members[[total]].indices), False
    yield positive, True


def _direction(
    attacker: Attacker,
    figure: int,
    price: FloatArray,
    scope: IntArray,
    *,
    totals: bool,
    steps: tuple[int, int],
) -> IntArray | None:
    """The cheapest change of cells by at most 1 each that can be made so often down and up.

    It raises the figure by 1, and no cell falls below 1. None if there is none.
    """
    table, n = attacker.table, attacker.table.cells.size
    rows = table.members[n:][~attacker.hidden[n:]][:, scope]
    touched = np.diff(rows.indptr) > 0
    shown = np.flatnonzero(~attacker.hidden[n:])[touched] + n
    rows, own = rows[touched], table.members[[figure]][:, scope]
    moved = sparse.eye_array(shown.size)
    none = sparse.csr_array((1, shown.size))
    balance = sparse.vstack(
        [sparse.hstack([rows, -rows, -moved, moved]), sparse.hstack([own, -own, none, none])]
    )
    known = np.append(np.zeros(shown.size), 1)
    spare = table.cells[scope] - 1
    any_size = np.full(2 * shown.size, np.inf if totals else 0)
    most = np.concatenate([spare >= steps[0], spare >= steps[1], any_size])
    result = optimize.milp(
        price[np.concatenate([scope, scope, shown, shown])],
        integrality=np.repeat([1, 0], [2 * scope.size, 2 * shown.size]),
        bounds=optimize.Bounds(0, most),
        constraints=optimize.LinearConstraint(balance, known, known),
    )
    if result.x is None:
        return None
    change = np.zeros(n, dtype=np.int64)
    rise, fall, _ = np.split(np.rint(result.x).astype(np.int64), [scope.size, 2 * scope.size])
    change[scope] = rise - fall
    return change
