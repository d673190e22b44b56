"""Loading a file that was checked: a build that puts it into the folder of its source."""

import os
from collections.abc import Iterable
from functools import reduce
from typing import TYPE_CHECKING, Any

from geo.building.build import Built, build
from geo.building.incoming import Incoming
from geo.building.parts import Part
from geo.building.runners import in_threads
from geo.period import Period
from service.uploads.checking import Tell
from service.uploads.settings import Uploads, place_of
from service.uploads.upload import Outcome, Progress, Upload

if TYPE_CHECKING:
    from geo.public.make import PublicYear

THREADS = 2  # files read side by side: the service answers meanwhile


def load(uploads: Uploads, upload: Upload, tell: Tell) -> Outcome:
    """Build as `safermap build` does once the file lies in its source's folder, where it then is.

    Raises SafermapError where that cannot be done, and leaves everything as it is.
    """

    def parts_progress(parts: Iterable[tuple[int, Part]], of: int) -> Iterable[tuple[int, Part]]:
        for done, part in enumerate(parts, 1):
            tell(Progress("Files read", done, of))
            yield part

    def hiding_progress(years: "Iterable[PublicYear]", of: int) -> "Iterable[PublicYear]":
        for number, year in enumerate(years, 1):
            tell(Progress("Public tables made", number, of))
            yield year

    plan = uploads.plan()
    source, place = place_of(plan, upload.source, upload.name)
    built = build(
        plan,
        uploads.home,
        in_threads(THREADS),
        parts_progress,
        hiding_progress,
        incoming=Incoming(uploads.slot.file, place),
    )
    name = str(place).removeprefix(f"{plan.path.parent}{os.sep}")
    return _outcome(built, source.id, name)


def _outcome(built: Built, source: str, name: str) -> Outcome:
    """What became of the rows of a file, or of the files in an archive, by the manifest."""

    def of_it(called: str) -> bool:
        return called == name or called.startswith(f"{name}/")

    manifest = built.manifest
    mine: list[dict[str, Any]] = [
        file for file in manifest["files"] if file["source"] == source and of_it(file["name"])
    ]
    rows = {
        told: sum(file[told] for file in mine)
        for told in ("accepted", "refused", "outside", "ring", "unlocated")
    }
    periods = [Period.read("/".join(file["months"])) for file in mine]
    return Outcome(
        version=built.folder.name,
        new=built.changed,
        accepted=rows["accepted"],
        refused=rows["refused"],
        outside=rows["outside"] + rows["ring"],
        unlocated=rows["unlocated"],
        months=reduce(Period.joined, periods).words() if periods else "",
        passed_over={n: why for n, why in manifest["files_passed_over"].items() if of_it(n)},
    )
