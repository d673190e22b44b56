"""The rows of an answer by where their outlines stand among the shapes."""

import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.shapes import Shapes
from layers.layer import Answer

SHAPES = Shapes.of([str(i) for i in range(6)], shapely.points(range(6), range(6)))


@given(st.lists(st.integers(0, 5), max_size=12), st.sets(st.integers(0, 5)))
def test_rows_at_places_are_those_that_stand_there_in_their_own_order(
    position: list[int], places: set[int]
) -> None:
    answer = Answer(pd.DataFrame({"count": range(len(position))}), SHAPES, position)
    found = answer.at(np.array(sorted(places), dtype=np.int64))
    assert found.tolist() == [row for row, place in enumerate(position) if place in places]
