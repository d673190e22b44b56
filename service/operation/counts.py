"""What all workers of a service have done, in memory that they share.

Each process adds to a row of its own, so that none waits for another and no count is lost; whoever
is asked adds the rows up. A worker that takes the place of another goes on with its row. Nothing
is on disk, so nothing is left by a process that is killed.
"""

import mmap
from bisect import bisect_left
from collections.abc import Sequence
from itertools import product

import numpy as np

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
"""Upper ends of the classes of durations, in seconds; what took longer is in one more."""
STATUSES = (
    *(
        "200",
        "206",
        "303",
        "304",
        "400",
        "401",
        "403",
        "404",
        "405",
        "406",
        "409",
        "413",
        "414",
        "416",
    ),
    *("429", "431", "500", "503", "507", "other"),
)
OTHER = "other"
"""The route of what leads nowhere: an address that somebody made up is no label."""


class Counts:
    """Requests by route and status, their durations and bytes, and what is under way.

    `routes` are all that are told apart, `rows` how many processes may count at once.
    """

    def __init__(self, routes: Sequence[str], rows: int = 1) -> None:
        self.routes = (*dict.fromkeys(routes), OTHER)
        names: list[tuple[str, ...]] = [("in flight",), ("bytes",), ("kept",), ("made",), ("late",)]
        names.append(("refused",))
        names += product(("requests",), self.routes, STATUSES)
        names += product(("seconds",), self.routes, (*map(str, range(len(BUCKETS) + 1)), "sum"))
        self._at = {name: number for number, name in enumerate(names)}
        memory = mmap.mmap(-1, rows * len(names) * 8)
        self._rows = np.frombuffer(memory, np.float64).reshape(rows, len(names))
        self.take(0)

    @property
    def rows(self) -> int:
        """How many processes may count at once."""
        return len(self._rows)

    def take(self, row: int) -> None:
        """Count in this row from now on."""
        self._row = self._rows[row].data  # adding to one number is quicker so than by an array

    def died(self, row: int) -> None:
        """What the process of a row had under way is so no more."""
        self._rows[row][self._at[("in flight",)]] = 0

    def add(self, *name: str, by: float = 1) -> None:
        """Add to a count of this process."""
        self._row[self._at[name]] += by

    def answered(self, route: str, status: int, sent: int, seconds: float) -> None:
        """Count a request that was answered."""
        said = str(status) if str(status) in STATUSES else OTHER
        self.add("requests", route, said)
        self.add("seconds", route, str(bisect_left(BUCKETS, seconds)))
        self.add("seconds", route, "sum", by=seconds)
        self.add("bytes", by=sent)

    def total(self, *name: str) -> float:
        """A count of all processes together."""
        return float(self._rows[:, self._at[name]].sum())
