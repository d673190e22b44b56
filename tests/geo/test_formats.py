"""Answers as files: what goes in comes out, nothing missing becomes NaN, nothing runs."""

import csv
import io
import json
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.dataset import Dataset
from geo.formats import records, to_csv
from geo.formats.geojson import feature_texts, geojson

ROWS = pd.DataFrame(
    {
        "name": ["High Street", None, 'Ludlow, "south"\nside'],
        "count": np.array([3, 0, 2], dtype=np.int64),
        "rate": [1.5, float("nan"), 0.1 + 0.2],
        "hot": [True, False, True],
        "p": [None, 0.25, float("nan")],
    }
)


def test_rows_become_plain_values_with_none_for_what_is_missing() -> None:
    found = records(ROWS)
    assert [row["rate"] for row in found] == [1.5, None, 0.1 + 0.2]
    assert [row["p"] for row in found] == [None, 0.25, None]
    assert [row["name"] for row in found] == [*ROWS["name"][:1], None, *ROWS["name"][2:]]
    kinds = [{type(value) for row in found if (value := row[name]) is not None} for name in ROWS]
    assert kinds == [{str}, {int}, {float}, {bool}, {float}]


def test_no_rows_are_no_records() -> None:
    assert records(ROWS[:0]) == []


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


values = st.one_of(
    st.none(),
    st.text('aé=<"\\\n\u2028😀', max_size=8),
    st.integers(-(2**53), 2**53),
    st.floats(),
    st.booleans(),
)


@given(st.lists(st.fixed_dictionaries({"a": values, "b": values}), max_size=5))
def test_geojson_gives_back_what_went_in_and_never_a_nan(
    properties: list[dict[str, object]],
) -> None:
    square = shapely.to_geojson(shapely.box(0, 0, 1, 1)).encode()
    outlines = pa.array([square] * len(properties), pa.large_binary())
    ids = [str(i) for i in range(len(properties))]
    body = geojson({"numberMatched": 9}, feature_texts(ids, outlines, properties))
    found = json.loads(body, parse_constant=refuse)
    assert (found["type"], found["numberMatched"]) == ("FeatureCollection", 9)
    for i, (item, row) in enumerate(zip(found["features"], properties, strict=True)):
        assert (item["type"], item["id"], item["geometry"]["type"]) == (
            "Feature",
            str(i),
            "Polygon",
        )
        assert item["properties"] == {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in row.items()
        }


def test_outlines_of_a_dataset_come_back_to_six_decimals_turned_as_the_standard_asks(
    police: Dataset,
) -> None:
    shapes = police.lsoa_shapes
    for text, outline in zip(shapes.placed().json, shapes.outlines, strict=True):
        back = shapely.from_geojson(text.as_py())
        assert shapely.equals(back, outline)
        rings = [part.exterior for part in getattr(back, "geoms", [back])]
        assert all(ring.is_ccw for ring in rings)
        numbers = shapely.get_coordinates(back)
        assert np.array_equal(numbers, np.round(numbers, 6))
    west, south, east, north = shapely.total_bounds(shapes.outlines)
    assert (-3.3 < west < east < -2.2, 52.2 < south < north < 53.1) == (True, True)


def test_csv_gives_back_what_went_in() -> None:
    body = to_csv(records(ROWS), ["name", "count", "rate", "hot", "p"], {"source": "Büro"})
    assert body.startswith(b"\xef\xbb\xbf")
    found = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert [row["name"] for row in found] == ["High Street", "", 'Ludlow, "south"\nside']
    assert [int(row["count"]) for row in found] == [3, 0, 2]
    assert [row["rate"] and float(row["rate"]) for row in found] == [1.5, "", 0.1 + 0.2]
    assert [row["hot"] for row in found] == ["True", "False", "True"]
    assert {row["source"] for row in found} == {"Büro"}
    assert "nan" not in body.decode().lower()


def test_csv_has_the_columns_asked_for_even_without_rows() -> None:
    assert to_csv([], ["b", "a"], {"c": "x"}).decode("utf-8-sig") == "b,a,c\r\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(start: str) -> None:
    harmful = f"{start}HYPERLINK('x')"
    body = to_csv([{"name": harmful, "rate": -1.5}], ["name", "rate"], {"source": harmful})
    [row] = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    assert row == {"name": f"'{harmful}", "rate": "-1.5", "source": f"'{harmful}"}
