"""Counts of which some may be hidden."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts, shape (n,), and which of them are hidden; a hidden one stands here as 0."""

    count: NDArray[np.int64]
    hidden: NDArray[np.bool_]

    @classmethod
    def shown(cls, count: NDArray[np.int64]) -> "Tally":
        """Counts none of which is hidden."""
        return cls(count, np.zeros(len(count), dtype=bool))

    @property
    def column(self) -> pd.arrays.IntegerArray:
        """Whole numbers for a table, missing where hidden."""
        return pd.arrays.IntegerArray(self.count, self.hidden)

    def numbers(self) -> list[int | None]:
        """Whole numbers, None where hidden."""
        pairs = zip(self.count.tolist(), self.hidden.tolist(), strict=True)
        return [None if hidden else count for count, hidden in pairs]

    def of(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "Tally":
        """The chosen ones, in their order."""
        return Tally(self.count[chosen], self.hidden[chosen])
