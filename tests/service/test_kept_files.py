"""Files are made once, kept within a bound, whole or not at all, and gone with the process."""

import asyncio
import gc
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from pyogrio.errors import FeatureError
from serving import serving
from starlette.testclient import TestClient

from geo.dataset import Dataset
from geo.errors import StorageError
from service.app import create_app
from service.file_body import FileBody
from service.files import LOCK, Files, clear_left
from service.site import Site

ITEMS = "/collections/lsoas/items"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def held(place: Path) -> list[Path]:
    gc.collect()
    return [path for path in place.rglob("*") if path.is_file() and path.name != LOCK]


def test_those_who_ask_at_once_share_one_file(place: Path) -> None:
    files, made, start = Files(), [], threading.Barrier(8)

    def write(path: Path) -> None:
        made.append(path)
        threading.Event().wait(0.2)
        path.write_bytes(b"content")

    def ask(_: int) -> object:
        start.wait()
        return files.get("key", "txt", write)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert len(made) == 1
    assert len(set(map(id, found))) == 1
    assert files.get("key", "txt", write) is found[0]
    assert held(place) == made


def test_the_least_recently_asked_give_way_but_not_while_one_is_sent(place: Path) -> None:
    files = Files(25)

    def ask(name: str, size: int = 10) -> object:
        return files.get(name, "txt", lambda path: path.write_bytes(b"x" * size))

    ask("a")
    sent = ask("b")
    ask("a")
    ask("c")  # b gives way, and is still being sent
    assert len(held(place)) == 3
    body = FileBody(sent, "text/plain", {}, None)  # type: ignore[arg-type]
    assert body.file.path.read_bytes() == b"x" * 10
    del sent, body
    assert len(held(place)) == 2
    ask("too large to keep", 30)
    assert sum(path.stat().st_size for path in held(place)) == 20
    files.close()
    assert held(place) == []
    ask("a")
    assert len(held(place)) == 1


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), FeatureError("disk I/O error")]
)
def test_what_the_disk_does_not_take_leaves_nothing_and_is_asked_anew(
    place: Path, error: Exception
) -> None:
    files = Files()

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        path.with_name(f"{path.name}-journal").write_bytes(b"of it")
        raise error

    with pytest.raises(StorageError, match="disk for temporary files"):
        files.get("key", "gpkg", fail)
    assert held(place) == []
    found = files.get("key", "gpkg", lambda path: path.write_bytes(b"whole"))
    assert found.path.read_bytes() == b"whole"


def test_where_files_go_is_chosen_before_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, later = tmp_path / "first", tmp_path / "later"
    first.mkdir()
    later.mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("TMPDIR", str(first))
    files = Files()
    monkeypatch.setenv("TMPDIR", str(later))  # what would be chosen by now
    made = files.get("key", "csv", lambda path: path.write_bytes(b"whole"))
    assert first in made.path.parents


def test_a_full_disk_is_a_problem_that_says_so(
    embedded: Dataset, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(embedded)
    client = TestClient(create_app(site), raise_server_exceptions=False)
    monkeypatch.setattr("tempfile.tempdir", str(place / "absent"))
    response = client.get(f"{ITEMS}?f=gpkg")
    assert response.status_code == 507
    assert response.headers["content-type"] == "application/problem+json"
    assert "No such file or directory" in response.json()["detail"]
    monkeypatch.setattr("tempfile.tempdir", str(place))
    assert client.get(f"{ITEMS}?f=gpkg").status_code == 200


LIMITED = """
import resource, signal, sys, warnings
from pathlib import Path
from starlette.testclient import TestClient
from service.app import create_app
from service.site import Site
client = TestClient(create_app(Site.open(Path(sys.argv[1]))), raise_server_exceptions=False)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
most = resource.getrlimit(resource.RLIMIT_FSIZE)
for kind in sys.argv[2:]:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, most[1]))
    bad = client.get(f"/collections/lsoas/items?f={kind}")
    resource.setrlimit(resource.RLIMIT_FSIZE, most)
    good = client.get(f"/collections/lsoas/items?f={kind}")
    print(kind, bad.status_code, good.status_code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_every_format_tells_a_disk_that_takes_no_more(embedded_home: Path) -> None:
    kinds = ["gpkg", "shp", "fgb", "parquet", "kml", "geojsonseq"]
    found = subprocess.run(
        [sys.executable, "-c", LIMITED, str(embedded_home), *kinds],
        capture_output=True, text=True, timeout=120, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert found.stdout.splitlines() == [f"{kind} 507 200" for kind in kinds], found.stderr


def test_the_folder_goes_with_the_process(embedded_home: Path, tmp_path: Path) -> None:
    program = (
        "import sys, tempfile\nfrom pathlib import Path\ntempfile.tempdir = sys.argv[2]\n"
        "from starlette.testclient import TestClient\nfrom service.app import create_app\n"
        "from service.site import Site\n"
        "client = TestClient(create_app(Site.open(Path(sys.argv[1]))))\n"
        "assert client.get('/collections/lsoas/items?f=fgb').status_code == 200\n"
        "print(len(list(Path(sys.argv[2]).rglob('*.fgb'))))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, str(embedded_home), str(tmp_path)],
        capture_output=True, text=True, timeout=60, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert found.stdout == "1\n", found.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_stopped_leaves_no_folder(
    embedded_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    with serving(tmp_path / "log.txt", "--dataset", embedded_home) as address:
        assert httpx2.get(f"{address}{ITEMS}?f=gpkg", trust_env=False).status_code == 200
        assert len(held(place)) == 1
    assert list(place.iterdir()) == []


def test_a_client_that_goes_away_leaves_the_file_for_the_next(embedded: Dataset) -> None:
    site = Site(embedded)
    app = create_app(site)
    client = TestClient(app)
    whole = client.get(f"{ITEMS}?f=geojsonseq").content
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": "GET", "scheme": "http", "path": ITEMS, "raw_path": ITEMS.encode(),
        "query_string": b"f=geojsonseq", "root_path": "", "headers": [(b"host", b"testserver")],
        "client": ("127.0.0.1", 1), "server": ("testserver", 80),
    }  # fmt: skip
    sent: list[int] = []

    async def gone() -> dict[str, object]:
        await asyncio.sleep(0.01)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        sent.append(len(bytes(message.get("body", b""))))  # type: ignore[arg-type]
        await asyncio.sleep(0.1)

    asyncio.run(asyncio.wait_for(app(scope, gone, send), 30))  # type: ignore[arg-type]
    assert sum(sent) < len(whole)
    assert client.get(f"{ITEMS}?f=geojsonseq").content == whole


KILLED = """
import os, signal, sys
from service.files import Files
files = Files()
files.get("key", "txt", lambda path: path.write_text("left behind"))
print("made", flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_removed_and_no_other(place: Path) -> None:
    mine = Files()
    kept = mine.get("key", "txt", lambda path: path.write_text("mine"))
    (place / "safermap-file").write_text("no folder")
    for name in ("safermap-backups", "safermap-1-of-another"):
        (place / name).mkdir()
        (place / name / "theirs.tar").write_text("not of the service")
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], env={**os.environ, "TMPDIR": str(place)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline() == "made\n"
        clear_left()
        assert len([path for path in held(place) if path.suffix == ".txt"]) == 2
        other.communicate("\n")
    clear_left()
    assert [path for path in held(place) if path.suffix == ".txt"] == [kept.path]
    assert kept.path.read_text() == "mine"
    assert len(list(place.glob("safermap-*/theirs.tar"))) == 2
