"""Printed figures: what each says, how precisely, and what it is made of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, Self

from geo.period import Period

Measure = Literal["number", "rate", "share", "change", "residents", "areas", "deprived", "rural"]
WHOLE: frozenset[Measure] = frozenset({"number", "residents", "areas", "deprived"})
"""Measures that are counted, so that the print is exact."""
IMPLIED = "residents"
"""Stands in a formula for residents that are not printed: those that the rates imply."""

_PRINTED = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?", re.ASCII)
_TERM = r"[a-z0-9][a-z0-9_-]*"
_FORMULA = re.compile(rf"({_TERM}(?: \+ {_TERM})*)(?: / ({_TERM}))?")


@dataclass(frozen=True)
class Formula:
    """A sum of `parts`, divided by `over` where there is one."""

    parts: tuple[str, ...]
    over: str | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """The formula of `a`, `a + b` or `a + b / c`, the last being (a + b) / c.

        Raises ValueError, one sentence, for anything else.

        >>> Formula.read("nuisance + personal / asb")
        Formula(parts=('nuisance', 'personal'), over='asb')
        """
        match = _FORMULA.fullmatch(text)
        if match is None:
            raise ValueError(
                "it must be names joined as 'one + two', 'one / whole' or 'one + two / whole'."
            )
        return cls(tuple(match[1].split(" + ")), match[2])

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it names."""
        return self.parts if self.over is None else (*self.parts, self.over)


def formulas(text: str | None) -> tuple[Formula, ...]:
    """Several formulas with `; ` between them; none where there is no text."""
    return tuple(Formula.read(part.strip()) for part in text.split(";")) if text else ()


def decimals_of(text: str) -> int:
    """Decimals of a number as it is printed. Raises ValueError where it is no number.

    >>> decimals_of("8,973"), decimals_of("-9.0")
    (0, 1)
    """
    match = _PRINTED.fullmatch(text)
    if match is None or len(text) > 15:
        raise ValueError("it must be a number as it is printed, such as 8,973 or 14.93 or -9.")
    return len(match[1] or "")


@dataclass(frozen=True)
class Figure:
    """One printed figure. `rate` is per 1,000 residents, `share` and `change` are per cent.

    `theme` says what the dataset counts for it: themes added up, or for a share a theme over the
    theme it is a share of; for `deprived` a domain of an Index of Deprivation. `against` are the
    months that a change is measured from. `made_of` are ways to work it out from other figures.
    """

    name: str
    table: str
    what: str
    area: str
    measure: Measure
    printed: str
    theme: Formula | None = None
    months: Period | None = None
    against: Period | None = None
    made_of: tuple[Formula, ...] = ()

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The figure of a sound row of a file: column to text, without the blank ones."""
        months, against = row.get("months"), row.get("against")
        return cls(
            name=row["figure"],
            table=row["table"],
            what=row["what"],
            area=row["area"],
            measure=row["measure"],
            printed=row["printed"],
            theme=Formula.read(row["theme"]) if row.get("theme") else None,
            months=Period.read(months) if months else None,
            against=Period.read(against) if against else None,
            made_of=formulas(row.get("made_of")),
        )

    @cached_property
    def value(self) -> Fraction:
        """The number, exactly as it is printed."""
        return Fraction(self.printed.replace(",", ""))

    @cached_property
    def decimals(self) -> int:
        """How many decimals are printed."""
        return decimals_of(self.printed)

    @property
    def printed_words(self) -> str:
        """The number with commas, as it stands in a sentence."""
        return fixed(self.value, self.decimals)

    @property
    def half_unit(self) -> Fraction:
        """Half of the last printed place: how far rounding alone may have moved the figure."""
        return Fraction(1, 2 * 10**self.decimals)

    @property
    def slack(self) -> Fraction:
        """How far the true figure may lie from the printed one: nothing where it was counted."""
        return Fraction(0) if self.measure in WHOLE else self.half_unit

    def equals(self, value: Fraction) -> bool:
        """Whether a value is the printed one to the printed precision, a half rounded either way.

        A count is equal only where it is the same.
        """
        return abs(value - self.value) <= self.slack

    def shown(self, value: Fraction) -> str:
        """A value at the printed precision, or at one more decimal where that hides a difference.

        A half is rounded away from nought.
        """
        text = fixed(value, self.decimals)
        if not self.equals(value) and Fraction(text.replace(",", "")) == self.value:
            return fixed(value, self.decimals + 1)
        return text


def fixed(value: Fraction, decimals: int) -> str:
    """A number at so many decimals, with commas; a half is rounded away from nought.

    >>> fixed(Fraction(-25, 2), 0), fixed(Fraction(8973), 0), fixed(Fraction(1, 8), 2)
    ('-13', '8,973', '0.13')
    """
    scale = 10**decimals
    units = (2 * abs(value.numerator) * scale + value.denominator) // (2 * value.denominator)
    whole, rest = divmod(units, scale)
    sign = "-" if value < 0 and units else ""
    return f"{sign}{whole:,}" + (f".{rest:0{decimals}d}" if decimals else "")


@dataclass(frozen=True)
class Strategy:
    """A printed document: its title, who published it, when, and its figures in order."""

    figures: tuple[Figure, ...]
    title: str
    source: str | None = None
    date: str | None = None

    @cached_property
    def by_name(self) -> dict[str, Figure]:
        """The figures by name."""
        return {figure.name: figure for figure in self.figures}

    def residents(self, area: str) -> list[Figure]:
        """What is printed of the residents of an area."""
        return [f for f in self.figures if f.measure == "residents" and f.area == area]
