"""What was worked out of a dataset, kept for whoever asks again in any role that sees it so."""

from collections.abc import Hashable, Mapping, Sequence
from operator import attrgetter
from threading import Condition
from typing import Any

import numpy as np
import pyarrow as pa
from cachetools import LRUCache, cachedmethod
from numpy.typing import NDArray

from geo.crs import CRS84, System
from geo.dataset import Dataset
from geo.formats import Record, records
from geo.formats.geojson import feature_texts
from geo.query import Question
from layers.layer import Answer, Layer
from layers.metadata import describe

ANSWERS = 64
ANSWER_ROWS = 100_000  # of one to two kilobytes each
TEXT_BYTES = 128 * 1024 * 1024


def _asked(
    _: "Computed", layer: Layer, question: Question, system: System = CRS84
) -> tuple[object, ...]:
    return layer.name, question, system.uri


class Computed:
    """Answers of layers, and what follows from them. The least recently used give way.

    Each is worked out once: whoever asks for the same meanwhile waits for it.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        # An answer or texts over the bound are kept alone, or every request would make them anew.
        self._answers: LRUCache[Hashable, tuple[Answer, list[Record]]] = LRUCache(
            ANSWER_ROWS, getsizeof=_rows_counted
        )
        self._texts: LRUCache[Hashable, pa.LargeBinaryArray] = LRUCache(
            TEXT_BYTES, getsizeof=lambda texts: min(texts.nbytes, TEXT_BYTES)
        )
        self._described: LRUCache[Hashable, dict[str, Any]] = LRUCache(ANSWERS)
        self._ready = Condition()

    @cachedmethod(attrgetter("_answers"), _asked, condition=attrgetter("_ready"))
    def answer(self, layer: Layer, question: Question) -> tuple[Answer, list[Record]]:
        """A layer's answer to a question, and its rows as plain values.

        Raises QuestionError where the question cannot be put to the layer.
        """
        layer.check(question)
        made = layer.compute(self._dataset, question)
        return made, records(made.rows)

    @cachedmethod(attrgetter("_texts"), _asked, condition=attrgetter("_ready"))
    def texts(
        self, layer: Layer, question: Question, system: System = CRS84
    ) -> pa.LargeBinaryArray:
        """The features of a layer's answer as GeoJSON texts, as `geo.formats.geojson` has them.

        Raises QuestionError where the question cannot be put to the layer.
        """
        answer, rows = self.answer(layer, question)
        return texts_of(answer, rows, np.arange(len(rows)), system)

    @cachedmethod(attrgetter("_described"), _asked, condition=attrgetter("_ready"))
    def described(self, layer: Layer, question: Question) -> Mapping[str, Any]:
        """What must be said beside a layer's answer to a question.

        Raises QuestionError where the question cannot be put to the layer.
        """
        return describe(self._dataset, layer, question, self.answer(layer, question)[0])


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
