"""Month after month: what is taken over, what is read again, and that the counts are the same."""

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from building import build_files, entry, plan_files
from command_line import Run, tree
from incident_files import STREET_HEADER, csv_bytes, street_row
from incident_rows import incident_rows
from month_by_month import assert_fresh, reissue
from real_settings import RealSettings

from geo.area_file import read_area_file
from geo.building.build import Built, build
from geo.errors import InputError
from geo.incidents import ColumnMap
from geo.versions import all_versions


def test_a_month_is_added(months: dict[str, Path], tmp_path: Path, reads: list[str]) -> None:
    home, files = tmp_path / "home", list(months.values())
    first = build_files(home, *files[:3])
    assert entry(first) == ([path.name for path in files[:3]], [], [], 0)
    reads.clear()
    second = build_files(home, *files)
    assert reads == [files[3].name]
    assert entry(second) == ([files[3].name], [], [], 3)
    assert [item["reused"] for item in second.manifest["history"]] == [3, 0]
    assert_fresh(second, tmp_path, plan_files(*files))


def test_a_month_is_restated(months: dict[str, Path], tmp_path: Path, reads: list[str]) -> None:
    home, files = tmp_path / "home", list(months.values())
    before = build_files(home, *files)
    reissue(files[1])
    reads.clear()
    after = build_files(home, *files)
    assert reads == [files[1].name]
    assert entry(after) == ([], [files[1].name], [], 3)
    assert after.manifest["dataset_id"] != before.manifest["dataset_id"]
    assert after.manifest["rows"]["read"] == before.manifest["rows"]["read"] - 1
    assert_fresh(after, tmp_path, plan_files(*files))


def test_a_file_is_left_out(months: dict[str, Path], tmp_path: Path, reads: list[str]) -> None:
    home, files = tmp_path / "home", list(months.values())
    build_files(home, *files)
    reads.clear()
    kept = [files[0], *files[2:]]
    after = build_files(home, *kept)
    assert reads == []
    assert entry(after) == ([], [], [files[1].name], 3)
    assert after.manifest["sources"][0]["months_missing"] == ["2018-11"]
    assert_fresh(after, tmp_path, plan_files(*kept))


def test_nothing_new_is_no_work(
    months: dict[str, Path], tmp_path: Path, reads: list[str], run: Run
) -> None:
    home = tmp_path / "home"
    arguments = ("build", "--incidents", tmp_path / "files", "--out", home)
    assert run(*arguments).returncode == 0
    whole, stamps = tree(home), {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    reads.clear()
    again = run(*arguments)
    assert again.returncode == 0
    assert "Nothing is new since" in again.stdout
    assert reads == []
    assert tree(home) == whole
    files = (path for path in home.rglob("*") if path.is_file() and path.name != ".lock")
    assert all(stamps[path] == path.stat().st_mtime_ns for path in files)
    assert len(all_versions(home)) == 1


def test_renamed_and_copied_files_are_the_same_files(
    months: dict[str, Path], tmp_path: Path, reads: list[str]
) -> None:
    home, files = tmp_path / "home", list(months.values())
    before = build_files(home, *files)
    reads.clear()
    # The order changes too: the first becomes the last.
    moved = files[0].rename(files[0].with_name("z-october.csv"))
    copy = Path(shutil.copy(files[1], files[1].with_name("2018-11 copied.csv")))
    after = build_files(home, *sorted([*files[1:], moved, copy]))
    assert reads == []
    assert entry(after)[3] == 4
    assert entry(after)[:3] == ([], [], [])
    assert list(after.manifest["files_passed_over"].values()) == [f"it is the same as {copy}"]
    names = [Path(item["name"]).name for item in after.manifest["files"]]
    assert names == [copy.name, files[2].name, files[3].name, moved.name]
    assert after.manifest["rows"] == before.manifest["rows"]
    assert after.manifest["dataset_id"] == before.manifest["dataset_id"]


def write_archive(path: Path, members: list[Path]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.write(member, f"{member.name[:7]}/{member.name}")
    return path


def test_the_later_archive_stands(
    months: dict[str, Path], tmp_path: Path, reads: list[str]
) -> None:
    home, files = tmp_path / "home", list(months.values())
    one = write_archive(tmp_path / "2018-12.zip", files[:3])
    first = build_files(home, one)
    assert first.manifest["rows"]["read"] > 0
    reissue(files[1])
    two = write_archive(tmp_path / "2019-01.zip", files)
    reads.clear()
    for order in ((one, two), (two, one)):
        both = build_files(home, *order)
        told = both.manifest["files_passed_over"]
        assert len(told) == 3
        assert all("2019-01.zip" in why and "stands instead" in why for why in told.values())
        fresh = build_files(tmp_path / "alone", two)
        assert both.manifest["dataset_id"] == fresh.manifest["dataset_id"]
        assert both.manifest["rows"] == fresh.manifest["rows"]
    assert entry_of(home, 1) == ([files[3].name], [files[1].name], [], 2)
    # An archive that is the later by name stands, whatever it holds; the months it lacks do too.
    last = write_archive(tmp_path / "2019-02.zip", files[3:])
    three = build_files(home, one, two, last)
    assert three.manifest["rows"] == fresh.manifest["rows"]


def test_check_reads_of_several_archives_what_a_build_does(
    months: dict[str, Path], tmp_path: Path, run: Run
) -> None:
    files = list(months.values())
    one = write_archive(tmp_path / "2018-12.zip", files[:3])
    reissue(files[1])
    two = write_archive(tmp_path / "2019-01.zip", files)
    checked = run("check", one, two)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count("from a later archive, stands instead") == 3
    built = build_files(tmp_path / "home", one, two)
    told = [line for line in checked.stdout.splitlines() if "│" in line and "street.csv" in line]
    read = [int(line.split("│")[2].strip().replace(",", "")) for line in told]
    assert read == [account["read"] for account in built.manifest["files"]]


def entry_of(home: Path, version: int) -> tuple[list[str], list[str], list[str], int]:
    found = all_versions(home)[version]
    return entry(Built(found.folder, found.manifest, []))


def test_a_loose_file_that_differs_from_the_archive_is_refused(
    months: dict[str, Path], tmp_path: Path
) -> None:
    archive = write_archive(tmp_path / "2019-01.zip", list(months.values()))
    reissue(months["2018-11"])
    with pytest.raises(InputError, match="both hold 2018-11 of West Mercia Police"):
        build_files(tmp_path / "home", archive, months["2018-11"])
    assert not (tmp_path / "home").exists()


EXTRACT = "ref,when,what,e,n\n"
MAP = """
date_format = "%d/%m/%Y"
[columns]
incident_id = "ref"
date = "when"
offence = "what"
easting = "e"
northing = "n"
[offence]
Noise = "asb-nuisance"
"""
SQUARE = "349132,312545"  # in Shrewsbury


def column_map(folder: Path, text: str) -> ColumnMap:
    path = folder / "map.toml"
    path.write_text(text)
    return ColumnMap.read(path)


def test_another_column_map_reads_again(tmp_path: Path, reads: list[str]) -> None:
    path, home = tmp_path / "a.csv", tmp_path / "home"
    path.write_text(f"{EXTRACT}1,04/05/2015,Noise,{SQUARE}\n2,05/06/2015,drugs,{SQUARE}\n")
    first = build_files(home, path, column_map=column_map(tmp_path, MAP))
    assert first.manifest["period"] == "2015-05/2015-06"
    reads.clear()
    again = build_files(home, path, column_map=column_map(tmp_path, f"{MAP}\n# a remark\n"))
    assert not again.changed
    named = column_map(tmp_path, f'name = "The council"\n{MAP}')
    renamed = build_files(home, path, column_map=named)
    assert (reads, renamed.changed) == ([], True)
    other = column_map(tmp_path, MAP.replace("%d/%m", "%m/%d"))
    american = build_files(home, path, column_map=other)
    assert reads == ["a.csv"]
    assert american.manifest["period"] == "2015-04/2015-05"
    assert_fresh(american, tmp_path, plan_files(path, column_map=other))


def test_other_outlines_read_again_and_other_deprivation_does_not(
    shared: Path, months: dict[str, Path], tmp_path: Path, reads: list[str]
) -> None:
    real, home, toml = RealSettings(shared), tmp_path / "home", tmp_path / "safermap.toml"
    incidents = [str(path) for path in months.values()]
    settings = real.on_2011()
    first = build(read_area_file(real.write(toml, settings, *incidents)), home)
    reads.clear()
    [whole, _] = settings["deprivation"]  # type: ignore[misc]
    facts = read_area_file(real.write(toml, settings | {"deprivation": whole}, *incidents))
    fewer = build(facts, home)
    assert reads == []
    assert entry(fewer) == ([], [], [], 4)
    assert fewer.manifest["rows"] == first.manifest["rows"]
    assert fewer.manifest["dataset_id"] != first.manifest["dataset_id"]
    assert_fresh(fewer, tmp_path, facts)
    reads.clear()
    narrow = settings | {"outlines": real.path("boundaries/lsoa11_E06000051.geojson")}
    outlines = read_area_file(real.write(toml, narrow, *incidents))
    other = build(outlines, home)
    assert sorted(reads) == sorted(path.name for path in months.values())
    assert other.manifest["rows"]["ring"] == 0
    assert_fresh(other, tmp_path, outlines)


def test_other_denominator_and_disclosure_are_new(
    months: dict[str, Path], tmp_path: Path, reads: list[str]
) -> None:
    plan = plan_files(months["2018-10"])
    build(plan, tmp_path / "home")
    reads.clear()
    other = build(replace(plan, area=replace(plan.area, denominator="mid-2017")), tmp_path / "home")
    assert other.changed
    hidden = build(
        replace(plan, disclosure=replace(plan.disclosure, hidden_below=7)), tmp_path / "home"
    )
    assert hidden.manifest["disclosure"]["hidden_below"] == 7
    assert reads == []


def test_rows_of_a_version_are_those_counted(months: dict[str, Path], tmp_path: Path) -> None:
    built = build_files(tmp_path / "home", *months.values())
    counts = pq.read_table(built.folder / "counts.parquet")
    assert sum(counts["count_all"].to_pylist()) == len(incident_rows(built.folder))


def test_street_files_changed_in_nothing_but_their_order_of_rows(tmp_path: Path) -> None:
    rows = [street_row(), street_row(Crime_type="Drugs"), street_row(Crime_type="Robbery")]
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    one.write_bytes(csv_bytes(STREET_HEADER, *rows))
    two.write_bytes(csv_bytes(STREET_HEADER, *rows[::-1]))
    with pytest.raises(InputError, match="Give only one"):
        build_files(tmp_path / "home", one, two)
