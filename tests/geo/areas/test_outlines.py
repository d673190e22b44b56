"""Outlines in every format and coordinate system come out alike, and faults are named."""

import json
import sqlite3
import zipfile
from pathlib import Path

import geopandas
import pandas as pd
import pytest
import shapely
from area_files import square, write_outlines

from geo.areas.look_up import CodeLookUp
from geo.areas.outlines import read_outlines
from geo.areas.tables import read_tables
from geo.errors import InputError

CODES = ["E01000002", "E01000001"]


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp", "a.parquet", "a.fgb"])
@pytest.mark.parametrize("crs", ["EPSG:27700", "EPSG:4326", "EPSG:3857"])
def test_outlines_of_any_format_and_system_are_flat_on_the_grid_in_code_order(
    tmp_path: Path, name: str, crs: str
) -> None:
    high = [shapely.force_3d(square(0), 90), shapely.force_3d(square(1000), 90)]
    frame = geopandas.GeoDataFrame(
        {"lsoa11cd": CODES, "LSOA11NM": ["B", "A"], "LADCD": ["E06000001"] * 2},
        geometry=high,
        crs="EPSG:27700",
    ).to_crs(crs)
    path = tmp_path / name
    frame.to_parquet(path) if name.endswith("parquet") else frame.to_file(path)
    outlines = read_outlines([path])
    assert outlines.table.to_pydict() == {
        "lsoa_code": ["E01000001", "E01000002"],
        "lsoa_name": ["A", "B"],
        "authority": ["E06000001"] * 2,
    }
    assert not shapely.has_z(outlines.shapes).any()
    for shape, at in zip(outlines.shapes, (1000, 0), strict=True):
        assert shapely.bounds(shape) == pytest.approx(square(at).bounds, abs=0.1)
    assert outlines.vintage == "2011"


def test_measures_along_lines_are_dropped_as_heights_are(tmp_path: Path) -> None:
    corners = ", ".join(f"{x:.0f} {y:.0f} 7" for x, y in square(0).exterior.coords)
    frame = geopandas.GeoDataFrame(
        {"lsoa11cd": CODES[:1]},
        geometry=shapely.from_wkt([f"POLYGON M (({corners}))"]),
        crs="EPSG:27700",
    )
    frame.to_parquet(tmp_path / "a.parquet")
    [shape] = read_outlines([tmp_path / "a.parquet"]).shapes
    assert shapely.get_coordinate_dimension(shape) == 2
    assert shape.equals(square(0))


def test_a_zipped_shapefile_is_read(tmp_path: Path) -> None:
    write_outlines(tmp_path / "a.shp", CODES)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("a.???"):
            if part.suffix != ".zip":
                archive.write(part, f"folder/{part.name}")
    assert read_outlines([tmp_path / "a.zip"]).codes.to_pylist() == sorted(CODES)


def test_the_layer_with_the_codes_is_found_among_others(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    rivers = geopandas.GeoDataFrame({"x": [1]}, geometry=[square(0)], crs="EPSG:27700")
    rivers.to_file(path, layer="rivers")
    named = geopandas.GeoDataFrame({"lsoa_code": CODES[:1]}, geometry=[square(0)], crs="EPSG:27700")
    named.to_file(path, layer='areas "of" it')
    assert read_outlines([path]).codes.to_pylist() == CODES[:1]


def test_a_broken_outline_is_mended_and_named(tmp_path: Path) -> None:
    bow = shapely.Polygon([(4e5, 3e5), (4e5 + 100, 3e5 + 100), (4e5 + 100, 3e5), (4e5, 3e5 + 100)])
    file = write_outlines(tmp_path / "a.gpkg", CODES, [bow, square(1000)])
    outlines = read_outlines([file.path])
    assert outlines.mended == {file.path: ["E01000002"]}
    assert shapely.is_valid(outlines.shapes).all()
    assert shapely.area(outlines.shapes[1]) == pytest.approx(5000)


def test_the_vintage_is_told_from_codes_before_headings(tmp_path: Path) -> None:
    codes = ["E01000001", "E01034000"]
    file = write_outlines(tmp_path / "a.gpkg", codes, heading="LSOA11CD")
    assert read_outlines([file.path]).vintage == "2021"
    plain = write_outlines(tmp_path / "b.gpkg", CODES, heading="lsoa_code")
    assert read_outlines([plain.path]).vintage is None
    table = tmp_path / "look_up.csv"
    table.write_text("LSOA11CD,LSOA21CD\nE01000001,E01034000\n")
    look_up = CodeLookUp.of(read_tables(table, "lsoa11cd", "codes")[0])
    assert read_outlines([plain.path], look_up).vintage == "2011"
    with pytest.raises(InputError, match=r"mixes LSOAs of 2011 and 2021: E01000001 .* E01034000"):
        read_outlines([file.path], look_up)


def test_an_lsoa_in_two_files_is_taken_once_where_they_agree(tmp_path: Path) -> None:
    one = write_outlines(tmp_path / "one.gpkg", CODES)
    turned = shapely.Polygon([*square(0).exterior.coords[2:-1], *square(0).exterior.coords[:3]])
    shapes = geopandas.GeoSeries([turned, square(5000)], crs="EPSG:27700").to_crs("EPSG:4326")
    two = write_outlines(
        tmp_path / "two.geojson", ["E01000002", "E01000009"], list(shapes), crs="EPSG:4326"
    )
    both = read_outlines([one.path, two.path])
    assert both.codes.to_pylist() == ["E01000001", "E01000002", "E01000009"]
    three = write_outlines(tmp_path / "three.gpkg", ["E01000002"], [square(10)])
    with pytest.raises(InputError, match=r"one\.gpkg and three\.gpkg contradict .* E01000002"):
        read_outlines([one.path, three.path])
    new = write_outlines(tmp_path / "new.gpkg", ["E01034000"], heading="LSOA21CD")
    with pytest.raises(InputError, match=r"one\.gpkg has LSOAs of 2011 and new\.gpkg .* of 2021"):
        read_outlines([one.path, new.path])


@pytest.mark.parametrize(
    ("codes", "shapes", "words"),
    [
        (["E01000001", "E01000001"], None, "a.gpkg has E01000001 more than once in 'LSOA11CD'"),
        (["E01000001", "E02000001"], None, "'LSOA11CD' is 'E02000001', which is no LSOA code"),
        (["E01000001", None], None, "an outline whose code in 'LSOA11CD' is blank"),
        (CODES, [square(0), None], "no outline for E01000001"),
        (CODES, [square(0), shapely.Polygon()], "no outline for E01000001"),
        (CODES, [square(0), shapely.Point(4e5, 3e5)], "no outline for E01000001"),
        (CODES, [square(0), shapely.box(9e6, 0, 9e6 + 1, 1)], "E01000001 does not lie in Britain"),
    ],
)
def test_faulty_outlines_are_named(
    tmp_path: Path, codes: list[str], shapes: list[object] | None, words: str
) -> None:
    file = write_outlines(tmp_path / "a.gpkg", codes, shapes)
    with pytest.raises(InputError, match=words):
        read_outlines([file.path])


def test_files_that_are_no_outlines_are_errors(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("LSOA11CD\nE01000001\n")
    (tmp_path / "text.geojson").write_text("{")
    (tmp_path / "text.gpkg").write_text("no database")
    (tmp_path / "table.parquet").write_text("PAR1")
    write_outlines(tmp_path / "other.geojson", [1], heading="id")
    write_outlines(tmp_path / "lost.shp", CODES)
    (tmp_path / "lost.prj").unlink()
    pd.DataFrame({"lsoa_code": CODES}).to_parquet(tmp_path / "bare.parquet")
    geopandas.GeoDataFrame({"LSOA11CD": []}, geometry=[], crs=27700).to_file(tmp_path / "none.gpkg")
    for name, words in (
        ("nowhere.gpkg", "There is no file"),
        ("table.csv", "give GeoJSON, GeoPackage, Shapefile or GeoParquet"),
        ("text.geojson", "cannot be read as area outlines"),
        ("text.gpkg", "cannot be read as area outlines"),
        ("table.parquet", "cannot be read as area outlines"),
        ("other.geojson", "no column of LSOA codes, such as LSOA11CD or LSOA21CD; it has id"),
        ("lost.shp", "does not name the coordinate system"),
        ("bare.parquet", "Parquet but not GeoParquet"),
        ("none.gpkg", "has no outlines"),
    ):
        with pytest.raises(InputError, match=words):
            read_outlines([tmp_path / name])
    with pytest.raises(InputError, match="no file of LSOA outlines"):
        read_outlines([])


def test_metres_that_claim_to_be_degrees_are_an_error(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {"LSOA11CD": "E01000001"},
        "geometry": shapely.geometry.mapping(square(0)),
    }
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(InputError, match="E01000001 does not lie in Britain"):
        read_outlines([path])


def test_a_geopackage_of_no_named_system_is_an_error(tmp_path: Path) -> None:
    file = write_outlines(tmp_path / "a.gpkg", CODES)
    with sqlite3.connect(file.path) as database:
        database.execute("UPDATE gpkg_geometry_columns SET srs_id = -1")
    database.close()
    with pytest.raises(InputError, match="does not name the coordinate system"):
        read_outlines([file.path])


def test_text_that_is_no_utf8_is_an_error(tmp_path: Path) -> None:
    file = write_outlines(tmp_path / "a.geojson", CODES)
    whole = file.path.read_bytes()
    file.path.write_bytes(whole.replace(b"E01000001", b"E0100000\x80"))
    with pytest.raises(InputError, match="cannot be read as area outlines"):
        read_outlines([file.path])
