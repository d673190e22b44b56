"""What an area file says, once it is known to be whole."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from geo.areas.plan import AreaPlan, InputFile
from geo.incidents.columns import CANONICAL_MAP, ColumnMap
from geo.incidents.table import Sensitivity, Source
from geo.retention import FOR_EVER, Keep

OPEN_LICENCE = "Open Government Licence v3.0"  # of the police street files
ATTRIBUTION = "Contains public sector information licensed under the Open Government Licence v3.0."

SourceKind = Literal["police-street", "extract"]
Overlap = Literal["refuse", "replace", "add"]


@dataclass(frozen=True)
class Disclosure:
    """Counts below `hidden_below` are not public where a source is a partner's; 0 hides none.

    `hidden_below_grave` is the same for sexual, domestic and hate offences.
    """

    hidden_below: int = 5
    hidden_below_grave: int = 10


@dataclass(frozen=True)
class SourcePlan:
    """One source of incidents: who recorded them, which files hold them and how to read them.

    `id` stands in web addresses. `files` are CSV files, folders or ZIP archives, in order.
    `overlap` says what happens where files of an extract whose rows have no ID share a month:
    `refuse` them, let the later file `replace` the earlier for every month it covers, or `add`
    them. `offences` are those the source tells apart; None where only its rows can say. `keep` is
    how long it may be held.
    """

    id: str
    name: str
    kind: SourceKind
    files: tuple[Path, ...]
    sensitivity: Sensitivity
    overlap: Overlap = "refuse"
    column_map: ColumnMap = CANONICAL_MAP
    offences: tuple[str, ...] | None = None
    illustrative: bool = False
    title: str | None = None
    licence: str | None = None
    attribution: str | None = None
    keep: Keep = FOR_EVER

    @property
    def source(self) -> Source:
        """How the rows are marked."""
        return Source(
            self.id,
            self.name,
            self.sensitivity,
            illustrative=self.illustrative,
            offences=self.offences,
            kinds=tuple(self.column_map.kinds.items()),
            grave=tuple(self.column_map.grave),
        )


@dataclass(frozen=True)
class AreaFile:
    """One area file: the area, its sources and what is hidden. All paths are there to be read.

    `strategy` is the file of figures that the partnership printed, where there is one.
    """

    path: Path
    area: AreaPlan
    sources: tuple[SourcePlan, ...] = ()
    disclosure: Disclosure = Disclosure()
    strategy: InputFile | None = None
