"""What the files of a source cover: which months, which forces' areas, which of the ring."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.areas.areas import Areas
from geo.areas.look_up import force_key
from geo.building.parts import Part
from geo.period import month_iso, month_words

FAR_APART = 12  # months without a row, past which the few rows beyond are doubted
LEAST_AGREEMENT = 0.9
LEAST_ROWS = 10  # of an LSOA code, to judge by where its points lie


@dataclass(frozen=True)
class Coverage:
    """The months a source's files hold, the codes of the ring they cover and why not the rest.

    `caveats`: what every reader of the figures must know. `warnings`: what whoever built them
    should look into.
    """

    months: tuple[int, ...]
    ring: tuple[str, ...]
    ring_why: str
    caveats: tuple[str, ...]
    warnings: tuple[str, ...]


def coverage(parts: Sequence[Part], areas: Areas) -> Coverage:
    """What the parts of one source cover.

    Police street files name the force and month they hold, and a force's files hold the incidents
    of its own area; an extract holds every month from its first to its last, in the area alone.
    """
    if not any(part.claims for part in parts):
        months = {m for part in parts for m in range(part.months[0], part.months[-1] + 1)}
        why = "an extract is taken to hold the incidents of its own area alone"
        return Coverage(tuple(sorted(months)), (), why, (), tuple(_doubts(parts)))
    forces = areas.lsoas["force"].to_pylist()
    held: dict[str, set[int]] = defaultdict(set)
    for part in parts:
        for force, month in part.claims:
            held[force_key(force)].add(month)
    own = {force for force in forces[: areas.inside] if force}
    months = set().union(*(held[force_key(force)] for force in own)) if own else set()
    months = months or set().union(*held.values())
    codes = areas.lsoas["lsoa_code"].to_pylist()
    whole = {force for force in set(forces) if force and held[force_key(force)] >= months}
    ring = tuple(codes[i] for i in range(areas.inside, len(codes)) if forces[i] in whole)
    missing = _missing_forces(own - whole, forces[: areas.inside], held, months)
    why = _why(forces[areas.inside :], whole)
    return Coverage(tuple(sorted(months)), ring, why, tuple(missing), tuple(_doubts(parts)))


def _why(ring: list[str | None], whole: set[str]) -> str:
    if not ring:
        return "the outlines end at the area"
    if not any(ring):
        return "no look-up tells which police force an area belongs to"
    absent = sorted({force for force in ring if force} - whole)
    return f"the files lack months of {', '.join(absent)}" if absent else ""


def _missing_forces(
    missing: set[str], inside: list[str | None], held: dict[str, set[int]], months: set[int]
) -> list[str]:
    told = []
    for force in sorted(missing):
        lacks = sorted(months - held[force_key(force)])
        which = "any month" if len(lacks) == len(months) else month_iso(lacks[0])
        more = f" and {len(lacks) - 1} more months" if 1 < len(lacks) < len(months) else ""
        told.append(
            f"No file of {force} holds {which}{more}: its {inside.count(force):,} areas count only "
            "what other forces recorded there."
        )
    return told


def _doubts(parts: Sequence[Part]) -> list[str]:
    """What looks like a mistake in the files but is none for certain."""
    told = [*_disagreement(parts)]
    for part in parts:
        held = np.array(part.months)
        gap = np.diff(held) > FAR_APART
        if gap.any():
            after = held[1:][gap][0]
            told.append(
                f"{part.name} has nothing between {month_words(int(held[:-1][gap][0]))} and "
                f"{month_words(int(after))}: look for mistyped dates. It is taken to cover the "
                "months between."
            )
    return told


def _disagreement(parts: Sequence[Part]) -> Iterator[str]:
    """Points that do not lie in the LSOA of their code, and codes the area does not know."""
    compared, disagreed = sum(p.compared for p in parts), sum(p.disagreed for p in parts)
    strange = _unknown_codes(parts)
    rows = compared + sum(strange.values())
    if strange:
        codes = ", ".join(sorted(strange)[:3])
        more = f" and {len(strange) - 3:,} more" if len(strange) > 3 else ""
        yield (
            f"Only {(compared - disagreed) / rows:.1%} of {rows:,} points in the area lie in the "
            f"LSOA that their row names: {sum(strange.values()):,} rows name {codes}{more}, which "
            "the area does not have under these codes. Are they of another vintage? With the "
            "exact-fit look-up as code_look_up they count where they belong."
        )
    elif disagreed > (1 - LEAST_AGREEMENT) * compared:
        yield (
            f"Only {1 - disagreed / compared:.1%} of {compared:,} points lie in the LSOA that "
            "their row names. Are the outlines of the vintage of the files' codes, and fine enough?"
        )


def _unknown_codes(parts: Sequence[Part]) -> dict[str, int]:
    """Rows in the area by code that the area does not know, where it is no matter of its edge."""
    rows: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(2, dtype=np.int64))
    for part in parts:
        for code, *counts in part.strangers:
            rows[code] += counts
    return {
        code: int(inside)
        for code, (whole, inside) in rows.items()
        if inside >= LEAST_ROWS and inside > LEAST_AGREEMENT * whole
    }
