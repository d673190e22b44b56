"""Look-ups between LSOA 2011, LSOA 2021, local authorities, partnerships and police forces."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.areas.codes import all_from_2021
from geo.areas.facts import refuse_other_codes
from geo.areas.headings import AUTHORITY
from geo.areas.tables import TableFile
from geo.errors import InputError

OLD = r"lsoa(20)?11(code|cd)|lsoacode(20)?11"
NEW = r"lsoa(20)?21(code|cd)|lsoacode(20)?21"
_OLD_NAME = r"lsoa(20)?11(name|nm)"
_NEW_NAME = r"lsoa(20)?21(name|nm)"
_NO_NAME = {"police", "service", "constabulary", "force", "heddlu", "the", "and", "of"}


@dataclass(frozen=True)
class CodeLookUp:
    """The exact-fit look-up: every pair of an LSOA of 2011 and one of 2021 that share ground.

    An LSOA that did not change has the same code in both; one that did has none in common with
    the other vintage. `authority` is null where the table does not tell it.
    """

    name: str
    old: pa.Array
    new: pa.Array
    authority: pa.Array
    old_name: pa.Array
    new_name: pa.Array

    @classmethod
    def of(cls, table: TableFile) -> "CodeLookUp":
        """The look-up in a table. Raises InputError where it lacks codes of either vintage."""
        columns = []
        for pattern, sought in ((OLD, "LSOA11CD"), (NEW, "LSOA21CD")):
            heading = table.find(pattern)
            if heading is None:
                raise InputError(f"{table.name} is no look-up between vintages: no {sought}.")
            codes = table.text(heading)
            if codes.null_count:
                row = pc.index(codes.is_null(), value=True).as_py()
                raise InputError(f"{table.where(row)}: '{heading}' is blank.")
            refuse_other_codes(table, heading, codes)
            columns.append(codes)
        for pattern in (AUTHORITY, _OLD_NAME, _NEW_NAME):
            heading = table.find(pattern)
            blank = pa.nulls(len(columns[0]), pa.string())
            columns.append(blank if heading is None else table.text(heading))
        return cls(table.name, *columns)

    @cached_property
    def changed(self) -> list[tuple[str, str]]:
        """The pairs whose code changed, in order."""
        differ = pc.not_equal(self.old, self.new)
        pairs = (column.filter(differ).to_pylist() for column in (self.old, self.new))
        return sorted(set(zip(*pairs, strict=True)))

    @cached_property
    def parts(self) -> dict[str, list[str]]:
        """For each code that changed, of either vintage, the codes of the other that share it."""
        parts: dict[str, list[str]] = defaultdict(list)
        for old, new in self.changed:
            parts[old].append(new)
            parts[new].append(old)
        return dict(parts)

    @cached_property
    def retired(self) -> frozenset[str]:
        """The codes of 2011 that 2021 does not have."""
        return frozenset(old for old, _ in self.changed)

    @cached_property
    def groups(self) -> list[tuple[list[str], list[str]]]:
        """What changed, as the smallest groups that both vintages have in common: old and new."""
        groups, seen = [], set()
        for start in sorted(self.parts):
            if start in seen:
                continue
            group, ahead = {start}, [start]
            while ahead:
                for code in self.parts[ahead.pop()]:
                    if code not in group:
                        group.add(code)
                        ahead.append(code)
            seen |= group
            old = group & self.retired
            groups.append((sorted(old), sorted(group - old)))
        return groups

    def told(self, vintage: str, what: str) -> dict[str, str]:
        """`authority` or `name` of each code of a vintage; one in two authorities is left out."""
        codes = self.old if vintage == "2011" else self.new
        names = {"2011": self.old_name, "2021": self.new_name}
        values = self.authority if what == "authority" else names[vintage]
        found: dict[str, str] = {}
        torn = set()
        for code, value in zip(codes.to_pylist(), values.to_pylist(), strict=True):
            if value is not None and found.setdefault(code, value) != value:
                torn.add(code)
        return {code: value for code, value in found.items() if code not in torn}


def vintage_of(
    name: str, codes: pa.Array, told: str | None, look_up: CodeLookUp | None
) -> str | None:
    """The vintage of LSOA codes: by their numbers and the look-up, else what their heading told.

    None where nothing tells, which is so where no code changed. Raises InputError where codes of
    both vintages are mixed.
    """
    new = all_from_2021(codes)
    gone = pa.array(look_up.retired if look_up else [], pa.string())
    retired = codes.filter(pc.is_in(codes, value_set=gone))
    if len(new) and len(retired):
        raise InputError(
            f"{name} mixes LSOAs of 2011 and 2021: {retired[0]} is of 2011, {new[0]} of 2021."
        )
    if len(new):
        return "2021"
    return "2011" if len(retired) else told


@dataclass(frozen=True)
class PartnershipLookUp:
    """Which community safety partnership and police force each local authority is in."""

    name: str
    authority: list[str]
    partnership: list[str]
    force: list[str]
    force_name: list[str]

    @classmethod
    def of(cls, table: TableFile) -> "PartnershipLookUp":
        """The look-up in a table. Raises InputError where it lacks one of the columns."""
        columns = []
        for pattern, sought in (
            (AUTHORITY, "local authority codes, such as LAD21CD"),
            (r"csp(\d\d)?(cd|code)", "partnership codes, such as CSP21CD"),
            (r"pfa(\d\d)?(cd|code)", "police force area codes, such as PFA21CD"),
            (r"pfa(\d\d)?(nm|name)", "police force area names, such as PFA21NM"),
        ):
            heading = table.find(pattern)
            if heading is None:
                raise InputError(f"{table.name} has no column of {sought}.")
            columns.append(table.text(heading).fill_null("").to_pylist())
        return cls(table.name, *columns)

    def authorities(self, partnerships: Iterable[str], forces: Iterable[str]) -> Iterator[str]:
        """The authorities of partnerships and forces, these by code or name.

        Raises InputError that lists the unknown ones and what comes near them.
        """
        keys = [force_key(name) for name in self.force_name]
        unknown: list[str] = []
        for wanted in partnerships:
            yield from self._matching(wanted, self.partnership, self.partnership, unknown)
        for wanted in forces:
            if re.fullmatch(r"[EW]\d{8}", wanted):
                yield from self._matching(wanted, self.force, self.force, unknown)
            else:
                yield from self._matching(force_key(wanted), keys, self.force_name, unknown, wanted)
        if unknown:
            raise InputError(f"{self.name} does not have {'; nor '.join(unknown)}.")

    def _matching(
        self,
        wanted: str,
        keys: list[str],
        names: list[str],
        unknown: list[str],
        said: str | None = None,
    ) -> list[str]:
        found = [code for code, key in zip(self.authority, keys, strict=True) if key == wanted]
        if not found:
            title = dict(zip(keys, names, strict=True))
            near = [title[key] for key in near_misses(wanted, title)]
            unknown.append((said or wanted) + (f" (there is {', '.join(near)})" if near else ""))
        return found

    def forces(self, authorities: pa.Array) -> pa.Array:
        """The name of the force of each authority; null where it is not in the look-up."""
        at = pc.index_in(authorities, value_set=pa.array(self.authority, pa.string()))
        return pa.array(self.force_name, pa.string()).take(at)


def force_key(name: str) -> str:
    """A force's name in a form that is the same however it is written.

    >>> force_key("West Mercia Police") == force_key("West Mercia")
    True
    >>> force_key("London, City of") == force_key("City of London Police")
    True
    """
    words = re.findall(r"[a-z0-9]+", name.lower())
    return " ".join(sorted(word for word in words if word not in _NO_NAME))


def near_misses(wanted: str, known: Iterable[str]) -> list[str]:
    """Up to three of the known texts that look most like the one that was wanted."""
    return get_close_matches(wanted, sorted(set(known) - {""}), n=3, cutoff=0.75)


def rows_of(codes: pa.Array, wanted: Iterable[str]) -> NDArray[np.bool_]:
    """Which of the codes are wanted; a null never is."""
    held = pc.is_in(codes, value_set=pa.array(sorted(set(wanted)), pa.string()))
    return np.asarray(held.to_numpy(zero_copy_only=False), dtype=bool)
