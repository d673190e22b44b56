"""Carries facts of LSOAs to areas of another vintage by the exact-fit look-up.

What did not change is taken as it is. Counts of parts are summed, which is exact; a count of a
whole is shared among its parts, which is an estimate. Ranks, deciles, scores, classes and names
are inherited by parts, an estimate too; parts pass one on to their whole only where all agree.
None is averaged or ranked anew.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.areas.facts import CERTAIN, Facts, is_count
from geo.areas.look_up import CodeLookUp, vintage_of
from geo.errors import InputError

_LISTED = 12  # codes that a note names one by one


@dataclass(frozen=True)
class Carried:
    """Facts on the rows of the areas: null where none is known.

    `found`: the rows that the file has, whole. `countries`: E and W, as far as the file has them.
    `estimated` says by column which rows hold an estimate; `notes` tell it in words.
    """

    name: str
    found: NDArray[np.bool_]
    countries: set[str]
    columns: dict[str, pa.Array]
    estimated: dict[str, NDArray[np.bool_]]
    notes: list[str]


@dataclass(frozen=True)
class Bridge:
    """The way to the areas of `vintage` whose codes are `rows`, in their order.

    `parts` has, where the vintage is common, the codes of both vintages that an area is made of.
    `outlines` names the file the areas come from. `shares` has counts of the same vintage by year
    and code, to share others out by. The first `inside` rows must be told of; those after may lack.
    """

    rows: pa.Array
    inside: int
    vintage: str
    outlines: str
    look_up: CodeLookUp | None
    parts: Mapping[str, Sequence[str]]
    shares: Mapping[int, Mapping[str, int]]

    def carry(self, facts: Facts) -> Carried:
        """The facts on the areas' rows.

        Raises InputError where the vintages differ and no look-up is given, or the look-up lacks
        a code.
        """
        vintage = vintage_of(facts.name, facts.codes, facts.told, self.look_up)
        same = vintage is None or vintage == self.vintage
        if self.look_up is None:
            if not same:
                self._refuse_unlike(facts, str(vintage))
            same = True
        changed = {} if same else self._sources(str(vintage))
        at = pc.index_in(self.rows, value_set=facts.codes)
        columns = {name: column.take(at) for name, column in facts.columns.items()}
        estimated = {name: np.zeros(len(self.rows), dtype=bool) for name in columns}
        found = np.asarray(at.is_valid())
        countries = _countries(facts)
        if not changed:
            return Carried(facts.name, found, countries, columns, estimated, [])
        carrier = _Carrier(self, facts, changed)
        mask = np.zeros(len(self.rows), dtype=bool)
        mask[list(changed)] = True
        for name, column in columns.items():
            values, guessed = carrier.values(name)
            columns[name] = pc.replace_with_mask(column, mask, pa.array(values, column.type))
            estimated[name][mask] = guessed
        found = np.where(mask, False, found)
        found[carrier.whole()] = True
        notes = carrier.notes(str(vintage), estimated)
        return Carried(facts.name, found, countries, columns, estimated, notes)

    def _sources(self, vintage: str) -> dict[int, list[str]]:
        """For each row that another vintage has otherwise, the codes it takes its facts from."""
        assert self.look_up is not None  # noqa: S101  # asked for only where there is one
        sources: dict[int, list[str]] = {}
        if self.vintage == "common":
            retired = self.look_up.retired
            for row, code in enumerate(self.rows.to_pylist()):
                if code in self.parts:
                    of_2011 = vintage == "2011"
                    sources[row] = [c for c in self.parts[code] if (c in retired) == of_2011]
            return sources
        self._refuse_unknown(self.look_up)
        changed = pa.array(sorted(self.look_up.parts), pa.string())
        rows = np.flatnonzero(pc.is_in(self.rows, value_set=changed))
        for row in map(int, rows):
            sources[row] = self.look_up.parts[self.rows[row].as_py()]
        return sources

    def _refuse_unknown(self, look_up: CodeLookUp) -> None:
        known = pa.concat_arrays([look_up.old, look_up.new])
        told = pc.is_in(self.rows[: self.inside], value_set=known)
        if not pc.all(told).as_py():
            code = self.rows[pc.index(told, value=False).as_py()].as_py()
            raise InputError(f"{look_up.name} lacks {code}, which {self.outlines} has.")

    def _refuse_unlike(self, facts: Facts, vintage: str) -> None:
        needed = self.rows[: self.inside]
        missing = needed.filter(pc.invert(pc.is_in(needed, value_set=facts.codes)))
        countries = _countries(facts)
        lacking = [code for code in missing.to_pylist() if code[0] in countries]
        if lacking:
            raise InputError(
                f"{self.outlines} has LSOAs of {self.vintage} and {facts.name} has LSOAs of "
                f"{vintage}, without {lacking[0]}; give the exact-fit look-up between the two as "
                "code_look_up, or files of one vintage."
            )


def _countries(facts: Facts) -> set[str]:
    return set(pc.utf8_slice_codeunits(facts.codes, 0, 1).unique().to_pylist())


class _Carrier:
    """Works out the rows that changed between two vintages, one column after another."""

    def __init__(self, bridge: Bridge, facts: Facts, changed: dict[int, list[str]]) -> None:
        assert bridge.look_up is not None  # noqa: S101  # rows change only by a look-up
        self._bridge, self._facts, self._changed = bridge, facts, changed
        self._needed = sorted({code for sources in changed.values() for code in sources})
        self._at = pc.index_in(pa.array(self._needed, pa.string()), value_set=facts.codes)
        common = bridge.vintage == "common"
        self._parts = {
            code: [""] if common else bridge.look_up.parts[code] for code in self._needed
        }
        self._blank: set[int] = set()
        self._summed: set[int] = set()

    def whole(self) -> list[int]:
        """The changed rows all of whose sources the file has."""
        there = dict(zip(self._needed, self._at.is_valid().to_pylist(), strict=True))
        return [row for row, codes in self._changed.items() if all(there[c] for c in codes)]

    def values(self, name: str) -> tuple[list[Any], list[bool]]:
        """The values of the changed rows in a column, and which of them are estimates."""
        column = self._facts.columns[name]
        known = dict(zip(self._needed, column.take(self._at).to_pylist(), strict=True))
        if is_count(name):
            return self._counted(known, name)
        values, guessed = self._agreed(known)
        return values, [at and name not in CERTAIN for at in guessed]

    def _agreed(self, known: dict[str, Any]) -> tuple[list[Any], list[bool]]:
        values: list[Any] = []
        guessed = []
        for row, sources in self._changed.items():
            told = {known[code] for code in sources}
            value = told.pop() if len(told) == 1 else None
            if value is None and told:
                self._blank.add(row)
            values.append(value)
            guessed.append(value is not None and any(len(self._parts[c]) > 1 for c in sources))
        return values, guessed

    def _counted(self, known: dict[str, Any], name: str) -> tuple[list[Any], list[bool]]:
        codes, shares = self._bridge.rows, self._nearest(name)
        values: list[Any] = []
        guessed = []
        for row, sources in self._changed.items():
            shared = any(len(self._parts[code]) > 1 for code in sources)
            counts = [known[code] for code in sources]
            if None in counts or (shared and name == "hectares"):
                values.append(None)
            elif shared:
                mine = codes[row].as_py()
                values.append(sum(self._share(c, known[c], mine, shares) for c in sources))
            else:
                values.append(sum(counts))
                self._summed.add(row)
            guessed.append(shared and values[-1] is not None)
        return values, guessed

    def _nearest(self, name: str) -> Mapping[str, int]:
        """The known counts of the year nearest to that of a column of residents."""
        year = int(re.sub(r"\D", "", name) or 0)
        shares = self._bridge.shares
        return shares[min(shares, key=lambda other: abs(other - year))] if shares else {}

    def _share(self, code: str, count: int, part: str, shares: Mapping[str, int]) -> int:
        """What falls to one part of an LSOA; the shares of all parts come to the whole."""
        parts = sorted(self._parts[code])
        if len(parts) == 1:
            return count
        weights = [shares.get(each) for each in parts]
        sure = [weight for weight in weights if weight is not None]
        if len(sure) < len(parts) or not sum(sure):
            sure = [1] * len(parts)
        exact = [count * weight / sum(sure) for weight in sure]
        whole = [int(share) for share in exact]
        by_rest = sorted(range(len(parts)), key=lambda i: (whole[i] - exact[i], i))
        for i in by_rest[: count - sum(whole)]:
            whole[i] += 1
        return whole[parts.index(part)]

    def notes(self, vintage: str, estimated: dict[str, NDArray[np.bool_]]) -> list[str]:
        """What was done, in sentences."""
        target = "the common areas" if self._bridge.vintage == "common" else self._bridge.vintage
        look_up = self._bridge.look_up
        way = f"Carried from LSOAs of {vintage} to {target} by {look_up.name if look_up else ''}"
        guessed = np.zeros(len(self._bridge.rows), dtype=bool)
        for rows in estimated.values():
            guessed |= rows
        told = (
            (self._summed, "summed from the parts, which is exact, for"),
            (np.flatnonzero(guessed).tolist(), "estimated from the whole for"),
            (self._blank, "left blank, since the parts differ, for"),
        )
        done = "; ".join(f"{words} {self._named(rows)}" for rows, words in told if rows)
        return [f"{way}: {done}."] if done else []

    def _named(self, rows: Iterable[int]) -> str:
        codes = [self._bridge.rows[row].as_py() for row in sorted(rows)]
        more = f" and {len(codes) - _LISTED:,} more" if len(codes) > _LISTED else ""
        return ", ".join(codes[:_LISTED]) + more
