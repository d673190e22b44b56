"""The legend of a map: its classes in words, their colours, and how many areas are in each."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.formats import Record
from geo.query import Question
from layers.breaks import ANY, CLASSES, class_labels, class_of, rounded_breaks
from layers.layer import Drawing
from layers.palette import CATEGORIES, RAMP

_TENTHS = ("1 and 2, most deprived", "3 and 4", "5 and 6", "7 and 8", "9 and 10, least deprived")
MARKS = ("hot spot", "raised")
NONE_FAR_ABOVE = "No area stands far above the average."
NO_FIGURE = "#ffffff"  # as `static/map.js` draws it
MANY_EMPTY = 0.1  # from this share of areas with nothing on, they have a class of their own
_RAMPS = {1: (0,), 2: (0, 4), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}


def none_marked(rows: Sequence[Record], otherwise: str) -> str:
    """What is said where none of these areas stands out: that none does, or why it is not told."""
    if not rows or any(row["hotspot_class"] != "not told" for row in rows):
        return otherwise
    [(why, _)] = Counter(row["hotspot_reason"] for row in rows).most_common(1)
    return f"It is not told which areas stand out. {why}"


@dataclass(frozen=True)
class Legend:
    """The classes a map's areas fall into, lowest first.

    Each has a `label`, a `colour`, and what tells it: `from`, its lowest value as it is shown, or
    `values`.
    """

    drawing: Drawing
    classes: list[dict[str, Any]]

    @classmethod
    def of(cls, drawing: Drawing, rows: Sequence[Record]) -> "Legend":
        """The legend that these rows ask for."""
        return cls(drawing, _CLASSES[drawing.by](drawing, rows))

    def heading(self, question: Question, *, rated: bool) -> str:
        """What the classes are of, in words. `rated`: whether the layer has rates."""
        span = question.period.span_words()
        if self.drawing.by == "bands":
            return f"Density over {span}"
        if self.drawing.by != "classes":
            return self.drawing.legend
        smoothed = self.drawing.smoothed
        per = " per 1,000 residents" if rated else ""
        drawn = f", {smoothed.words}," if smoothed else ""
        return f"{question.theme.noun.capitalize()}{self.drawing.of}{per}{drawn} over {span}"

    def position(self, row: Record) -> int | None:
        """Which class a row falls into; None where it has no value or is of another level."""
        value = self._value(row)
        if value is None or not self._drawn(row):
            return None
        if self.drawing.by == "classes":
            return class_of(value, [item["from"] for item in self.classes[1:]])
        found = [i for i, item in enumerate(self.classes) if value in item["values"]]
        return found[0] if found else None

    def colour(self, row: Record) -> str | None:
        """The colour of a row on the map."""
        place = self.position(row)
        return None if place is None else str(self.classes[place]["colour"])

    def fill(self, row: Record) -> str | None:
        """What the map fills a row with; None where it does not draw it."""
        return (self.colour(row) or NO_FIGURE) if self._drawn(row) else None

    def counted(self, *sets: Sequence[Record]) -> list[dict[str, Any]]:
        """The classes, highest first, each with `counts`: how many areas of each set it holds.

        A row that stands for several areas says how many in `areas`; of a band it is incidents.
        """
        classes = [
            {**item, "counts": [self._areas_in(i, rows) for rows in sets]}
            for i, item in enumerate(self.classes)
        ][::-1]
        unknown = [
            sum(self._drawn(row) and self._value(row) is None for row in rows) for rows in sets
        ]
        if not any(unknown):
            return classes
        hidden = any(row.get("count", 0) is None for rows in sets for row in rows)
        label = "Hidden, or no figure" if hidden else "No figure"
        return [*classes, {"label": label, "colour": NO_FIGURE, "counts": unknown}]

    def _areas_in(self, place: int, rows: Sequence[Record]) -> int:
        held = [row for row in rows if self.position(row) == place]
        name = {"categories": "areas", "bands": "count"}.get(self.drawing.by)
        return sum(row[name] for row in held) if name else len(held)

    def marked(self, *sets: Sequence[Record]) -> dict[str, list[int]]:
        """How many rows of each set are hot spots and raised, where the map outlines them."""
        if not self.drawing.outlines:
            return {}
        return {
            mark: [sum(row["hotspot_class"] == mark for row in rows) for rows in sets]
            for mark in MARKS
        }

    @staticmethod
    def mark_words(mark: str, judged: str) -> str:
        """What a mark means, where areas are judged against the rate of `judged`."""
        if mark == "hot spot":
            return f"far above the {judged} rate"
        return "above that rate, less certain"

    def _value(self, row: Record) -> Any:  # noqa: ANN401  of any field
        return row[self.drawing.field]

    def _drawn(self, row: Record) -> bool:
        return self.drawing.level is None or row["level"] == self.drawing.level


def _rounded(drawing: Drawing, rows: Sequence[Record]) -> list[dict[str, Any]]:
    """Five rounded classes; where many areas have nothing, the lowest is those."""
    values = [row[drawing.field] for row in rows if row[drawing.field] is not None]
    empty = values.count(0)
    if values and empty == len(values):
        return [{"label": "No incidents", "colour": RAMP[0], "from": 0.0}]
    apart = empty >= len(values) * MANY_EMPTY
    told = np.repeat(values, [row["count"] for row in rows]) if drawing.weighted else values
    breaks = rounded_breaks(told, CLASSES - 1 if apart else CLASSES)
    whole = all(isinstance(value, int) for value in values)
    if whole:
        breaks = sorted({float(math.ceil(limit)) for limit in breaks})
    labels, lows = class_labels(breaks, 1 if whole else 0.1), [0.0, *breaks]
    if apart:
        labels, lows = ["No incidents", *labels], [0.0, ANY, *breaks]
    colours = _RAMPS[len(labels)]
    return [
        {"label": label, "colour": RAMP[colour], "from": low}
        for label, colour, low in zip(labels, colours, lows, strict=True)
    ]


def _bands(drawing: Drawing, rows: Sequence[Record]) -> list[dict[str, Any]]:
    colours = _RAMPS[len(rows)] if rows else ()
    return [
        {"label": row["name"], "colour": RAMP[colour], "values": [row[drawing.field]]}
        for row, colour in zip(rows, colours, strict=True)
    ]


def _deciles(_: Drawing, __: Sequence[Record]) -> list[dict[str, Any]]:
    tenths = [
        {"label": label, "colour": RAMP[4 - i], "values": [2 * i + 1, 2 * i + 2]}
        for i, label in enumerate(_TENTHS)
    ]
    return tenths[::-1]


def _categories(drawing: Drawing, rows: Sequence[Record]) -> list[dict[str, Any]]:
    drawn = [row for row in rows if row["level"] == drawing.level]
    found = list(dict.fromkeys(row[drawing.field] for row in drawn))
    return [
        {"label": value, "colour": CATEGORIES[i % len(CATEGORIES)], "values": [value]}
        for i, value in enumerate(found)
    ][::-1]


def _fixed(drawing: Drawing, _: Sequence[Record]) -> list[dict[str, Any]]:
    return [
        {
            "label": f"{item.sign} {item.label}".strip(),
            "colour": item.colour,
            "values": list(item.values),
            "sign": item.sign,
        }
        for item in drawing.classes
    ]


_CLASSES = {
    "classes": _rounded,
    "bands": _bands,
    "deciles": _deciles,
    "categories": _categories,
    "fixed": _fixed,
}
