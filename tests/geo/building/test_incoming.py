"""A file that comes into a source's folder with the build that reads it, or not at all."""

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from building import plan_files
from command_line import tree
from incident_files import STREET_HEADER, csv_bytes, street_row
from killed import killed_at

from geo.area_file import AreaFile
from geo.building.build import Built, build
from geo.building.incoming import Incoming
from geo.errors import InputError, SafermapError
from geo.versions import all_versions, current_folder

HEADER = "incident_id,month,offence,easting,northing\n"
TIMES = ("created", "version")
KILLED = """
from pathlib import Path

sys.path[:0] = ["tests", "tests/geo/building"]
from test_incoming import loaded

loaded(Path(sys.argv[3]), Path(sys.argv[4]))
"""


def month(path: Path, number: int, rows: int) -> Path:
    told = [f"M{number}-{n},2015-0{number},burglary,349132,312545\n" for n in range(rows)]
    path.write_text(HEADER + "".join(told))
    return path


def plan(root: Path) -> AreaFile:
    """The area that ships with the folder of a council in the place of its sources."""
    found = plan_files(next((root / "council").iterdir()))
    [source] = found.sources
    source = replace(source, files=(root / "council",))
    return replace(found, path=root / "safermap.toml", sources=(source,))


def loaded(root: Path, file: Path) -> Built:
    return build(plan(root), root / "home", incoming=Incoming(file, root / "council" / file.name))


def told(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest without the times at which versions were made."""
    entries = [{k: v for k, v in one.items() if k not in TIMES} for one in manifest["history"]]
    return {**manifest, "created": None, "history": entries}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A council's folder of one month, and a dataset of it."""
    root = tmp_path / "root"
    (root / "council" / "older").mkdir(parents=True)
    month(root / "council" / "2015-02.csv", 2, 5)
    build(plan(root), root / "home")
    return root


@pytest.fixture
def new(tmp_path: Path) -> Path:
    (tmp_path / "sent").mkdir()
    return tmp_path / "sent"


@pytest.mark.parametrize("name", ["2015-01.csv", "2015-02.csv", "2015-03.csv"])
def test_it_is_as_if_the_file_had_lain_there(root: Path, new: Path, name: str) -> None:
    """Before the others, in the place of one, and after them."""
    file = month(new / name, int(name[6]), 7)
    by_hand = root.parent / "by-hand"
    shutil.copytree(root, by_hand)
    shutil.copy(file, by_hand / "council")
    expected = build(plan(by_hand), by_hand / "home")
    built = loaded(root, file)
    assert built.changed
    assert told(built.manifest) == told(expected.manifest)
    assert tree(root / "council") == tree(by_hand / "council")
    assert not build(plan(root), root / "home").changed


def test_so_it_is_with_an_archive_of_the_police(root: Path, new: Path) -> None:
    """Which stands for months of an earlier archive by the month that it is named for."""
    for name, rows in (("2018-10.zip", 1), ("2018-11.zip", 2)):
        with zipfile.ZipFile(new / name, "w") as archive:
            text = csv_bytes(STREET_HEADER, *[street_row(Crime_ID=f"{n:064}") for n in range(rows)])
            archive.writestr("2018-10/2018-10-west-mercia-street.csv", text)
    for old in (root / "council").glob("*.csv"):
        old.unlink()
    shutil.move(new / "2018-10.zip", root / "council")
    build(plan(root), root / "home")
    built = loaded(root, new / "2018-11.zip")
    assert built.manifest["rows"]["read"] == 2
    [passed] = built.manifest["files_passed_over"]
    assert passed.startswith("council/2018-10.zip/")
    assert not build(plan(root), root / "home").changed


def test_a_build_that_fails_leaves_nothing(root: Path, new: Path) -> None:
    before = tree(root)
    (new / "bad.csv").write_text(HEADER + "X,not a month,burglary,1,1\n")
    with pytest.raises(InputError, match=r"No row of council/bad\.csv can be used"):
        loaded(root, new / "bad.csv")
    (root / "council" / "2015-09.csv").mkdir()  # no file can take its place
    with pytest.raises(SafermapError, match=r"2015-09\.csv cannot be written"):
        loaded(root, month(new / "2015-09.csv", 9, 2))
    (root / "council" / "2015-09.csv").rmdir()
    assert tree(root) == before


@pytest.mark.parametrize("step", ["geo.building.build.settle", "geo.versions._switch"])
def test_a_build_that_is_killed_leaves_what_the_next_removes(
    root: Path, new: Path, step: str
) -> None:
    before = tree(root)
    file = month(new / "2015-03.csv", 3, 7)
    killed_at(step, 0, KILLED, root, file)
    left = {n: d for n, d in tree(root).items() if n not in before and ".building-" not in n}
    assert left == {"council/.incoming-2015-03.csv": file.read_bytes()}
    assert not build(plan(root), root / "home").changed  # it is passed over, and gone
    assert tree(root / "council") == {"2015-02.csv": before["council/2015-02.csv"]}
    loaded(root, file)
    assert [v.manifest["rows"]["read"] for v in all_versions(root / "home")] == [5, 12]


def test_killed_between_the_move_and_the_switch_the_next_build_reads_it(
    root: Path, new: Path
) -> None:
    before = current_folder(root / "home")
    killed_at("os.rename", 0, KILLED, root, month(new / "2015-03.csv", 3, 7))
    assert current_folder(root / "home") == before
    assert sorted(tree(root / "council")) == ["2015-02.csv", "2015-03.csv"]
    assert build(plan(root), root / "home").manifest["rows"]["read"] == 12
