"""The query parameters: one table that requests are checked against and the API document shows."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from geo.crs import CRS84, SYSTEMS, System
from geo.dataset import Dataset
from geo.detail import SHAPES, Detail, Shape
from geo.errors import QuestionError
from geo.incidents.table import ALL
from geo.query import Question
from geo.recorders import first_recorded
from geo.rural_urban import PLACES
from geo.shapes import Box
from layers.density import LARGEST_BANDWIDTH
from layers.layer import RATES, Rates
from layers.within import LARGEST_CELL
from service.site import Site

DEFAULT_LIMIT, LARGEST_LIMIT = 1_000, 10_000
CELLS, BANDWIDTHS = (10, LARGEST_CELL), (20, LARGEST_BANDWIDTH)


@dataclass(frozen=True)
class Parameter:
    """One query parameter: what it means and the schema of its value (OpenAPI 3.0)."""

    name: str
    meaning: str
    schema: Callable[[Site], dict[str, Any]]


def _text(**more: object) -> Callable[[Site], dict[str, Any]]:
    return lambda _: {"type": "string", **more}


def _one_of(names: Iterable[str], **more: object) -> dict[str, Any]:
    """Text out of a list; an empty list is left out, which OpenAPI does not allow."""
    listed = list(names)
    return {"type": "string", **({"enum": listed} if listed else {}), **more}


PARAMETERS = {
    item.name: item
    for item in (
        Parameter(
            "theme",
            "What to count: a theme, or any offence, rural offence or further kind by name. "
            "Without it, all recorded crime, where a source records crime.",
            lambda site: _one_of(site.themes, default=first_recorded(site.dataset, "crime", "asb")),
        ),
        Parameter(
            "datetime",
            "The months to count, first and last included, such as 2015-04/2016-03, 2015-04 or "
            "../2016-03. Without it, the latest 12 months of the source.",
            lambda site: {"type": "string", "example": site.dataset.period.latest(12).iso()},
        ),
        Parameter(
            "compare",
            "Earlier months to set those counted against, written as in datetime, on a page or in "
            "a layer that tells a change. Without it, the same months of the year before.",
            lambda site: {"type": "string", "example": site.dataset.period.latest(12).iso()},
        ),
        Parameter(
            "source",
            "Whose records to count. Without it, those of the first source that tells the theme "
            f"apart. {ALL} adds up all that record it: one incident may then be counted twice.",
            lambda site: _one_of([*(source.id for source in site.dataset.sources), ALL]),
        ),
        Parameter(
            "place",
            "Put the question to rural or to urban areas alone.",
            lambda site: _one_of(p for p in PLACES if (site.dataset.place == p).any()),
        ),
        Parameter(
            "town",
            "Show only the areas of one town. It changes no figure of an area; points, cells and "
            "bands are ranked within the town, and their shares are of it.",
            lambda site: _one_of(site.dataset.towns["town_id"]),
        ),
        Parameter(
            "rates",
            "Which rates a map colours areas by: as recorded, or smoothed (empirical Bayes), each "
            "drawn towards the rate of all, more so where fewer live; locally-smoothed draws each "
            "towards the rate of it and its neighbours. All that a layer has are in its downloads.",
            lambda _: _one_of(RATES, default="recorded"),
        ),
        Parameter(
            "set",
            "Show only the areas of one set of named areas.",
            lambda site: _one_of(site.dataset.sets),
        ),
        Parameter(
            "cell",
            "The size of a cell in metres, for grid and density alone; never finer than the points "
            "stand apart. Without it, one that suits a town or the whole area.",
            lambda _: {"type": "integer", "minimum": CELLS[0], "maximum": CELLS[1]},
        ),
        Parameter(
            "shape",
            "The shape of the cells, for grid alone.",
            lambda _: _one_of(SHAPES, default=SHAPES[0]),
        ),
        Parameter(
            "bandwidth",
            "How far an incident is spread in metres, for density alone. Without it 300 in a town, "
            "1,000 over the whole area.",
            lambda _: {"type": "integer", "minimum": BANDWIDTHS[0], "maximum": BANDWIDTHS[1]},
        ),
        Parameter(
            "bbox",
            "Show only features that a box touches or holds: west, south, east, north in degrees; "
            "or least and greatest coordinates of bbox-crs, in the order of its axes.",
            lambda _: {
                "type": "array",
                "items": {"type": "number"},
                "minItems": 4,
                "maxItems": 6,
            },
        ),
        Parameter(
            "bbox-crs",
            "The coordinate system of bbox. Without it, longitude and latitude.",
            lambda _: _one_of(SYSTEMS, format="uri", default=CRS84.uri),
        ),
        Parameter(
            "crs",
            "The coordinate system of the features' outlines, in the order of its axes. Without "
            "it, longitude and latitude.",
            lambda _: _one_of(SYSTEMS, format="uri", default=CRS84.uri),
        ),
        Parameter(
            "limit",
            f"How many features to return; at most {LARGEST_LIMIT:,}.",
            lambda _: {
                "type": "integer",
                "minimum": 1,
                "maximum": LARGEST_LIMIT,
                "default": DEFAULT_LIMIT,
            },
        ),
        Parameter(
            "offset",
            "How many features to pass over first.",
            lambda _: {"type": "integer", "minimum": 0, "default": 0},
        ),
        Parameter(
            "q",
            "What to look for: the beginnings of the words of a town, an area, a street or an LSOA "
            "code, or the beginning of a postcode where a file of postcodes was given; two letters "
            "or more.",
            _text(maxLength=100),
        ),
        Parameter("f", "The format, instead of the Accept header.", _text()),
    )
}
QUESTION = ("theme", "datetime", "compare", "place", "source")
VIEW = ("theme", "datetime", "source", "f")
PRINTED = ("theme", "datetime", "compare", "source", "f")
MAP_VIEW = ("theme", "datetime", "compare", "source", "rates", "f")
BUSINESS_VIEW = ("datetime", "source", "rates", "f")  # its theme is given
SEARCH = ("q", "f")
DETAIL = ("cell", "shape", "bandwidth")
ITEM = (*QUESTION, "town", *DETAIL, "crs", "f")
BOX = ("bbox", "bbox-crs")
ITEMS = (*QUESTION, "town", "rates", "set", *DETAIL, *BOX, "crs", "limit", "offset", "f")


@dataclass(frozen=True)
class Window:
    """Which of the features to return, in which coordinates; the rates a map of them shows."""

    set: str | None
    rates: Rates | None
    bbox: Box | None
    bbox_system: System
    system: System
    limit: int
    offset: int


def check_names(query: QueryParams, allowed: tuple[str, ...]) -> None:
    """Refuse a parameter that is unknown here or given twice."""
    for name in query:
        if name not in allowed:
            there = f"there are {', '.join(allowed)}" if allowed else "there are none"
            raise QuestionError(f"There is no parameter '{name}' here; {there}.")
        if len(query.getlist(name)) > 1:
            raise QuestionError(f"The parameter '{name}' is given more than once.")


def read_question(dataset: Dataset, query: QueryParams) -> Question:
    """The question a request asks. Raises QuestionError naming what is allowed."""
    return Question.ask(
        dataset,
        theme=query.get("theme"),
        months=query.get("datetime"),
        place=query.get("place"),
        town=query.get("town"),
        source=query.get("source"),
        detail=Detail(
            cell=_metres(query, "cell", *CELLS),
            bandwidth=_metres(query, "bandwidth", *BANDWIDTHS),
            shape=_shape(query.get("shape")),
        ),
        compare=query.get("compare"),
    )


def read_window(
    query: Mapping[str, str], sets: Collection[str] = (), rates: Collection[Rates] = ()
) -> Window:
    """Set, rates, box, limit and offset. A limit over the largest means that (OGC API - Features).

    `sets` are those that the layer's areas are of, `rates` those that its map can show.
    """
    return Window(
        set=_set(query["set"], sets) if "set" in query else None,
        rates=read_rates(query, rates),
        bbox=_bbox(query["bbox"], read_system(query, "bbox-crs")) if "bbox" in query else None,
        bbox_system=read_system(query, "bbox-crs"),
        system=read_system(query, "crs"),
        limit=min(_whole(query, "limit", DEFAULT_LIMIT, 1), LARGEST_LIMIT),
        offset=_whole(query, "offset", 0, 0),
    )


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


def read_rates(query: Mapping[str, str], rates: Collection[Rates]) -> Rates | None:
    """The rates that a map is to show, of those it can; None where none are asked for.

    Raises QuestionError naming what there is.
    """
    name = query.get("rates")
    if name is None:
        return None
    if not rates:
        raise QuestionError("The map of this layer shows no rates; leave out rates.")
    for known in rates:
        if name == known:
            return known
    raise QuestionError(f"There are no rates '{name}'; choose one of {', '.join(rates)}.")


def _metres(query: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16 and least <= int(text) <= most):
        raise QuestionError(
            f"{name} must be a whole number of metres from {least} to {most:,}, not '{text}'."
        )
    return int(text)


def _shape(name: str | None) -> Shape | None:
    known = [shape for shape in SHAPES if shape == name]
    if name is not None and not known:
        raise QuestionError(f"There is no shape '{name}'; choose {' or '.join(SHAPES)}.")
    return known[0] if known else None


def _whole(query: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = query.get(name)
    if text is None:
        return default
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
