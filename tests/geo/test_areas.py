"""The area that ships, against what its publishers print."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from building import plan_files, shropshire

from boundaries import SHROPSHIRE
from boundaries.prepare import prepare
from geo.area_file import read_area_file
from geo.areas import Areas, town_id
from geo.areas.assemble import assemble
from geo.areas.shapes import queen_pairs
from geo.errors import InputError

FILES = {"lsoa_outlines.parquet", "lsoa_facts.csv", "lsoa_residents.csv", "towns.csv"}


@pytest.fixture(scope="module")
def areas() -> Areas:
    return shropshire()


def test_every_file_is_named_with_its_source_and_licence(areas: Areas) -> None:
    there = {path.name for path in SHROPSHIRE.parent.iterdir() if path.is_file()}
    assert there == {*FILES, "safermap.toml", "strategy.csv"}
    assert {item["name"] for item in areas.provenance} == FILES
    for item in areas.provenance:
        assert item["licence"] == "Open Government Licence v3.0"
        assert item["source"]
        assert item["attribution"]
    told = " ".join(item["attribution"] for item in areas.provenance)
    assert "Ministry of Housing, Communities and Local Government" in told
    assert "Contains OS data" in told


def test_the_files_are_made_from_the_publishers_own(shared: Path, tmp_path: Path) -> None:
    prepare(shared / "data", tmp_path)
    for name in FILES - {"lsoa_outlines.parquet"}:
        assert (tmp_path / name).read_bytes() == (SHROPSHIRE.parent / name).read_bytes()


def test_the_areas_are_those_that_the_publishers_count(areas: Areas) -> None:
    lsoas = areas.lsoas.to_pandas()
    assert (len(lsoas), len(areas.towns), lsoas["residents"].sum()) == (193, 19, 306_129)
    classes = {"C1": 74, "C2": 8, "D1": 45, "D2": 3, "E1": 54, "E2": 9}
    assert Counter(lsoas["ruc_code"]) == classes
    assert Counter(lsoas["place"]) == {"rural": 111, "urban": 82}
    assert (lsoas["imd2015_geographical_barriers_decile"] == 1).sum() == 65
    assert lsoas["lsoa_code"].is_monotonic_increasing
    assert shapely.is_valid(areas.outlines).all()
    assert (areas.vintage, areas.inside) == ("2011", 193)


def test_the_facts_are_those_of_the_publishers_files(areas: Areas, shared: Path) -> None:
    with (shared / "data/shropshire_area_facts_2011.csv").open(newline="") as file:
        facts = {row["lsoa11_code"]: row for row in csv.DictReader(file)}
    with (shared / "data/population/shropshire_census_2011.csv").open(newline="") as file:
        residents = {row["lsoa11_code"]: row["residents_2011"] for row in csv.DictReader(file)}
    assert len(facts) == 193
    for row in areas.lsoas.to_pylist():
        fact = facts[row["lsoa_code"]]
        assert row["lsoa_name"] == fact["lsoa11_name"]
        assert row["ruc_code"] == fact["ruc11_code"]
        for name in ("imd2015_rank", "imd2015_decile", "imd2019_rank", "imd2019_decile"):
            assert row[name] == int(fact[name])
        assert row["residents"] == int(residents[row["lsoa_code"]])


def test_a_town_is_the_union_of_its_lsoas_round_its_centre_point(areas: Areas) -> None:
    towns = areas.lsoas["town"].to_pylist()
    assert sum(town is not None for town in towns) < len(towns)
    for row, outline in zip(areas.towns.to_pylist(), areas.town_outlines, strict=True):
        mine = [o for o, town in zip(areas.outlines, towns, strict=True) if town == row["town"]]
        assert outline.area == pytest.approx(sum(o.area for o in mine), rel=1e-9)
        assert outline.covers(shapely.Point(row["easting"], row["northing"]))


def test_the_ids_of_the_towns_differ_and_fit_in_an_address(areas: Areas) -> None:
    ids = areas.towns["town_id"].to_pylist()
    assert len(set(ids)) == 19
    assert all(name.replace("-", "").isalpha() and name.islower() for name in ids)
    assert town_id("Bishop's Castle") == "bishops-castle"


def test_neighbours_are_those_of_the_independent_list(areas: Areas, shared: Path) -> None:
    with (shared / "oracles/queen_neighbours.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    expected = {(row["focal"], row["neighbor"]) for row in rows}
    codes = np.array(areas.lsoas["lsoa_code"].to_pylist())
    focal, neighbour = queen_pairs(areas.outlines)
    found = set(zip(codes[focal].tolist(), codes[neighbour].tolist(), strict=True))
    assert len(found) == 1_000
    assert found == expected


def test_another_denominator_is_chosen_by_name() -> None:
    other = assemble(plan_files(denominator="mid-2017").area)
    assert other.denominator.title == "residents at mid-2017 (ONS estimate)"
    assert sum(other.lsoas["residents"].to_pylist()) == 317_459
    with pytest.raises(
        InputError, match=r"no denominator 'x'; choose one of census-2011, mid-2017"
    ):
        assemble(plan_files(denominator="x").area)


def test_the_area_file_reads_back(areas: Areas) -> None:
    plan = read_area_file(SHROPSHIRE)
    assert (plan.area.name, plan.sources) == ("Shropshire", ())
    assert areas.partnership == "Shropshire Community Safety Partnership"
