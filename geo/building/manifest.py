"""The manifest: what a version of a dataset is made of, and what became of every row."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version as library_version
from typing import Any

from geo.area_file.plans import Overlap
from geo.areas.areas import Areas
from geo.building.coverage import Coverage
from geo.building.parts import Part
from geo.crs import transformation_note
from geo.incidents.table import Source
from geo.period import Period, month_iso
from geo.retention import Keep
from geo.versions import FORMAT, Version

LIBRARIES = ("numpy", "pyarrow", "pyogrio", "pyproj", "shapely")
ROWS = ("read", "refused", "accepted", "located", "unlocated", "outside", "ring")


@dataclass(frozen=True)
class SourceBuilt:
    """One source of a build: what its licence asks for, how long and how it is held, its files.

    `parts` are what counts of its files, `coverage` what these cover.
    """

    source: Source
    licence: str | None
    attribution: str | None
    keep: Keep
    overlap: Overlap
    parts: tuple[Part, ...]
    coverage: Coverage


def describe_build(
    areas: Areas, sources: Sequence[SourceBuilt], passed_over: dict[str, str]
) -> dict[str, Any]:
    """Everything in the manifest that the inputs alone decide."""
    parts = [part for built in sources for part in built.parts]
    held = sorted({month for built in sources for month in built.coverage.months})
    compared, disagreed = (
        sum(getattr(p, name) for p in parts) for name in ("compared", "disagreed")
    )
    editions = {name[3:7] for name in areas.lsoas.column_names if name.startswith("imd")}
    return {
        "format": FORMAT,
        "safermap": library_version("safermap"),
        "libraries": {name: library_version(name) for name in LIBRARIES},
        "area": {
            "name": areas.name,
            "partnership": areas.partnership,
            "vintage": areas.vintage,
            "denominator": asdict(areas.denominator),
            "deprivation": sorted(int(edition) for edition in editions),
            "sets": [[item.id, item.title] for item in areas.sets],
            "files": list(areas.provenance),
        },
        "sources": [_source(built) for built in sources],
        "period": Period(held[0], held[-1]).iso(),
        "rows": _rows(parts),
        "agreement": {
            "compared": compared,
            "disagreed": disagreed,
            "share_disagreed": disagreed / compared if compared else None,
        },
        "transformation": transformation_note(),
        "files": [_account(part, built.source) for built in sources for part in built.parts],
        "files_passed_over": passed_over,
        "warnings": [
            text
            for built in sources
            for text in (*built.coverage.caveats, *built.coverage.warnings)
        ],
    }


def _source(built: SourceBuilt) -> dict[str, Any]:
    covered = built.coverage
    period = Period(covered.months[0], covered.months[-1])
    return {
        **asdict(built.source),
        "licence": built.licence,
        "attribution": built.attribution,
        **built.keep.entry,
        "overlap": built.overlap,
        "period": period.iso(),
        "months_missing": [month_iso(m) for m in period.months() if m not in covered.months],
        "ring_covered": list(covered.ring),
        "ring_why": covered.ring_why,
        "caveats": list(covered.caveats),
        "rows": _rows(built.parts),
    }


def _rows(parts: Sequence[Part]) -> dict[str, int]:
    return {name: sum(getattr(part, name) for part in parts) for name in ROWS}


def _account(part: Part, source: Source) -> dict[str, Any]:
    """What became of the rows of one file: read = refused + accepted; accepted = the last four.

    `expired` are rows that the file had beside these and that may not be held any more.
    """
    return {
        "name": part.name,
        "part": part.key,
        "sha256": part.sha256,
        "source": source.id,
        "months": [month_iso(part.months[0]), month_iso(part.months[-1])],
        **{name: getattr(part, name) for name in ROWS},
        "compared": part.compared,
        "disagreed": part.disagreed,
        "claims": [[force, month_iso(month)] for force, month in part.claims],
        "expired": part.expired,
    }


def history(
    name: str, created: str, files: list[dict[str, Any]], before: Version | None
) -> list[dict[str, Any]]:
    """What every version up to this one added, restated or left out, newest first.

    A file restates another where it holds the same months of the same source and force.
    """
    old = {_is(file): file for file in (before.manifest["files"] if before else [])}
    new = {_is(file): file for file in files}
    came = [file for which, file in new.items() if which not in old]
    went: dict[str, list[str]] = defaultdict(list)
    for which, file in old.items():
        if which not in new:
            went[_holds(file)].append(file["name"])
    added: list[str] = []
    restated: list[str] = []
    for file in came:
        gone = went[_holds(file)]
        (restated if gone else added).append(file["name"])
        del gone[:1]
    entry = {
        "version": name,
        "created": created,
        "added": added,
        "restated": restated,
        "removed": [name for names in went.values() for name in names],
        "reused": len(new) - len(came),
    }
    return [entry, *(before.manifest["history"] if before else [])]


def _is(file: dict[str, Any]) -> tuple[str, str]:
    return file["source"], file["part"]


def _holds(file: dict[str, Any]) -> str:
    return repr((file["source"], file["months"], file["claims"]))
