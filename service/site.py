"""One dataset as it is served: answers and bytes kept in bounded caches."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock

from cachetools import LRUCache

from geo.comparators import open_each
from geo.dataset import Dataset
from geo.errors import QuestionError, SafermapError
from geo.gazetteer import Gazetteer
from geo.offences import Theme
from geo.period import month_iso
from geo.query import Question
from geo.recorders import themes
from geo.strategy.figures import Strategy
from geo.strategy.read import strategy_in
from geo.versions import switched_to
from layers.layer import Layer
from layers.registry import find_layer, offered_layers
from service.access.roles import Role
from service.computed import Computed
from service.files import Files
from service.responses import Body
from service.tiles import Tiles

BODY_BYTES = 32 * 1024 * 1024
KEY_BYTES = 2048
BESIDE_BYTES = 2 * KEY_BYTES  # counted for the key and the headers of each body
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")


@dataclass(eq=False, slots=True)
class _Kept:
    """A body, and how often it was asked for since it was made."""

    body: Body
    again: int = 0


class Site:
    """A dataset with its caches. Nothing in it changes but the caches.

    `computed` is what was worked out of it, which roles that see the same share. `modified` is
    since when it is here: since it was made or, if later, gone back to; None as for `built`. `role`
    is whose it is, where people sign in; None where everybody sees the same.
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
        computed: Computed | None = None,
        uploads: bool = False,
    ) -> None:
        if contact is not None and not _MAIL.fullmatch(contact):
            raise SafermapError(
                f"--contact must be an address of electronic mail such as csp@example.gov.uk, not "
                f"'{contact}'."
            )
        self.dataset = dataset
        self.computed = computed or Computed(dataset)
        self.datasets = (dataset, *beside)
        self.tiles = tiles
        self.contact, self.role, self.uploads = contact, role, uploads
        self.modified = self.built and max(self.built, switched_to(dataset.folder) or self.built)
        self.gazetteer, self.finds_postcodes = Gazetteer(dataset), dataset.holds_postcodes
        self._bodies: LRUCache[tuple[object, ...], _Kept] = LRUCache(
            BODY_BYTES, getsizeof=lambda kept: len(kept.body.content) + BESIDE_BYTES
        )
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

    def kept(self, key: tuple[object, ...]) -> Body | None:
        """A body that was made before, if it is still kept."""
        with self._lock:
            kept = self._bodies.get(key)
            if kept is None:
                return None
            kept.again += 1
            return kept.body

    def asked_again(self) -> list[tuple[tuple[object, ...], int]]:
        """The keys of bodies that were asked for once more or oftener, and how often."""
        with self._lock:
            return [(key, kept.again) for key, kept in self._bodies.items() if kept.again]

    def keep(self, key: tuple[object, ...], body: Body) -> None:
        """Keep a body for the next time; the least recently used give way.

        Nothing is kept under a key longer than `KEY_BYTES`.
        """
        long = sum(len(part) for part in key if isinstance(part, str | bytes)) > KEY_BYTES
        if len(body.content) + BESIDE_BYTES <= BODY_BYTES and not long:
            with self._lock:
                self._bodies[key] = _Kept(body)

    def warm(self) -> None:
        """Make what most requests need: the plain answer of each layer but that of incidents.

        Raises DatasetError where a part of the dataset that they need is damaged.
        """
        for layer in self.layers.values():
            if layer.incidents:  # a row each, which may be millions
                continue
            with suppress(QuestionError):  # a layer that has no answer without a choice
                question = Question.ask(self.dataset)
                self.computed.described(layer, question)
                self.computed.texts(layer, question)
