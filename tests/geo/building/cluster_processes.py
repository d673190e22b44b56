"""A Dask cluster of real processes on loopback, and builds to compare."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

import pytest
from incident_files import STREET_HEADER, csv_bytes, street_row

ROOT = Path(__file__).parents[3]
DASK = Path(sys.executable).with_name("dask")
SECONDS_TO_START = 30


@dataclass
class Cluster:
    """A scheduler and its workers, each a process; workers have one thread and no nanny."""

    folder: Path
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @cached_property
    def address(self) -> str:
        """Where the scheduler listens, once it does."""
        file = self.folder / "scheduler.json"
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self.scheduler.poll() is None:
            try:
                return str(json.loads(file.read_text("utf-8"))["address"])
            except (FileNotFoundError, json.JSONDecodeError):
                time.sleep(0.05)
        pytest.fail(f"No scheduler: {(self.folder / 'scheduler.log').read_text('utf-8')}")

    def start_worker(self, path: Path | None = None) -> None:
        """Start one more. What lies in `path` hides what it would import otherwise."""
        name = f"worker-{len(self.workers)}"
        command = ["worker", "--scheduler-file", "scheduler.json", "--no-nanny", "--nthreads", "1"]
        command += [
            "--host",
            "127.0.0.1",
            "--dashboard-address",
            "127.0.0.1:0",
            "--local-directory",
            f"local-{name}",
        ]
        paths = os.pathsep.join(str(item) for item in (path, ROOT) if item)
        self.workers.append(_start(self.folder, name, command, PYTHONPATH=paths))

    @contextmanager
    def one_worker(self, path: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """One that ends with the block."""
        self.start_worker(path)
        yield self.workers[-1]
        self.workers[-1].kill()
        self.workers[-1].wait()

    def wait_for_workers(self, count: int) -> None:
        """Wait until so many have said that they are there."""
        deadline = time.monotonic() + SECONDS_TO_START
        while self._registered() < count:
            if time.monotonic() > deadline or any(worker.poll() for worker in self.workers):
                logs = [file.read_text("utf-8") for file in self.folder.glob("worker-*.log")]
                pytest.fail(f"No {count} workers: {logs}")
            time.sleep(0.05)

    def _registered(self) -> int:
        logs = self.folder.glob("worker-*.log")
        return sum("Registered to" in log.read_text("utf-8") for log in logs)


def _start(
    folder: Path, name: str, command: list[str], **environment: str
) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DASK_TEMPORARY_DIRECTORY": str(folder), **environment}
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [DASK, *command], cwd=folder, stdout=log, stderr=log, env=environment
        )


@contextmanager
def running_cluster(folder: Path, workers: int, deaths: int = 3) -> Iterator[Cluster]:
    """A scheduler on a free port, with so many workers on the way. All end with the block.

    A task that `deaths` workers died of gets one more, and is then given up.
    """
    command = ["scheduler", "--host", "127.0.0.1", "--port", "0"]
    command += ["--dashboard-address", "127.0.0.1:0", "--scheduler-file", "scheduler.json"]
    allowed = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(deaths)}
    paths = str(without_safermap(folder))  # the scheduler has no need of it
    scheduler = _start(folder, "scheduler", command, PYTHONPATH=paths, **allowed)
    cluster = Cluster(folder, scheduler)
    try:
        for _ in range(workers):
            cluster.start_worker()
        yield cluster
    finally:
        for process in (*cluster.workers, cluster.scheduler):
            process.kill()  # a stopped process hears nothing else
            process.wait()


def without_safermap(folder: Path) -> Path:
    """A path that hides safermap from a process."""
    path = folder / "without"
    (path / "geo").mkdir(parents=True)
    (path / "geo/__init__.py").touch()
    return path


def street_files(folder: Path, months: int, rows: int) -> Path:
    """A folder of street files, one a month, with all that happens to rows.

    Some have a crime ID of the month before, some no place, some a month that is none; the last
    file is there twice.
    """
    folder.mkdir()
    for number in range(months):
        random = Random(number)  # noqa: S311  rows, no secrets
        month = f"{2016 + number // 12}-{1 + number % 12:02d}"
        lines = [_row(random, month, number * rows + n - rows // 10) for n in range(rows)]
        name = f"{month}-west-mercia-street.csv"
        (folder / name).write_bytes(csv_bytes(STREET_HEADER, *lines))
    (folder / "again.csv").write_bytes((folder / name).read_bytes())
    return folder


def _row(random: Random, month: str, identity: int) -> str:
    longitude, latitude = random.uniform(-3.1, -2.3), random.uniform(52.3, 52.95)
    kind = random.choice(["Burglary", "Drugs", "Anti-social behaviour"])
    changed = {
        "Crime_ID": "" if kind == "Anti-social behaviour" else f"{identity:064x}",
        "Month": "soon" if random.random() < 0.01 else month,
        "Crime_type": kind,
        "LSOA_code": "",
        "LSOA_name": "",
        "Longitude": f"{longitude:.6f}",
        "Latitude": f"{latitude:.6f}",
    }
    if random.random() < 0.02:
        changed |= {"Longitude": "", "Latitude": "", "Location": "No Location"}
    return street_row(**changed)


def contents(version: Path) -> dict[str, Any]:
    """Every file of a version with its bytes; the manifest without the times of the build."""
    found: dict[str, Any] = {
        str(path.relative_to(version)): path.read_bytes() if path.is_file() else None
        for path in version.rglob("*")
    }
    manifest = json.loads(found["manifest.json"])
    del manifest["created"]
    for entry in manifest["history"]:
        del entry["created"], entry["version"]
    return found | {"manifest.json": manifest}


def after(count: int, act: Callable[[], None]) -> Callable[..., Iterator[Any]]:
    """A progress that acts once so many parts have come."""

    def progress(parts: Iterator[Any], _: int) -> Iterator[Any]:
        for number, part in enumerate(parts, 1):
            if number == count:
                act()
            yield part

    return progress
