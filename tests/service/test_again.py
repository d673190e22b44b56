"""What was asked again and again of a version is made of the next before anybody asks for it."""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving import PATIENCE, started, until
from starlette.testclient import TestClient
from starlette.types import Scope

from geo.dataset import Dataset
from geo.versions import all_versions, roll_back
from service.access.roles import Role
from service.again import TOLD_BYTES, make_again, read_again, scope_of, told_again
from service.app import create_app
from service.encodings import ENCODINGS
from service.kept import asked
from service.site import Site

BROWSER = {"Accept": "text/html"}
AGAIN = [
    "/", "/rural", "/towns/oswestry?theme=asb", "/collections/lsoas/items?f=html&theme=asb",
    "/collections/lsoas/items?theme=asb&f=geojson", "/collections?f=json",
    "/collections/hotspots/tiles/WebMercatorQuad/8/84/126?theme=asb",
]  # fmt: skip
HEADER = st.none() | st.binary(max_size=20)


def ask(
    site: Site, path: str, times: int = 1, head: Mapping[str, str] = BROWSER
) -> httpx2.Response:
    client = TestClient(create_app(site))
    answers = [client.get(path, headers=dict(head)) for _ in range(times)]
    assert len({answer.content for answer in answers}) == 1
    return answers[0]


def never() -> bool:
    return False


def test_what_was_asked_again_is_kept_before_it_is_asked(embedded: Dataset) -> None:
    before, after = Site(embedded), Site(embedded)
    answers = {path: ask(before, path, times=3).content for path in AGAIN}
    ask(before, "/business")
    questions = read_again([told_again({"analyst": before})])
    assert len(questions) == len(AGAIN)
    assert make_again({"analyst": after}, questions, never) == len(AGAIN)
    assert after.asked_again() == []
    for path, content in answers.items():
        assert ask(after, path).content == content
    assert {times for _, times in after.asked_again()} == {1}  # each was there at the first time
    assert len(after.asked_again()) == len(AGAIN)


def test_no_file_of_one_process_is_left_to_those_forked_from_it(
    embedded: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before, after = Site(embedded), Site(embedded)
    ask(before, AGAIN[-1], times=2)
    assert list(tmp_path.iterdir())
    before.files.close()
    assert make_again({"analyst": after}, read_again([told_again({"analyst": before})]), never)
    assert list(tmp_path.iterdir()) == []


def test_a_role_is_made_what_the_same_role_asked(embedded: Dataset) -> None:
    before: dict[Role, Site] = {"public": Site(embedded), "partner": Site(embedded)}
    after: dict[Role, Site] = {"public": Site(embedded), "analyst": Site(embedded)}
    ask(before["public"], "/rural", times=2)
    ask(before["partner"], "/business", times=9)
    assert make_again(after, read_again([told_again(before)]), never) == 1
    assert [site.kept(key) is not None for site in after.values() for key in keys(before)] == [
        True, False, False, False,
    ]  # fmt: skip


def keys(sites: Mapping[Role, Site]) -> list[tuple[object, ...]]:
    return [key for site in sites.values() for key, _ in site.asked_again()]


def test_what_cannot_be_had_any_more_stops_nothing(embedded: Dataset) -> None:
    site = Site(embedded)
    there = ("http", "testserver", "", "/rural", "", "text/html", None)
    gone = ("http", "testserver", "", "/towns/nowhere", "", "text/html", None)
    assert make_again({"analyst": site}, [("analyst", gone), ("analyst", there)], never) == 1


def test_it_is_enough_when_it_is_said(embedded: Dataset) -> None:
    site, looks = Site(embedded), iter([False, True])
    questions: list[tuple[Role, tuple[object, ...]]] = [
        ("analyst", ("http", "testserver", "", path, "", "text/html", None))
        for path in ("/rural", "/business", "/deprivation")
    ]
    assert make_again({"analyst": site}, questions, lambda: next(looks)) == 1


class Told(Site):
    """A site of which it is only known what was asked."""

    def __init__(self, found: list[tuple[tuple[object, ...], int]]) -> None:
        self.found = found

    def asked_again(self) -> list[tuple[tuple[object, ...], int]]:
        return self.found


def test_workers_are_added_up_and_what_is_asked_most_comes_first() -> None:
    first = told_again({"public": Told([(("a",), 3), (("b",), 4)])})
    second = told_again({"public": Told([(("a",), 2)]), "partner": Told([(("b",), 1)])})
    assert read_again([first, b"", second]) == [
        ("public", ("a",)), ("public", ("b",)), ("partner", ("b",)),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.text(max_size=2000), st.integers(1, 99)), max_size=60))
def test_no_worker_tells_more_than_is_taken_at_once(found: list[tuple[str, int]]) -> None:
    told = told_again({"public": Told([((text,), times) for text, times in found])})
    assert len(told) <= TOLD_BYTES
    most = sorted((times for _, times in found), reverse=True)
    assert [json.loads(line)[0] for line in told.splitlines()] == most[: len(told.splitlines())]


@given(
    scheme=st.sampled_from(["http", "https"]),
    host=HEADER,
    path=st.text(max_size=20),
    query=st.binary(max_size=40),
    accept=HEADER,
    encoding=st.none() | st.sampled_from(sorted(ENCODINGS)),
)
def test_a_question_that_was_told_is_the_same_question(
    *,
    scheme: str,
    host: bytes | None,
    path: str,
    query: bytes,
    accept: bytes | None,
    encoding: str | None,
) -> None:
    heads = {b"host": host, b"accept": accept, b"accept-encoding": encoding and encoding.encode()}
    scope: Scope = {
        "scheme": scheme, "root_path": "", "path": path, "query_string": query,
        "headers": [(name, value) for name, value in heads.items() if value is not None],
    }  # fmt: skip
    [(_, question)] = read_again([told_again({"public": Told([(asked(scope), 1)])})])
    assert asked(scope_of(question)) == asked(scope)


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone")
def test_a_service_that_switches_has_it_ready(embedded_home: Path, tmp_path: Path) -> None:
    log, home = tmp_path / "log.txt", tmp_path / "home"
    shutil.copytree(embedded_home, home)
    [now] = all_versions(home)
    (home / "20260101T000000.0Z").symlink_to(now.folder)
    with started(log, "--dataset", home, "--workers", 2, logged="json") as served:
        asking = httpx2.Client(
            base_url=served.address, headers=BROWSER, trust_env=False, timeout=PATIENCE
        )
        with asking as client:
            for path in AGAIN * 4:
                assert client.get(path).status_code == 200
        before = set(served.workers())
        roll_back(home, "20260101T000000.0Z")
        until(lambda: len(there := set(served.workers())) == 2 and not there & before, log)
        for path in AGAIN:
            with httpx2.Client(base_url=served.address, headers=BROWSER, trust_env=False) as client:
                assert client.get(path, timeout=PATIENCE).status_code == 200
    entries = [json.loads(line) for line in log.read_text("utf-8").splitlines()[1:]]
    at = next(n for n, entry in enumerate(entries) if entry["event"] == "switched")
    assert entries[at]["again"] == len(AGAIN)
    assert {entry["kept"] for entry in entries[at + 1 :]} == {True}
