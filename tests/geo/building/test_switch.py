"""A build that fails or dies leaves the old dataset served; one that ends switches to the new."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from building import build_files

import geo.building.write
import geo.versions
from geo.dataset import Dataset
from geo.errors import DatasetError
from geo.versions import current_folder

ROW = "2015-04,drugs,349132,312545\n"
KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from building import build_files
import geo.building.build, geo.building.version, geo.versions, geo.building.write

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

module, name = sys.argv[1].rsplit(".", 1)
setattr(sys.modules[module], name, die)
build_files(Path(sys.argv[3]), Path(sys.argv[2]))
"""
TESTS = str(Path(__file__).parents[2])
STEPS = (
    "geo.building.build._areas",
    "geo.building.build.settle",
    "geo.building.write.name_lsoas",
    "geo.building.version.write_manifest",
    "geo.versions._switch",
)
LOCKED = """
import filelock, sys
with filelock.FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def extract(path: Path, rows: int) -> Path:
    path.write_text("month,offence,easting,northing\n" + ROW * rows)
    return path


def rows_served(home: Path) -> int:
    return int(Dataset.open(home).manifest["rows"]["read"])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A dataset of one row."""
    home = tmp_path / "home"
    build_files(home, extract(tmp_path / "one.csv", 1))
    return home


def test_a_second_build_switches_to_the_new_dataset(home: Path, tmp_path: Path) -> None:
    before = current_folder(home)
    built = build_files(home, extract(tmp_path / "two.csv", 2))
    assert current_folder(home) == built.folder != before
    assert rows_served(home) == 2
    assert before.is_dir()  # for those who still read it


def test_the_same_inputs_give_the_same_id(home: Path, tmp_path: Path) -> None:
    before = Dataset.open(home).id
    build_files(home, extract(tmp_path / "again.csv", 1))
    assert Dataset.open(home).id == before
    build_files(home, extract(tmp_path / "two.csv", 2))
    assert Dataset.open(home).id != before


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("failure", [RuntimeError("bug"), KeyboardInterrupt()])
def test_a_build_that_fails_leaves_the_old_dataset(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, failure: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(step, fail)
        with pytest.raises(type(failure)):
            build_files(home, extract(tmp_path / "two.csv", 2))
    assert rows_served(home) == 1
    assert not list(home.glob(".building-*"))


@pytest.mark.parametrize("step", ["geo.building.version.write_tables", "geo.versions._switch"])
def test_a_build_that_is_killed_leaves_the_old_dataset_and_the_next_clears_up(
    home: Path, tmp_path: Path, step: str
) -> None:
    two = extract(tmp_path / "two.csv", 2)
    ended = subprocess.run([sys.executable, "-c", KILLED, step, two, home, TESTS], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert rows_served(home) == 1
    assert list(home.glob(".building-*"))
    build_files(home, two)
    assert rows_served(home) == 2
    assert not list(home.glob(".building-*"))


def test_another_build_at_work_is_an_error(home: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LOCKED, home / ".lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(DatasetError, match="Another build is writing to"):
            build_files(home, extract(tmp_path / "two.csv", 2))
        other.communicate("")
    assert rows_served(home) == 1
    build_files(home, tmp_path / "two.csv")
    assert rows_served(home) == 2


def test_a_home_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    one = extract(tmp_path / "one.csv", 1)
    with pytest.raises(DatasetError, match=r"cannot be written to .*one\.csv.*: Not a directory"):
        build_files(one / "home", one)


def test_a_full_disk_is_an_error(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(geo.building.version, "write_tables", fail)
    with pytest.raises(DatasetError, match="No space left on device"):
        build_files(home, extract(tmp_path / "two.csv", 2))
    assert rows_served(home) == 1


def test_no_dataset_is_an_error_that_tells_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"There is no dataset in .* safermap build"):
        Dataset.open(tmp_path)


@pytest.mark.parametrize("name", ["manifest.json", "counts.parquet", "lsoas.parquet"])
@pytest.mark.parametrize("content", [None, b"", b"{"])
def test_a_damaged_dataset_is_an_error(home: Path, name: str, content: bytes | None) -> None:
    file = current_folder(home) / name
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    with pytest.raises(DatasetError, match="is damaged; build it again"):
        Dataset.open(home)


def test_a_dataset_of_another_format_is_an_error(home: Path) -> None:
    manifest = current_folder(home) / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 2', '"format": 99'))
    with pytest.raises(DatasetError, match="has format 99; this version reads 2"):
        Dataset.open(home)
