"""The places that most incidents stand on."""

import numpy as np
import pandas as pd
import shapely

from geo.dataset import Dataset
from geo.fields import Field
from geo.query import Question
from geo.shapes import Shapes
from layers.figures import QUESTION, question_columns
from layers.layer import Answer, Layer, always
from layers.within import (
    COUNTS,
    MOVED,
    RANKED,
    absent,
    names,
    ranked,
    ranked_fields,
    reach,
    shown_places,
)


def compute(dataset: Dataset, question: Question) -> Answer:
    """One row a place with incidents, the place with most first."""
    shown = shown_places(dataset, question)
    order = ranked(shown.count, "point")
    at, places = shown.at[order.first], dataset.places
    areas = dataset.lsoas.iloc[places.lsoa[at]].reset_index(drop=True)
    rows = pd.DataFrame(
        {
            "name": names(dataset, at),
            **{name: areas[name] for name in ("lsoa_code", "lsoa_name", "town")},
            "easting": np.rint(places.easting[at]).astype(np.int64),
            "northing": np.rint(places.northing[at]).astype(np.int64),
            "count": shown.count[order.first],
            **order.columns,
            **question_columns(dataset, question),
        }
    )
    points = shapely.points(places.easting[at], places.northing[at])
    shapes = Shapes.of(places.ids[at], points)
    return Answer(rows, shapes, list(range(len(at))), shown.facts | order.facts)


LAYER = Layer(
    name="map-points",
    title="Map points",
    summary="The points that incidents stand on, the one with most first, each with its share of "
    "the incidents shown: of a town, if one is asked for.",
    fields=always(
        (
            Field("name", "string", "What the files call the point"),
            Field("lsoa_code", "string", "Code of the LSOA that its incidents are counted in"),
            Field("lsoa_name", "string", "Name of that LSOA"),
            Field("town", "string", "Town it belongs to", null="outside the towns"),
            Field("easting", "integer", "Where it is", "metres, EPSG:27700"),
            Field("northing", "integer", "Where it is", "metres, EPSG:27700"),
            Field("count", "integer", "Incidents recorded in the period", "incidents"),
            *ranked_fields("point"),
            *QUESTION,
        )
    ),
    drawing=always(RANKED),
    compute=compute,
    label="name",
    caveats=(MOVED, COUNTS),
    shapes=reach,
    absent=absent,
    unit="points",
    geometry="Point",
    within_town=True,
    finer=True,
)
