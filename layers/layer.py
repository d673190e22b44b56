"""What a layer is: a catalogue card, and an answer to a question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.fields import Field
from geo.offences import NEVER_MAPPED
from geo.period import Period
from geo.query import Question
from geo.shapes import Shapes

Rates = Literal["recorded", "smoothed", "locally-smoothed"]


@dataclass(frozen=True)
class ShownRate:
    """A rate that a map can colour by: its field, words for it, and the heading of its column.

    `towards`: whose rate it is drawn towards, where that is not the rate of all.
    """

    field: str
    words: str
    heading: str
    towards: str | None = None


RATES: Mapping[Rates, ShownRate] = MappingProxyType(
    {
        "recorded": ShownRate("rate", "as recorded", "Per 1,000 residents"),
        "smoothed": ShownRate("rate_smoothed", "smoothed (empirical Bayes)", "Smoothed"),
        "locally-smoothed": ShownRate(
            "rate_locally_smoothed",
            "locally smoothed (empirical Bayes)",
            "Locally smoothed",
            "the area and its neighbours together",
        ),
    }
)


@dataclass(frozen=True)
class DrawnClass:
    """One class of a legend that is the same for every answer: its values and their colour.

    `sign` is written on the map and in the legend, so that the colour is not the only sign.
    """

    label: str
    colour: str
    values: tuple[str | int, ...]
    sign: str = ""


@dataclass(frozen=True)
class Drawing:
    """How a layer is drawn: the field that colours areas, and the words for the legend.

    `by` is `classes` (five rounded classes, low to high), `bands` (each row is a class of its own,
    low to high), `deciles`, `categories` (one colour a value) or `fixed`: the `classes` given,
    lowest first. `outlines` marks hot spots and raised areas. `level` keeps only the rows of one
    level. `weighted`: each class holds about as many incidents, not as many rows. `words` is the
    field with the sentence that a map shows of an area, where count and rate do not say it.
    `of` says in the legend's heading what the incidents of a class are, where they are not a row's.
    """

    field: str
    by: Literal["classes", "bands", "deciles", "categories", "fixed"]
    legend: str
    outlines: bool = False
    level: str | None = None
    weighted: bool = False
    classes: tuple[DrawnClass, ...] = ()
    words: str | None = None
    of: str = ""

    @property
    def smoothed(self) -> ShownRate | None:
        """The smoothed rate that colours areas; None where what was recorded does."""
        found = (RATES[name] for name in RATES if name != "recorded")
        return next((rate for rate in found if rate.field == self.field), None)


@dataclass(frozen=True)
class Answer:
    """A layer's rows for one question.

    `rows` has the layer's fields; `shapes` and `position` say which outline belongs to which row;
    `facts` are figures about the whole answer, such as how many areas were tested.
    """

    rows: pd.DataFrame
    shapes: Shapes
    position: list[int]
    facts: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def ids(self) -> list[str]:
        """The feature id of each row."""
        return [self.shapes.ids[i] for i in self.position]

    @cached_property
    def row(self) -> dict[str, int]:
        """The row of each feature id."""
        return {feature_id: row for row, feature_id in enumerate(self.ids)}

    @cached_property
    def place(self) -> NDArray[np.int64]:
        """The place of each row's outline among the shapes."""
        return np.array(self.position, dtype=np.int64)

    def at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows whose outlines are at these places among the shapes, in their own order."""
        order, starts = self._by_place
        first, after = starts[places], starts[places + 1]
        if len(order) and (after - first).max(initial=0) <= 1:
            return np.sort(order[first[first < after]])
        found = [order[i:j] for i, j in zip(first, after, strict=True)]
        return np.sort(np.concatenate([*found, np.empty(0, dtype=np.int64)]))

    @cached_property
    def _by_place(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows in the order of their places, and where those of each place begin among them."""
        order = np.argsort(self.place, kind="stable")
        return order, np.searchsorted(self.place[order], np.arange(len(self.shapes.ids) + 1))

    @property
    def outlines(self) -> NDArray[np.object_]:
        """The outline of each row, in longitude and latitude."""
        return self.shapes.outlines[self.position]


T = TypeVar("T")


def always(value: T) -> Callable[[Dataset], T]:
    """The same for every dataset."""
    return lambda _: value


@dataclass(frozen=True)
class Layer:
    """One collection that a user can see or download.

    `fields` and `drawing` follow the dataset; `always` is for those that are the same for all.
    `refuses`: of town and place, what the layer's rows cannot be asked for. `sets`: the sets its
    rows are of, id to title, of which a map shows one. `shapes`: how far it reaches. `absent` says
    why a dataset has nothing to fill the layer with; None where it has. `unit`: what its rows are.
    `geometry`: that of each row.

    `within_town`: its rows are of places within a town, not of areas. Where a town is asked for
    they are figures of that town, and what is never mapped below the town is refused. `takes`: the
    parts of `Detail` it can be asked for.

    `table`: the fields that the table of its map shows in place of the usual figures, each with its
    heading. `compares`: whether it sets the period against earlier months, which `compare` names.
    `since`: the earliest months that a question makes it look at, where it looks over time.
    `finer`: its rows need months, points or sets of areas, which are never public of partners'.
    `incidents`: its rows are incidents, of which only analysts see partners'.
    """

    name: str
    title: str
    summary: str
    fields: Callable[[Dataset], tuple[Field, ...]]
    drawing: Callable[[Dataset], Drawing]
    compute: Callable[[Dataset, Question], Answer]
    label: str
    caveats: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    sets: Callable[[Dataset], Mapping[str, str]] = lambda _: {}
    shapes: Callable[[Dataset], Shapes] = lambda dataset: dataset.lsoa_shapes
    absent: Callable[[Dataset], str | None] = lambda _: None
    unit: str = "areas"
    geometry: Literal["MultiPolygon", "Point"] = "MultiPolygon"
    within_town: bool = False
    takes: tuple[str, ...] = ()
    table: tuple[tuple[str, str], ...] = ()
    compares: bool = False
    since: Callable[[Question], Period] | None = None
    finer: bool = False
    incidents: bool = False

    def rated(self, dataset: Dataset) -> bool:
        """Whether its rows have a rate, so that residents matter to it."""
        return any(item.name == "rate" for item in self.fields(dataset))

    def rates(self, dataset: Dataset) -> Mapping[Rates, ShownRate]:
        """The rates that its map can show; none where it does not show rates."""
        if self.drawing(dataset).field != "rate":
            return {}
        known = {field.name for field in self.fields(dataset)}
        return {name: rate for name, rate in RATES.items() if rate.field in known}

    def drawn(self, dataset: Dataset, rates: Rates | None = None) -> Drawing:
        """How it is drawn with the rates wanted; without, as it always is."""
        drawing = self.drawing(dataset)
        return drawing if rates is None else replace(drawing, field=RATES[rates].field)

    def check(self, question: Question) -> None:
        """Raises QuestionError where a part of the question cannot be put to the layer."""
        for name in question.detail.given:
            if name not in self.takes:
                raise QuestionError(f"The layer {self.name} has no {name}; leave out {name}.")
        if self.within_town and question.theme.offences <= NEVER_MAPPED:
            raise QuestionError(
                f"{question.theme.title} are never mapped below the town; ask the layer "
                f"{self.name} for another theme."
            )
        if question.compare is not None and not self.compares:
            raise QuestionError(f"The layer {self.name} compares no months; leave out compare.")
        if question.town is not None and "town" in self.refuses:
            raise QuestionError(f"The layer {self.name} has no areas of a town; leave out town.")
        if question.place is not None and "place" in self.refuses:
            theme = question.theme
            wrong = (
                f"ask for another theme than {theme.name}"
                if theme.rural_only
                else "leave out place"
            )
            raise QuestionError(
                f"The layer {self.name} does not tell rural areas from urban ones; {wrong}."
            )
