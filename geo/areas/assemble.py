"""Makes the areas of a partnership from the publishers' files."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.areas.areas import Areas, AreaSet, Denominator
from geo.areas.bridge import Bridge
from geo.areas.common import Rows, code_table, group_common
from geo.areas.deprivation import DOMAINS
from geo.areas.gather import Gathered, coverage_notes
from geo.areas.look_up import vintage_of
from geo.areas.plan import AreaPlan
from geo.areas.postcodes import read_postcodes
from geo.areas.provenance import Provenance
from geo.areas.residents import choose_denominator
from geo.areas.rural_urban import places
from geo.areas.select import choose_inside, choose_ring, first_known
from geo.areas.sets import read_set
from geo.areas.shapes import hectares
from geo.areas.sources import Sources
from geo.areas.towns import Towns, make_towns, read_points, towns_by_outline
from geo.errors import InputError


def assemble(plan: AreaPlan) -> Areas:
    """The areas of a plan, with everything that its files say of them.

    Raises InputError where a file cannot be read, files contradict each other or are of vintages
    that cannot be bridged, and where the plan names what there is not.
    """
    return _Assembly(plan).areas()


class _Assembly:
    """The steps from a plan to areas; each is worked out once."""

    def __init__(self, plan: AreaPlan) -> None:
        self.plan = plan
        self.provenance = Provenance()
        self.sources = Sources(plan, self.provenance)

    def areas(self) -> Areas:
        plan, rows = self.plan, self.rows
        self._note_outlines()
        gathered = self._gather()
        towns = self._towns(gathered)
        sets = tuple(self._sets())
        by_file = [[*facts.columns] for _, _, facts in self.sources.facts]
        chosen = choose_denominator(by_file, plan.denominator)
        return Areas(
            name=plan.name,
            partnership=plan.partnership,
            vintage=self.vintage,
            denominator=chosen,
            lsoas=self._table(gathered, towns.town, chosen),
            outlines=rows.shapes,
            inside=self.inside,
            towns=towns.table,
            town_outlines=towns.outlines,
            codes=code_table(rows, self.vintage, self.sources.look_up),
            sets=sets,
            postcodes=self._postcodes(),
            provenance=self.provenance.told(),
        )

    @cached_property
    def vintage(self) -> str:
        told, wanted = self.sources.outlines.vintage, self.plan.vintage
        if wanted == "common":
            if self.sources.look_up is None:
                raise InputError(
                    "The common areas of 2011 and 2021 need the exact-fit look-up as code_look_up."
                )
            return wanted
        if told and wanted and told != wanted:
            raise InputError(f"{self.sources.outlines.name} has LSOAs of {told}, not of {wanted}.")
        return told or wanted or "2011"

    @cached_property
    def authority(self) -> pa.Array:
        """The local authority of each outline, from the first file that tells it."""
        table, look_up = self.sources.outlines.table, self.sources.look_up
        known = table["authority"].combine_chunks()
        if known.null_count and look_up is not None:
            told = look_up.told(self._own_vintage, "authority")
            found = [told.get(code) for code in self.sources.outlines.codes.to_pylist()]
            known = first_known(known, pa.array(found, pa.string()))
        for _, _, facts in self.sources.facts:
            if known.null_count and "authority" in facts.columns:
                only = replace(facts, columns={"authority": facts.columns["authority"]})
                bridge = self._bridge(self.sources.outlines.codes, 0, self._own_vintage)
                known = first_known(known, bridge.carry(only).columns["authority"])
        return known

    @property
    def _own_vintage(self) -> str:
        return self.sources.outlines.vintage or (
            "2011" if self.vintage == "common" else self.vintage
        )

    @cached_property
    def rows(self) -> Rows:
        """The areas inside in code order, then the ring in code order."""
        table = self.sources.outlines.table.set_column(2, "authority", self.authority)
        name = self.sources.outlines.name
        inside = choose_inside(self.plan, name, self.authority, self.sources.partnerships)
        rows = Rows(table, self.sources.outlines.shapes, inside, {})
        if self.vintage == "common" and self.sources.look_up is not None:
            rows = group_common(rows, name, self.sources.look_up)
        ring = np.zeros(len(rows.inside), dtype=bool)
        if self.plan.halo:
            ring = choose_ring(rows.shapes, rows.inside)
        return rows.take(np.concatenate([np.flatnonzero(rows.inside), np.flatnonzero(ring)]))

    @cached_property
    def inside(self) -> int:
        return int(self.rows.inside.sum())

    @cached_property
    def codes(self) -> pa.Array:
        return self.rows.table["lsoa_code"].combine_chunks()

    def _bridge(self, codes: pa.Array, inside: int, vintage: str) -> Bridge:
        return Bridge(
            rows=codes,
            inside=inside,
            vintage=vintage,
            outlines=self.sources.outlines.name,
            look_up=self.sources.look_up,
            parts=self.rows.parts if inside else {},
            shares=self._shares(vintage) if inside else {},
        )

    def _shares(self, vintage: str) -> dict[int, dict[str, int]]:
        """Residents by year and code of the areas' own vintage, of LSOAs that changed."""
        shares: dict[int, dict[str, int]] = {}
        if self.sources.look_up is None:
            return shares
        changed = pa.array(self.sources.look_up.parts, pa.string())
        for _, _, facts in self.sources.facts:
            if vintage_of(facts.name, facts.codes, facts.told, self.sources.look_up) != vintage:
                continue
            held = pc.is_in(facts.codes, value_set=changed)
            codes = facts.codes.filter(held).to_pylist()
            for name, column in facts.columns.items():
                if name.startswith("residents"):
                    counts = zip(codes, column.filter(held).to_pylist(), strict=True)
                    known = {code: count for code, count in counts if count is not None}
                    shares.setdefault(int(name[-4:]), {}).update(known)
        return shares

    def _gather(self) -> Gathered:
        gathered = Gathered(self.codes)
        bridge = self._bridge(self.codes, self.inside, self.vintage)
        ours = self.codes[: self.inside]
        for file, title, facts in self.sources.facts:
            carried = bridge.carry(facts)
            gathered.add(carried)
            notes = coverage_notes(carried, self.plan.name, ours)
            vintage = vintage_of(facts.name, facts.codes, facts.told, self.sources.look_up)
            lsoas = f"LSOA {vintage or self.vintage}"
            self.provenance.add(file, title, lsoas, [*carried.notes, *notes])
        return gathered

    def _note_outlines(self) -> None:
        kept = set(self.codes.to_pylist()).union(*self.rows.parts.values())
        vintage = self._own_vintage
        for file in self.plan.outlines:
            mended = [code for code in self.sources.outlines.mended[file.path] if code in kept]
            notes = [f"Invalid outlines were mended: {', '.join(mended)}."] if mended else []
            self.provenance.add(file, f"LSOA {vintage} outlines", f"LSOA {vintage}", notes)

    def _towns(self, gathered: Gathered) -> Towns:
        plan = self.plan.towns
        built_up = gathered.column("built_up_area", pa.string())
        if plan.outlines is not None:
            found = towns_by_outline(plan.outlines.path, self.rows.shapes)
            self.provenance.add(plan.outlines, "Town outlines", None, [])
            built_up = first_known(built_up, found)
        gathered.columns["built_up_area"] = built_up
        points = [] if plan.points is None else read_points(plan.points.path)
        towns = make_towns(built_up, self.rows.shapes, self.inside, points, plan.names)
        if plan.points is not None:
            self.provenance.add(plan.points, "Centre points of towns", None, towns.notes)
        return towns

    def _sets(self) -> Iterator[AreaSet]:
        for plan in self.plan.sets:
            found, notes = read_set(plan, self.rows.shapes[: self.inside])
            self.provenance.add(plan.outlines, plan.title, None, notes)
            yield found

    def _postcodes(self) -> pa.Table | None:
        file = self.plan.postcodes
        if file is None:
            return None
        held = slice(0, self.inside)
        found, notes = read_postcodes(file.path, self.codes[held], self.rows.shapes[held])
        self.provenance.add(file, "Postcodes", None, notes)
        return found

    def _table(self, gathered: Gathered, town: pa.Array, chosen: Denominator) -> pa.Table:
        rows = self.rows
        authority = rows.table["authority"].combine_chunks()
        look_up = self.sources.partnerships
        force = pa.nulls(len(authority), pa.string())
        classes = gathered.column("ruc_code", pa.string())
        measured = pa.array(hectares(rows.shapes))
        residents = {n: c.cast(pa.int64()) for n, c in sorted(gathered.named("residents").items())}
        return pa.table(
            {
                "lsoa_code": self.codes,
                "lsoa_name": first_known(rows.table["lsoa_name"].combine_chunks(), self.codes),
                "ring": pa.array(~rows.inside),
                "authority": authority,
                "force": force if look_up is None else look_up.forces(authority),
                "town": town,
                "built_up_area": gathered.columns["built_up_area"],
                "ruc_code": classes,
                "place": places(classes),
                "hectares": first_known(gathered.column("hectares", pa.float64()), measured),
                "residents": residents.get(chosen.column, pa.nulls(len(authority), pa.int64())),
                **residents,
                **dict(sorted(gathered.named("imd").items(), key=_deprivation_order)),
                "estimated": pa.array(gathered.any_estimated()),
            }
        )


def _deprivation_order(item: tuple[str, pa.Array]) -> tuple[str, int, str]:
    """By edition, domain and measure: the whole Index first, decile, rank, score."""
    edition, _, rest = item[0].partition("_")
    domain, _, measure = rest.rpartition("_")
    return edition, [*DOMAINS.values()].index(domain) if domain else -1, measure
