"""The query parameters: one table that requests are checked against and the API document shows."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.incidents.table import ALL
from geo.query import Question
from geo.recorders import first_recorded
from geo.rural_urban import PLACES
from service.site import Site

DEFAULT_LIMIT, LARGEST_LIMIT = 1_000, 10_000
Bbox = tuple[float, float, float, float]


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
            "Earlier months to set those counted against, written as in datetime, in a layer that "
            "tells a change. Without it, the same months of the year before.",
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
            "Show only the areas of one town. It changes no figure.",
            lambda site: _one_of(site.dataset.towns["town_id"]),
        ),
        Parameter(
            "set",
            "Show only the areas of one set of named areas.",
            lambda site: _one_of(site.dataset.sets),
        ),
        Parameter(
            "bbox",
            "Show only areas that touch a box: west, south, east, north in degrees.",
            lambda _: {
                "type": "array",
                "items": {"type": "number"},
                "minItems": 4,
                "maxItems": 6,
            },
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
        Parameter("f", "The format, instead of the Accept header.", _text()),
    )
}
QUESTION = ("theme", "datetime", "compare", "place", "source")
ITEMS = (*QUESTION, "town", "set", "bbox", "limit", "offset", "f")


@dataclass(frozen=True)
class Window:
    """Which of the features to return."""

    set: str | None
    bbox: Bbox | None
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
        compare=query.get("compare"),
    )


def read_window(query: Mapping[str, str], sets: Collection[str] = ()) -> Window:
    """Set, box, limit and offset. A limit over the largest means that (OGC API - Features).

    `sets` are those that the layer's areas are of.
    """
    return Window(
        set=_set(query["set"], sets) if "set" in query else None,
        bbox=_bbox(query["bbox"]) if "bbox" in query else None,
        limit=min(_whole(query, "limit", DEFAULT_LIMIT, 1), LARGEST_LIMIT),
        offset=_whole(query, "offset", 0, 0),
    )


def _set(name: str, sets: Collection[str]) -> str:
    if not sets:
        raise QuestionError("This layer has no sets of areas; leave out set.")
    if name not in sets:
        raise QuestionError(f"There is no set '{name}'; choose one of {', '.join(sets)}.")
    return name


def _whole(query: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text) >= least):
        raise QuestionError(f"{name} must be a whole number from {least} up, not '{text}'.")
    return int(text)


def _bbox(text: str) -> Bbox:
    """West, south, east, north; heights, where given, are left out."""
    wrong = QuestionError(
        f"bbox must be west,south,east,north in degrees, such as -3.3,52.3,-2.2,53.0, not '{text}'."
    )
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise wrong from None
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise wrong
    west, south = numbers[:2]
    east, north = numbers[len(numbers) // 2 :][:2]
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise wrong
    return west, south, east, north
