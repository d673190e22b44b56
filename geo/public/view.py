"""A dataset as anyone may see it: open sources whole, partners' records by their public tables."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import numpy as np

from geo.dataset import Dataset
from geo.errors import DatasetError
from geo.held import Held
from geo.parquet import read_parquet
from geo.period import Period
from geo.public.groups import grave_in
from geo.public.tables import FILE, Published, read_tables
from geo.public.zones import zones

NO_RING = "partners' records of the areas round it are not public"
WHOLE_YEARS = (
    "Small counts are hidden, and others with them, so that nobody can be told from them. Only "
    "whole years are public, April to March."
)


def public_view(dataset: Dataset) -> Dataset:
    """The dataset without anything of partners' records but their public tables.

    No count that is hidden is in it. Raises DatasetError where the tables are missing or damaged.
    """
    partners = [s for s, held in enumerate(dataset.held) if held.source.sensitivity == "partner"]
    if not partners:
        return dataset
    published = _read(dataset, partners)
    counts = dataset.counts
    own = ~np.isin(counts.sources, partners)
    open_counts = replace(
        counts,
        kinds=tuple(kind for kind, kept in zip(counts.kinds, own, strict=True) if kept),
        sources=tuple(s for s, kept in zip(counts.sources, own, strict=True) if kept),
        cube=counts.cube[own],
    )
    held = tuple(
        _public_held(one, published[s]) if s in published else one
        for s, one in enumerate(dataset.held)
    )
    manifest = _public_manifest(dataset, held)
    seen = replace(dataset, manifest=manifest, counts=open_counts, held=held, published=published)
    manifest["dataset_id"] = _content_id(seen)
    return seen


def _read(dataset: Dataset, partners: list[int]) -> dict[int, Published]:
    path = dataset.folder / FILE
    found = zones(dataset.lsoas, dataset.towns)
    areas = (*dataset.lsoas["lsoa_code"], *found)
    try:
        table = read_parquet(path) if path.exists() else None
        return {
            s: Published(
                read_tables(table, dataset.sources[s].id, areas) if table else (),
                grave_in(dataset.held[s]),
                dataset.held[s].told | dataset.held[s].rows_of,
                len(dataset.lsoas),
                found,
            )
            for s in partners
        }
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DatasetError(f"The public tables in {path} are damaged; build it again.") from error


def _public_held(held: Held, published: Published) -> Held:
    """What is said of a partner's source in public: its years, and nothing of its ring."""
    years = published.years
    period = Period(years[0].first, years[-1].last) if years else held.period
    told = {month for year in years for month in year.months()}
    return replace(
        held,
        period=period,
        months_missing=frozenset(month for month in period.months() if month not in told),
        ring_covered=frozenset(),
        ring_why=NO_RING,
        caveats=(WHOLE_YEARS,),
    )


def _public_manifest(dataset: Dataset, held: tuple[Held, ...]) -> dict[str, Any]:
    """Of the manifest, what says nothing of partners' files."""
    ids = {one.source.id for one in held if one.source.sensitivity == "open"}
    kept = ("format", "area", "strategy", "transformation", "disclosure")
    manifest = {name: dataset.manifest[name] for name in kept if name in dataset.manifest}
    files = [file for file in dataset.manifest.get("files", []) if file["source"] in ids]
    sources = [one for one in dataset.manifest["sources"] if one["id"] in ids]
    return manifest | {"sources": sources, "files": files}


def _content_id(dataset: Dataset) -> str:
    """Names what is public of a dataset: no hidden count has any part in it."""
    content = hashlib.sha256(json.dumps(dataset.manifest, sort_keys=True).encode())
    spans = [(held.source, held.period, sorted(held.months_missing)) for held in dataset.held]
    content.update(repr((spans, dataset.counts.kinds, dataset.counts.sources)).encode())
    content.update(dataset.counts.cube.tobytes())
    for name in ("lsoas.parquet", "towns.parquet", FILE):
        path = dataset.folder / name
        content.update(path.read_bytes() if path.exists() else b"")
    return content.hexdigest()[:16]
