"""A file on its way into the folder of a source, where it is seen only once it is built."""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from geo.area_file import SourcePlan
from geo.errors import StorageError

_PARTIAL = ".incoming-"  # a name that is passed over wherever incident files are looked for


@dataclass(frozen=True)
class Incoming:
    """A file that a build reads as if it lay in its place already: where it is, and the place."""

    file: Path
    place: Path

    @property
    def partial(self) -> Path:
        """The copy beside its place that is read."""
        return self.place.with_name(_PARTIAL + self.place.name)

    def bring(self) -> dict[Path, Path]:
        """Copy it beside its place; where the bytes of the place are to be read from.

        Raises StorageError where it cannot be written.
        """
        try:
            with self.file.open("rb") as source, self.partial.open("wb") as copy:
                shutil.copyfileobj(source, copy, 2**20)
                copy.flush()
                os.fsync(copy.fileno())
        except OSError as error:
            raise self._unwritten(error) from error
        return {self.place: self.partial}

    def settle(self) -> None:
        """Put it into its place, over a file of the same name. Raises StorageError."""
        try:
            self.partial.replace(self.place)
        except OSError as error:
            raise self._unwritten(error) from error

    def drop(self) -> None:
        """Remove the copy, if it is still beside its place."""
        with suppress(OSError):
            self.partial.unlink()

    def _unwritten(self, error: OSError) -> StorageError:
        return StorageError(f"{self.place} cannot be written: {error.strerror}.")


def clear_incoming(sources: Iterable[SourcePlan]) -> None:
    """Remove what builds that were killed left in the folders of these sources."""
    for folder in (path for source in sources for path in source.files if path.is_dir()):
        with suppress(OSError):  # it may be somebody else's folder
            for left in folder.glob(f"{_PARTIAL}*"):
                left.unlink()
