"""A build that fails or dies leaves the old dataset served; one that ends switches to the new."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import geo.build
from boundaries import SHROPSHIRE
from geo.areas import Areas
from geo.build import write_dataset
from geo.dataset import Dataset, current_folder
from geo.errors import DatasetError
from geo.incidents import read_incidents
from geo.prepare import Prepared, prepare

ROW = "2015-04,drugs,349132,312545\n"
KILLED = """
import os, signal, sys
from pathlib import Path
import geo.build
from boundaries import SHROPSHIRE
from geo.areas import Areas
from geo.incidents import read_incidents
from geo.prepare import prepare

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(geo.build, sys.argv[1], die)
reads = read_incidents([Path(sys.argv[2])])
geo.build.write_dataset(prepare(reads, Areas.open(SHROPSHIRE)), Path(sys.argv[3]))
"""
LOCKED = """
import filelock, sys
with filelock.FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def extract(path: Path, rows: int) -> Path:
    path.write_text("month,offence,easting,northing\n" + ROW * rows)
    return path


def prepared(path: Path) -> Prepared:
    return prepare(read_incidents([path]), Areas.open(SHROPSHIRE))


def rows_served(home: Path) -> int:
    return int(Dataset.open(home).manifest["rows"]["read"])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A dataset of one row."""
    home = tmp_path / "home"
    write_dataset(prepared(extract(tmp_path / "one.csv", 1)), home)
    return home


def test_a_second_build_switches_to_the_new_dataset(home: Path, tmp_path: Path) -> None:
    before = current_folder(home)
    name = write_dataset(prepared(extract(tmp_path / "two.csv", 2)), home)
    assert current_folder(home) == home / name != before
    assert rows_served(home) == 2
    assert before.is_dir()  # for those who still read it


def test_the_same_inputs_give_the_same_id(home: Path, tmp_path: Path) -> None:
    before = Dataset.open(home).id
    write_dataset(prepared(extract(tmp_path / "again.csv", 1)), home)
    assert Dataset.open(home).id == before
    write_dataset(prepared(extract(tmp_path / "two.csv", 2)), home)
    assert Dataset.open(home).id != before


@pytest.mark.parametrize("step", ["count_kinds", "_write_incidents", "_manifest", "_replace"])
@pytest.mark.parametrize("failure", [RuntimeError("bug"), KeyboardInterrupt()])
def test_a_build_that_fails_leaves_the_old_dataset(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, failure: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(geo.build, step, fail)
        with pytest.raises(type(failure)):
            write_dataset(prepared(extract(tmp_path / "two.csv", 2)), home)
    assert rows_served(home) == 1
    assert not list(home.glob(".building-*"))


@pytest.mark.parametrize("step", ["_write_incidents", "_replace"])
def test_a_build_that_is_killed_leaves_the_old_dataset_and_the_next_clears_up(
    home: Path, tmp_path: Path, step: str
) -> None:
    two = extract(tmp_path / "two.csv", 2)
    ended = subprocess.run([sys.executable, "-c", KILLED, step, two, home], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert rows_served(home) == 1
    assert bool(list(home.glob(".building-*"))) == (step == "_write_incidents")
    write_dataset(prepared(two), home)
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
            write_dataset(prepared(extract(tmp_path / "two.csv", 2)), home)
        other.communicate("")
    assert rows_served(home) == 1
    write_dataset(prepared(tmp_path / "two.csv"), home)
    assert rows_served(home) == 2


def test_a_home_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    one = extract(tmp_path / "one.csv", 1)
    with pytest.raises(DatasetError, match=r"cannot be written to .*one\.csv.*: Not a directory"):
        write_dataset(prepared(one), one / "home")


def test_a_full_disk_is_an_error(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(geo.build, "_write_incidents", fail)
    with pytest.raises(DatasetError, match="No space left on device"):
        write_dataset(prepared(extract(tmp_path / "two.csv", 2)), home)
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
