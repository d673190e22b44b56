"""One dataset as it is served: answers and bytes kept in bounded caches."""

import re
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
from cachetools import LRUCache
from numpy.typing import NDArray

from geo.comparators import open_each
from geo.crs import CRS84, System
from geo.dataset import Dataset
from geo.errors import QuestionError, SafermapError
from geo.formats import Record, records
from geo.formats.geojson import feature_texts
from geo.gazetteer import Gazetteer
from geo.offences import Theme
from geo.period import month_iso
from geo.query import Question
from geo.recorders import themes
from geo.strategy.figures import Strategy
from geo.strategy.read import strategy_in
from geo.versions import switched_to
from layers.layer import Answer, Layer
from layers.metadata import describe
from layers.registry import find_layer, offered_layers
from service.access.roles import Role
from service.files import Files
from service.responses import Body
from service.tiles import Tiles

BODY_BYTES = 64 * 1024 * 1024
KEY_BYTES = 2048
BESIDE_BYTES = 2 * KEY_BYTES  # counted for the key and the headers of each body
ANSWERS = 64
ANSWER_ROWS = 200_000  # of one to four kilobytes each
TEXT_BYTES = 256 * 1024 * 1024
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")


class Site:
    """A dataset with its caches. Nothing in it changes but the caches.

    `modified` is since when it is here: since it was made or, if later, gone back to; None as for
    `built`. `role` is whose it is, where people sign in; None where everybody sees the same.
    `uploads`: whether whoever sees it may load files.
    `datasets` has it first, then those of the areas set beside it, of which rates of the whole
    area are shown and nothing else. `tiles` is what lies under its maps, where anything does, and
    `contact` an address of electronic mail for who has a question about the figures.
    """

    def __init__(
        self,
        dataset: Dataset,
        beside: Sequence[Dataset] = (),
        tiles: Tiles | None = None,
        contact: str | None = None,
        role: Role | None = None,
        *,
        uploads: bool = False,
    ) -> None:
        if contact is not None and not _MAIL.fullmatch(contact):
            raise SafermapError(
                f"--contact must be an address of electronic mail such as csp@example.gov.uk, not "
                f"'{contact}'."
            )
        self.dataset = dataset
        self.datasets = (dataset, *beside)
        self.tiles = tiles
        self.contact, self.role, self.uploads = contact, role, uploads
        self.modified = self.built and max(self.built, switched_to(dataset.folder) or self.built)
        self.gazetteer = Gazetteer(dataset)
        self._bodies: LRUCache[Hashable, Body] = LRUCache(
            BODY_BYTES, getsizeof=lambda body: len(body.content) + BESIDE_BYTES
        )
        # An answer or texts over the bound are kept alone, or every request would make them anew.
        self._answers: LRUCache[Hashable, tuple[Answer, list[Record]]] = LRUCache(
            ANSWER_ROWS, getsizeof=_rows_counted
        )
        self._texts: LRUCache[Hashable, pa.LargeBinaryArray] = LRUCache(
            TEXT_BYTES, getsizeof=lambda texts: min(texts.nbytes, TEXT_BYTES)
        )
        self._described: LRUCache[Hashable, dict[str, Any]] = LRUCache(ANSWERS)
        self.files = Files()
        self._lock = Lock()
        self.themes: dict[str, Theme] = themes(dataset)
        self.strategy: Strategy | None = strategy_in(dataset)
        self._incidents = role in (None, "analyst")
        self.layers: dict[str, Layer] = offered_layers(dataset, incidents=self._incidents)

    @classmethod
    def open(
        cls,
        home: Path,
        beside: Sequence[Path] = (),
        tiles: Tiles | None = None,
        contact: str | None = None,
        *,
        public: bool = False,
        role: Role | None = None,
        uploads: bool = False,
    ) -> "Site":
        """Serve the current dataset under `home`, with those under other homes beside it.

        Whole, or as anyone may see them; for everybody here, or for a role.

        Raises DatasetError where there is none, one is damaged, or two are the same.
        """
        dataset, *others = open_each([home, *beside], public=public)
        return cls(dataset, others, tiles, contact, role, uploads=uploads)

    @property
    def built(self) -> datetime | None:
        """When the dataset was made, to the second.

        None in a public view: that a dataset is newer while nothing public in it is would tell that
        something hidden is.
        """
        created = self.dataset.manifest.get("created")
        if created is None:
            return None
        return datetime.fromisoformat(created).astimezone(UTC).replace(microsecond=0)

    @property
    def stamp(self) -> datetime:
        """The time that its files bear: when it was made, or where that is not told its end."""
        year, month = map(int, month_iso(self.dataset.period.last + 1).split("-"))
        return self.built or datetime(year, month, 1, tzinfo=UTC)

    @property
    def expires(self) -> date | None:
        """The first day on which nothing is to be shown any more; None for never."""
        days = (dataset.expires for dataset in self.datasets)
        return min((day for day in days if day is not None), default=None)

    @property
    def holds_partner_records(self) -> bool:
        """Whether any incidents are confidential, of the areas beside as well."""
        return any(dataset.holds_partner_records for dataset in self.datasets)

    @property
    def image_sources(self) -> tuple[str, ...]:
        """Where its pages fetch images beside this server, for `img-src`."""
        return (self.tiles.origin,) if self.tiles else ()

    def layer(self, name: str) -> Layer:
        """The layer of that name. Raises UnknownNameError where there is none for the role."""
        found = self.layers.get(name)
        return found or find_layer(name, self.dataset, incidents=self._incidents)

    def kept(self, key: Hashable) -> Body | None:
        """A body that was made before, if it is still kept."""
        with self._lock:
            return self._bodies.get(key)

    def keep(self, key: tuple[object, ...], body: Body) -> None:
        """Keep a body for the next time; the least recently used give way.

        Nothing is kept under a key longer than `KEY_BYTES`.
        """
        long = sum(len(part) for part in key if isinstance(part, str | bytes)) > KEY_BYTES
        if len(body.content) + BESIDE_BYTES <= BODY_BYTES and not long:
            with self._lock:
                self._bodies[key] = body

    def answer(self, layer: Layer, question: Question) -> tuple[Answer, list[Record]]:
        """A layer's answer to a question, and its rows as plain values.

        Raises QuestionError where the question cannot be put to the layer.
        """
        layer.check(question)
        key = (layer.name, question)
        with self._lock:
            kept = self._answers.get(key)
        if kept is None:
            made = layer.compute(self.dataset, question)
            kept = made, records(made.rows)
            with self._lock:
                self._answers[key] = kept
        return kept

    def texts(
        self, layer: Layer, question: Question, system: System = CRS84
    ) -> pa.LargeBinaryArray:
        """The features of a layer's answer as GeoJSON texts, as `geo.formats.geojson` has them.

        Raises QuestionError where the question cannot be put to the layer.
        """
        key = (layer.name, question, system.uri)
        with self._lock:
            kept = self._texts.get(key)
        if kept is None:
            answer, rows = self.answer(layer, question)
            kept = texts_of(answer, rows, np.arange(len(rows)), system)
            with self._lock:
                self._texts[key] = kept
        return kept

    def warm(self) -> None:
        """Make what most requests need: the plain answer of each layer but that of incidents.

        Raises DatasetError where a part of the dataset that they need is damaged.
        """
        for layer in self.layers.values():
            if layer.incidents:  # a row each, which may be millions
                continue
            with suppress(QuestionError):  # a layer that has no answer without a choice
                question = Question.ask(self.dataset)
                self.described(layer, question)
                self.texts(layer, question)

    def described(self, layer: Layer, question: Question) -> Mapping[str, Any]:
        """What must be said beside a layer's answer to a question.

        Raises QuestionError where the question cannot be put to the layer.
        """
        key = (layer.name, question)
        with self._lock:
            kept = self._described.get(key)
        if kept is None:
            kept = describe(self.dataset, layer, question, self.answer(layer, question)[0])
            with self._lock:
                self._described[key] = kept
        return kept


def texts_of(
    answer: Answer,
    rows: list[Record],
    chosen: NDArray[np.int64],
    system: System = CRS84,
    *,
    names: Sequence[str] | None = None,
    constants: Mapping[str, str] | None = None,
) -> pa.LargeBinaryArray:
    """The chosen rows of an answer as texts of features, in a system of coordinates.

    With the fields of those names, or with all, and with words that stand in every row.
    """
    told = (rows[i] for i in chosen)
    if names is not None:
        told = ({name: row[name] for name in names} for row in told)
    if constants:
        told = ({**row, **constants} for row in told)
    outlines = answer.shapes.placed(system).json.take(answer.place[chosen])
    return feature_texts((answer.ids[i] for i in chosen), outlines, told)


def _rows_counted(kept: tuple[Answer, list[Record]]) -> int:
    """What an answer counts for where answers are kept; at most so many, however small."""
    return min(max(len(kept[1]), ANSWER_ROWS // ANSWERS), ANSWER_ROWS)
