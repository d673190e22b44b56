"""GIS files hold any text, number and null as it was, and the same bytes at any time."""

import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import geopandas
import orjson
import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.fields import Field
from geo.formats import records
from geo.formats.content import Content, Writer
from geo.formats.geojson import feature_texts, write_sequence
from geo.formats.gis import write_flatgeobuf, write_geopackage, write_geoparquet
from geo.formats.kml import write_kml
from geo.formats.shapefile import write_shapefile
from geo.formats.short_names import short_names

WRITERS: dict[str, Writer] = {
    "gpkg": write_geopackage,
    "fgb": write_flatgeobuf,
    "parquet": write_geoparquet,
    "zip": write_shapefile,
    "kml": write_kml,
    "geojsons": write_sequence,
}
TEXTS = [
    "Tŷ Ddewi, Llanfair-ym-Muallt & Ŵyr",
    'say "no", then\nstop; it\'s £5 <b>or</b> ]]> more',
    "=HYPERLINK('x')",
    "'; DROP TABLE layer; --",
    "😀 日本 %s {0} \\",
    None,
]
NUMBERS = [0, -1, 2**31 - 1, None, 7, 1]
RATES = [0.1 + 0.2, None, 1e-9, 123456.789012345, -0.5, 1e15]
FLAGS = [True, False, None, True, False, True]
COLUMNS = (
    Field("feature_id", "string", "Its id"),
    Field("name", "string", "Its name", null="it has none"),
    Field("residents_counted", "integer", "People", "people", "not known"),
    Field("residents_counted_rate", "number", "How many", "per 1,000"),
    Field("estimated", "boolean", "Whether it is"),
    Field("caveat", "string", "What to know"),
)
HOLE = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
OUTLINES = [shapely.MultiPolygon([HOLE, shapely.box(9, 9, 10, 10)])] * 3 + [
    shapely.MultiPolygon([shapely.box(i, i, i + 1, i + 1)]) for i in range(3)
]


def content(caveat: str = "Beware, £ and ŵ.", rows: int = 6) -> Content:
    frame = geopandas.GeoDataFrame(
        {
            "feature_id": pd.array([f"a/{i}" for i in range(6)], "string"),
            "name": pd.array(TEXTS, "string"),
            "residents_counted": pd.array(NUMBERS, "Int64"),
            "residents_counted_rate": pd.array(RATES, "Float64"),
            "estimated": pd.array(FLAGS, "boolean"),
            "caveat": pd.array([caveat] * 6, "string"),
        },
        geometry=OUTLINES,
        crs="EPSG:4326",
    ).iloc[:rows]

    def features() -> pa.LargeBinaryArray:
        told = records(frame.drop(columns=["geometry", "feature_id"]))
        outlines = [shapely.to_geojson(one).encode() for one in frame.geometry]
        return feature_texts(frame["feature_id"], pa.array(outlines, pa.large_binary()), told)

    return Content(
        name="layer",
        title="A layer & more",
        description='Described <here>: "£"',
        facts={"illustrative": True, "caveats": ["one", "two"]},
        columns=COLUMNS,
        constants={"caveat": caveat},
        label="name",
        all_names=tuple(column.name for column in COLUMNS),
        geometry="MultiPolygon",
        stamp=datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC),
        frame=frame.copy,
        features=features,
    )


def back(path: Path, ending: str) -> pd.DataFrame:
    if ending == "parquet":
        return geopandas.read_parquet(path)
    found = pyogrio.read_dataframe(f"/vsizip/{path}" if ending == "zip" else path)
    found = found.rename(columns={"id": "feature_id"}) if ending == "geojsons" else found
    found = found.rename(columns={"name2": "name"})
    if ending == "zip":
        shorts = [name for name in found.columns if name != "geometry"]
        names = [column.name for column in COLUMNS]
        found = found.rename(columns=dict(zip(shorts, names, strict=True)))
    return found


@pytest.mark.parametrize("ending", WRITERS)
def test_what_goes_in_comes_out(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"file.{ending}"
    WRITERS[ending](content(), path)
    found = back(path, ending).set_index("feature_id")
    expected = content().frame().set_index("feature_id")
    assert sorted(found.index) == sorted(expected.index)
    for name in expected.columns.drop("geometry"):
        for place in expected.index:
            value, held = expected[name][place], found[name][place]
            if pd.isna(value):
                assert pd.isna(held), (name, place, held)
            elif name == "residents_counted_rate":
                assert held == pytest.approx(value, rel=1e-12)
            else:
                assert held == value, (name, place)
    there = geopandas.GeoSeries(found.geometry).reindex(expected.index)
    assert there.geom_equals(expected.geometry).all()


@pytest.mark.parametrize("ending", WRITERS)
def test_the_same_content_is_the_same_bytes_at_another_time(tmp_path: Path, ending: str) -> None:
    paths = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for path in paths:
        WRITERS[ending](content(), path)
        time.sleep(1.1 if ending in ("gpkg", "zip") and path is paths[0] else 0)
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "parquet", "zip"])
def test_no_rows_have_columns_and_a_kind_of_outline(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"file.{ending}"
    WRITERS[ending](content(rows=0), path)
    found = back(path, ending)
    assert len(found) == 0
    assert [name for name in found.columns if name != "geometry"] == [c.name for c in COLUMNS]


def test_a_geopackage_bears_the_time_it_is_given_and_no_setting_stays(tmp_path: Path) -> None:
    path = tmp_path / "file.gpkg"
    write_geopackage(content(), path)
    assert b"2026-02-03T04:05:06" in path.read_bytes()
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_long_text_of_a_shapefile_is_cut_where_the_readme_has_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "file.zip"
    long = "ŵ" * 200  # 400 bytes
    write_shapefile(content(long), path)
    held = set(back(path, "zip")["caveat"])
    assert held == {"ŵ" * 125 + "…"}
    readme = zipfile.ZipFile(path).read("README.txt").decode()
    assert f"caveat: {long}" in readme
    assert "Cut to 254 bytes" in readme
    write_shapefile(content(), path)
    assert "Cut to" not in zipfile.ZipFile(path).read("README.txt").decode()


@pytest.mark.parametrize("character", [*map(chr, range(32)), "\x7f", "\ufffe", "\uffff"])
def test_kml_is_xml_whatever_a_text_has(tmp_path: Path, character: str) -> None:
    path = tmp_path / "file.kml"
    write_kml(content(f"<a>{character}&amp;</a>"), path)
    root = ElementTree.parse(path).getroot()  # noqa: S314  our own
    data = root.iter("{http://www.opengis.net/kml/2.2}SimpleData")
    [told, *_] = [one.text for one in data if one.get("name") == "caveat"]
    assert told is not None
    assert told.replace("\n", "").replace("\t", "").replace("\x7f", "") == "<a>&amp;</a>"


def test_a_sequence_is_read_text_by_text(tmp_path: Path) -> None:
    path = tmp_path / "file.geojsons"
    write_sequence(content(), path)
    texts = path.read_bytes().split(b"\x1e")[1:]
    assert [orjson.loads(text)["properties"]["name"] for text in texts] == TEXTS


NAMES = st.lists(
    st.from_regex(r"[a-z]{1,12}(_[a-z0-9]{1,9}){0,5}", fullmatch=True), unique=True, max_size=40
)


@given(NAMES)
def test_short_names_are_short_apart_and_begin_as_their_own(names: list[str]) -> None:
    found = short_names(names)
    assert list(found) == names
    assert len({short.lower() for short in found.values()}) == len(names)
    for name, short in found.items():
        assert 1 <= len(short) <= 10
        assert short[0] == name[0]
        if len(name) <= 10:
            assert short == name
    assert short_names(names) == found


def test_many_names_that_begin_alike_are_told_apart() -> None:
    names = [f"residents_counted_{i:03}_again" for i in range(120)]
    assert len(set(short_names(names).values())) == 120
