"""A feed of the versions of a dataset, for programs that fetch only what is new."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from geo.counted import counted
from service.pages.render import render_page
from service.records.record import days
from service.site import Site


@dataclass(frozen=True)
class Entry:
    """One version: its id, when it was made and what was new in it."""

    id: str
    updated: str
    title: str
    summary: str


def feed(site: Site, base: str) -> bytes:
    """The versions as Atom (RFC 4287), the latest first.

    Of a public view only the one that is served, as of the end of its months: when a partner's
    records were loaded is not told.
    """
    entries = [*_versions(site.dataset.manifest.get("history", []))] or [_served(site)]
    return render_page("feed.xml", dataset=site.dataset, base=base, entries=entries)


def _versions(history: list[dict[str, Any]]) -> Iterator[Entry]:
    for one in history:
        made = datetime.fromisoformat(one["created"])
        yield Entry(
            id=f"urn:safermap:version:{one['version']}",
            updated=made.isoformat(),
            title=f"Figures of {made.day} {made:%B %Y}, {made:%H:%M}",
            summary=" ".join(_changed(one)),
        )


def _changed(version: dict[str, Any]) -> Iterator[str]:
    for name, words in (("added", "new"), ("restated", "in a new edition"), ("removed", "gone")):
        if files := version[name]:
            yield f"{counted(len(files), 'files')} {words}: {', '.join(files)}."
    if kept := version["reused"]:
        yield f"{counted(kept, 'files')} as before."


def _served(site: Site) -> Entry:
    dataset = site.dataset
    _, last = days(dataset.period)
    return Entry(
        id=f"urn:safermap:dataset:{dataset.id}",
        updated=datetime.combine(last, time(), UTC).isoformat(),
        title=f"Figures of {dataset.period.words()}",
        summary=f"Dataset {dataset.id}: another id means other figures.",
    )
