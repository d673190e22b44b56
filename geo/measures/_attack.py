"""What an attacker can make of a table some of whose figures are hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, sparse

from geo.measures._arrays import BoolArray, IntArray, whole_counts

Groups: TypeAlias = ArrayLike | sparse.sparray

NO_END = 2**40  # above any figure of a table


@dataclass(frozen=True, eq=False)
class Table:
    """Cells, totals of some of them, and their figures: cells, then totals."""

    cells: IntArray
    figures: IntArray
    members: sparse.csr_array
    """Which cells each figure is the sum of, 1 or 0, shape (n + m, n)."""

    @classmethod
    def of(cls, counts: ArrayLike, groups: Groups) -> "Table":
        """A table, once its parts are known to fit. Raises ValueError where they do not."""
        cells = whole_counts(counts)
        given = groups if sparse.issparse(groups) else np.asarray(groups)
        totals = sparse.csr_array(given, copy=True)
        if totals.ndim != 2 or totals.shape[1] != cells.size:
            raise ValueError(
                f"groups must have one column for each of the {cells.size} cells; its shape is "
                f"{totals.shape}."
            )
        totals.eliminate_zeros()
        if not (totals.data == 1).all():
            raise ValueError("groups must be 1 where a cell is in a total and 0 where it is not.")
        own = sparse.eye_array(cells.size, format="csr")
        members = sparse.csr_array(sparse.vstack([own, totals]), dtype=np.int64)
        return cls(cells, members @ cells, members)


class Attacker:
    """Someone who has every figure but the hidden ones, and knows that those are above 0.

    `seen` are tables that may be the true one for all the attacker can tell, as differences of
    their figures from the true ones, shape (tables, n + m).
    """

    def __init__(
        self, table: Table, hidden: BoolArray, seen: sparse.csr_array | None = None
    ) -> None:
        self.table, self.hidden = table, hidden
        if seen is None:
            seen = sparse.csr_array((0, hidden.size), dtype=np.int64)
        self.seen = seen[abs(seen) @ ~hidden == 0]
        n = table.cells.size
        self._cells = np.flatnonzero(hidden[:n])
        self._rows = sparse.csc_array(table.members[n:][~hidden[n:]][:, self._cells])
        self._held = table.members[:, self._cells]

    @cached_property
    def slack(self) -> IntArray:
        """At least how many values beside its own each figure can have, shape (n + m,).

        Hidden cells in the same shown totals are exchangeable: one may rise as others fall, down
        to 1. A class of c such cells that add up to S gives S - c further values to any figure
        that holds some of them but not all; a class in no shown total gives any number. No
        programme is solved for this, and where the totals are one hierarchy it says all.
        """
        classes: dict[bytes, int] = {}
        ends = zip(self._rows.indptr, self._rows.indptr[1:], strict=False)
        totals = [self._rows.indices[start:stop].tobytes() for start, stop in ends]
        group = np.array([classes.setdefault(t, len(classes)) for t in totals], dtype=np.int64)
        size = np.bincount(group, minlength=len(classes))
        fall = np.bincount(group, self.table.cells[self._cells] - 1, len(classes))
        free = classes.get(b"", -1)
        within = sparse.csr_array(
            (np.ones(group.size, dtype=np.int64), (np.arange(group.size), group)),
            shape=(group.size, len(classes)),
        )
        held = sparse.coo_array(self._held @ within)
        figure, held_class = held.coords
        moves = (held.data < size[held_class]) | (held_class == free)
        further = np.where(held_class == free, NO_END, fall[held_class])
        total = np.bincount(figure[moves], further[moves], self.hidden.size)
        return np.minimum(total, NO_END).astype(np.int64)

    def protects(self, figure: int, width: int) -> bool:
        """Whether that many values of a hidden figure are possible, each seen in a whole table.

        Values less than `width` from the true one are tried; tables found are kept in `seen`.
        """
        if self.slack[figure] >= width - 1:
            return True
        for step in range(1, width):
            for offset in (step, -step):
                if self._values(figure).size >= width:
                    return True
                if offset not in self._values(figure):
                    self._look(figure, offset)
        return self._values(figure).size >= width

    def protects_all(self, width: int) -> bool:
        """Whether that many values of every hidden figure are possible."""
        tight = np.flatnonzero(self.hidden & (self.slack < width - 1))
        return all(self.protects(figure, width) for figure in tight.tolist())

    def interval(self, figure: int) -> tuple[float, float]:
        """The least and the largest value that a hidden figure can have; infinity if any."""
        scope, held = self._scope(figure)
        shown = float(self.table.figures[figure] - self.table.cells[self._cells[scope]] @ held)
        endless = (np.diff(self._rows.indptr)[scope] == 0) & (held > 0)
        low = float(held @ self._least(scope, held))
        high = np.inf if endless.any() else float(held @ self._least(scope, -held))
        return shown + low, shown + high

    def _values(self, figure: int) -> IntArray:
        """How far a figure is from the true one in the tables seen; 0 is the true one itself."""
        start, stop = self._by_figure.indptr[figure : figure + 2]
        return np.unique(np.append(self._by_figure.data[start:stop], 0))

    @cached_property
    def _by_figure(self) -> sparse.csc_array:
        return sparse.csc_array(self.seen)

    def add(self, changes: Sequence[IntArray]) -> None:
        """Take in tables known to be possible, as differences of all figures."""
        more = sparse.csr_array(np.array(changes))
        self.seen = sparse.csr_array(sparse.vstack([self.seen, more]))
        self.__dict__.pop("_by_figure", None)

    def _look(self, figure: int, offset: int) -> None:
        scope, held = self._scope(figure)
        true = self.table.cells[self._cells[scope]]
        found = self._solve(scope, np.zeros_like(held), held, int(held @ true) + offset)
        if found is not None:
            change = np.zeros(self.table.cells.size, dtype=np.int64)
            change[self._cells[scope]] = found - true
            self.add([self.table.members @ change])

    def _least(self, scope: IntArray, objective: IntArray) -> IntArray:
        found = self._solve(scope, objective)
        if found is None:
            raise ArithmeticError("What an attacker can tell of a hidden figure was not solved.")
        return found

    def _solve(
        self, scope: IntArray, objective: IntArray, row: IntArray | None = None, value: int = 0
    ) -> IntArray | None:
        """Hidden cells that fit all shown totals and make the objective least; None if none do."""
        if not scope.size:
            return None if value else scope
        rows = sparse.csr_array(self._rows[:, scope])
        rows = rows[np.diff(rows.indptr) > 0]
        known = rows @ self.table.cells[self._cells[scope]]
        if row is not None:
            rows = sparse.vstack([rows, row[np.newaxis]])
            known = np.append(known, value)
        result = optimize.milp(
            objective,
            integrality=np.ones(scope.size),
            bounds=optimize.Bounds(1, np.inf),
            constraints=optimize.LinearConstraint(rows, known, known) if known.size else (),
            options={"mip_rel_gap": 0},
        )
        if result.x is None:
            return None
        found = np.rint(result.x).astype(np.int64)
        return found if (rows @ found == known).all() else None

    def _scope(self, figure: int) -> tuple[IntArray, IntArray]:
        """The hidden cells that have to do with a figure, and which of them it holds."""
        held = self._held[[figure]].toarray().ravel()
        scope = np.flatnonzero(np.isin(self._parts, self._parts[held > 0]))
        return scope, held[scope]

    @cached_property
    def _parts(self) -> IntArray:
        """Which part of the table each hidden cell belongs to; shown totals never join parts."""
        both = sparse.block_array([[None, self._rows], [self._rows.T, None]])
        labels: IntArray = sparse.csgraph.connected_components(both, directed=False)[1]
        return labels[self._rows.shape[0] :]
