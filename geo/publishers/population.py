"""Residents of LSOAs by year from Nomis, as a CSV of lsoa_code, year, residents."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from geo.errors import FetchError, InputError
from geo.publishers.addresses import Entry
from geo.publishers.arcgis import codes_of
from geo.publishers.cache import Slot
from geo.publishers.client import Client
from geo.publishers.download import Fetched
from geo.publishers.pages import Pages, Rows

PAGE = 5000  # cells; Nomis gives a guest at most 25,000 at once
CODES_AT_ONCE = 100
COLUMNS = ("lsoa_code", "year", "residents")


def fetch_population(
    client: Client, entry: Entry, years: Sequence[int] = (), authorities: Sequence[str] = (),
    *, refresh: bool = False,
) -> Fetched:  # fmt: skip
    """Residents of the LSOAs of some authorities, or of all, in some years, or the latest.

    `residents` is blank where Nomis gives none. Raises FetchError.
    """
    for year in years:
        if not 2001 <= year <= 2100:
            raise InputError(f"{year} is not a year of mid-year estimates.")
    url, dates = entry.url(), [str(year) for year in sorted(set(years))] or ["latest"]
    codes = codes_of(client, entry, authorities) if authorities else []
    digest = hashlib.sha256(",".join(codes).encode()).hexdigest()
    with client.cache.slot(f"{url} {entry.query} {dates} {digest}") as slot:
        kept = slot.kept()
        if kept and not refresh and kept.younger_than(client.addresses.manners.keep_days):
            return Fetched.of(slot, kept, entry, f"Kept since {kept.fetched[:10]}.")
        plan = {"url": url, "query": entry.query, "dates": dates, "codes": digest}
        pages = Pages(slot, plan, anew=refresh)
        asked = [
            _Asked(date, tuple(codes[start : start + CODES_AT_ONCE]))
            for date in dates
            for start in range(0, len(codes) or 1, CODES_AT_ONCE)
        ]
        done, whole = 0, len(codes) * len(dates) or None
        for number, question in enumerate(asked):
            for rows in _pages(client, entry, question, pages, f"{number:04d}"):
                done += rows
                client.progress(entry.title, done, whole)
        _write(slot, entry, pages, codes, len(dates))
        return Fetched.of(slot, slot.keep(url), entry)


@dataclass(frozen=True)
class _Asked:
    """One question: a date, and some LSOAs or, with none, all of them."""

    date: str
    codes: tuple[str, ...]


def _pages(client: Client, entry: Entry, asked: _Asked, pages: Pages, name: str) -> Iterator[int]:
    """Have every page of one question. Nomis does not say how many cells there are: ask on."""
    offset = 0
    while True:
        rows = pages.page(f"{name}-{offset:07d}", partial(_ask, client, entry, asked, offset))
        yield rows
        offset += rows
        if not rows or (asked.codes and offset >= len(asked.codes)):
            return


def _ask(client: Client, entry: Entry, asked: _Asked, offset: int) -> Rows:
    query = {
        **dict(parse_qsl(entry.query)),
        "geography": ",".join(asked.codes) or entry.everywhere,
        "date": asked.date,
        "RecordOffset": offset,
        "RecordLimit": PAGE,
    }
    answer = client.json(entry, entry.url(), query)
    found = answer.get("obs") if isinstance(answer, dict) else None
    if found is None and offset and isinstance(answer, dict) and "error" not in answer:
        return []  # past the last cell there need be no list at all
    if not isinstance(found, list):
        said = str(answer.get("error") or "") if isinstance(answer, dict) else ""
        raise FetchError(
            f"{entry.publisher.name} answered for {entry.title} without observations"
            f"{f' ({said[:200]})' if said else ''}: {entry.where_to_mend()}."
        )
    try:
        return [_cell(cell) for cell in found]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise FetchError(
            f"{entry.publisher.name} answered for {entry.title} with observations of another shape "
            f"than an area, a year and a number: {entry.where_to_mend()}."
        ) from error


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    residents = cell["obs_value"]["value"]
    return {
        "lsoa_code": str(cell["geography"].get("geogcode") or cell["geography"]["value"]),
        "year": int(cell["time"]["value"]),
        "residents": None if residents in (None, "") else round(float(residents)),
    }


def _write(slot: Slot, entry: Entry, pages: Pages, codes: list[str], years: int) -> None:
    seen: set[tuple[str, int]] = set()
    with slot.part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for rows in pages:
            for row in rows:
                key = (row["lsoa_code"], row["year"])
                if key in seen:
                    pages.drop()
                    raise FetchError(
                        f"{entry.publisher.name} gave {key[0]} of {key[1]} twice: its answer is "
                        "split by more than area and year; look at `query` of "
                        f"[entry.{entry.key}] in {entry.file}."
                    )
                seen.add(key)
                writer.writerow(row)
    if not seen:
        raise FetchError(f"{entry.publisher.name} has no residents for what was asked of it.")
    lacking = sorted(set(codes) - {code for code, _ in seen})
    if lacking or (codes and len(seen) != len(codes) * years):
        pages.drop()
        which = f", {lacking[0]} among them" if lacking else ""
        raise FetchError(
            f"{entry.publisher.name} gave {len(seen):,} of {len(codes) * years:,} cells that were "
            f"asked for{which}; are the areas of the vintage of {entry.title}?"
        )
