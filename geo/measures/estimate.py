"""One figure with its limits."""

from typing import NamedTuple


class Estimate(NamedTuple):
    """A figure and its lower and upper limit; NaN where there is none."""

    value: float
    lower: float
    upper: float


UNTOLD = Estimate(float("nan"), float("nan"), float("nan"))
