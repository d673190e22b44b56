"""A build on a cluster gives what a build in threads gives, and every failure is a sentence."""

import itertools
import pickle
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from building import plan_files
from cluster_processes import (
    Cluster,
    after,
    contents,
    running_cluster,
    street_files,
    without_safermap,
)

from geo.building.build import Built, build
from geo.building.cluster import on_cluster
from geo.building.cluster_task import packed, versions
from geo.building.parts import PartTask
from geo.building.runners import Made, Run, in_threads
from geo.errors import InputError, SafermapError
from geo.incidents import ColumnMap
from geo.versions import current_folder

REAL = Path(__file__).parents[4] / "shared/data/police/2018-19"
MOST_SENT = 10_000  # bytes
COLUMN_MAP = """
name = "Council"
encoding = "cp1252"
date_format = "%d/%m/%Y"
[columns]
date = "When"
offence = "What"
easting = "X"
northing = "Y"
[offence]
'Burglary' = 'burglary'
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers, for builds that harm neither."""
    with running_cluster(tmp_path_factory.mktemp("cluster"), workers=2) as cluster:
        cluster.wait_for_workers(2)
        yield cluster


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler that no worker has come to, and that gives a task up with its first one."""
    with running_cluster(tmp_path_factory.mktemp("lonely"), workers=0, deaths=0) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Street files of two years, of 600 rows each."""
    return street_files(tmp_path_factory.mktemp("files") / "street", 24, 600)


@pytest.fixture(scope="module")
def made(files: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one thread makes of them."""
    return contents(built(files, tmp_path_factory.mktemp("made"), in_threads(1)).folder)


def built(files: Path, home: Path, run: Run, **more: Any) -> Built:  # noqa: ANN401
    return build(plan_files(files), home, run, **more)


def refusal(files: Path, home: Path, run: Run, **more: Any) -> str:  # noqa: ANN401
    """The sentence that a build ends with, which leaves nothing behind."""
    with pytest.raises(SafermapError) as caught:
        built(files, home, run, **more)
    assert not home.exists()
    return str(caught.value)


def map_of(words: int, folder: Path) -> ColumnMap:
    """A column map with so many words for offences."""
    file = folder / "map.toml"
    lines = (f"'A longer word for burglary, number {n}' = 'burglary'\n" for n in range(words - 1))
    file.write_text(COLUMN_MAP + "".join(lines))
    return ColumnMap.read(file)


@pytest.fixture
def command(safermap: str, cluster: Cluster) -> Callable[..., subprocess.Popen[str]]:
    """Start `safermap build` on the cluster."""

    def start(*arguments: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [safermap, "build", "--scheduler", cluster.address, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.mark.parametrize("workers", [2, 4])
def test_threads_give_what_one_gives(
    workers: int, files: Path, made: dict[str, Any], tmp_path: Path
) -> None:
    assert contents(built(files, tmp_path, in_threads(workers)).folder) == made


def test_a_cluster_gives_what_one_thread_gives(
    cluster: Cluster, files: Path, made: dict[str, Any], tmp_path: Path
) -> None:
    assert contents(built(files, tmp_path, on_cluster(cluster.address)).folder) == made
    assert made["manifest.json"]["rows"]["refused"] > 100  # there was something to tell apart
    assert made["manifest.json"]["files_passed_over"]


def test_a_second_build_on_a_cluster_takes_over_what_one_in_threads_does(
    cluster: Cluster, files: Path, tmp_path: Path
) -> None:
    found = []
    fewer, more = (sorted(files.glob("20*"))[:count] for count in (4, 5))
    for name, run in (("one", in_threads(1)), ("two", on_cluster(cluster.address))):
        build(plan_files(*fewer), tmp_path / name, run)
        found.append(contents(build(plan_files(*more), tmp_path / name, run).folder))
    assert found[0] == found[1]
    assert found[0]["manifest.json"]["history"][0]["reused"] == 4


def test_the_command_gives_it_and_says_no_more_than_in_threads(
    cluster: Cluster,
    command: Callable[..., subprocess.Popen[str]],
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Given with a path that means nothing to workers, which stand in another folder."""
    (cluster.folder / "user").mkdir()
    monkeypatch.chdir(cluster.folder / "user")
    Path("street").symlink_to(REAL if REAL.exists() else files)
    started = command("--incidents", "street", "--out", "dataset")
    _, errors = started.communicate(timeout=60)
    assert started.returncode == 0, errors
    here = built(Path("street"), Path("threads"), in_threads(2))
    assert contents(current_folder(Path("dataset"))) == contents(here.folder)
    said = errors.splitlines()
    assert len(said) == len(list(Path("street").iterdir()))
    assert all(line.startswith("Read ") for line in said)


def stopped_in_the_middle(cluster: Cluster, home: Path, killed: int) -> Callable[[], None]:
    """Stop every worker, see that there is work left, kill some and let the others go on."""

    def act() -> None:
        for worker in cluster.workers:
            worker.send_signal(signal.SIGSTOP)
        [parts] = home.glob(".building-*/parts")
        assert 1 <= len(list(parts.glob("[!.]*"))) < 24
        (parts / ".begun.zip").write_bytes(b"half")  # as a worker that dies in writing leaves it
        for worker in cluster.workers[:killed]:
            worker.kill()
        for worker in cluster.workers:
            worker.send_signal(signal.SIGCONT)

    return act


def test_a_killed_worker_changes_nothing_and_without_any_the_build_ends(
    files: Path, made: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "mortal").mkdir()
    with running_cluster(tmp_path / "mortal", workers=2) as mortal:
        mortal.wait_for_workers(2)
        run = on_cluster(mortal.address, patience=1)
        kill_one = after(1, stopped_in_the_middle(mortal, tmp_path / "one", killed=1))
        assert contents(built(files, tmp_path / "one", run, progress=kill_one).folder) == made

        kill_all = after(1, stopped_in_the_middle(mortal, tmp_path / "all", killed=2))
        begun = time.monotonic()
        words = refusal(files, tmp_path / "all", run, progress=kill_all)
        assert time.monotonic() - begun < 15
        assert f"{mortal.address} has had no worker for 1 seconds" in words
        assert "of 25 files were read" in words


def test_a_scheduler_that_dies_is_a_sentence(files: Path, tmp_path: Path) -> None:
    (tmp_path / "mortal").mkdir()
    with running_cluster(tmp_path / "mortal", workers=1) as mortal:
        begun = time.monotonic()
        kill = after(3, mortal.scheduler.kill)
        words = refusal(files, tmp_path / "home", on_cluster(mortal.address), progress=kill)
    assert time.monotonic() - begun < 20
    assert f"The scheduler at {mortal.address} is gone; " in words


def test_an_interrupted_command_ends_and_leaves_nothing(
    cluster: Cluster,
    command: Callable[..., subprocess.Popen[str]],
    files: Path,
    tmp_path: Path,
) -> None:
    """Even where the workers are too busy to answer."""
    home = tmp_path / "home"
    started = command("--incidents", files, "--out", home)
    while not any(home.glob(".building-*/parts/[!.]*")) and started.poll() is None:
        time.sleep(0.01)
    for worker in cluster.workers:
        worker.send_signal(signal.SIGSTOP)
    started.send_signal(signal.SIGINT)
    try:
        _, errors = started.communicate(timeout=15)
    finally:
        for worker in cluster.workers:
            worker.send_signal(signal.SIGCONT)
    assert started.returncode == 130, errors
    assert "Traceback" not in errors
    assert not home.exists()


def test_no_worker_is_a_sentence(lonely: Cluster, files: Path, tmp_path: Path) -> None:
    words = refusal(files, tmp_path / "home", on_cluster(lonely.address, patience=1))
    assert f"The cluster at {lonely.address} has had no worker for 1 seconds; 0 of 25" in words
    assert f"dask worker {lonely.address}" in words


def test_a_worker_of_another_version_is_a_sentence(
    lonely: Cluster, files: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other/safermap-9.9.9.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: safermap\nVersion: 9.9.9\n")
    with lonely.one_worker(other.parent):
        words = refusal(files, tmp_path / "home", on_cluster(lonely.address))
    mine = versions()["safermap"]
    assert f"has safermap 9.9.9 and the build has {mine}; install the same" in words


def test_a_worker_without_safermap_is_a_sentence(
    lonely: Cluster, files: Path, tmp_path: Path
) -> None:
    """Which lives on, for others may use it."""
    with lonely.one_worker(without_safermap(tmp_path)) as worker:
        words = refusal(files, tmp_path / "home", on_cluster(lonely.address))
        assert worker.poll() is None
    assert "cannot run safermap: No module named 'geo.building'. Install the same" in words


def test_a_file_that_workers_die_of_is_a_sentence(
    lonely: Cluster, files: Path, tmp_path: Path
) -> None:
    with lonely.one_worker() as worker:
        kill = after(3, worker.kill)
        words = refusal(files, tmp_path / "home", on_cluster(lonely.address), progress=kill)
    assert str(files) in words
    assert "-street.csv was given up: every worker that read it died." in words


@pytest.mark.parametrize("place", ["file", "areas", "parts"])
def test_a_worker_without_the_folders_is_a_sentence(
    place: str, cluster: Cluster, files: Path, tmp_path: Path
) -> None:
    def run(tasks: Sequence[PartTask]) -> Made:
        gone = Path("/nowhere") / place
        changed = [
            replace(task, file=replace(task.file, path=gone))
            if place == "file"
            else replace(task, **{place: gone})
            for task in tasks
        ]
        return on_cluster(cluster.address)(changed)

    words = refusal(files, tmp_path / "home", run)
    assert f"{socket.gethostname()} cannot" in words
    assert f"/nowhere/{place}; the incident files and the folder of datasets must be the" in words


def test_an_error_on_a_worker_is_the_same_sentence(
    cluster: Cluster, command: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("colour,smell\nblue,none\n")
    words = refusal(wrong, tmp_path / "threads", in_threads(1))
    with pytest.raises(InputError) as caught:
        built(wrong, tmp_path / "cluster", on_cluster(cluster.address))
    assert str(caught.value) == words
    started = command("--incidents", wrong, "--out", tmp_path / "command")
    assert started.communicate(timeout=60) == ("", f"safermap: {words}\n")
    assert started.returncode == 2


@pytest.mark.parametrize(
    "address", ["nonsense", "127.0.0.1:8786", "tcp://127.0.0.1", "tcp://a:99999", "http://a:80", ""]
)
def test_what_is_no_address_is_a_sentence(address: str) -> None:
    with pytest.raises(SafermapError, match=r"is no address of a Dask .* like tcp://host:8786"):
        on_cluster(address)


@pytest.mark.parametrize("listens", [False, True])
def test_what_is_no_scheduler_is_a_sentence(listens: bool, files: Path, tmp_path: Path) -> None:
    """Nothing there, or something that takes connections and says nothing."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        if listens:
            other.listen()
        address = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        words = refusal(files, tmp_path / "home", on_cluster(address, patience=0.5))
    assert f"There is no Dask scheduler at {address}: within 0.5 seconds" in words


def test_a_task_and_its_account_are_small(files: Path, tmp_path: Path) -> None:
    """The points stay where they are: sending them takes longer than reading the file."""
    sent, came = [], []
    extract = tmp_path / "extract.csv"
    extract.write_text("When,What,X,Y\n" + "01/02/2019,Burglary,349132,312545\n" * 1000)
    column_map = map_of(100, tmp_path)

    def run(tasks: Sequence[PartTask]) -> Made:
        sent.extend(map(packed, tasks))
        for number, part in in_threads(1)(tasks):
            came.append(pickle.dumps(part))
            yield number, part

    build(plan_files(files, extract, column_map=column_map), tmp_path / "home", run)
    assert len(sent) == len(came) == 26
    assert max(map(len, itertools.chain(sent, came))) < MOST_SENT
