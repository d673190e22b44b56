"""What a check of a printed figure found."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from geo.strategy.figures import Figure

Verdict = Literal["equal", "differs", "cannot be known"]
Basis = Literal["print", "dataset"]


@dataclass(frozen=True)
class Check:
    """A figure worked out once more: from what, the result, whether it is the printed one, and why.

    `recomputed` is exact, None where it cannot be known. `because` is empty where nothing need be
    said. `illustrative`: drawn incidents were counted. `summed`: printed parts were added up, and
    `near` says that they give the figure, but for the rounding of each.
    """

    basis: Basis
    how: str
    recomputed: Fraction | None
    verdict: Verdict
    because: str = ""
    illustrative: bool = False
    summed: bool = False
    near: bool = False


def unknown(basis: Basis, because: str, how: str = "") -> Check:
    """A check that cannot be made."""
    return Check(basis, how, None, "cannot be known", because)


def verdict_on(figure: Figure, value: Fraction) -> Verdict:
    """Whether a value is the printed one, to the printed precision."""
    return "equal" if figure.equals(value) else "differs"
