"""Which of a layer's features a request wants, in which order, fields and coordinates."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.crs import CRS84, SYSTEMS, System
from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.fields import Field
from geo.shapes import Box
from layers.filtering import kept
from layers.layer import Answer, Layer, Rates
from service.filters import read_expression
from service.parameters import DEFAULT_LIMIT, LARGEST_LIMIT, read_rates


@dataclass(frozen=True)
class Window:
    """Which features, how, and the rates that a map of them shows.

    `expression` is a filter, its geometries in `filter_system`; `fields` are those it may name.
    `order` has fields, each with whether its greatest come first. `limit` is None where there is
    none: a file holds every feature that matches unless fewer are asked for, and only pages
    (`paged`) have a limit of their own.
    """

    fields: tuple[Field, ...]
    set: str | None
    rates: Rates | None
    bbox: Box | None
    bbox_system: System
    expression: object | None
    filter_system: System
    order: tuple[tuple[str, bool], ...]
    properties: tuple[str, ...] | None
    system: System
    limit: int | None
    offset: int

    def paged(self) -> "Page":
        """The page of it: 1,000 features unless asked for, and never more than 10,000.

        A limit over the largest means that (OGC API - Features).
        """
        limit = DEFAULT_LIMIT if self.limit is None else min(self.limit, LARGEST_LIMIT)
        return Page(**{**vars(self), "limit": limit})


@dataclass(frozen=True)
class Page(Window):
    """A window with a limit."""

    limit: int


def read_window(query: Mapping[str, str], layer: Layer, dataset: Dataset) -> Window:
    """What a request wants of a layer.

    Raises QuestionError naming what there is.
    """
    fields = layer.fields(dataset)
    names = [field.name for field in fields]
    bbox_system = read_system(query, "bbox-crs")
    return Window(
        fields=fields,
        set=_set(query["set"], layer.sets(dataset)) if "set" in query else None,
        rates=read_rates(query, layer.rates(dataset)),
        bbox=_bbox(query["bbox"], bbox_system) if "bbox" in query else None,
        bbox_system=bbox_system,
        expression=read_expression(query),
        filter_system=read_system(query, "filter-crs"),
        order=_order(query["sortby"], names) if "sortby" in query else (),
        properties=_properties(query["properties"], names) if "properties" in query else None,
        system=read_system(query, "crs"),
        limit=_whole(query["limit"], "limit", 1) if "limit" in query else None,
        offset=_whole(query.get("offset", "0"), "offset", 0),
    )


def choose(answer: Answer, window: Window) -> tuple[int, NDArray[np.int64]]:
    """How many rows match, and which of them the window shows, in its order."""
    position = answer.place
    if window.bbox is None:
        matched = np.arange(len(position))
    else:
        matched = answer.at(answer.shapes.placed(window.bbox_system).touching(window.bbox))
    if window.set is not None:
        matched = matched[answer.rows["set"].to_numpy()[matched] == window.set]
    if window.expression is not None:
        outlines = answer.shapes.placed(window.filter_system).outlines[position[matched]]
        rows = answer.rows.iloc[matched]
        matched = matched[kept(window.expression, rows, window.fields, outlines)]
    if window.order:
        names, greatest = zip(*window.order, strict=True)
        rows = answer.rows.iloc[matched].reset_index(drop=True)
        ascending = [not down for down in greatest]
        in_order = rows.sort_values(list(names), ascending=ascending, kind="stable").index
        matched = matched[in_order.to_numpy()]
    end = None if window.limit is None else window.offset + window.limit
    return len(matched), matched[window.offset : end]


def read_system(query: Mapping[str, str], name: str) -> System:
    """The coordinate system that a parameter names; longitude and latitude without it.

    Raises QuestionError naming what there is.
    """
    uri = query.get(name, CRS84.uri)
    if uri not in SYSTEMS:
        raise QuestionError(f"{name} must be one of {', '.join(SYSTEMS)}, not '{uri}'.")
    return SYSTEMS[uri]


def _set(name: str, sets: Collection[str]) -> str:
    if not sets:
        raise QuestionError("This layer has no sets of areas; leave out set.")
    if name not in sets:
        raise QuestionError(f"There is no set '{name}'; choose one of {', '.join(sets)}.")
    return name


def _order(text: str, known: Collection[str]) -> tuple[tuple[str, bool], ...]:
    """Field names with what is before them; a plus in an address is read as a space."""
    asked = [(name.lstrip("+- "), name.startswith("-")) for name in text.split(",")]
    _check([name for name, _ in asked], "sortby", known)
    return tuple(asked)


def _properties(text: str, known: Collection[str]) -> tuple[str, ...]:
    asked = tuple(text.split(","))
    _check(asked, "properties", known)
    return asked


def _check(asked: Collection[str], parameter: str, known: Collection[str]) -> None:
    for name in asked:
        if name not in known:
            raise QuestionError(
                f"{parameter} names no field '{name}'; there are {', '.join(known)}."
            )
    if len(set(asked)) < len(asked):
        raise QuestionError(f"{parameter} names a field twice.")


def _whole(text: str, name: str, least: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text) >= least):
        raise QuestionError(f"{name} must be a whole number from {least} up, not '{text}'.")
    return int(text)


def _bbox(text: str, system: System) -> Box:
    """Least and greatest coordinates, in the order of the system's axes; heights are left out."""
    shown = "-3.3,52.3,-2.2,53.0" if system.degrees else "340000,290000,380000,340000"
    axes = "south,west,north,east" if system.northing_first else "west,south,east,north"
    unit = "degrees" if system.degrees else "metres"
    if system.northing_first:
        shown = "52.3,-3.3,53.0,-2.2"
    wrong = QuestionError(f"bbox must be {axes} in {unit}, such as {shown}, not '{text}'.")
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise wrong from None
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise wrong
    low, high = numbers[:2], numbers[len(numbers) // 2 :][:2]
    east, north = (1, 0) if system.northing_first else (0, 1)
    if low[north] > high[north] or (low[east] > high[east] and not system.degrees):
        raise wrong
    if system.degrees and any(abs(p[east]) > 180 or abs(p[north]) > 90 for p in (low, high)):
        raise wrong
    return low[0], low[1], high[0], high[1]
