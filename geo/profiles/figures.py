"""The figures that profiles are made of: a share, a rate, a ratio of two rates."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.measures.change import compare
from geo.measures.estimate import Estimate
from geo.measures.rates import rate, rate_limits, wilson

LOWER, HIGHER, SAME = "clearly lower", "clearly higher", "could be the same"
NO_RATE = "Nobody lives there, or residents are not known."
NONE_AT_ALL = "There are none in all, so there is no share."
NO_OTHER = "There is none on the other side to compare with."
NO_INCIDENT = "Neither side has an incident."


@dataclass(frozen=True)
class Figure:
    """A figure and its 95% limits; None where it cannot be told."""

    value: float | None
    lower: float | None
    upper: float | None

    @classmethod
    def of(cls, estimate: Estimate) -> "Figure":
        """The same as an estimate, with None for what is missing or has no end."""
        return cls(*map(finite, estimate))


@dataclass(frozen=True)
class Share:
    """A part of a whole, with Wilson's 95% limits; None of a whole of nought."""

    part: int
    whole: int
    share: float | None
    lower: float | None
    upper: float | None
    why: str | None = None


@dataclass(frozen=True)
class Rate:
    """Incidents per 1,000 residents over the period, with 95% limits."""

    count: int
    residents: int | None
    rate: float | None
    lower: float | None
    upper: float | None
    why: str | None = None


@dataclass(frozen=True)
class OfOffence:
    """One offence, or one kind of the national list, and its share of what is counted."""

    code: str
    title: str
    share: Share


@dataclass(frozen=True)
class Ratio:
    """The rural rate as a multiple of the urban one, with exact 95% limits and p.

    `upper` is also None, and so is `ratio`, where the urban areas have no incident: it has no end.
    """

    rural: int
    urban: int
    rural_residents: int | None
    urban_residents: int | None
    ratio: float | None
    lower: float | None
    upper: float | None
    p: float | None
    verdict: str
    why: str | None = None


def share_of(part: int, whole: int) -> Share:
    """A share with its limits. Raises ValueError where the part is larger than the whole."""
    lower, upper = wilson(part, whole)
    if not whole:
        return Share(part, whole, None, None, None, NONE_AT_ALL)
    return Share(part, whole, part / whole, float(lower), float(upper))


def rate_of(count: int, residents: int | None) -> Rate:
    """A rate with its limits."""
    if not residents:
        return Rate(count, residents, None, None, None, NO_RATE)
    lower, upper = rate_limits(count, residents)
    return Rate(count, residents, float(rate(count, residents)), float(lower), float(upper))


def ratio_of(
    rural: int, urban: int, rural_residents: int | None, urban_residents: int | None
) -> Ratio:
    """The ratio of two rates, by the exact test of two Poisson counts of `change.compare`."""
    counted = (rural, urban, rural_residents, urban_residents)
    if not rural_residents or not urban_residents:
        return Ratio(*counted, None, None, None, None, SAME, NO_RATE)
    found = compare([urban], [rural], urban_residents, rural_residents)
    ratio, lower, upper, p = (
        finite(values[0]) for values in (found.ratio, found.ratio_lower, found.ratio_upper, found.p)
    )
    why = (None if urban else NO_OTHER) if rural + urban else NO_INCIDENT
    return Ratio(*counted, ratio, lower, upper, p, verdict(lower, upper), why)


def verdict(lower: float | None, upper: float | None) -> str:
    """Whether a ratio's limits leave out 1, in words."""
    if upper is not None and upper < 1:
        return LOWER
    return HIGHER if lower is not None and lower > 1 else SAME


def finite(value: float) -> float | None:
    """A number, or None where it is missing or has no end."""
    return float(value) if math.isfinite(value) else None


def residents_of(dataset: Dataset, among: NDArray[np.bool_]) -> int | None:
    """Residents of these LSOAs; None where those of any are not known."""
    if not dataset.residents_known[among].all():
        return None
    return int(dataset.residents[among].sum())
