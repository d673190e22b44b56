"""What every measure asks of its arrays, checked in one place."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def amounts(values: ArrayLike, name: str) -> FloatArray:
    """Finite numbers of 0 or more, in any shape, as floats."""
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has a missing or infinite value; every area needs a number.")
    if (array < 0).any():
        raise ValueError(f"{name} has a negative value; it must be 0 or more.")
    return array


def whole_counts(values: ArrayLike, name: str = "count") -> IntArray:
    """Whole numbers of 0 or more, one an area, shape (n,)."""
    array = one_an_area(amounts(values, name), name)
    if (array != np.floor(array)).any():
        raise ValueError(f"{name} has a fraction; counts must be whole numbers.")
    return array.astype(np.int64)


def one_an_area(array: FloatArray, name: str) -> FloatArray:
    """The same array, once it is known to be one-dimensional."""
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, one value an area.")
    return array


def positions_among(n: int, values: ArrayLike | None) -> IntArray:
    """Positions from 0 to n - 1; all n in order if None."""
    array = np.arange(n) if values is None else np.asarray(values)
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise ValueError("Positions must be whole numbers, counted from 0.")
    if array.ndim != 1:
        raise ValueError("Positions must be one-dimensional.")
    if array.size and (array.min() < 0 or array.max() >= n):
        raise ValueError(f"A position is not one of the {n} areas, which are counted from 0.")
    return array.astype(np.int64)


def same_shape(**arrays: NDArray[Any]) -> None:
    """Refuse arrays of different shapes, by name."""
    if len({array.shape for array in arrays.values()}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"The arrays must have the same shape; these have {shapes}.")


def tail_area(confidence: float) -> float:
    """The probability left in each tail, for example 0.025 at 95%."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; it must lie between 0 and 1.")
    return (1 - confidence) / 2
