"""Gathers what the files say of the areas into one table, and refuses contradictions."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.areas.bridge import Carried
from geo.errors import InputError

_SCORE_ROUNDING = 0.001  # publishers round scores to two decimals or three


class Gathered:
    """Columns of facts on the rows of the areas, from several files."""

    def __init__(self, codes: pa.Array) -> None:
        self._codes = codes
        self._from: dict[str, str] = {}
        self.columns: dict[str, pa.Array] = {}
        self.estimated: dict[str, NDArray[np.bool_]] = {}

    def add(self, carried: Carried) -> None:
        """Add the facts of one file. What two files tell stands once, an estimate only alone.

        Raises InputError where two files contradict each other.
        """
        for name, column in carried.columns.items():
            if name == "authority":
                continue  # who is inside has been settled before
            guessed = carried.estimated[name]
            if name not in self.columns:
                self.columns[name], self.estimated[name] = column, guessed
                self._from[name] = carried.name
                continue
            self._refuse_contradiction(name, column, guessed, carried.name)
            mine, sure = self.columns[name], ~self.estimated[name]
            keep = np.asarray(mine.is_valid()) & (sure | guessed | np.asarray(column.is_null()))
            self.columns[name] = pc.if_else(pa.array(keep), mine, column)
            self.estimated[name] = np.where(keep, self.estimated[name], guessed)

    def _refuse_contradiction(
        self, name: str, column: pa.Array, guessed: NDArray[np.bool_], file: str
    ) -> None:
        mine = self.columns[name]
        if name == "hectares":
            return  # rounded, and to high water or low, as each publisher does
        if pa.types.is_floating(column.type):
            unlike = pc.greater(pc.abs(pc.subtract(mine, column)), _SCORE_ROUNDING)
        else:
            unlike = pc.not_equal(mine, column)
        unlike = np.asarray(unlike.fill_null(False)) & ~guessed & ~self.estimated[name]
        if unlike.any():
            row = int(np.flatnonzero(unlike)[0])
            raise InputError(
                f"{self._from[name]} and {file} contradict each other: {name} of "
                f"{self._codes[row]} is {mine[row]} in one and {column[row]} in the other."
            )

    def column(self, name: str, kind: pa.DataType) -> pa.Array:
        """A column, null throughout where no file tells it."""
        return self.columns.get(name, pa.nulls(len(self._codes), kind))

    def named(self, start: str) -> dict[str, pa.Array]:
        """The columns whose names start so."""
        return {name: col for name, col in self.columns.items() if name.startswith(start)}

    def any_estimated(self) -> NDArray[np.bool_]:
        """The rows that hold an estimate in any column."""
        rows = np.zeros(len(self._codes), dtype=bool)
        for guessed in self.estimated.values():
            rows |= guessed
        return rows


def coverage_notes(carried: Carried, area: str, codes: pa.Array) -> list[str]:
    """Notes on the area's LSOAs that a file does not have; `codes` are those inside.

    A file of England alone need not have Wales. Raises InputError where the file has none that it
    should.
    """
    countries = pc.utf8_slice_codeunits(codes, 0, 1)
    ours = np.asarray(pc.is_in(countries, value_set=pa.array(sorted(carried.countries))))
    if not ours.any():
        return ["It has no LSOA of the area's country."]
    lacking = np.flatnonzero(~carried.found[: len(codes)] & ours)
    if len(lacking) == ours.sum():
        raise InputError(f"{carried.name} has none of the {len(codes):,} LSOAs of {area}.")
    if not len(lacking):
        return []
    named = ", ".join(codes[int(row)].as_py() for row in lacking[:5])
    more = f" and {len(lacking) - 5:,} more" if len(lacking) > 5 else ""
    return [f"It does not have {named}{more}."]
