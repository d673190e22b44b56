"""The check of a file that was sent: what a build would take of it, before anything is built."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from geo.area_file import SourcePlan
from geo.building.parts import refuse_other_kind
from geo.formats.sheet import harmless
from geo.incidents import FileRead, Refusal
from geo.incidents.files import IncidentFile, find_files
from geo.incidents.read import read_each
from geo.incidents.report import HEADINGS, without, without_value
from geo.period import month_iso
from service.uploads.settings import Uploads, place_of
from service.uploads.upload import Progress, Reason, Report, Upload

REASONS = 20  # that are told; the others are in the file of refused rows
Tell = Callable[[Progress], None]
Alike = tuple[str, str]
"""What of a row was wrong, and why, without the value itself."""


def check(uploads: Uploads, upload: Upload, tell: Tell) -> Report:
    """Read the file in the slot as its source is read, and write down every refused row.

    Raises InputError where it cannot be used, QuestionError where its source takes no file.
    """
    source, place = place_of(uploads.plan(), upload.source, upload.name)
    called = Path(upload.name)
    files = find_files([called], {called: uploads.slot.file})
    found = _Found()
    with uploads.slot.refused.open("w", encoding="utf-8-sig", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(HEADINGS)
        for refusal in found.read(files, source, tell):
            rows.writerow([harmless(getattr(refusal, name)) for name in HEADINGS])
    told = list(found.alike.items())
    return Report(
        files=len(files) - len(found.passed_over),
        read=found.accepted + found.refused + found.expired,
        accepted=found.accepted,
        refused=found.refused,
        expired=found.expired,
        months=tuple(month_iso(month) for month in sorted(found.months)),
        reasons=tuple(_reason(alike, rows, found.first[alike]) for alike, rows in told[:REASONS]),
        more=sum(rows for _, rows in told[REASONS:]),
        passed_over=found.passed_over,
        replaces=place.exists(),
    )


class _Found:
    """What became of the rows, added up as files are read."""

    def __init__(self) -> None:
        self.accepted = self.refused = self.expired = 0
        self.months: set[int] = set()
        self.alike: Counter[Alike] = Counter()
        self.first: dict[Alike, Refusal] = {}
        self.passed_over: dict[str, str] = {}

    def read(
        self, files: Sequence[IncidentFile], source: SourcePlan, tell: Tell
    ) -> Iterator[Refusal]:
        """Every refused row, of a source whose months run out without what it said."""
        column_map = None if source.kind == "police-street" else source.column_map
        first = source.keep.first_month(date.today())

        def progress(files: Iterable[IncidentFile], of: int) -> Iterable[IncidentFile]:
            for number, file in enumerate(files):
                tell(Progress("Files read", number, of))
                yield file

        for read in read_each(files, column_map, progress):
            refuse_other_kind(read, column_map)
            if read.same_as is not None:
                self.passed_over[read.name] = f"it is the same as {read.same_as}"
                continue
            self._count(read, first)
            for refusal in read.refusals:
                self._note(refusal)
                yield refusal if first is None else without_value(refusal)

    def _count(self, read: FileRead, first: int | None) -> None:
        months = read.rows["month"].to_numpy()
        held = months if first is None else months[months >= first]
        self.accepted += len(held)
        self.expired += len(months) - len(held)
        self.refused += len(read.refusals)
        self.months |= set(held.tolist())

    def _note(self, refusal: Refusal) -> None:
        alike = refusal.field, without(refusal.value, refusal.reason)
        self.alike[alike] += 1
        self.first.setdefault(alike, replace(refusal, value=""))


def _reason(alike: Alike, rows: int, first: Refusal) -> Reason:
    field, reason = alike
    return Reason(field, reason, rows, first.file, first.line)
