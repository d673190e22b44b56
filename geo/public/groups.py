"""Which incidents of a source are counted together in public: groups that never overlap."""

from collections.abc import Iterable
from dataclasses import dataclass

from geo.grave import grave_offences
from geo.held import Held
from geo.offences import ASB, CRIME, THEMES

APART = ("violence", "burglary", "vehicle-crime", "shoplifting", "criminal-damage")
"""Themes of crime that are groups of their own; the rest of crime is one more."""

Offences = frozenset[str]


@dataclass(frozen=True)
class Groups:
    """Groups of offences of one table, each by its name.

    `grave`: they are shown by town and for the whole area alone, never below.
    """

    name: str
    groups: dict[str, Offences]
    grave: bool = False


def grave_in(held: Held) -> Offences:
    """The grave offences that a source records or tells apart."""
    return grave_offences([held.source]) & (held.told | held.rows_of)


def groups_of(held: Held) -> tuple[Groups, ...]:
    """The tables of a source: crime in groups, ASB, each further kind, each grave offence.

    Grave offences are in no other table, so that no sum of one with another says how many they are.
    """
    grave = grave_in(held)
    crime, asb = (held.told & one - grave for one in (CRIME, ASB))
    apart = {name: THEMES[name].offences & crime for name in APART}
    groups = apart | {"other-crime": crime.difference(*apart.values())}
    tables = [("crime", {name: of for name, of in groups.items() if of}), ("asb", {"asb": asb})]
    kinds = (code for code, _ in held.source.kinds if code not in grave)
    tables += [(code, {code: frozenset({code})}) for code in kinds]
    found = [Groups(name, of) for name, of in tables if any(of.values())]
    recorded = sorted(grave & (held.rows_of | {code for code, _ in held.source.kinds}))
    return (*found, *(Groups(code, {code: frozenset({code})}, grave=True) for code in recorded))


def told_of(groups: Iterable[Offences]) -> Offences:
    """All offences of some groups."""
    return frozenset[str]().union(*groups)
