"""Outlines and look-ups from ONS Open Geography: page by page into one GeoJSON or CSV file."""

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import orjson

from geo.errors import FetchError, InputError
from geo.publishers.addresses import Entry
from geo.publishers.arcgis_service import Service
from geo.publishers.cache import Slot
from geo.publishers.client import Client
from geo.publishers.download import Fetched
from geo.publishers.pages import Pages

CODES_AT_ONCE = 100
AUTHORITY_CODE = re.compile(r"(E0[6-9]|W06)[0-9]{6}")


def fetch_outlines(
    client: Client, entry: Entry, authorities: Sequence[str] = (), *, refresh: bool = False
) -> Fetched:
    """The outlines of an entry as one GeoJSON file in longitude and latitude.

    `authorities`: ONS codes of local authorities; none for all of England and Wales. Raises
    FetchError, and InputError for a code that is none.
    """
    return _fetch(client, entry, authorities, outlines=True, refresh=refresh)


def fetch_table(
    client: Client, entry: Entry, authorities: Sequence[str] = (), *, refresh: bool = False
) -> Fetched:
    """The rows of an entry as one CSV file with the publisher's columns. As `fetch_outlines`."""
    return _fetch(client, entry, authorities, outlines=False, refresh=refresh)


def codes_of(client: Client, entry: Entry, authorities: Sequence[str]) -> list[str]:
    """The LSOA codes of local authorities, by the look-up that the entry names, in order."""
    if not entry.look_up:
        raise FetchError(
            f"{entry.title} cannot be narrowed to an authority: [entry.{entry.key}] of "
            f"{entry.file} has neither an authority_column nor a look_up."
        )
    look_up = client.addresses.entry(entry.look_up)
    column = look_up.code_column
    table = fetch_table(client, look_up, authorities)
    with table.path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if column not in (rows.fieldnames or ()):
            raise FetchError(f"{look_up.title} has no column {column}: {look_up.where_to_mend()}.")
        return sorted({row[column] for row in rows} - {""})


@dataclass(frozen=True)
class _Query:
    """A condition and how many features it holds for."""

    where: str
    count: int


def _fetch(
    client: Client, entry: Entry, authorities: Sequence[str], *, outlines: bool, refresh: bool
) -> Fetched:
    chosen = sorted(set(authorities))
    for code in chosen:
        if AUTHORITY_CODE.fullmatch(code) is None:
            raise InputError(
                f"'{code}' is not the code of a local authority; one looks like E06000051."
            )
    kind = "geojson" if outlines else "csv"
    with client.cache.slot(f"{entry.url()} {kind} {','.join(chosen)}") as slot:
        service = Service(client, entry)
        queries = _queries(service, chosen)
        stamp = _stamp(service, queries)
        kept = slot.kept()
        if kept and kept.stamp == stamp and not refresh:
            if service.layer.edited is not None:
                kept = slot.confirm(kept)
                return Fetched.of(slot, kept, entry, "Unchanged since it was kept.")
            if kept.younger_than(client.addresses.manners.keep_days):
                return Fetched.of(slot, kept, entry, f"Kept since {kept.fetched[:10]}.")
        pages = Pages(slot, {"stamp": stamp}, anew=refresh)
        try:
            _bring(service, queries, pages, outlines=outlines)
            _write(slot, service, pages, outlines=outlines)
        except _ChangedError:
            pages.drop()
            raise
        return Fetched.of(slot, slot.keep(f"{service.url}/query", stamp=stamp), entry)


def _stamp(service: Service, queries: list[_Query]) -> str:
    """What is another one as soon as the answer is."""
    asked = hashlib.sha256("\n".join(query.where for query in queries).encode()).hexdigest()
    found = sum(query.count for query in queries)
    return f"edited {service.layer.edited}, {found} rows of {asked}"


def _queries(service: Service, authorities: list[str]) -> list[_Query]:
    """The conditions for some authorities, or the one for everything."""
    entry, expected = service.entry, None
    if not authorities:
        wheres = ["1=1"]
    elif entry.authority_column:
        if entry.authority_column not in service.layer.columns:
            raise FetchError(
                f"{entry.title} has no column {entry.authority_column}; it has "
                f"{', '.join(service.layer.columns)}: {entry.where_to_mend()}."
            )
        wheres = [_among(entry.authority_column, authorities)]
    else:
        codes = codes_of(service.client, entry, authorities)
        expected = len(codes)
        wheres = [
            _among(entry.code_column, codes[start : start + CODES_AT_ONCE])
            for start in range(0, expected, CODES_AT_ONCE)
        ]
    queries = [_Query(where, service.count(where)) for where in wheres]
    found = sum(query.count for query in queries)
    if not found:
        whose = f" of {', '.join(authorities)}" if authorities else ""
        raise FetchError(
            f"{entry.title}: {entry.publisher.name} has no area{whose}. Are these the codes of "
            "local authorities of its year?"
        )
    if expected not in (None, found):
        raise FetchError(
            f"{entry.title}: {expected} areas of {', '.join(authorities)} were asked for and "
            f"{found} found; the look-up [entry.{entry.look_up}] is of another vintage."
        )
    return queries


def _among(column: str, values: list[str]) -> str:
    quoted = ",".join(f"'{value}'" for value in values)
    return f"{column} IN ({quoted})"


class _ChangedError(FetchError):
    """The service was changed while its pages were fetched: they do not belong together."""


def _bring(service: Service, queries: list[_Query], pages: Pages, *, outlines: bool) -> None:
    """Have every page there."""
    whole, before = sum(query.count for query in queries), 0
    for number, query in enumerate(queries):
        offset = 0
        while offset < query.count:
            ask = partial(service.page, query.where, offset, outlines=outlines)
            offset += pages.page(f"{number:04d}-{offset:07d}", ask)
            service.client.progress(service.entry.title, before + offset, whole)
        if offset != query.count:
            raise _ChangedError(
                f"{service.entry.publisher.name} counts {query.count:,} features of "
                f"{service.entry.title} and gave {offset:,}; it is changing: try again."
            )
        before += query.count


def _write(slot: Slot, service: Service, pages: Pages, *, outlines: bool) -> None:
    if outlines:
        _write_geojson(slot, service, pages)
    else:
        _write_csv(slot, service, pages)


def _write_geojson(slot: Slot, service: Service, pages: Pages) -> None:
    column, seen = service.entry.code_column, set[object]()
    with slot.part.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[')
        for feature in _rows(pages):
            if column and column not in feature["properties"]:
                raise FetchError(
                    f"{service.entry.title} has no column {column}: "
                    f"{service.entry.where_to_mend()}."
                )
            code = feature["properties"].get(column, len(seen))
            file.write(b",\n" if seen else b"\n")
            file.write(orjson.dumps(feature))
            if code in seen:
                raise _ChangedError(
                    f"{service.entry.publisher.name} gave {code} twice; it is changing: try again."
                )
            seen.add(code)
        file.write(b"\n]}\n")


def _write_csv(slot: Slot, service: Service, pages: Pages) -> None:
    columns = list(service.layer.columns)
    with slot.part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(feature["attributes"] for feature in _rows(pages))


def _rows(pages: Pages) -> Iterator[dict[str, dict[str, object]]]:
    for rows in pages:
        yield from rows
