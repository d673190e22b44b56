"""`safermap fetch` as a user runs it: alone, twice at once, and killed in the middle."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from publisher_server import ArcGis, File, PoliceApi, PublisherServer, Reply

from geo.incidents import read_incidents
from geo.publishers.cache import sha256_of
from service.cli import main

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)
Run = Callable[..., tuple[int, str, str]]


def archive() -> bytes:
    """A ZIP of a street file of 4,000 rows, large enough to be cut off in the middle."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        row = ",2026-06,West Mercia Police,West Mercia Police,-2.7,52.7,Here,,,Drugs,,\n"
        file.writestr("2026-06/2026-06-west-mercia-street.csv", HEADER + row * 4000)
    return made.getvalue()


ARCHIVE = archive()


@pytest.fixture
def options(addresses: Path, tmp_path: Path) -> list[str]:
    """Where this test's publishers are and where its files go."""
    folder, cache = str(tmp_path / "data"), str(tmp_path / "cache")
    return ["--addresses", str(addresses), "--into", folder, "--cache", cache]


@pytest.fixture
def run(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run the command in this process."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["safermap", "fetch", *arguments, *options])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def publishers(server: PublisherServer) -> PublisherServer:
    """Every publisher, well."""
    rows = [
        {"FID": n, "LSOA21CD": f"E0102{n:04d}", "BUA22NM": "Ludlow", "LAD22CD": "E06000051"}
        for n in range(5)
    ]
    server.answers = {
        "/api": PoliceApi([]),
        "/archive/2026-06.zip": File(ARCHIVE),
        "/outlines/0": ArcGis(rows),
        "/towns/0": ArcGis(rows),
        "/ruc/0": ArcGis(rows),
        "/codes/0": ArcGis(rows),
        "/imd/File_7.csv": File(b"LSOA code (2011),IMD Rank\nE01000001,1\n"),
        "/nomis": lambda asked: Reply.of({"obs": [] if asked.query["RecordOffset"] != "0" else [
            {"geography": {"geogcode": "E01020000"}, "time": {"value": 2024},
             "obs_value": {"value": 1500}},
        ]}),
    }  # fmt: skip
    return server


@pytest.mark.usefixtures("publishers")
@pytest.mark.parametrize(
    ("arguments", "name", "kind"),
    [
        ("police --months 2026-06", "police-2026-06.zip", "source"),
        ("police", "police-2026-06.zip", "source"),
        ("police --area -3,52,-2,53 --months 2026-06/2026-06", "2026-06-box-street.csv", "source"),
        ("boundaries --authority E06000051", "lsoa-2021-outlines-E06000051.geojson", "outlines"),
        ("boundaries", "lsoa-2021-outlines.geojson", "outlines"),
        ("deprivation --edition 2019", "deprivation-2019-File_7.csv", "deprivation"),
        ("rural-urban", "rural-urban-2021.csv", "rural_urban"),
        ("population", "residents-lsoa-2021-latest.csv", "residents"),
        ("towns --authority E06000051", "towns-2021-E06000051.csv", "look_up"),
        ("look-up", "lsoa-2011-to-2021.csv", "code_look_up"),
    ],
)
def test_each_command_writes_one_file_and_says_so(
    run: Run, tmp_path: Path, arguments: str, name: str, kind: str
) -> None:
    code, out, err = run(*arguments.split())
    assert code == 0, err
    path = tmp_path / "data" / name
    assert [item.name for item in path.parent.iterdir()] == [name]
    assert f"Wrote {path}" in out
    assert f"sha256 {sha256_of(path)}" in out
    told = tomllib.loads(out.partition("For safermap.toml:\n")[2])
    if kind == "source":
        [facts] = told["source"]
        assert (facts["kind"], facts["files"]) == ("police-street", str(path))
    else:
        facts = (told["area"]["towns"] if kind == "look_up" else told["area"])[kind]
        assert facts["file"] == str(path)
    assert facts["licence"] == "Open Government Licence v3.0"
    assert "{" not in facts["title"]


@pytest.mark.usefixtures("publishers")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("police --months 2026-05", "[entry.police-archive]"),
        ("police --months June", "'June' is not a month"),
        ("police --area nowhere.shp", "no outline file nowhere.shp"),
        ("police --area -3,52,-2,53 --months 2026-06/2026-05", "--months: The period ends"),
        ("boundaries --authority Shropshire", "'Shropshire' is not the code"),
        ("deprivation", "--address"),
        ("rural-urban --vintage 2011", "--addresses"),
        ("population --vintage 2011", "--addresses"),
        ("towns --vintage 2011", "--addresses"),
        ("population --year 3", "3 is not a year"),
        ("towns --addresses none.toml", "none.toml cannot be read"),
        ("look-up --into /proc/nowhere", "/proc/nowhere"),
        ("look-up --cache /proc/nowhere", "/proc/nowhere"),
    ],
)
def test_a_failure_is_one_sentence_and_leaves_nothing(
    options: list[str], run: Run, tmp_path: Path, arguments: str, words: str
) -> None:
    given = arguments.split()
    for name in {"--addresses", "--into", "--cache"} & set(given):
        place = options.index(name)
        del options[place : place + 2]
    code, out, err = run(*given)
    said = [line for line in err.splitlines() if not line.startswith("Fetching ")]
    assert (code, out, len(said)) == (2, "", 1), err
    assert said[0].startswith("safermap: ")
    assert words in said[0]
    assert not list(tmp_path.glob("data/**/*"))


def test_the_cache_may_be_set_for_good(
    options: list[str], run: Run, publishers: PublisherServer, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    del options[options.index("--cache") :]
    monkeypatch.setenv("SAFERMAP_CACHE", str(tmp_path / "mine"))
    for _ in range(2):
        code, out, err = run("police", "--months", "2026-06")
        assert code == 0
        assert "Fetching 2026-06.zip: 65,536 of " in err or "Unchanged since it was kept." in out
    assert list((tmp_path / "mine").glob("*.data"))
    assert len(publishers.asked) == 2


def test_a_failure_leaves_the_old_file(
    run: Run, publishers: PublisherServer, tmp_path: Path
) -> None:
    assert run("police", "--months", "2026-06")[0] == 0
    publishers.answers["/archive/2026-06.zip"] = File(ARCHIVE[:9000], etag='"two"')
    assert run("police", "--months", "2026-06")[0] == 2
    assert (tmp_path / "data/police-2026-06.zip").read_bytes() == ARCHIVE


def spawn(safermap: str, options: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [safermap, "fetch", "police", "--months", "2026-06", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "COLUMNS": "200", "NO_PROXY": "127.0.0.1"},
    )  # fmt: skip


def test_a_killed_fetch_is_carried_on(
    safermap: str, options: list[str], publishers: PublisherServer, tmp_path: Path
) -> None:
    publishers.answers["/archive/2026-06.zip"] = File(ARCHIVE, pause=0.02)
    with spawn(safermap, options) as process:
        deadline = time.monotonic() + 10
        while not any(part.stat().st_size > 50_000 for part in tmp_path.glob("cache/*.part")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert not (tmp_path / "data").exists()
    publishers.answers["/archive/2026-06.zip"] = File(ARCHIVE)
    with spawn(safermap, options) as process:
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "Wrote" in out
    asked = publishers.asked[-1].headers
    assert int(re.findall(r"\d+", asked["Range"])[0]) > 50_000
    path = tmp_path / "data/police-2026-06.zip"
    assert path.read_bytes() == ARCHIVE
    [read] = read_incidents([path])
    assert (read.read, read.refusals) == (4000, [])


def test_two_at_once_fetch_once(
    safermap: str, options: list[str], publishers: PublisherServer, tmp_path: Path
) -> None:
    publishers.answers["/archive/2026-06.zip"] = File(ARCHIVE, pause=0.005)
    with spawn(safermap, options) as one, spawn(safermap, options) as other:
        for process in (one, other):
            _, err = process.communicate(timeout=20)
            assert process.returncode == 0, err
    asked = [item.headers.get("If-None-Match") for item in publishers.asked]
    assert asked == [None, '"one"']
    assert (tmp_path / "data/police-2026-06.zip").read_bytes() == ARCHIVE


def test_other_commands_do_not_load_the_network(safermap: str) -> None:
    code = (
        "import json, sys, service.cli; "
        "print(json.dumps([name for name in sys.modules if name.startswith('geo.publishers') "
        "or name in ('urllib3', 'platformdirs', 'fastapi', 'distributed')]))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == []
