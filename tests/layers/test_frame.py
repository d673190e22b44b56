"""A layer as a typed table with outlines: the same features and figures as the service sends."""

import geopandas
import pytest
import shapely

from geo.crs import CRS84, GRID, SYSTEMS, System
from geo.dataset import Dataset
from geo.query import Question
from layers.frame import DTYPES, FEATURE_ID, frame_of
from layers.registry import offered_layers


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=lambda system: system.uri[-10:])
def test_every_layer_has_its_fields_typed_and_its_outlines_in_x_and_y(
    embedded: Dataset, system: System
) -> None:
    for layer in offered_layers(embedded).values():
        answer = layer.compute(embedded, Question.ask(embedded))
        fields = layer.fields(embedded)
        frame = frame_of(answer, fields, range(len(answer.rows)), system, {"caveat": "Words."})
        assert list(frame.columns) == [
            FEATURE_ID, *(field.name for field in fields), "caveat", "geometry",
        ]  # fmt: skip
        assert frame[FEATURE_ID].tolist() == answer.ids
        assert frame[FEATURE_ID].is_unique
        for field in fields:
            assert str(frame[field.name].dtype) == DTYPES[field.kind]
            known = answer.rows[field.name]
            assert frame[field.name].isna().tolist() == known.isna().tolist()
            kept = frame[field.name].dropna().tolist()
            assert kept == known.dropna().tolist()
        kinds = set(frame.geometry.geom_type)
        assert kinds in ({"Point"}, {"MultiPolygon"})
        assert frame.geometry.is_valid.all()


def test_systems_lie_on_each_other(embedded: Dataset) -> None:
    answer = offered_layers(embedded)["lsoas"].compute(embedded, Question.ask(embedded))
    grid = frame_of(answer, (), range(len(answer.rows)), GRID)
    for system in SYSTEMS.values():
        there = frame_of(answer, (), range(len(answer.rows)), system).to_crs(27700)
        assert there.geometry.hausdorff_distance(grid.geometry).max() < 0.2  # metres


def test_rows_are_those_chosen_in_their_order_and_none_is_a_table_still(embedded: Dataset) -> None:
    answer = offered_layers(embedded)["towns"].compute(embedded, Question.ask(embedded))
    frame = frame_of(answer, (), [5, 0, 3])
    assert frame[FEATURE_ID].tolist() == [answer.ids[i] for i in (5, 0, 3)]
    assert shapely.equals(frame.geometry, answer.shapes.placed(CRS84).outlines[[5, 0, 3]]).all()
    none = frame_of(answer, (), [])
    assert isinstance(none, geopandas.GeoDataFrame)
    assert none.empty
    assert none.crs == "EPSG:4326"
