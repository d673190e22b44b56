"""The query parameters: one table that requests are checked against and the API document shows."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from geo.crs import CRS84, SYSTEMS
from geo.dataset import Dataset
from geo.detail import SHAPES, Detail, Shape
from geo.errors import QuestionError
from geo.incidents.table import ALL
from geo.query import Question
from geo.recorders import first_recorded
from geo.rural_urban import PLACES
from layers.density import LARGEST_BANDWIDTH
from layers.layer import RATES, Rates
from layers.within import LARGEST_CELL
from service.site import Site

DEFAULT_LIMIT, LARGEST_LIMIT = 1_000, 10_000
LONGEST_FILTER = 4_000
FILTER_LANGUAGES = ("cql2-text", "cql2-json")
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
            "filter",
            "Show only features of which an expression of the Common Query Language (CQL2) is "
            "true, such as count >= 10 AND hotspot_class = 'hot spot'. Its fields are the layer's "
            "queryables.",
            _text(maxLength=LONGEST_FILTER),
        ),
        Parameter(
            "filter-lang",
            "How the filter is written: as text or as JSON.",
            lambda _: _one_of(FILTER_LANGUAGES, default=FILTER_LANGUAGES[0]),
        ),
        Parameter(
            "filter-crs",
            "The coordinate system of the filter's geometries. Without it, longitude and latitude.",
            lambda _: _one_of(SYSTEMS, format="uri", default=CRS84.uri),
        ),
        Parameter(
            "sortby",
            "Fields to put the features in order by, with a comma between; a minus before a name "
            "puts the greatest first. What is null comes last.",
            _text(example="-count,name"),
        ),
        Parameter(
            "properties",
            "Fields to send, with a comma between. Without it, all of them.",
            _text(example="name,count,rate"),
        ),
        Parameter(
            "crs",
            "The coordinate system of the features' outlines, in the order of its axes. Without "
            "it, longitude and latitude.",
            lambda _: _one_of(SYSTEMS, format="uri", default=CRS84.uri),
        ),
        Parameter(
            "limit",
            f"How many features to return. A page, GeoJSON or JSON-FG, has {DEFAULT_LIMIT:,} "
            f"without it, and {LARGEST_LIMIT:,} where more are asked for; a file of any other "
            "format has every feature that matches without it, and as many as are asked for.",
            lambda _: {"type": "integer", "minimum": 1, "default": DEFAULT_LIMIT},
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
KEPT_BY_SEARCH = ("theme", "datetime", "source")
VIEW = ("theme", "datetime", "source", "f")
PRINTED = ("theme", "datetime", "compare", "source", "f")
MAP_VIEW = ("theme", "datetime", "compare", "source", "rates", "f")
BUSINESS_VIEW = ("datetime", "source", "rates", "f")  # its theme is given
SEARCH = ("q", *KEPT_BY_SEARCH, "f")
DETAIL = ("cell", "shape", "bandwidth")
STYLE = (*QUESTION, "town", "rates", "set", *DETAIL, "f")
ITEM = (*QUESTION, "town", *DETAIL, "crs", "f")
CHOSEN = ("bbox", "bbox-crs", "filter", "filter-lang", "filter-crs")
SHAPED = ("sortby", "properties", "crs")
ITEMS = (*QUESTION, "town", "rates", "set", *DETAIL, *CHOSEN, *SHAPED, "limit", "offset", "f")


def check_names(query: QueryParams, allowed: tuple[str, ...]) -> None:
    """Refuse a parameter that is unknown here or given twice."""
    for name in query:
        if name not in allowed:
            there = f"there are {', '.join(allowed)}" if allowed else "there are none"
            raise QuestionError(f"There is no parameter '{name}' here; {there}.")
        if len(query.getlist(name)) > 1:
            raise QuestionError(f"The parameter '{name}' is given more than once.")


def read_question(dataset: Dataset, query: Mapping[str, str]) -> Question:
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
