"""What the layers of places within a town share: which places, their incidents, and how finely.

Layers whose rows are ranked share their order too.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.fields import Field
from geo.measures.density import point_spacing
from geo.measures.hotspots import concentration, fewest_holding
from geo.query import Question
from geo.question_places import asked_places, never_mapped, place_counts
from geo.shapes import Shapes
from layers.layer import Drawing

LEAST_PLACES = 30  # fewer say nothing of how far points stand apart
MOST_APART = 500  # metres; where points stand further apart than that, they are not clustered
LARGEST_CELL = 5_000  # metres
MOVED = (
    "A point is no address: open police data moves each incident to one of a fixed set of map "
    "points. How many addresses a point stands for is not known here; it may be one shop or a "
    "whole street."
)
COUNTS = "Counts, not rates: a busy place has more of everything."
RANKED = Drawing("count", "classes", "incidents", weighted=True)


@dataclass(frozen=True)
class Shown:
    """The places that the incidents of a question stand on.

    `at`: positions in `dataset.places`; `count`: incidents at each. `facts`: how many incidents
    there are and why some are on no place.
    """

    at: NDArray[np.int64]
    count: NDArray[np.int64]
    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    facts: dict[str, Any]

    @property
    def total(self) -> int:
        """Incidents on all of the places."""
        return int(self.count.sum())


def shown_places(dataset: Dataset, question: Question) -> Shown:
    """The places with incidents, in the order of `dataset.places`."""
    places, count = dataset.places, place_counts(dataset, question)
    at = np.flatnonzero(count)
    facts = account(dataset, question, int(count.sum()), len(at))
    return Shown(at, count[at], places.easting[at], places.northing[at], facts)


def account(dataset: Dataset, question: Question, on_points: int, points: int) -> dict[str, int]:
    """How many incidents there are in the areas shown, and why some of them are on no point."""
    located = int(question.counts(dataset)[question.shown(dataset)].sum())
    left_out = never_mapped(dataset, question)
    return {
        "located": located,
        "on_points": on_points,
        "without_point": located - left_out - on_points,
        "never_mapped": left_out,
        "points": points,
    }


@dataclass(frozen=True)
class Ranked:
    """Rows by their count, the one with most first.

    `first`: their positions in that order. `columns`: those of `ranked_fields`, in that order.
    `facts`: how few of the rows hold a third and half of the incidents, None where there are none.
    """

    first: NDArray[np.int64]
    columns: dict[str, NDArray[Any]]
    facts: dict[str, int | None]


def ranked(count: NDArray[np.int64], unit: str) -> Ranked:
    """The order of rows with these counts; `unit` is what one of them is."""
    order = concentration(count)
    first = np.argsort(order.rank, kind="stable")
    columns = {name: values[first] for name, values in vars(order).items()}
    held = {"a_third": 1 / 3, "half": 1 / 2}
    facts = {f"{unit}s_with_{name}": fewest_holding(count, part) for name, part in held.items()}
    return Ranked(first, columns, facts)


def ranked_fields(unit: str) -> tuple[Field, ...]:
    """The fields of the columns that `ranked` gives."""
    return (
        Field("rank", "integer", f"1 is the {unit} with most incidents"),
        Field("share", "number", "Share of the incidents shown that have a point", "0 to 1"),
        Field("cumulative_share", "number", "Share of this and all higher ranks", "0 to 1"),
    )


def least_size(dataset: Dataset, question: Question) -> int:
    """How far apart the points of the areas and sources asked about stand, in tens of metres.

    No cell is smaller. It is 10 m where there are too few points to say, and 500 m at most.
    """
    places = dataset.places
    used = asked_places(dataset, question) & places.recorded(question.sources)
    if used.sum() < LEAST_PLACES:
        return 10
    apart = point_spacing(places.easting[used], places.northing[used])
    return 10 * max(1, ceil(min(apart, MOST_APART) / 10))


def cell_size(question: Question, least: int, default: int, most: int) -> int:
    """The side of a cell in metres. Raises QuestionError where the one asked for cannot be had."""
    return _size("cell", question.detail.cell, least, default, most)


def bandwidth_size(question: Question, least: int, default: int, most: int) -> int:
    """The reach of a density in metres. Raises QuestionError as `cell_size` does."""
    return _size("bandwidth", question.detail.bandwidth, least, default, most)


def _size(name: str, asked: int | None, least: int, default: int, most: int) -> int:
    if asked is None:
        return min(max(least, default), most)
    if not least <= asked <= most:
        raise QuestionError(
            f"{name} must be {least:,} to {most:,} metres here, not {asked:,}: the points "
            "themselves are no finer."
            if asked < least
            else f"{name} must be {least:,} to {most:,} metres here, not {asked:,}."
        )
    return asked


def names(dataset: Dataset, at: NDArray[np.int64]) -> list[str]:
    """What places are called: as the files have it, or by their coordinates."""
    places = dataset.places
    unnamed = point_names(places.easting[at], places.northing[at])
    found = zip(places.location[at], unnamed, strict=True)
    return [location or otherwise for location, otherwise in found]


def point_names(easting: NDArray[np.float64], northing: NDArray[np.float64]) -> list[str]:
    """What points are called that the files have no name for."""
    found = zip(easting, northing, strict=True)
    return [f"Point {east:.0f}, {north:.0f}" for east, north in found]


def reach(dataset: Dataset) -> Shapes:
    """The box round the areas, with room for cells that stand across its border."""
    west, south, east, north = dataset.lsoas.total_bounds
    box = shapely.box(west, south, east, north).buffer(LARGEST_CELL, join_style="mitre")
    return Shapes.of(["reach"], np.array([box], dtype=object))


def absent(dataset: Dataset) -> str | None:
    """Why there are no places, if there are none."""
    return None if dataset.manifest.get("files") else "The dataset has counts alone, no places."
