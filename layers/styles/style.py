"""The style of a layer: the classes of its legend as rules that any GIS can hold.

A rule is a condition on a feature's fields, the words of the legend, and how it is painted. Sizes
are in pixels, as the page's map has them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from types import MappingProxyType

from geo.formats import Record
from layers.breaks import ANY, least_shown
from layers.layer import Layer
from layers.legend import Legend
from layers.palette import EDGE, FAINT, GROUND, GROUND_EDGE, INK, OUTER_EDGE

LARGEST, SMALLEST = 20.0, 4.0  # pixels across a circle


@dataclass(frozen=True)
class Condition:
    """What a field must be: one of some values; or at least `low`, below `high`; or empty.

    With none of these it must have a value.
    """

    field: str
    values: tuple[str | int, ...] = ()
    low: float | None = None
    high: float | None = None
    empty: bool = False


@dataclass(frozen=True)
class Coat:
    """A fill and an edge, or an edge alone. Coats of a lower order lie below all of a higher."""

    order: int
    fill: str | None
    edge: str
    width: float
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True)
class Circle:
    """A circle whose area is in proportion to a count that a field has.

    `most` is that of the largest; `across` suits those of the class where a format has but
    one size for all of them.
    """

    fill: str
    field: str
    most: int
    across: float


@dataclass(frozen=True)
class Label:
    """What is written on a feature: some words, then the value of a field."""

    words: str
    field: str | None


@dataclass(frozen=True)
class Rule:
    """The features of which all conditions are true, in the legend's words, and their paint."""

    words: str
    conditions: tuple[Condition, ...]
    paint: tuple[Coat, ...] | Circle
    label: Label | None = None


@dataclass(frozen=True)
class Style:
    """How a layer is drawn: `classes`, of which a feature is in one, and `marks` over them.

    Both are in the order of the page's legend, below its `heading`.
    """

    title: str
    abstract: str
    heading: str
    classes: tuple[Rule, ...]
    marks: tuple[Rule, ...] = ()


MARKED: Mapping[str, tuple[Coat, ...]] = MappingProxyType(
    {
        "hot spot": (Coat(4, None, EDGE, 7), Coat(5, None, INK, 3.6)),
        "raised": (Coat(2, None, EDGE, 5), Coat(3, None, INK, 2.2, (7, 4))),
    }
)


def ground(title: str, words: str) -> Style:
    """Areas without any figure, to lie under others."""
    coats = Coat(0, None, OUTER_EDGE, 2.4), Coat(1, GROUND, GROUND_EDGE, 0.8)
    return Style(title, "", title, (Rule(words, (), coats),))


def style_of(
    layer: Layer,
    legend: Legend,
    rows: Sequence[Record],
    *,
    judged: str,
    title: str,
    abstract: str,
    heading: str,
    within: str | None = None,
) -> Style:
    """The style that draws rows as their legend has them.

    Args:
        layer: whose rows they are.
        legend: of these rows.
        rows: all that a map of the layer shows.
        judged: whose rate hot spots stand above.
        title: of the style.
        abstract: what must be said beside the figures.
        heading: of the legend.
        within: the set of named areas that is drawn, where the layer has several.
    """
    drawing = legend.drawing
    told = {"set": within, "level": drawing.level}
    shown = [Condition(name, (value,)) for name, value in told.items() if value]
    counted = legend.counted(rows)
    conditions = [*_conditions(legend, rows)][::-1]
    conditions += [Condition(drawing.field, empty=True)] * (len(counted) - len(conditions))
    named = layer.label if layer.label == "town" else None
    classes = [
        Rule(
            item["label"],
            (*shown, condition),
            _paint(layer, legend, rows, item["colour"]),
            _label(item.get("sign", ""), named),
        )
        for item, condition in zip(counted, conditions, strict=True)
    ]
    marks = [
        Rule(
            f"{mark.capitalize()}: {legend.mark_words(mark, judged)}",
            (Condition("hotspot_class", (mark,)),),
            MARKED[mark],
            Label(f"{mark.capitalize()}: ", layer.label),
        )
        for mark in legend.marked(rows)
    ]
    return Style(title, abstract, heading, tuple(classes), tuple(marks))


def _conditions(legend: Legend, rows: Sequence[Record]) -> Iterator[Condition]:
    """What tells the classes of a legend, lowest first. The ends of ranges are open."""
    field, by = legend.drawing.field, legend.drawing.by
    if by not in ("classes", "bands"):
        yield from (Condition(field, tuple(item["values"])) for item in legend.classes)
        return
    if by == "bands":
        limits = [float(item["values"][0]) for item in legend.classes]
    else:
        whole = all(isinstance(row[field], int) for row in rows if row[field] is not None)
        limits = [_least(float(item["from"]), whole=whole) for item in legend.classes]
    for low, high in pairwise([None, *limits[1:], None] if limits else []):
        yield Condition(field, low=low, high=high)


def _least(limit: float, *, whole: bool) -> float:
    if limit == ANY:
        return 1.0 if whole else ANY
    return limit if whole else least_shown(limit)


def _paint(
    layer: Layer, legend: Legend, rows: Sequence[Record], colour: str
) -> tuple[Coat, ...] | Circle:
    field = legend.drawing.field
    if layer.geometry != "Point":
        return (Coat(1, colour, FAINT if legend.drawing.by == "fixed" else EDGE, 0.7),)
    most = max((row[field] for row in rows), default=1)
    held = [row[field] for row in rows if legend.colour(row) == colour]
    across = max(SMALLEST, LARGEST * (median(held or [most]) / most) ** 0.5)
    return Circle(colour, field, most, round(across, 1))


def _label(sign: str, named: str | None) -> Label | None:
    if not sign and not named:
        return None
    return Label(f"{sign} " if sign and named else sign, named)
