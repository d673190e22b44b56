"""Outlines as they are sent: all of one type, whatever mending left of them."""

import numpy as np
import shapely
from shapely import GeometryCollection, LineString, MultiPolygon, box

from geo.shapes import Shapes

ONE, TWO = box(3e5, 3e5, 3.01e5, 3.01e5), box(3.02e5, 3e5, 3.03e5, 3.01e5)
LINE = LineString([(3e5, 3e5), (3.1e5, 3.1e5)])


def shapes_of(*outlines: shapely.Geometry) -> Shapes:
    return Shapes.of(map(str, range(len(outlines))), np.array(outlines, dtype=object))


def test_outlines_of_one_part_stay_plain() -> None:
    assert {outline.geom_type for outline in shapes_of(ONE, TWO).outlines} == {"Polygon"}


def test_where_one_has_several_parts_all_are_multipolygons() -> None:
    both = MultiPolygon([ONE, TWO])
    found = shapes_of(ONE, both, TWO).outlines
    assert {outline.geom_type for outline in found} == {"MultiPolygon"}
    assert [len(outline.geoms) for outline in found] == [1, 2, 1]


def test_lines_that_mending_left_are_let_go() -> None:
    left = GeometryCollection([LINE, MultiPolygon([ONE, TWO]), TWO])
    found = shapes_of(GeometryCollection([ONE, LINE]), left).outlines
    assert [outline.geom_type for outline in found] == ["MultiPolygon", "MultiPolygon"]
    assert [len(outline.geoms) for outline in found] == [1, 3]


def test_the_extent_holds_every_outline() -> None:
    shapes = shapes_of(ONE, TWO)
    assert len(shapes.placed().json) == 2
    west, south, east, north = shapes.extent
    assert (shapely.bounds(shapes.outlines)[:, 0] >= west).all()
    assert (shapely.bounds(shapes.outlines)[:, 3] <= north).all()
    assert west < east
    assert south < north
