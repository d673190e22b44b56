"""Whatever happens to the bytes of a file, it is read or refused with a sentence."""

import contextlib
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from area_files import OLD, PAIRS, look_up, old_outlines, write_outlines, write_table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_tables import make_workbook

from geo.areas.deprivation import read_deprivation
from geo.areas.headings import LSOA
from geo.areas.look_up import OLD as OLD_HEADING
from geo.areas.look_up import CodeLookUp
from geo.areas.outlines import read_outlines
from geo.areas.plan import InputFile
from geo.areas.residents import read_residents
from geo.areas.rural_urban import read_rural_urban
from geo.areas.tables import read_tables
from geo.areas.towns import read_points, read_town_look_up
from geo.errors import InputError

DAMAGE = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4), st.integers(0, 6)),
    min_size=1,
    max_size=6,
)
often = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def damaged(path: Path, damage: list[tuple[float, bytes, int]]) -> Path:
    """A copy of a file (and of those beside it) with some bytes replaced, put in or left out."""
    data = bytearray(path.read_bytes())
    for where, new, gone in damage:
        at = int(where * len(data))
        data[at : at + gone] = new
    folder = path.parent / "copies"
    folder.mkdir(exist_ok=True)
    for beside in path.parent.glob(f"{path.stem}.*"):
        shutil.copy(beside, folder)
    copy = folder / path.name
    copy.write_bytes(data)
    return copy


def read_facts(path: Path) -> None:
    for table in read_tables(path, LSOA, "LSOA codes"):
        with contextlib.suppress(InputError):
            read_deprivation(InputFile(path), table)
        with contextlib.suppress(InputError):
            read_rural_urban(table)
        with contextlib.suppress(InputError):
            read_residents("2022", table)
        with contextlib.suppress(InputError):
            read_town_look_up(table)


def facts() -> dict[str, list[object]]:
    return {
        "LSOA11CD": list(OLD),
        "RUC11CD": ["C1", "D1", "E1", "E1"],
        "Mid-2022": [10, 11, 20, 30],
        "imd2019_rank": ['"29,199"', 2, 3, 4],
        "imd2019_crime_score": [0.5, 2, 3, 4],
        "BUA22NM": ["Ash", "Elm", "", "Oak"],
    }


def make_csv(folder: Path) -> Path:
    return write_table(folder / "a.csv", facts()).path


def make_xlsx(folder: Path) -> Path:
    columns = {**facts(), "imd2019_rank": [29199, 2, 3, 4]}
    rows = [list(columns), *map(list, zip(*columns.values(), strict=True))]
    make_workbook(folder / "a.xlsx", {"Facts": rows})
    return folder / "a.xlsx"


def make_parquet(folder: Path) -> Path:
    return write_outlines(folder / "a.parquet", OLD, n=[1, 2, 3, 4]).path


def make_zip(folder: Path) -> Path:
    write_outlines(folder / "part.shp", OLD)
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for part in folder.glob("part.*"):
            archive.write(part, part.name)
    return folder / "a.zip"


@pytest.mark.parametrize("make", [make_csv, make_xlsx, make_parquet])
@often
@given(damage=DAMAGE)
def test_damaged_tables_are_read_or_refused(
    tmp_path: Path, make: Callable[[Path], Path], damage: list[tuple[float, bytes, int]]
) -> None:
    with contextlib.suppress(InputError):
        read_facts(damaged(make(tmp_path), damage))


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp", "a.parquet", "a.fgb", "a.zip"])
@often
@given(damage=DAMAGE)
def test_damaged_outlines_are_read_or_refused(
    tmp_path: Path, name: str, damage: list[tuple[float, bytes, int]]
) -> None:
    path = tmp_path / name
    if not path.exists():
        make_zip(tmp_path) if name == "a.zip" else write_outlines(path, OLD, LAD11CD=["E06"] * 4)
    with contextlib.suppress(InputError):
        read_outlines([damaged(path, damage)])


@often
@given(damage=DAMAGE)
def test_damaged_look_ups_and_points_are_read_or_refused(
    tmp_path: Path, damage: list[tuple[float, bytes, int]]
) -> None:
    with contextlib.suppress(InputError):
        path = damaged(look_up(tmp_path, PAIRS).path, damage)
        found = CodeLookUp.of(read_tables(path, OLD_HEADING, "codes")[0])
        assert found.groups is not None
    columns = {"town": ["Ash"], "easting": [400_000], "northing": [300_000], "role": [""]}
    points = write_table(tmp_path / "points.csv", columns)
    with contextlib.suppress(InputError):
        read_points(damaged(points.path, damage))


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.parquet", "a.geojson", "a.gpkg", "a.shp"])
@often
@given(data=st.binary(max_size=300))
def test_bytes_that_are_no_such_file_are_refused(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError):
        read_tables(path, LSOA, "LSOA codes")
    with pytest.raises(InputError):
        read_outlines([path])


def test_a_file_cut_off_anywhere_is_read_or_refused(tmp_path: Path) -> None:
    for path in (old_outlines(tmp_path).path, make_xlsx(tmp_path), make_zip(tmp_path)):
        whole = path.read_bytes()
        for share in range(0, 100, 7):
            copy = tmp_path / f"cut{path.suffix}"
            copy.write_bytes(whole[: len(whole) * share // 100])
            with contextlib.suppress(InputError):
                read_facts(copy) if path.suffix == ".xlsx" else read_outlines([copy])
