"""How long an area stands out: in how many periods, and how many on end."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import BoolArray, IntArray, same_shape

HOT, NOT_HOT, UNTOLD = "H", ".", "?"


@dataclass(frozen=True, eq=False)
class Persistence:
    """How often each area was hot, one entry an area."""

    hot: IntArray
    """Periods it was hot in."""
    told: IntArray
    """Periods that can say whether it was."""
    longest: IntArray
    """The most periods on end that it was hot in; one that cannot say ends the run."""
    periods: list[str]
    """A letter a period, first to last: H hot, . not hot, ? not told."""


def persistence(hot: ArrayLike, told: ArrayLike) -> Persistence:
    """Count the periods each area was hot in, and the longest run of them.

    Args:
        hot: whether an area is hot in a period, shape (periods, n).
        told: whether it can be said, the same shape; where it cannot, `hot` does not count.

    Raises:
        ValueError: the shapes differ or are not two-dimensional.

    Example:
        >>> found = persistence([[True, True], [True, False], [False, True]], np.ones((3, 2)))
        >>> found.hot, found.longest, found.periods
        (array([2, 2]), array([2, 1]), ['HH.', 'H.H'])
    """
    known = np.asarray(told, dtype=np.bool_)
    on = np.asarray(hot, dtype=np.bool_)
    same_shape(hot=on, told=known)
    if on.ndim != 2:
        raise ValueError("hot must be two-dimensional: one row a period, one column an area.")
    on = on & known
    run = longest = np.zeros(on.shape[1], dtype=np.int64)
    for row in on:
        run = np.where(row, run + 1, 0)
        longest = np.maximum(longest, run)
    return Persistence(
        hot=on.sum(axis=0),
        told=known.sum(axis=0),
        longest=longest,
        periods=in_letters({UNTOLD: ~known, HOT: on}, NOT_HOT),
    )


def in_letters(letters: Mapping[str, BoolArray], otherwise: str) -> list[str]:
    """A text an area with the letter of each period: the first that is true, or `otherwise`.

    Args:
        letters: masks of shape (periods, n) by letter.
        otherwise: the letter where none is true.
    """
    chosen = np.select(list(letters.values()), list(letters), default=otherwise)
    return ["".join(area) for area in chosen.T.tolist()]
