"""The shipped areas against what their publishers print, and packs that do not hold together."""

import csv
import hashlib
import shutil
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import geopandas
import pytest
import shapely

from boundaries import SHROPSHIRE
from geo.areas import Areas, dissolve_towns, queen_pairs, read_outlines, town_id
from geo.errors import InputError


@pytest.fixture(scope="module")
def areas() -> Areas:
    return Areas.open(SHROPSHIRE)


def test_every_file_of_the_pack_has_the_checksum_and_licence_that_it_states() -> None:
    facts = tomllib.loads((SHROPSHIRE / "area.toml").read_text("utf-8"))
    told = {item["name"]: item for item in facts["file"]}
    there = {path.name for path in SHROPSHIRE.iterdir() if path.is_file()} - {"area.toml"}
    assert set(told) == there
    for name, item in told.items():
        assert item["sha256"] == hashlib.sha256((SHROPSHIRE / name).read_bytes()).hexdigest()
        assert item["licence"] == "Open Government Licence v3.0"
        assert item["source"]
        assert item["attribution"]


def test_the_areas_are_those_that_the_publishers_count(areas: Areas) -> None:
    lsoas = areas.lsoas
    assert (len(lsoas), len(areas.towns), lsoas["residents"].sum()) == (193, 19, 306_129)
    classes = {"C1": 74, "C2": 8, "D1": 45, "D2": 3, "E1": 54, "E2": 9}
    assert Counter(lsoas["ruc_code"]) == classes
    assert Counter(lsoas["place"]) == {"rural": 111, "urban": 82}
    assert (lsoas["imd2015_geographical_barriers_decile"] == 1).sum() == 65
    assert lsoas["lsoa_code"].is_monotonic_increasing
    assert lsoas.geometry.is_valid.all()
    assert areas.vintage == 2011


def test_the_facts_are_those_of_the_publishers_files(areas: Areas, shared: Path) -> None:
    with (shared / "data/shropshire_area_facts_2011.csv").open(newline="") as file:
        facts = {row["lsoa11_code"]: row for row in csv.DictReader(file)}
    with (shared / "data/population/shropshire_census_2011.csv").open(newline="") as file:
        residents = {row["lsoa11_code"]: row["residents_2011"] for row in csv.DictReader(file)}
    assert len(facts) == 193
    for row in areas.lsoas.to_dict("records"):
        fact = facts[row["lsoa_code"]]
        assert row["lsoa_name"] == fact["lsoa11_name"]
        assert row["ruc_code"] == fact["ruc11_code"]
        for name in ("imd2015_rank", "imd2015_decile", "imd2019_rank", "imd2019_decile"):
            assert row[name] == int(fact[name])
        assert row["residents_mid_2017"] == int(fact["population_mid2017"])
        assert row["residents"] == int(residents[row["lsoa_code"]])


def test_an_lsoa_belongs_to_the_town_of_its_built_up_area(areas: Areas) -> None:
    lsoas, towns = areas.lsoas, set(areas.towns["town"])
    in_town = lsoas["built_up_area"].isin(towns)
    assert (lsoas.loc[in_town, "town"] == lsoas.loc[in_town, "built_up_area"]).all()
    assert lsoas.loc[~in_town, "town"].isna().all()


def test_a_town_is_the_union_of_its_lsoas(areas: Areas) -> None:
    for town, outline in zip(areas.towns["town"], areas.towns.geometry, strict=True):
        union = areas.lsoas.loc[areas.lsoas["town"] == town, "geometry"].union_all()
        assert outline.symmetric_difference(union).area < 1e-4 * union.area
        assert shapely.hausdorff_distance(outline, union) < 1  # metres; six decimals are 0.1


def test_every_centre_point_lies_in_its_own_town(areas: Areas) -> None:
    towns = areas.towns
    points = shapely.points(towns["easting"], towns["northing"])
    assert shapely.contains(towns.geometry.to_numpy(), points).all()


def test_the_ids_of_the_towns_differ_and_fit_in_an_address(areas: Areas) -> None:
    assert areas.towns["town_id"].is_unique
    assert areas.towns["town_id"].str.fullmatch(r"[a-z]+(-[a-z]+)*").all()
    assert [town_id(name) for name in ("Bishop's Castle", "Bishop’s  Castle", "Ély & Co.")] == [  # noqa: RUF001
        "bishops-castle",
        "bishops-castle",
        "ly-co",
    ]


def test_neighbours_are_those_of_the_independent_list(areas: Areas, shared: Path) -> None:
    with (shared / "oracles/queen_neighbours.csv").open(newline="") as file:
        expected = {(row["focal"], row["neighbor"]) for row in csv.DictReader(file)}
    codes = areas.lsoas["lsoa_code"].to_numpy()
    focal, neighbour = queen_pairs(areas.lsoas)
    assert len(focal) == len(expected) == 1000
    assert set(zip(codes[focal], codes[neighbour], strict=True)) == expected


def test_another_denominator_is_chosen_by_name(areas: Areas) -> None:
    other = Areas.open(SHROPSHIRE, "mid-2017")
    assert other.denominator.title == "residents at mid-2017 (ONS estimate)"
    assert other.lsoas["residents"].tolist() == areas.lsoas["residents_mid_2017"].tolist()
    with pytest.raises(
        InputError, match=r"no denominator 'x'; choose one of census-2011, mid-2017"
    ):
        Areas.open(SHROPSHIRE, "x")


PACK_FILES = ["area.toml", "lsoa_facts.csv", "lsoa_outlines.parquet", "lsoa_residents.csv"]
PACK_FILES += ["towns.parquet"]


@pytest.mark.parametrize("name", PACK_FILES)
@pytest.mark.parametrize(
    "harm", [lambda data: None, lambda data: b"", lambda data: data[: len(data) // 2]]
)
def test_a_pack_with_a_file_gone_or_cut_is_an_error(
    tmp_path: Path, name: str, harm: Callable[[bytes], bytes | None]
) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(SHROPSHIRE, pack)
    left = harm((pack / name).read_bytes())
    if left is None:
        (pack / name).unlink()
    else:
        (pack / name).write_bytes(left)
    with pytest.raises(InputError, match=str(pack)):
        Areas.open(pack)


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("lsoa_facts.csv", "E01028827,D1", "E01028827,Z9", "unknown rural-urban classes"),
        ("lsoa_facts.csv", "E01028827,", "E01028826,", "does not have the same LSOAs"),
        ("lsoa_facts.csv", "ruc_code", "class", "it lacks 'ruc_code'"),
        ("lsoa_residents.csv", "E01028827,1537", "E01028827,", "is damaged"),
        ("area.toml", "residents_census_2011", "residents_of_mars", "it lacks 'residents_of_mars'"),
    ],
)
def test_a_pack_that_does_not_hold_together_is_an_error(
    tmp_path: Path, name: str, old: str, new: str, words: str
) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(SHROPSHIRE, pack)
    text = (pack / name).read_text("utf-8")
    assert old in text
    (pack / name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        Areas.open(pack)


def test_outlines_are_read_from_a_gis_file_flat_and_in_code_order(tmp_path: Path) -> None:
    raised = shapely.box(-2.8, 52.7, -2.7, 52.8)
    high = shapely.force_3d(raised, 90)
    names = {"lsoa21cd": ["E01000002", "E01000001"], "LSOA21NM": ["B", "A"]}
    path = tmp_path / "outlines.geojson"
    geopandas.GeoDataFrame(names, geometry=[high, high], crs="EPSG:4326").to_file(path)
    outlines = read_outlines(path)
    assert outlines["lsoa_code"].tolist() == ["E01000001", "E01000002"]
    assert outlines["lsoa_name"].tolist() == ["A", "B"]
    assert not outlines.geometry.has_z.any()
    west, south, *_ = outlines.total_bounds
    assert (west, south) == pytest.approx((346_000, 311_650), abs=500)


def test_files_without_lsoa_outlines_are_errors(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("LSOA11CD,x\nE01000001,1\n")
    (tmp_path / "text.geojson").write_text("{")
    square = geopandas.GeoDataFrame({"x": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    square.to_file(tmp_path / "other.geojson")
    for name, words in (
        ("nowhere.gpkg", "cannot be read as area outlines"),
        ("text.geojson", "cannot be read as area outlines"),
        ("table.csv", "has no outlines"),
        ("other.geojson", "has no column LSOA11CD or LSOA21CD"),
    ):
        with pytest.raises(InputError, match=words):
            read_outlines(tmp_path / name)


def test_a_town_without_an_lsoa_is_an_error(areas: Areas) -> None:
    points = areas.towns[["town", "easting", "northing", "role"]].replace("Wem", "Nowhere")
    with pytest.raises(InputError, match="No LSOA belongs to Nowhere"):
        dissolve_towns(areas.lsoas, points)
