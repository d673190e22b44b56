"""What a dataset holds of one source."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from geo.incidents.table import Source
from geo.offences import ASB, CRIME
from geo.period import Period, parse_month


@dataclass(frozen=True)
class Held:
    """The months and the ring areas that the files of a source cover.

    `months_missing`: months of the period that no file holds. `ring_covered`: codes of the areas
    round the partnership's whose incidents the files hold; `ring_why` says why these and no others.
    """

    source: Source
    period: Period
    months_missing: frozenset[int]
    ring_covered: frozenset[str]
    ring_why: str
    attribution: str | None  # the words that its licence asks to be shown
    caveats: tuple[str, ...]  # what every reader of its figures must know
    rows_of: frozenset[str]  # what offences and kinds its rows are of

    @classmethod
    def read(cls, entry: dict[str, Any], rows_of: frozenset[str]) -> "Held":
        """A source as the manifest has it."""
        told = entry["offences"]
        return cls(
            source=Source(
                id=entry["id"],
                name=entry["name"],
                sensitivity=entry["sensitivity"],
                illustrative=entry["illustrative"],
                offences=None if told is None else tuple(told),
                kinds=tuple((code, title) for code, title in entry["kinds"]),
                grave=tuple(entry.get("grave", ())),
            ),
            period=Period.read(entry["period"]),
            months_missing=frozenset(parse_month(text) for text in entry["months_missing"]),
            ring_covered=frozenset(entry["ring_covered"]),
            ring_why=entry["ring_why"],
            attribution=entry.get("attribution"),
            caveats=tuple(entry.get("caveats", ())),
            rows_of=rows_of,
        )

    @cached_property
    def told(self) -> frozenset[str]:
        """The offences and kinds a nought can be said of.

        Those the source tells apart; where only its rows can say, every crime if it has any crime,
        every kind of ASB if it has any ASB. A kind beyond the offence list is told where the
        source names it.
        """
        kinds = frozenset(code for code, _ in self.source.kinds)
        if self.source.offences is not None:
            return kinds.union(self.source.offences)
        return kinds.union(*(group for group in (CRIME, ASB) if group & self.rows_of))

    def has(self, month: int) -> bool:
        """Whether its files hold the month."""
        return self.period.first <= month <= self.period.last and month not in self.months_missing
