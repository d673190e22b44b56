"""Answers that come in pages: each page is kept as it comes, so a cut-off fetch carries on."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from geo.publishers.cache import Slot, now, read_note, write_note

Rows = list[dict[str, Any]]


class Pages:
    """The pages of one answer in a folder of the cache.

    `plan` says what is asked and what tells that it changed; pages of another plan, or of another
    day, are dropped, and with `anew` all of them.
    """

    def __init__(self, slot: Slot, plan: dict[str, Any], *, anew: bool = False) -> None:
        self.folder = slot.pages
        dated = {**plan, "day": now()[:10]}
        if anew or read_note(self.folder / "plan.json") != dated:
            self.drop()
            self.folder.mkdir()
            write_note(self.folder / "plan.json", dated)
        self._names: list[str] = []

    def page(self, name: str, ask: Callable[[], Rows]) -> int:
        """Have a page there, asking where it is not. The number of its rows."""
        path = self.folder / f"{name}.page"
        self._names.append(path.name)
        try:
            rows = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            rows = ask()
            write_note(path, rows)
        return len(rows)

    def __iter__(self) -> Iterator[Rows]:
        """The rows of each page, in the order the pages were asked for; one page in memory."""
        for name in self._names:
            yield orjson.loads((self.folder / name).read_bytes())

    def drop(self) -> None:
        """Forget every page."""
        shutil.rmtree(self.folder, ignore_errors=True)
