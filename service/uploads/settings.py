"""What uploads are made with: the area files, whose sources take files, and the dataset's home."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geo.area_file import AreaFile, SourcePlan, read_area_files
from geo.errors import InputError, QuestionError, SafermapError
from geo.versions import current_folder, read_manifest
from service.audit.log import AuditLog
from service.operation.settings import LogKind
from service.uploads.slot import Slot


@dataclass(frozen=True)
class Uploads:
    """What files are uploaded with.

    They come into the folders of the sources of these area files, and into the dataset in `home`.
    `audit` and `key` are the folder and the key of the audit log, where what is done is recorded;
    `lines` is how the service logs.
    """

    area: tuple[Path, ...]
    home: Path
    audit: Path | None = None
    key: Path | None = None
    lines: LogKind = "json"

    @property
    def slot(self) -> Slot:
        """Where an upload lies until it is loaded."""
        return Slot(self.home)

    def plan(self) -> AreaFile:
        """The area files, read anew.

        Raises InputError where they cannot be used or are of another area than the dataset, and
        DatasetError where there is no dataset.
        """
        plan = read_area_files(self.area)
        area = read_manifest(current_folder(self.home))["area"]["name"]
        if area != plan.area.name:
            raise InputError(
                f"The area file {self.area[0]} is of {plan.area.name}, and the dataset in "
                f"{self.home} of {area}: files that are uploaded would make another of it."
            )
        return plan


def uploads_given(
    area: Sequence[Path],
    home: Path,
    audit: AuditLog | None,
    key: Path | None,
    lines: LogKind,
) -> Uploads | None:
    """Uploads by these area files; None where there are none.

    Raises SafermapError where nothing could be uploaded, so that it is said at the start.
    """
    if not area:
        return None
    uploads = Uploads(tuple(area), home, audit.folder if audit else None, key, lines)
    _check(uploads)
    return uploads


def _check(uploads: Uploads) -> None:
    if sys.platform != "linux":
        raise SafermapError(
            "--area lets analysts upload files, which needs Linux: a service elsewhere does not "
            "switch to what is built. Leave out --area here."
        )
    plan = uploads.plan()
    folders = {source.id: folder_of(source) for source in plan.sources}
    if not any(folders.values()):
        raise InputError(
            f"No source of the area file {uploads.area[0]} has a folder to put an upload into: "
            "let files name one, such as files = 'council/', or leave out --area."
        )
    for name, folder in folders.items():
        if folder and not os.access(folder, os.W_OK):
            raise InputError(
                f"The folder {folder} of the source {name} cannot be written, so nothing can be "
                "uploaded to it: give this user leave to, or leave out --area."
            )


def folder_of(source: SourcePlan) -> Path | None:
    """The folder that a source's uploads go to; None where its files name none."""
    return next((path for path in source.files if path.is_dir()), None)


def offered(plan: AreaFile) -> Sequence[SourcePlan]:
    """The sources that take uploads."""
    return [source for source in plan.sources if folder_of(source)]


def place_of(plan: AreaFile, source: str, name: str) -> tuple[SourcePlan, Path]:
    """The source of that id, and where a file of that name belongs.

    Raises QuestionError where there is none that takes files, or it may not be held any more.
    """
    for one in plan.sources:
        if one.id == source and (folder := folder_of(one)):
            if one.keep.over(date.today()):
                raise QuestionError(f"Nothing of {one.name} may be held: {one.keep.words}.")
            return one, folder / name
    known = ", ".join(one.id for one in offered(plan)) or "none"
    raise QuestionError(f"source must be one of those that take files: {known}.")
