"""Rows that say the same in several columns, as groups."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Positions = NDArray[np.int32]

_MOST = 2**62  # what a number for a row may come to


def group_rows(columns: Iterable[tuple[Positions, int]]) -> tuple[Positions, NDArray[np.int64]]:
    """The group of every row, and the first row of every group.

    A column is given as the position of each row's value, -1 where it has none, and how many
    values there are. Groups are numbered in the order in which they first occur.

    >>> group, first = group_rows([(np.array([0, 1, 0, -1], np.int32), 2)])
    >>> group.tolist(), first.tolist()
    ([0, 1, 0, 2], [0, 1, 3])
    """
    number = np.zeros(1, dtype=np.int64)
    size = 1
    for at, values in columns:
        if size > _MOST // (values + 1):
            number = _numbered(number).astype(np.int64)
            size = len(number)
        number = number * (values + 1) + (at + 1)
        size *= values + 1
    group = _numbered(number)
    return group, np.flatnonzero(np.diff(np.maximum.accumulate(group), prepend=-1))


def _numbered(values: NDArray[np.int64]) -> Positions:
    """The same values as 0, 1, 2, … in the order in which they first occur."""
    numbers: Positions = pa.array(values).dictionary_encode().indices.to_numpy()
    return numbers


def positions(column: pa.ChunkedArray) -> tuple[Positions, int]:
    """A column as `group_rows` takes it."""
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.indices.fill_null(-1).to_numpy(), len(encoded.dictionary)


def times_before(values: NDArray[Any]) -> NDArray[np.int64]:
    """How often each value stands before it already.

    >>> times_before(np.array([7, 8, 7, 7])).tolist()
    [0, 0, 1, 2]
    """
    order = np.argsort(values, kind="stable")
    before = np.empty(len(values), dtype=np.int64)
    before[order] = np.arange(len(values)) - np.searchsorted(values[order], values[order])
    return before
