"""Areas from the publishers' own files against what the publishers print and others count."""

import csv
from collections import Counter
from pathlib import Path

import geopandas
import pandas as pd
import pytest
from publishers import Publishers

from boundaries import SHROPSHIRE
from geo.area_file import read_area_file
from geo.areas.areas import Areas
from geo.areas.assemble import assemble
from geo.areas.codes import UNLOCATED
from geo.areas.plan import TownsPlan
from geo.areas.shapes import queen_pairs

CLASSES_2011 = {"C1": 74, "C2": 8, "D1": 45, "D2": 3, "E1": 54, "E2": 9}
CLASSES_2021 = {"UN1": 67, "UF1": 19, "RLN1": 24, "RLF1": 23, "RSN1": 44, "RSF1": 21}


@pytest.fixture
def publishers(shared: Path) -> Publishers:
    return Publishers(shared)


def inside(areas: Areas, name: str) -> list[object]:
    return list(areas.lsoas[name].to_pylist()[: areas.inside])


def touching(areas: Areas) -> int:
    focal, other = queen_pairs(areas.outlines)
    return len(set(focal[(focal < areas.inside) & (other >= areas.inside)]))


def test_shropshire_on_lsoa_2021(publishers: Publishers) -> None:
    points = publishers.file("shropshire_town_points.csv")
    towns = TownsPlan(look_up=publishers.file("towns/LSOA*"), points=points)
    areas = assemble(publishers.plan_2021(towns=towns))
    assert (areas.vintage, areas.inside) == ("2021", 198)
    assert Counter(inside(areas, "ruc_code")) == CLASSES_2021
    assert inside(areas, "imd2025_geographical_barriers_decile").count(1) == 79
    told = Counter(inside(areas, "built_up_area"))
    for town, count in (
        ("Shrewsbury", 46),
        ("Oswestry", 11),
        ("Ludlow", 8),
        ("Bridgnorth", 8),
        ("Market Drayton", 7),
        (None, 48),
    ):
        assert told[town] == count
    assert len(areas.towns) == 19
    assert areas.denominator.name == "mid-2022"
    frame = pd.read_parquet(publishers.file("population/lsoa21*").path)
    counts = frame.set_index("LSOA 2021 Code")["Mid-2022: Population"]
    codes = areas.lsoas["lsoa_code"].to_pylist()
    assert areas.lsoas["residents"].to_pylist() == counts[codes].tolist()
    assert not any(areas.lsoas["estimated"].to_pylist())
    assert codes[: areas.inside] == sorted(codes[: areas.inside])
    assert codes[areas.inside :] == sorted(codes[areas.inside :])


def test_shropshire_on_lsoa_2011(publishers: Publishers) -> None:
    areas = assemble(publishers.plan_2011())
    assert (areas.vintage, areas.inside) == ("2011", 193)
    assert Counter(inside(areas, "ruc_code")) == CLASSES_2011
    for edition in (2015, 2019):
        assert inside(areas, f"imd{edition}_geographical_barriers_decile").count(1) == 65
    assert sum(inside(areas, "residents")) == 306_129  # type: ignore[arg-type]
    with publishers.file("shropshire_area_facts_2011.csv").path.open(newline="") as file:
        facts = {row["lsoa11_code"]: row for row in csv.DictReader(file)}
    for row in areas.lsoas.slice(0, areas.inside).to_pylist():
        told = facts[row["lsoa_code"]]
        for name in ("imd2015_rank", "imd2015_decile", "imd2019_rank", "imd2019_decile"):
            assert row[name] == int(told[name])
        assert row["ruc_code"] == told["ruc11_code"]


@pytest.mark.parametrize("vintage", ["2011", "2021"])
def test_the_areas_that_both_vintages_have_in_common(publishers: Publishers, vintage: str) -> None:
    plan = publishers.plan_2011(
        outlines=publishers.outlines(vintage),
        vintage="common",
        residents=(
            publishers.file("population/shropshire*"),
            publishers.file("population/lsoa21*"),
        ),
        code_look_up=publishers.code_look_up,
    )
    areas = assemble(plan)
    assert (areas.vintage, areas.inside) == ("common", 191)
    assert sum(inside(areas, "residents_census_2011")) == 306_129  # type: ignore[arg-type]
    frame = pd.read_parquet(publishers.file("population/lsoa21*").path)
    mine = frame[frame["LSOA 2021 Code"].isin(_codes_2021(publishers))]
    total = mine["Mid-2022: Population"].sum()
    assert sum(inside(areas, "residents_mid_2022")) == total  # type: ignore[arg-type]
    for row in _pairs(publishers):
        at = {areas.codes.position(row["LSOA11CD"]), areas.codes.position(row["LSOA21CD"])}
        assert len(at) == 1
        assert 0 <= at.pop() < 191


def _pairs(publishers: Publishers) -> list[dict[str, str]]:
    with publishers.code_look_up.path.open(newline="", encoding="utf-8-sig") as file:
        return [row for row in csv.DictReader(file) if row["LAD22CD"] == "E06000051"]


def _codes_2021(publishers: Publishers) -> set[str]:
    return {row["LSOA21CD"] for row in _pairs(publishers)}


def test_codes_of_2021_on_areas_of_2011_and_back(publishers: Publishers) -> None:
    kept = assemble(publishers.plan_2011(code_look_up=publishers.code_look_up))
    new = assemble(publishers.plan_2021(code_look_up=publishers.code_look_up))
    pairs = _pairs(publishers)
    olds = Counter(row["LSOA11CD"] for row in pairs)
    news = Counter(row["LSOA21CD"] for row in pairs)
    for row in pairs:
        old, code = row["LSOA11CD"], row["LSOA21CD"]
        mine = kept.codes.position(old)
        assert kept.codes.position(code) == (mine if news[code] == 1 else UNLOCATED)
        theirs = new.codes.position(code)
        assert new.codes.position(old) == (theirs if olds[old] == 1 else UNLOCATED)


def test_residents_carried_over_keep_their_total(publishers: Publishers) -> None:
    plan = publishers.plan_2021(
        residents=(
            publishers.file("population/shropshire*"),
            publishers.file("population/lsoa21*"),
        ),
        code_look_up=publishers.code_look_up,
    )
    areas = assemble(plan)
    assert sum(inside(areas, "residents_census_2011")) == 306_129  # type: ignore[arg-type]
    assert inside(areas, "estimated").count(True) == 14  # the parts of seven that were split


def test_west_mercia_through_the_partnership_look_up(publishers: Publishers) -> None:
    areas = assemble(
        publishers.plan_2021(
            outlines=publishers.coarse("2021"),
            authorities=(),
            forces=("West Mercia Police",),
            code_look_up=publishers.code_look_up,
            partnership_look_up=publishers.partnership_look_up,
        )
    )
    path = publishers.partnership_look_up.path
    frame = pd.read_excel(path, engine="calamine")
    authorities = frame.loc[frame["PFA21NM"] == "West Mercia", "LAD21CD"]
    with publishers.code_look_up.path.open(newline="", encoding="utf-8-sig") as file:
        wanted = {
            row["LSOA21CD"] for row in csv.DictReader(file) if row["LAD22CD"] in set(authorities)
        }
    assert set(inside(areas, "lsoa_code")) == wanted
    assert set(inside(areas, "force")) == {"West Mercia"}
    assert set(inside(areas, "authority")) == set(authorities)
    ring = areas.lsoas["force"].to_pylist()[areas.inside :]
    assert {"Staffordshire", "Dyfed-Powys", "West Midlands"} <= set(ring)
    assert "West Mercia" not in ring


@pytest.mark.parametrize(("code", "count"), [("E06000020", 115), ("E06000019", 117)])
def test_a_neighbour_is_made_by_changing_one_code(
    publishers: Publishers, code: str, count: int
) -> None:
    areas = assemble(publishers.plan_2021(authorities=(code,)))
    frame = geopandas.read_file(publishers.data / f"boundaries/lsoa21_{code}.geojson")
    assert inside(areas, "lsoa_code") == sorted(frame["LSOA21CD"])
    assert areas.inside == count
    for name in ("ruc_code", "residents", "imd2025_rank"):
        assert None not in inside(areas, name)


def test_the_ring_as_far_as_the_outlines_reach(publishers: Publishers) -> None:
    near = assemble(publishers.plan_2011())
    assert (len(near.lsoas) - near.inside, touching(near)) == (28, 26)
    far = assemble(
        publishers.plan_2011(
            outlines=publishers.coarse("2011"), code_look_up=publishers.code_look_up
        )
    )
    assert (far.inside, len(far.lsoas) - far.inside, touching(far)) == (193, 66, 57)


def test_all_of_england_and_wales(publishers: Publishers, tmp_path: Path) -> None:
    areas = assemble(
        publishers.plan_2011(
            outlines=publishers.coarse("2011"), authorities=(), everywhere=True, residents=()
        )
    )
    assert areas.inside == len(areas.lsoas) == 34_753
    assert inside(areas, "imd2019_rank").count(None) == 1909  # the LSOAs of Wales
    frame = pd.read_csv(publishers.file("deprivation/File_1_IMD2019.csv").path, thousands=",")
    ranks = dict(zip(frame.iloc[:, 0], frame.iloc[:, 4], strict=True))
    for code, rank in zip(inside(areas, "lsoa_code"), inside(areas, "imd2019_rank"), strict=True):
        assert rank == ranks.get(code)
    areas.write(tmp_path)
    back = Areas.read(tmp_path)
    assert back.join_id == areas.join_id
    assert back.lsoas.equals(areas.lsoas)


def test_towns_from_official_outlines(publishers: Publishers) -> None:
    drawn = publishers.file("towns/major_towns_and_cities_2015.gpkg")
    areas = assemble(publishers.plan_2011(towns=TownsPlan(outlines=drawn)))
    assert areas.towns["town"].to_pylist() == ["Shrewsbury"]
    assert 15e6 < areas.town_outlines[0].area < 30e6  # the official outline has 21.5 square km
    whole = publishers.file("towns/shropshire_built_up_areas_2022_from_lsoa21.geojson")
    by_outline = assemble(publishers.plan_2021(towns=TownsPlan(outlines=whole)))
    by_code = assemble(publishers.plan_2021())
    assert inside(by_outline, "built_up_area") == inside(by_code, "built_up_area")


def test_the_area_that_ships_is_read_by_the_same_readers() -> None:
    areas = assemble(read_area_file(SHROPSHIRE).area)
    assert areas.inside == len(areas.lsoas) == 193
    assert Counter(inside(areas, "ruc_code")) == CLASSES_2011
    assert sum(inside(areas, "residents")) == 306_129  # type: ignore[arg-type]
    assert areas.denominator.name == "census-2011"
    assert inside(areas, "imd2015_geographical_barriers_decile").count(1) == 65
    assert Counter(inside(areas, "built_up_area"))["Shrewsbury"] == 42


def test_every_file_carries_what_its_licence_asks_for(publishers: Publishers) -> None:
    told = {item["title"]: item for item in assemble(publishers.plan_2021()).provenance}
    for item in told.values():
        assert item["licence"] in ("Open Government Licence v3.0", None)
    words = " ".join(item["attribution"] or "" for item in told.values())
    assert "Office for National Statistics" in words
    assert "Contains OS data © Crown copyright and database right" in words
    assert "Ministry of Housing, Communities and Local Government" in words
