"""Areas written to disk come back as they were, for us and for any GIS program."""

from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pytest
import shapely
from made_areas import squares

from geo.areas.areas import Areas, Codes
from geo.areas.codes import OUTSIDE, UNLOCATED
from geo.errors import InputError


def test_what_is_written_is_read_back_exactly(tmp_path: Path) -> None:
    areas = squares()
    areas.write(tmp_path / "new" / "areas")
    back = Areas.read(tmp_path / "new" / "areas")
    plain = ("name", "partnership", "vintage", "denominator", "inside", "codes", "provenance")
    for name in plain:
        assert getattr(back, name) == getattr(areas, name)
    assert back.lsoas.equals(areas.lsoas)
    assert back.towns.equals(areas.towns)
    for mine, theirs in (
        (areas.outlines, back.outlines),
        (areas.town_outlines, back.town_outlines),
        (areas.sets[0].outlines, back.sets[0].outlines),
    ):
        assert shapely.to_wkb(mine).tolist() == shapely.to_wkb(theirs).tolist()
    assert back.sets[0].names == ("West",)
    assert back.join_id == areas.join_id


def test_geopandas_reads_the_written_outlines(tmp_path: Path) -> None:
    squares().write(tmp_path)
    frame = geopandas.read_parquet(tmp_path / "lsoas.parquet")
    assert frame.crs.to_epsg() == 27700
    assert frame["lsoa_code"].tolist() == ["E01000001", "E01000002", "E01000004", "E01000003"]
    assert frame.geometry.area.tolist() == [1e6] * 4
    assert geopandas.read_parquet(tmp_path / "towns.parquet")["town"].tolist() == ["Ash"]


def test_the_join_id_follows_what_a_join_depends_on_and_nothing_else() -> None:
    areas = squares()
    other_facts = areas.lsoas.set_column(4, "residents", pa.array([1, 2, 3, 4]))
    assert replace(areas, lsoas=other_facts, name="Another").join_id == areas.join_id
    moved = areas.outlines.copy()
    moved[2] = shapely.box(2000, 0, 3000, 1001)
    set_moved = replace(areas.sets[0], outlines=moved[2:3])
    told_otherwise = Codes("2011", {**areas.codes.known, "E01000009": 0})
    ids = {
        areas.join_id,
        replace(areas, outlines=moved).join_id,
        replace(areas, sets=(set_moved,)).join_id,
        replace(areas, codes=told_otherwise).join_id,
        replace(areas, inside=4).join_id,
    }
    assert len(ids) == 5


def test_codes_that_are_not_told_are_judged_by_their_number() -> None:
    codes = squares().codes
    assert codes.position("E01000003") == 3
    assert codes.position("E01000009") == UNLOCATED
    assert codes.position("E01033768") == OUTSIDE
    assert codes.position("E01033769") == UNLOCATED
    assert codes.position("W01001958") == OUTSIDE
    assert codes.position("W01001959") == UNLOCATED
    assert Codes("2021", {}).position("E01033769") == OUTSIDE
    assert Codes("2021", {}).position("95GG01S1") == UNLOCATED


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("areas.json", b"{"),
        ("areas.json", b"{}"),
        ("areas.json", b"[]"),
        ("lsoas.parquet", b"PAR1"),
        ("codes.parquet", b""),
        ("set-0.parquet", None),
    ],
)
def test_areas_that_are_not_whole_are_an_error(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    squares().write(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="areas"):
        Areas.read(tmp_path)


def test_an_area_without_towns_or_sets_is_written_and_read(tmp_path: Path) -> None:
    areas = squares()
    bare = replace(areas, towns=areas.towns[:0], town_outlines=np.array([], object), sets=())
    bare.write(tmp_path)
    back = Areas.read(tmp_path)
    assert len(back.towns) == len(back.town_outlines) == len(back.sets) == 0
    assert len(geopandas.read_parquet(tmp_path / "towns.parquet")) == 0
