"""Incidents counted in cells of equal size, square or hexagonal."""

import math

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.fields import Field
from geo.measures.grid import hexagon_cells, hexagon_corners, square_cells, square_corners
from geo.query import Question
from geo.shapes import Shapes
from layers.figures import QUESTION, question_columns
from layers.layer import Answer, Layer, always
from layers.within import (
    COUNTS,
    LARGEST_CELL,
    MOVED,
    RANKED,
    absent,
    cell_size,
    least_size,
    names,
    ranked,
    ranked_fields,
    reach,
    shown_places,
)

IN_TOWN, EVERYWHERE = 200, 1_000  # metres
HEXAGON = math.sqrt(3) / 2  # area of a hexagon that is 1 wide


def compute(dataset: Dataset, question: Question) -> Answer:
    """One row a cell with incidents, the cell with most first."""
    shown = shown_places(dataset, question)
    shape = question.detail.shape or "square"
    default = IN_TOWN if question.town else EVERYWHERE
    cell = cell_size(question, least_size(dataset, question), default, LARGEST_CELL)
    square = shape == "square"
    find, corners = (square_cells, square_corners) if square else (hexagon_cells, hexagon_corners)
    held = find(shown.easting, shown.northing, cell)
    cells, of = np.unique(held, axis=0, return_inverse=True)
    count = np.bincount(of, shown.count, len(cells)).astype(np.int64)
    order = ranked(count, "cell")
    first = order.first
    outlines = corners(cells[first], cell)
    centre = outlines.mean(axis=1).round(1)
    rows = pd.DataFrame(
        {
            "name": names(dataset, shown.at[_leading(of, shown.count)][first]),
            "shape": shape,
            "cell": cell,
            "easting": centre[:, 0],
            "northing": centre[:, 1],
            "points": np.bincount(of, minlength=len(cells))[first],
            "count": count[first],
            "per_km2": count[first] / (cell**2 * (1 if square else HEXAGON)) * 1e6,
            **order.columns,
            **question_columns(dataset, question),
        }
    )
    ids = [f"{shape}-{cell}.{column}.{row}" for column, row in cells[first].tolist()]
    shapes = Shapes.of(ids, shapely.polygons(outlines))
    facts = {
        **shown.facts,
        "cell": cell,
        "shape": shape,
        "cells": len(cells),
        **order.facts,
    }
    return Answer(rows, shapes, list(range(len(cells))), facts)


def _leading(of: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """The position of the place with most incidents of each cell, cell by cell."""
    order = np.lexsort((-count, of))
    return order[np.unique(of[order], return_index=True)[1]]


FIELDS = (
    Field("name", "string", "What the files call the point in it with most incidents"),
    Field("shape", "string", "square or hexagon"),
    Field("cell", "integer", "Side of a square, or width of a hexagon", "metres"),
    Field("easting", "number", "Middle of the cell", "metres, EPSG:27700"),
    Field("northing", "number", "Middle of the cell", "metres, EPSG:27700"),
    Field("points", "integer", "Points in it that incidents stand on", "points"),
    Field("count", "integer", "Incidents recorded in the period", "incidents"),
    Field("per_km2", "number", "Incidents per square kilometre", "per km²"),
    *ranked_fields("cell"),
    *QUESTION,
)

LAYER = Layer(
    name="grid",
    title="Grid counts",
    summary="Incidents counted in squares or hexagons of equal size that stand in the same place "
    "whatever is asked; cells without any are left out.",
    fields=always(FIELDS),
    drawing=always(RANKED),
    compute=compute,
    label="name",
    caveats=(MOVED, COUNTS),
    shapes=reach,
    absent=absent,
    unit="cells",
    within_town=True,
    takes=("cell", "shape"),
    finer=True,
)
