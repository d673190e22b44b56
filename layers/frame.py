"""A layer's features as one typed table with outlines, as files and databases want them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import CRS84, System
from geo.fields import Field
from layers.layer import Answer

FEATURE_ID = "feature_id"
"""The first column: what a feature is called in the web addresses of its layer."""

DTYPES: Mapping[str, str] = MappingProxyType(
    {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}
)
"""The column type of each kind of field; all of them hold nulls."""


def frame_of(
    answer: Answer,
    fields: Sequence[Field],
    chosen: Sequence[int] | NDArray[np.int64],
    system: System = CRS84,
    constants: Mapping[str, str] | None = None,
) -> geopandas.GeoDataFrame:
    """The chosen rows of an answer, in their order, with the fields in theirs.

    Args:
        answer: rows and outlines.
        fields: the columns wanted; a null means what the field says it means.
        chosen: places of rows in the answer.
        system: of the coordinates, which stand as x and y, east before north, whatever the order
            that the system's authority has: files and databases hold them so.
        constants: text columns with the same words in every row, such as the denominator.

    Returns:
        `feature_id`, the fields, the constants and `geometry`: points, or multipolygons, so that
        the type is the same for every question.
    """
    rows = answer.rows.iloc[list(chosen)].reset_index(drop=True)
    columns = {field.name: rows[field.name].astype(DTYPES[field.kind]) for field in fields}
    position = answer.place[list(chosen)]
    outlines = answer.shapes.placed(system).outlines[position]
    if system.northing_first:
        outlines = shapely.transform(outlines, lambda xy: xy[:, ::-1])
    single = shapely.get_type_id(outlines) == shapely.GeometryType.POLYGON
    outlines[single] = [shapely.MultiPolygon([outline]) for outline in outlines[single]]
    frame = geopandas.GeoDataFrame(columns, geometry=outlines, crs=system.code)
    frame.insert(0, FEATURE_ID, [answer.shapes.ids[place] for place in position])
    for name, words in (constants or {}).items():
        frame.insert(len(frame.columns) - 1, name, words)
    text = [FEATURE_ID, *(constants or ())]
    return frame.astype(dict.fromkeys(text, "string"))
