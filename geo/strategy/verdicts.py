"""What a check of a printed figure found."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Verdict = Literal["equal", "differs", "cannot be known"]
Basis = Literal["print", "dataset"]
Reason = Literal[
    "arithmetic",  # the print's own figures give another
    "parts left out",  # the printed parts are less than the printed whole
    "rounding",  # of the printed parts, each for itself
    "denominators",
    "source",
    "definition",
    "another area",
    "months not held",
    "not recorded",
    "not printed",
    "not public",
]
"""Why a figure differs or cannot be known, as a program tells it."""


@dataclass(frozen=True)
class Check:
    """A figure worked out once more: from what, the result, whether it is the printed one, and why.

    `recomputed` is exact, None where it cannot be known. `reason` is None where it is equal;
    `because` says it in words. `illustrative`: drawn incidents were counted.
    """

    basis: Basis
    how: str
    recomputed: Fraction | None
    verdict: Verdict
    reason: Reason | None = None
    because: str = ""
    illustrative: bool = False


def unknown(basis: Basis, reason: Reason, because: str, how: str = "") -> Check:
    """A check that cannot be made."""
    return Check(basis, how, None, "cannot be known", reason, because)


class CannotTell(Exception):  # noqa: N818  no error: the answer is that it cannot be known
    """Why a dataset cannot say: the reason as a program tells it, and in words."""

    def __init__(self, reason: Reason, because: str) -> None:
        super().__init__(because)
        self.reason: Reason = reason
