"""The last steps of every version: its tables, its manifest, and what is public of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.areas.areas import Areas
from geo.building.manifest import SourceBuilt, describe_build, history
from geo.building.settle import Settled
from geo.building.write import dataset_id, write_manifest, write_tables
from geo.dataset import Dataset
from geo.incidents.table import Refusal
from geo.versions import Version, contents

if TYPE_CHECKING:
    from geo.public.make import PublicYear

Hiding = Callable[[Iterable["PublicYear"], int], Iterable["PublicYear"]]
"""Passes public tables on as they are made and tells of them; how many there are."""


def write_version(
    folder: Path,
    areas: Areas,
    sources: Sequence[SourceBuilt],
    settled: Sequence[Settled],
    *,
    said: Mapping[str, Any],
    passed_over: Mapping[str, str],
    before: Version | None,
    hiding: Hiding,
) -> tuple[dict[str, Any], list[Refusal]]:
    """Write what follows from the areas and the parts that lie in a folder, the manifest last.

    `said` is what the manifest holds of the area file and the inputs: `strategy`, `disclosure`,
    `inputs`, `areas`. Returns the manifest and the refused rows.
    """
    refusals = write_tables(folder, areas, sources, settled)
    name = folder.name.removeprefix(".building-")
    created = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = describe_build(areas, sources, dict(passed_over))
    manifest |= {
        "strategy": said["strategy"],
        "dataset_id": dataset_id(folder, manifest),
        "disclosure": said["disclosure"],
    }
    if any(built.source.sensitivity == "partner" for built in sources):
        earlier = before.folder if before is not None else None
        from geo.public.make import write_public  # noqa: PLC0415  only this needs scipy

        write_public(folder, Dataset.read(folder, manifest), earlier, hiding)
    manifest |= {
        "created": created,
        "inputs": said["inputs"],
        "areas": said["areas"],
        "contents": contents(folder),
        "history": history(name, created, manifest["files"], before),
    }
    write_manifest(folder, manifest)
    return manifest, refusals
