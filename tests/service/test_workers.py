"""Several workers as one service: the same answers, and none lost when one of them ends."""

import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from building import build_files
from every_page import EVERY_PAGE
from serving import PATIENCE, Served, started, until

from geo.errors import SafermapError
from geo.versions import all_versions, roll_back
from service.formats import FORMATS
from service.listening import listen
from service.running import check_workers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone")

CLIENTS = 6
TILES = "/collections/hotspots/tiles/WebMercatorQuad"
BESIDE_PAGES = [
    *(f"/collections/hotspots/items?f={kind}&theme=asb" for kind in FORMATS),
    *(f"/collections/hotspots/style?f={kind}" for kind in ("qml", "sld", "qlr")),
    TILES, f"{TILES}/8/84/126?theme=asb", "/qgis/project.qgs", "/feed", "/health",
    "/rural?f=csv", "/static/joined/maps.js", "/static/folium.js",
    "/collections/density/items?town=shrewsbury&f=geojson",
    "/collections/lsoas/items?filter=count>100&crs=http://www.opengis.net/def/crs/EPSG/0/27700",
]  # fmt: skip
AS = {"Host": "maps.example"}  # it is in the answers, and so in their tags
TOLD = ("ETag", "Last-Modified", "Content-Type", "Content-Security-Policy", "Vary")
BUSY = [
    "/health", "/", "/collections/lsoas/items?theme=asb&limit=5", "/towns/oswestry?theme=asb",
    "/collections/towns/items?f=gpkg", "/collections/hotspots/items?f=html",
    f"{TILES}/8/84/126?theme=asb", "/collections/lsoas/items?f=fgb",
]  # fmt: skip


@pytest.fixture
def home(embedded_home: Path, extract: Path, tmp_path: Path) -> Path:
    """Two versions of a dataset, the embedded one before, and a small one that is current."""
    shutil.copytree(embedded_home, tmp_path / "home")
    build_files(tmp_path / "home", extract)
    return tmp_path / "home"


def one(address: str, headers: dict[str, str] | None = None) -> httpx2.Response:
    """An answer by a connection of its own, so that any worker may give it."""
    return httpx2.get(address, headers=headers, trust_env=False, timeout=PATIENCE)


def dataset(served: Served) -> str:
    return str(one(f"{served.address}/health").json()["dataset_id"])


@dataclass
class Load:
    """What clients that keep their connections met with."""

    answered: int = 0
    failed: list[str] = field(default_factory=list)


@contextmanager
def load(served: Served) -> Iterator[Load]:
    """Clients that ask without a pause until it is left."""
    found, enough = Load(), threading.Event()

    def ask(number: int) -> None:
        with httpx2.Client(base_url=served.address, trust_env=False, timeout=PATIENCE) as client:
            while not enough.is_set():
                address = BUSY[(found.answered + number) % len(BUSY)]
                try:
                    status = client.get(address).status_code
                except httpx2.TransportError as error:
                    found.failed.append(f"{address}: {error!r}")
                    continue
                if status != 200:
                    found.failed.append(f"{address}: {status}")
                found.answered += 1

    with ThreadPoolExecutor(CLIENTS) as clients:
        asking = [clients.submit(ask, number) for number in range(CLIENTS)]
        try:
            yield found
        finally:
            enough.set()
    for each in asking:
        each.result()


def test_any_worker_gives_the_same_answer(embedded_home: Path, tmp_path: Path) -> None:
    """Files by GDAL, tiles, pages and data, each made by several workers for itself."""
    logs = [tmp_path / "alone.txt", tmp_path / "several.txt"]
    with (
        started(logs[0], "--dataset", embedded_home) as alone,
        started(logs[1], "--dataset", embedded_home, "--workers", 3) as several,
    ):
        assert (len(alone.workers()), len(several.workers())) == (1, 3)
        for path in [*EVERY_PAGE, *BESIDE_PAGES]:
            answers = [one(f"{served.address}{path}", AS) for served in [alone, *[several] * 4]]
            found = {(answer.status_code, answer.content) for answer in answers}
            assert len(found) == 1, path
            assert answers[0].status_code < 500, path
            told = {tuple(answer.headers.get(name) for name in TOLD) for answer in answers}
            assert len(told) == 1, path
        for _ in range(4):
            briefing = one(f"{several.address}/towns/oswestry/briefing")
            assert briefing.content.startswith(b"%PDF-")
    for log in logs:
        assert len(log.read_text("utf-8").splitlines()) == 1


def test_a_killed_worker_fails_its_own_requests_alone(embedded_home: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with started(
        log, "--dataset", embedded_home, "--workers", 3, temporary=tmp_path
    ) as served, load(served) as found:  # fmt: skip

        def files_of(worker: int) -> list[Path]:
            return list(tmp_path.glob(f"safermap-{worker}-*/*"))

        until(lambda: found.answered > 100, log)
        for _ in range(2):
            killed = next(filter(files_of, served.workers()))
            os.kill(killed, signal.SIGKILL)
            until(lambda: len(set(served.workers()) - {killed}) == 3, log)  # noqa: B023
            assert files_of(killed) == []
            met = found.answered
            until(lambda: found.answered > met + 100, log)  # noqa: B023
        assert len(found.failed) <= 2 * CLIENTS
    assert log.read_text("utf-8").count("a worker ended by itself (-9); another takes") == 2


def test_no_request_fails_while_versions_are_switched(home: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    embedded, small = all_versions(home)
    ids = {version.name: version.manifest["dataset_id"] for version in (embedded, small)}
    with started(log, "--dataset", home, "--workers", 2) as served:
        before = served.workers()
        with load(served) as found:
            assert dataset(served) == ids[small.name]
            for version in (embedded, small, embedded):
                met = found.answered
                roll_back(home, version.name)
                until(lambda: dataset(served) == ids[version.name], log)  # noqa: B023
                until(lambda: found.answered > met + 100, log)  # noqa: B023
        assert found.failed == []
        until(lambda: len(served.workers()) == 2, log)
        assert not set(served.workers()) & set(before)
        assert {dataset(served) for _ in range(10)} == {ids[embedded.name]}
    said = log.read_text("utf-8").splitlines()
    assert said[1:] == [f"Now serving {home / v.name}." for v in (embedded, small, embedded)]


def test_a_damaged_version_leaves_the_one_before_served(home: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    embedded, small = all_versions(home)
    with started(log, "--dataset", home, "--workers", 2) as served:
        before = served.workers()
        (embedded.folder / "counts.parquet").write_bytes(b"PAR1")
        roll_back(home, embedded.name)
        until(lambda: "damaged" in log.read_text("utf-8"), log)
        time.sleep(2)  # it is not tried again and again
        assert dataset(served) == small.manifest["dataset_id"]
        assert served.workers() == before
    said = log.read_text("utf-8")
    assert said.count(f"The dataset in {home} is damaged; build it again. What was served") == 1
    assert "Traceback" not in said


def test_partners_records_that_are_switched_to_are_public_no_more_than_before(
    home: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log.txt"
    embedded, small = all_versions(home)
    roll_back(home, embedded.name)
    public = ("--public", "--host", "0.0.0.0")  # noqa: S104  what is public may be there
    with started(log, "--dataset", home, *public) as served:
        roll_back(home, small.name)
        until(lambda: "Now serving" in log.read_text("utf-8"), log)
        until(lambda: dataset(served) != embedded.manifest["dataset_id"], log)
        assert dataset(served) != small.manifest["dataset_id"]  # a public view has its own
        assert one(f"{served.address}/collections/map-points/items").status_code == 404


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_what_is_being_sent_end_and_leaves_nothing(
    embedded_home: Path, tmp_path: Path, number: int
) -> None:
    log, temporary = tmp_path / "log.txt", tmp_path / "temporary"
    temporary.mkdir()
    with started(
        log, "--dataset", embedded_home, "--workers", 2, temporary=temporary
    ) as served:  # fmt: skip
        path = "/collections/lsoas/items?f=kml"
        whole = one(f"{served.address}{path}").content
        workers = served.workers()
        assert list(temporary.glob("safermap-*/*.kml"))
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", served.port))
            slow.sendall(f"GET {path} HTTP/1.1\r\nHost: {served.address[7:]}\r\n\r\n".encode())
            received = slow.recv(1024)
            served.process.send_signal(number)
            while piece := slow.recv(65_536):
                received += piece
        assert received.partition(b"\r\n\r\n")[2] == whole
        assert served.process.wait(PATIENCE) == 0
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
        assert list(temporary.iterdir()) == []
        listen("127.0.0.1", served.port).close()  # nobody else does
    assert len(log.read_text("utf-8").splitlines()) == 1


def test_workers_end_with_their_master(embedded_home: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with started(
        log, "--dataset", embedded_home, "--workers", 2, temporary=tmp_path
    ) as served:  # fmt: skip
        workers = served.workers()
        assert one(f"{served.address}/collections/lsoas/items?f=gpkg").is_success
        served.process.kill()
        until(lambda: not any(map(runs, workers)), log)
    assert list(tmp_path.glob("safermap-*")) == []


def runs(process: int) -> bool:
    """Whether it has not ended; an orphan that has may wait to be reaped."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_more_than_one_worker_needs_a_system_that_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    check_workers(1)
    with pytest.raises(SafermapError, match="--workers 2 needs Linux"):
        check_workers(2)
