"""Whatever a file holds: no traceback, no wrong total, nothing left behind."""

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from building import build_files, plan_files
from command_line import Run, refused, tree
from hostile_zips import HOSTILE, NAME, NOVEMBER, OCTOBER, archive
from hypothesis import given, settings
from hypothesis import strategies as st
from incident_files import STREET_HEADER, csv_bytes, street_row
from incident_rows import incident_rows

from geo.area_file import read_area_file
from geo.building.build import Built, build
from geo.dataset import Dataset
from geo.errors import InputError
from geo.incidents import ColumnMap
from geo.incidents.files import LARGEST

SQUARE = "349132,312545"  # in Shrewsbury
EXTRACT_HEADER = "incident_id,date,time,offence,easting,northing,location,business"
STREET = csv_bytes(
    STREET_HEADER,
    street_row(Crime_ID="A" * 64),
    street_row(Crime_ID="A" * 64, Month="2018-11"),
    street_row(Crime_type="Anti-social behaviour", Longitude="", Latitude="", LSOA_code=""),
    street_row(Crime_type="Drugs", LSOA_code="E01001234"),
    street_row(Crime_type="Robbery", Location='"Bull, Ring"'),
    street_row(Crime_type="Robbery", LSOA_code=""),
    street_row(Crime_type="Piracy"),
)
EXTRACT = csv_bytes(
    EXTRACT_HEADER,
    f"1,2015-04-01,21:00,asb,{SQUARE},High Street,yes",
    f"1,2015-05-01,21:00,asb,{SQUARE},High Street,yes",
    ',2015-04-02,,burglary,,,"a\nb",',
    ",2015-04-02,,burglary,530000,180000,,no",
    ",2015-02-31,,burglary,530000,180000,,no",
    f",2015-04-03,00:00,drugs,{SQUARE},,",
)
MAP = b"""
name = "Council"
encoding = "cp1252"
date_format = "%d/%m/%Y"
[columns]
incident_id = "Ref"
date = "Day"
offence = "What"
easting = "X"
northing = "Y"
[constants]
business = "no"
[offence]
Noise = "asb-nuisance"
Camera = "cctv"
[kinds]
cctv = "CCTV incidents"
"""
MAPPED = f"Ref,Day,What,X,Y\n1,04/05/2015,Noise,{SQUARE}\n,05/05/2015,Camera,{SQUARE}\n".encode()
PIECES = [b",", b'"', b"\n", b"\r", b"\0", b" ", b"-", b"9", b"\xff", b"{}", b"=", b"[", b"'"]
PLACES = ("located", "ring", "unlocated", "outside")

Damage = list[tuple[float, bytes, int]]
DAMAGE = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.one_of(st.sampled_from(PIECES), st.binary(max_size=3)),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=4,
)


def damaged(data: bytes, damage: Damage) -> bytes:
    """Some bytes replaced, put in or left out."""
    made = bytearray(data)
    for where, new, gone in damage:
        at = int(where * len(made))
        made[at : at + gone] = new
    return bytes(made)


def rows_in(data: bytes, encoding: str = "utf-8-sig") -> int:
    """Rows by the standard library's reader, the header not counted."""
    reader = csv.reader(io.StringIO(data.decode(encoding), newline=""))
    return sum(1 for row in reader if row) - 1


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a whole dataset."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "sound.csv").write_bytes(STREET)
    build_files(folder / "home", folder / "sound.csv")
    return folder / "home"


def assert_accounted(built: Built, read: int) -> None:
    """Accepted and refused rows are the rows of the file, and the counts are those accepted."""
    rows = built.manifest["rows"]
    assert rows["read"] == read == rows["accepted"] + rows["refused"]
    assert rows["accepted"] == sum(rows[name] for name in PLACES)
    with (built.folder / "refused.csv").open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.DictReader(file)) == rows["refused"]
    assert len(incident_rows(built.folder)) == rows["located"] + rows["unlocated"]


def build_or_refuse(home: Path, attempt: Callable[[], Built]) -> Built | None:
    """What a build made; None where it explained why it made nothing, and left nothing."""
    before = (home / "CURRENT").read_text()
    with suppress(InputError):
        return attempt()
    assert (home / "CURRENT").read_text() == before
    assert not list(home.glob(".building-*"))
    return None


@pytest.mark.parametrize("data", [STREET, EXTRACT], ids=["street", "extract"])
@settings(max_examples=150)
@given(damage=DAMAGE)
def test_damaged_rows_are_accounted_for(home: Path, data: bytes, damage: Damage) -> None:
    path, made = home.parent / "file.csv", damaged(data, damage)
    path.write_bytes(made)
    built = build_or_refuse(home, lambda: build_files(home, path))
    if built is not None:
        assert_accounted(built, rows_in(made))


@settings(max_examples=150)
@given(damage=DAMAGE)
def test_damaged_archives_are_read_or_refused(home: Path, damage: Damage) -> None:
    path = home.parent / "file.zip"
    november = NAME.replace("10", "11")
    path.write_bytes(damaged(archive((NAME, OCTOBER), (november, NOVEMBER)), damage))
    built = build_or_refuse(home, lambda: build_files(home, path))
    if built is not None:
        assert_accounted(built, built.manifest["rows"]["read"])
        assert built.manifest["rows"]["read"] in (1, 3, 4)  # either member, or both


@settings(max_examples=150)
@given(damage=DAMAGE)
def test_damaged_column_maps_are_read_or_refused(home: Path, damage: Damage) -> None:
    path, said = home.parent / "mapped.csv", home.parent / "map.toml"
    path.write_bytes(MAPPED)
    said.write_bytes(damaged(MAP, damage))
    built = build_or_refuse(home, lambda: build_files(home, path, column_map=ColumnMap.read(said)))
    if built is not None:
        assert_accounted(built, 2)


def square(west: float) -> dict[str, object]:
    """Four corners near Shrewsbury, a hundredth of a degree wide."""
    corners = [(west, 52.70), (west + 0.01, 52.70), (west + 0.01, 52.71), (west, 52.71)]
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def outlines(*, shift: float = 0, **more: str) -> bytes:
    """Three LSOAs in a row, two of them of one authority."""
    features = []
    for number in range(3):
        told = {"LSOA11CD": f"E0102894{number}", "LSOA11NM": f"Shropshire {number}"}
        told["LAD11CD"] = "E06000051" if number < 2 else "E06000020"
        shape = square(-2.76 + shift + number / 100)
        features.append({"type": "Feature", "properties": told | more, "geometry": shape})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def classes(first: str = "C1") -> bytes:
    return f"LSOA11CD,RUC11CD\nE01028940,{first}\nE01028941,D1\nE01028942,E1\n".encode()


AREA = b"""
[area]
name = "Two squares"
authorities = ["E06000051"]
outlines = "outlines.geojson"
rural_urban = "ruc.csv"
residents = "residents.csv"
towns = {look_up = "towns.csv"}

[[source]]
kind = "police-street"
files = "street.csv"
"""
FILES = {
    "safermap.toml": AREA,
    "outlines.geojson": outlines(),
    "ruc.csv": classes(),
    "residents.csv": b"LSOA11CD,Mid-2017\nE01028940,1500\nE01028941,1600\nE01028942,1700\n",
    "towns.csv": b"LSOA11CD,BUA22NM\nE01028940,Ash\nE01028941,Ash\nE01028942,\n",
    "street.csv": csv_bytes(
        STREET_HEADER,
        street_row(LSOA_code="E01028940", Longitude="-2.755", Latitude="52.705"),
        street_row(LSOA_code="E01028941", Longitude="-2.745", Latitude="52.705"),
        street_row(LSOA_code="E01028942", Longitude="-2.735", Latitude="52.705"),
    ),
}


def write_files(folder: Path, **changed: bytes) -> Path:
    """The area file and its files; a name's point is written as `_`."""
    folder.mkdir(exist_ok=True)
    for name, data in FILES.items():
        (folder / name).write_bytes(changed.get(name.replace(".", "_"), data))
    return folder / "safermap.toml"


def test_the_small_area_is_sound(tmp_path: Path) -> None:
    built = build(read_area_file(write_files(tmp_path / "area")), tmp_path / "home")
    rows = built.manifest["rows"]
    assert (rows["read"], rows["located"], rows["ring"]) == (3, 2, 1)
    assert built.manifest["warnings"] == []


def test_outlines_without_names_are_called_by_their_codes(tmp_path: Path) -> None:
    unnamed = FILES["outlines.geojson"].replace(b"LSOA11NM", b"nothing")
    toml = write_files(tmp_path / "area", outlines_geojson=unnamed)
    build(read_area_file(toml), tmp_path / "home")
    lsoas = Dataset.open(tmp_path / "home").lsoas
    assert lsoas["lsoa_name"].tolist() == ["E01028940", "E01028941"]
    assert lsoas["name"].notna().all()


@pytest.mark.parametrize("name", [name for name in FILES if name != "street.csv"])
@settings(max_examples=120)
@given(damage=DAMAGE)
def test_a_damaged_area_is_built_or_refused(home: Path, name: str, damage: Damage) -> None:
    folder = home.parent / "area"
    toml = write_files(folder, **{name.replace(".", "_"): damaged(FILES[name], damage)})
    built = build_or_refuse(home, lambda: build(read_area_file(toml), home))
    if built is not None:
        assert_accounted(built, 3)
        Dataset.open(home)


@pytest.mark.parametrize(("data", "words"), HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("command", ["check", "build"])
def test_hostile_archives_are_refused(
    tmp_path: Path, run: Run, command: str, data: bytes, words: str
) -> None:
    path = tmp_path / "archive.zip"
    path.write_bytes(data)
    arguments = ("check", path) if command == "check" else ("build", "--incidents", path)
    refused(run(*arguments), "archive.zip", words)
    assert tree(tmp_path) == {"archive.zip": data}


GIGABYTE = 2**30
# From a small process: the peak of a process is never below that of the one that started it.
MEASURED = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
process.returncode = os.waitstatus_to_exitcode(status)
print(process.returncode, used.ru_maxrss)
"""


@pytest.mark.parametrize(
    ("start", "size", "words"),
    [
        (b"", GIGABYTE, "a line of more than a megabyte"),
        (f"{STREET_HEADER}\n{street_row()}\n".encode(), GIGABYTE, "a line of more than a megabyte"),
        (f"{STREET_HEADER}\n".encode(), LARGEST + 1, "2.0 GiB, more than the 2 GiB"),
        (f"{STREET_HEADER}\n".encode(), 64 * GIGABYTE, "64.0 GiB"),
    ],
    ids=["no line end", "no line end behind a row", "over the limit", "far over the limit"],
)
@pytest.mark.parametrize("command", ["check", "build"])
def test_a_gigabyte_that_is_no_csv_is_refused_at_once(  # noqa: PLR0917  parameters and fixtures
    tmp_path: Path, safermap: str, command: str, start: bytes, size: int, words: str
) -> None:
    path = tmp_path / "great.csv"
    with path.open("wb") as file:
        file.write(start)
        try:
            file.truncate(size)  # a hole: it takes no room
        except OSError:
            pytest.skip("this file system holds no file of that size")
    arguments = ["check", path] if command == "check" else ["build", "--incidents", path]
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", MEASURED, safermap, *map(str, arguments)],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    code, memory = map(int, ended.stdout.split())
    assert code == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert memory < 400 * 1024  # KiB; the command alone takes 200 MiB
    assert time.monotonic() - began < 30
    assert [item.name for item in tmp_path.iterdir()] == ["great.csv"]


def test_codes_that_there_are_not(tmp_path: Path) -> None:
    codes = ["E0102894", "X01028946", "E99999999", "E06000051", "Shropshire 020C"]
    (tmp_path / "a.csv").write_bytes(
        csv_bytes(
            STREET_HEADER,
            street_row(),
            street_row(LSOA_code="E01999999"),
            street_row(LSOA_code="W01000001"),
            *(street_row(LSOA_code=code) for code in codes),
        )
    )
    built = build_files(tmp_path / "home", tmp_path / "a.csv")
    assert_accounted(built, 8)
    assert [item.value for item in built.refusals] == codes
    assert all("is not an LSOA code" in item.reason for item in built.refusals)
    # A code of no census yet is judged by its point; one of Wales is an LSOA elsewhere.
    assert built.manifest["rows"]["located"] == 2
    assert built.manifest["rows"]["outside"] == 1


CONTRADICTIONS = {
    "two outlines of one LSOA": (
        {"outlines_geojson": outlines(), "safermap_toml": AREA.replace(
            b'"outlines.geojson"', b'["outlines.geojson", "more.geojson"]')},
        outlines(shift=0.001),
        ("E01028940", "outlines.geojson", "more.geojson"),
    ),
    "two classes of one LSOA": (
        {"safermap_toml": AREA.replace(b'"ruc.csv"', b'["ruc.csv", "more.csv"]')},
        classes("E2"),
        ("ruc.csv", "more.csv", "contradict", "E01028940", "C1", "E2"),
    ),
    "residents of one year": (
        {"safermap_toml": AREA.replace(b'"residents.csv"', b'["residents.csv", "more.csv"]')},
        FILES["residents.csv"].replace(b"1500", b"1501"),
        ("residents.csv", "more.csv", "contradict", "1500", "1501"),
    ),
    "a code twice in one file": (
        {"ruc_csv": classes() + b"E01028940,E2\n"},
        b"",
        ("ruc.csv", "E01028940"),
    ),
    "an authority that is not there": (
        {"safermap_toml": AREA.replace(b"E06000051", b"E06000099")},
        b"",
        ("no LSOA in the local authority E06000099",),
    ),
    "codes that are none": (
        {"ruc_csv": classes().replace(b"E01028941", b"E0102894X")},
        b"",
        ("ruc.csv", "line 3", "E0102894X"),
    ),
    "other LSOAs altogether": (
        {"ruc_csv": classes().replace(b"E010289", b"E010001")},
        b"",
        ("ruc.csv has none of the 2 LSOAs",),
    ),
    "another vintage without the look-up": (
        {"ruc_csv": b"LSOA21CD,RUC21CD\nE01034845,UN1\nE01034846,UN1\n"},
        b"",
        ("2011", "2021", "outlines.geojson", "ruc.csv"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "more", "words"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_files_that_contradict_each_other_are_refused(
    tmp_path: Path, run: Run, changed: dict[str, bytes], more: bytes, words: tuple[str, ...]
) -> None:
    toml = write_files(tmp_path / "area", **changed)
    for ending in ("csv", "geojson"):
        (tmp_path / "area" / f"more.{ending}").write_bytes(more)
    refused(run("build", "--area", toml, "--out", tmp_path / "home"), *words)
    assert not (tmp_path / "home").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
@pytest.mark.parametrize("name", FILES)
def test_files_one_may_not_read(tmp_path: Path, run: Run, name: str) -> None:
    toml = write_files(tmp_path / "area")
    (tmp_path / "area" / name).chmod(0)
    refused(run("build", "--area", toml, "--out", tmp_path / "home"), name)
    assert not (tmp_path / "home").exists()


@settings(max_examples=60)
@given(data=st.binary(max_size=200))
def test_any_bytes_at_all_leave_the_dataset_as_it_was(home: Path, data: bytes) -> None:
    for name in ("any.csv", "any.zip"):
        (home.parent / name).write_bytes(data)
        with suppress(InputError):
            build(plan_files(home.parent / name), home)
            pytest.fail("random bytes were taken for incidents")
