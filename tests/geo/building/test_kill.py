"""A build that is killed at any moment leaves a whole dataset, and the next one makes it good."""

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from building import build_files
from command_line import tree
from incident_rows import incident_rows
from real_settings import YEAR_2018

from geo.dataset import Dataset
from geo.versions import all_versions, current_folder

SEED = 20260401  # of the moments; each is named in the failure


def command(safermap: str, home: Path, folder: Path) -> list[str]:
    return [safermap, "build", "--incidents", str(folder), "--out", str(home)]


def assert_whole(home: Path, ids: set[str], moment: str) -> None:
    """The served dataset opens, its counts are those of its rows, and it is one of those meant."""
    dataset = Dataset.open(home)
    rows = dataset.manifest["rows"]
    assert dataset.id in ids, moment
    assert int(dataset.counts.cube.sum()) == rows["located"] + rows["unlocated"], moment
    assert len(incident_rows(current_folder(home))) == rows["located"] + rows["unlocated"], moment


@pytest.mark.parametrize(("first", "kills"), [(True, 4), (False, 10)], ids=["first", "next"])
def test_a_build_killed_at_random_moments(
    shared: Path, tmp_path: Path, safermap: str, first: bool, kills: int
) -> None:
    folder, home = shared / "data" / YEAR_2018, tmp_path / "home"
    [october, *_] = sorted(folder.glob("*.csv"))
    whole = build_files(tmp_path / "undisturbed", *sorted(folder.glob("*.csv")))
    wanted = whole.manifest["dataset_id"]
    started = time.monotonic()
    subprocess.run(command(safermap, tmp_path / "timed", folder), check=True, capture_output=True)
    lasts = time.monotonic() - started
    moments = random.Random(SEED)  # noqa: S311  no secret
    died = 0
    for number in range(kills):
        if not first and number == 0:
            before = build_files(home, october).manifest["dataset_id"]
        after = moments.uniform(0.3, 1.0) * lasts
        moment = f"kill {number} after {after:.3f} s of {lasts:.3f} s, seed {SEED}"
        with subprocess.Popen(
            command(safermap, home, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(after)
            process.kill()
        killed = process.returncode == -signal.SIGKILL
        died += killed
        lasts = lasts if killed else min(lasts, after)  # the machine was busier when it was timed
        if first:
            if (home / "CURRENT").exists():
                assert_whole(home, {wanted}, moment)
        else:
            assert_whole(home, {before, wanted}, moment)
            for version in all_versions(home):
                assert version.manifest["dataset_id"] in {before, wanted}, moment
        if not first and Dataset.open(home).id == wanted:
            # The build was done before the kill: begin again from the old dataset.
            build_files(home, october)
    assert died >= kills // 2
    ended = subprocess.run(command(safermap, home, folder), capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert_whole(home, {wanted}, "after all")
    assert not list(home.glob(".building-*"))
    mine, theirs = tree(current_folder(home)), tree(whole.folder)
    assert mine.keys() == theirs.keys()
    assert {n for n in mine if mine[n] != theirs[n]} <= {"manifest.json"}


def test_of_two_builds_at_once_one_is_refused(shared: Path, tmp_path: Path, safermap: str) -> None:
    folder, home = shared / "data" / YEAR_2018, tmp_path / "home"
    both = [
        subprocess.Popen(
            command(safermap, home, folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    told = [process.communicate() for process in both]
    ended = sorted(process.returncode for process in both)
    assert ended in ([0, 2], [0, 0])  # both only where the one began after the other was done
    if ended == [0, 2]:
        [refused] = [e for (_, e), p in zip(told, both, strict=True) if p.returncode == 2]
        assert b"Another build is writing to" in refused
        assert b"Traceback" not in refused
    assert len(all_versions(home)) == 1
    assert_whole(home, {Dataset.open(home).id}, "two at once")
