"""Reads the files that a plan names, each once."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from geo.areas.deprivation import read_deprivation
from geo.areas.facts import Facts
from geo.areas.headings import AUTHORITY, LSOA
from geo.areas.look_up import OLD, CodeLookUp, PartnershipLookUp
from geo.areas.outlines import Outlines, read_outlines
from geo.areas.plan import AreaPlan, InputFile
from geo.areas.provenance import Provenance
from geo.areas.residents import read_residents
from geo.areas.rural_urban import read_rural_urban
from geo.areas.tables import TableFile, read_tables
from geo.areas.towns import read_town_look_up


class Sources:
    """What the files of a plan say, before it is put onto areas."""

    def __init__(self, plan: AreaPlan, provenance: Provenance) -> None:
        self._plan = plan
        self._provenance = provenance
        self._tables: dict[Path, list[TableFile]] = {}

    @cached_property
    def look_up(self) -> CodeLookUp | None:
        """The exact-fit look-up between the vintages, where the plan has one."""
        file = self._plan.code_look_up
        if file is None:
            return None
        self._provenance.add(file, "Look-up between LSOA 2011 and LSOA 2021", "2011 and 2021", [])
        return CodeLookUp.of(read_tables(file.path, OLD, "LSOA 2011 codes, such as LSOA11CD")[0])

    @cached_property
    def partnerships(self) -> PartnershipLookUp | None:
        """The look-up of partnerships and forces, where the plan has one."""
        file = self._plan.partnership_look_up
        if file is None:
            return None
        title = "Look-up of local authorities, partnerships and police forces"
        self._provenance.add(file, title, None, [])
        table = read_tables(file.path, AUTHORITY, "local authority codes, such as LAD21CD")[0]
        return PartnershipLookUp.of(table)

    @cached_property
    def outlines(self) -> Outlines:
        """All outlines together."""
        return read_outlines([file.path for file in self._plan.outlines], self.look_up)

    @cached_property
    def facts(self) -> list[tuple[InputFile, str, Facts]]:
        """What each file says: the file, what kind of facts, the facts."""
        return list(self._facts())

    def _facts(self) -> Iterator[tuple[InputFile, str, Facts]]:
        plan = self._plan
        for file in plan.rural_urban:
            for table in self._read(file):
                yield file, "Rural-urban classification", read_rural_urban(table)
        for file in plan.residents:
            named = f"{file.path.stem} {file.title or ''} {file.date or ''}"
            for table in self._read(file):
                yield file, "Residents", read_residents(named, table)
        for file in plan.deprivation:
            for table in self._read(file):
                yield file, "Indices of Deprivation", read_deprivation(file, table)
        if (towns := plan.towns.look_up) is not None:
            for table in self._read(towns):
                yield towns, "Built-up areas", read_town_look_up(table)

    def _read(self, file: InputFile) -> list[TableFile]:
        if file.path not in self._tables:
            tables = read_tables(file.path, LSOA, "LSOA codes, such as LSOA21CD")
            self._tables[file.path] = tables
        return self._tables[file.path]
