"""How many sign-ins may come to nothing: as many as people who mistype make, over all workers."""

import time
from collections.abc import Callable

from service.operation.counts import Counts

MOST, SECONDS = 30, 60.0


class Refusals:
    """Refused sign-ins of late, whoever they are of: one attacker may have many addresses.

    Whoever shows what is right is let in all the same. `counts` is shared with other workers, so
    that each sees what all have refused since it began to count, at most `SECONDS` ago.
    """

    def __init__(self, counts: Counts, clock: Callable[[], float] = time.monotonic) -> None:
        self._counts, self._clock = counts, clock
        self._since, self._before = clock(), counts.total("refused")

    def add(self) -> bool:
        """Count one; False where there were too many, and nothing is to be made of it."""
        now, total = self._clock(), self._counts.total("refused")
        if now - self._since >= SECONDS:
            self._since, self._before = now, total
        if total - self._before >= MOST:
            return False
        self._counts.add("refused")
        return True
