"""LSOA codes: what one looks like, which vintage it is of, and which area it stands for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

LSOA_CODE = r"^[EW]01\d{6}$"

UNLOCATED = -1  # the code cannot tell; the point may
OUTSIDE = -2  # the code is of an LSOA elsewhere

_LAST_2011_NUMBER = {"E": 33768, "W": 1958}  # ONS numbers codes in order; later ones came in 2021


def is_lsoa_code(code: str) -> bool:
    """Whether a text has the form of an LSOA code of England or Wales."""
    return re.fullmatch(LSOA_CODE, code) is not None


def came_in_2021(code: str) -> bool:
    """Whether an LSOA code was first used in 2021. Source: ONS code numbering.

    >>> came_in_2021("E01028826"), came_in_2021("E01034845"), came_in_2021("W01001959")
    (False, True, True)
    """
    return int(code[3:]) > _LAST_2011_NUMBER[code[0]]


def all_from_2021(codes: pa.Array) -> pa.Array:
    """Those of many LSOA codes that were first used in 2021."""
    numbers = pc.utf8_slice_codeunits(codes, 3).cast(pa.int32())
    english = pc.starts_with(codes, "E")
    last = pc.if_else(english, _LAST_2011_NUMBER["E"], _LAST_2011_NUMBER["W"])
    return codes.filter(pc.greater(numbers, last))


@dataclass(frozen=True)
class Codes:
    """Which area an LSOA code in an incident file stands for.

    `known` gives the position of every code that is told one by one; UNLOCATED for a code that
    more than one area may hold; OUTSIDE for a code that a look-up places elsewhere. A code that is
    not told is judged by `vintage`: a code of 2021 cannot tell where the areas are those of 2011;
    any other is an LSOA elsewhere.
    """

    vintage: str
    known: Mapping[str, int]

    def position(self, code: str) -> int:
        """The position of the area that holds the LSOA, or UNLOCATED or OUTSIDE.

        >>> codes = Codes("2011", {"E01000001": 0})
        >>> [codes.position(code) for code in ("E01000001", "E01000002", "E01034845", "?")]
        [0, -2, -1, -1]
        """
        found = self.known.get(code)
        if found is not None:
            return found
        if not is_lsoa_code(code) or (self.vintage == "2011" and came_in_2021(code)):
            return UNLOCATED
        return OUTSIDE

    def positions(self, codes: Sequence[str]) -> list[int]:
        """The position of each of many codes."""
        found = map(self.known.get, codes)
        return [
            self.position(code) if at is None else at for code, at in zip(codes, found, strict=True)
        ]

    @cached_property
    def table(self) -> pa.Table:
        """The codes that are told one by one: `lsoa_code`, `position`, in code order."""
        codes = sorted(self.known)
        positions = pa.array([self.known[code] for code in codes], pa.int32())
        return pa.table({"lsoa_code": pa.array(codes, pa.string()), "position": positions})

    @classmethod
    def from_table(cls, vintage: str, table: pa.Table) -> "Codes":
        """The codes of a `table` as that property gives it."""
        pairs = zip(table["lsoa_code"].to_pylist(), table["position"].to_pylist(), strict=True)
        return cls(vintage, dict(pairs))
