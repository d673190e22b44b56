"""Joins incident files to areas, settles repeats and accounts for every row."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.areas import Areas
from geo.errors import InputError
from geo.incidents import FileRead, Refusal, Source
from geo.join import OUTSIDE, UNLOCATED, Joiner, Placed
from geo.period import month_iso


@dataclass(frozen=True)
class FileAccount:
    """What became of the rows of one file: read = accepted + refused; accepted = the last three."""

    name: str
    sha256: str
    source: str
    months: tuple[str, str]
    read: int
    refused: int
    accepted: int
    located: int
    unlocated: int
    outside: int
    compared: int
    disagreed: int


@dataclass(frozen=True)
class Prepared:
    """Everything a dataset is made of, before it is written."""

    areas: Areas
    source: Source
    incidents: pa.Table
    months: tuple[int, ...]
    accounts: list[FileAccount]
    refusals: list[Refusal]
    passed_over: dict[str, str]  # files that were the same as one read before, and which


def prepare(reads: Iterable[FileRead], areas: Areas) -> Prepared:
    """Join the files' rows to the areas and settle repeated crime IDs.

    A crime ID that occurs again is one crime: the row of the latest month stands, the others are
    refused. Raises InputError where two sources come together or no row lies in the area.
    """
    joiner = Joiner(areas)
    files: list[tuple[FileRead, Placed]] = []
    tables: list[pa.Table] = []
    passed_over: dict[str, str] = {}
    for read in reads:
        if read.same_as is not None:
            passed_over[read.name] = read.same_as
            continue
        placed = joiner.place(read.name, read.incidents)
        table = read.incidents.append_column("lsoa", pa.array(placed.lsoa))
        table = table.append_column("file", pa.array(np.full(len(table), len(files), np.int32)))
        tables.append(table)
        files.append((read, placed))
    sources = {read.source for read, _ in files}
    if not sources:
        raise InputError("There is no incident file to build a dataset of.")
    if len(sources) > 1:
        names = " and ".join(sorted(source.name for source in sources))
        raise InputError(
            f"The files come from {names}. The two may record the same incident, so build a "
            "dataset of each."
        )
    incidents, repeats = _settle_repeats(pa.concat_tables(tables), [read.name for read, _ in files])
    refusals = [refusal for read, _ in files for refusal in read.refusals] + repeats
    accounts = _accounts(files, incidents, refusals)
    if not sum(account.located for account in accounts):
        rows = sum(account.read for account in accounts)
        if not sum(account.outside for account in accounts):
            raise InputError(f"None of the {rows:,} rows has a place: no point and no LSOA code.")
        raise InputError(
            f"None of the {rows:,} rows lies in {areas.name}. Check that these are files of the "
            "area, and that their points are in the columns and coordinate system they claim."
        )
    months = tuple(sorted({month for read, _ in files for month in _months_covered(read)}))
    incidents = incidents.filter(pc.not_equal(incidents["lsoa"], OUTSIDE))
    return Prepared(areas, sources.pop(), incidents, months, accounts, refusals, passed_over)


def _months_covered(read: FileRead) -> Iterable[int]:
    """A street file covers the months it holds, an extract every month from first to last."""
    if read.recorders:
        return {month for _, month in read.recorders}
    months = read.incidents["month"].to_numpy()
    return range(int(months.min()), int(months.max()) + 1)


def _settle_repeats(incidents: pa.Table, names: list[str]) -> tuple[pa.Table, list[Refusal]]:
    ids = incidents["crime_id"].combine_chunks().dictionary_encode().indices
    known = ids.fill_null(-1).to_numpy()
    often = np.bincount(known[known >= 0], minlength=1)[known] > 1
    rows = np.flatnonzero((known >= 0) & often)
    if not len(rows):
        return incidents, []
    rows = rows[np.argsort(incidents["month"].to_numpy()[rows], kind="stable")]
    repeated = np.zeros(len(known), dtype=bool)
    repeated[rows] = pd.Series(known[rows]).duplicated(keep="last")
    told = incidents.filter(pa.array(repeated)).select(["file", "line", "crime_id"]).to_pylist()
    reason = "The crime ID occurs again; the last row of the latest month stands."
    refusals = [
        Refusal(names[row["file"]], row["line"], "crime ID", row["crime_id"], reason)
        for row in told
    ]
    return incidents.filter(pa.array(~repeated)), refusals


def _accounts(
    files: list[tuple[FileRead, Placed]], incidents: pa.Table, refusals: list[Refusal]
) -> list[FileAccount]:
    refused = pd.Series([refusal.file for refusal in refusals], dtype=object).value_counts()
    rows = pd.DataFrame({name: incidents[name].to_numpy() for name in ("file", "lsoa", "month")})
    accounts = []
    for number, (read, placed) in enumerate(files):
        mine = rows[rows["file"] == number]
        unlocated, outside = ((mine["lsoa"] == code).sum() for code in (UNLOCATED, OUTSIDE))
        months = read.incidents["month"].to_numpy()
        accounts.append(
            FileAccount(
                name=read.name,
                sha256=read.sha256,
                source=read.source.name,
                months=(month_iso(int(months.min())), month_iso(int(months.max()))),
                read=read.read,
                refused=int(refused.get(read.name, 0)),
                accepted=len(mine),
                located=len(mine) - int(unlocated + outside),
                unlocated=int(unlocated),
                outside=int(outside),
                compared=placed.compared,
                disagreed=placed.compared - placed.agreed,
            )
        )
    return accounts
