"""Versions of a dataset: gone back to, removed, damaged, and never changed by those after them."""

import os
import shutil
from pathlib import Path

import pytest
from building import build_files, entry, plan_files
from command_line import Run, tree
from incident_rows import incident_rows
from month_by_month import assert_fresh, reissue

from geo.errors import DatasetError
from geo.versions import all_versions, current_folder, roll_back


def test_rolling_back_and_building_on(
    months: dict[str, Path], tmp_path: Path, run: Run, reads: list[str]
) -> None:
    home, files = tmp_path / "home", list(months.values())
    one, two = build_files(home, *files[:2]), build_files(home, *files[:3])
    listed = run("datasets", "--out", home)
    assert listed.returncode == 0
    lines = [line for line in listed.stdout.splitlines() if "2018-10" in line]
    assert len(lines) == 2
    assert "current" in lines[0]
    assert "current" not in lines[1]
    back = run("rollback", "--out", home)
    assert back.returncode == 0
    assert one.folder.name in back.stdout
    assert current_folder(home) == one.folder
    none = run("rollback", "--out", home)
    assert (none.returncode, "no version before the current" in none.stderr) == (2, True)
    forward = run("rollback", two.folder.name, "--out", home)
    assert forward.returncode == 0
    assert current_folder(home) == two.folder
    roll_back(home)
    # What is rolled back to is what the next build goes on from.
    reads.clear()
    three = build_files(home, *files)
    assert entry(three) == ([files[2].name, files[3].name], [], [], 2)
    assert [item["version"] for item in three.manifest["history"]] == [
        three.folder.name,
        one.folder.name,
    ]
    assert_fresh(three, tmp_path, plan_files(*files))


def test_a_version_that_was_removed_by_hand(
    months: dict[str, Path], tmp_path: Path, run: Run
) -> None:
    home, files = tmp_path / "home", list(months.values())
    one, two = build_files(home, *files[:2]), build_files(home, *files[:3])
    roll_back(home)
    shutil.rmtree(one.folder)
    assert run("datasets", "--out", home).returncode == 0
    named = run("rollback", one.folder.name, "--out", home)
    assert (named.returncode, "there are" in named.stderr) == (2, True)
    again = build_files(home, *files[:2])
    assert again.changed
    assert again.manifest["dataset_id"] == one.manifest["dataset_id"]
    assert [item.name for item in all_versions(home)] == [two.folder.name, again.folder.name]


@pytest.mark.parametrize("part", ["counts.parquet", "areas", "parts", "lsoas.parquet"])
def test_a_version_that_was_damaged_is_built_again(
    months: dict[str, Path], tmp_path: Path, part: str
) -> None:
    home, files = tmp_path / "home", list(months.values())
    one = build_files(home, *files[:2])
    path = one.folder / part
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    again = build_files(home, *files[:2])
    assert again.changed
    assert_fresh(again, tmp_path, plan_files(*files[:2]))


def test_a_file_system_without_hard_links(
    months: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: list[str]
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    home, files = tmp_path / "home", list(months.values())
    build_files(home, *files[:3])
    reads.clear()
    second = build_files(home, *files)
    assert reads == [files[3].name]
    assert_fresh(second, tmp_path, plan_files(*files))


def test_an_earlier_version_stays_as_it_was(months: dict[str, Path], tmp_path: Path) -> None:
    home, files = tmp_path / "home", list(months.values())
    one = build_files(home, *files[:2])
    before = tree(one.folder)
    reissue(files[1])
    build_files(home, *files)
    shutil.rmtree(build_files(home, *files[:1]).folder)
    assert tree(one.folder) == before


def test_a_build_without_a_home_of_this_version(months: dict[str, Path], tmp_path: Path) -> None:
    home = tmp_path / "home"
    one = build_files(home, months["2018-10"])
    manifest = one.folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 2', '"format": 1'))
    with pytest.raises(DatasetError, match="Build it again"):
        incident_rows(one.folder)
    two = build_files(home, months["2018-10"])
    assert two.changed
    assert entry(two)[3] == 0
