"""Who was shown what that is not public is recorded before it is sent, and nothing else is."""

import json
import os
import shutil
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from made_dataset import COUNTS, POLICE, made
from made_partner import partner
from starlette.testclient import TestClient

from geo.dataset import Dataset
from geo.public.view import public_view
from service.access.access import Access
from service.access.refusals import MOST, SECONDS, Refusals
from service.app import create_app
from service.audit.log import AuditLog
from service.audit.read import verify
from service.operation.counts import Counts
from service.site import Site

ITEMS = "/collections/lsoas/items"
HERE = {"Origin": "http://testserver"}


@dataclass
class Watched:
    client: TestClient
    folder: Path
    token: str

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What the log has, read without our own code."""
        files = sorted(self.folder.glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def get(self, path: str, **headers: str) -> Any:  # noqa: ANN401
        shown = {"Authorization": f"Bearer {self.token}", **headers}
        return self.client.get(path, headers=shown)


def watched(whole: Dataset, folder: Path) -> Watched:
    sites = {
        "public": Site(public_view(whole), role="public"),
        "partner": Site(whole, role="partner"),
        "analyst": Site(whole, role="analyst"),
    }
    access, log = Access(folder / "access"), folder / "audit"
    _, token = access.tokens.create("Rural team", "partner", "1d")
    app = create_app(sites, access=access, audit=AuditLog(log))  # type: ignore[arg-type]
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    return Watched(client, log, token)


@pytest.fixture
def service(tmp_path: Path) -> Watched:
    return watched(partner(tmp_path / "home", 1), tmp_path)


def test_what_a_partner_is_shown_is_recorded_each_time(service: Watched) -> None:
    path = f"{ITEMS}?theme=burglary&filter=count%20%3E%203"
    first = service.get(path)
    service.get(path)  # a kept answer
    service.get(path, **{"If-None-Match": first.headers["etag"]})
    service.get(f"{ITEMS}?f=gpkg")
    assert [one["what"]["status"] for one in service.entries] == [200, 200, 304, 200]
    entry = service.entries[0]
    number = service.token.split("_")[1]
    assert (entry["actor"], entry["role"]) == (f"Rural team ({number})", "partner")
    assert entry["what"]["layer"] == "lsoas"
    assert entry["what"]["query"] == "theme=burglary&filter=count%20%3E%203"
    assert entry["what"]["format"] == "application/geo+json"
    assert entry["what"]["bytes"] == int(first.headers["content-length"])
    assert service.entries[3]["what"]["format"] == "application/geopackage+sqlite3"
    assert service.token not in json.dumps(service.entries)
    assert verify(service.folder) is not None


def test_what_everybody_may_see_is_not(service: Watched, tmp_path: Path) -> None:
    service.client.get(ITEMS)
    for path in ("/static/joined/look.css", "/health", "/nowhere", f"{ITEMS}?theme=juggling"):
        service.get(path)
    assert service.entries == []
    of_all = watched(made(tmp_path / "open", [POLICE], COUNTS[:7]), tmp_path / "other")
    assert of_all.get(ITEMS).status_code == 200
    assert of_all.entries == []


def test_coming_and_going_is_recorded(service: Watched) -> None:
    client = service.client
    client.post("/login", data={"token": "wrong"}, headers=HERE)
    client.post("/login", data={"token": service.token}, headers=HERE)
    client.post("/logout", headers=HERE)
    told = [(one["action"], one["role"]) for one in service.entries]
    assert told == [("refused", "public"), ("signed in", "partner"), ("signed out", "partner")]


def test_sign_ins_that_come_to_nothing_are_told_so_often_and_no_more(service: Watched) -> None:
    client = service.client

    def tried(token: str) -> int:
        return client.post("/login", data={"token": token}, headers=HERE).status_code

    assert [tried("wrong") for _ in range(MOST + 2)] == [401] * MOST + [429] * 2
    assert tried(service.token) == 303
    client.post("/logout", headers=HERE)
    client.post("/logout", headers=HERE)  # nobody signs out
    told = [one["action"] for one in service.entries]
    assert told == ["refused"] * MOST + ["signed in", "signed out"]


def test_refused_sign_ins_are_those_of_all_workers() -> None:
    now = [0.0]
    ours = Counts(["/login"], rows=3)
    theirs = copy(ours)  # as a fork has it
    ours.take(1)
    theirs.take(2)
    workers = [Refusals(counts, lambda: now[0]) for counts in (ours, theirs)]
    taken = [workers[i % 2].add() for i in range(MOST + 4)]
    assert taken == [True] * MOST + [False] * 4
    now[0] = SECONDS
    assert all(worker.add() for worker in workers)


@pytest.mark.parametrize("harm", ["altered", "headless", "full"])
def test_what_cannot_be_recorded_is_not_shown(
    service: Watched, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = service.get(ITEMS)
    assert whole.status_code == 200
    if harm == "altered":
        file = next(service.folder.glob("*.jsonl"))
        file.write_bytes(file.read_bytes().replace(b"lsoas", b"towns"))
    elif harm == "headless":
        (service.folder / "head.json").unlink()
    else:

        def full(*_: object) -> int:
            raise OSError(28, os.strerror(28))

        monkeypatch.setattr("service.audit.log.os.write", full)
    for path in (ITEMS, f"{ITEMS}?f=csv", "/rural"):
        refused = service.get(path)
        assert refused.status_code == 507
        assert "must be recorded" in refused.text
        assert str(service.folder) not in refused.text
        assert b"E0100" not in refused.content
    assert service.client.get(ITEMS).status_code == 200  # what is public needs no record
    assert service.client.post("/login", data={"token": "wrong"}, headers=HERE).status_code == 507


def test_a_log_that_was_moved_away_is_begun_anew(service: Watched, tmp_path: Path) -> None:
    service.get(ITEMS)
    shutil.move(service.folder, tmp_path / "put-away")
    service.get(ITEMS)
    assert [one["number"] for one in service.entries] == [1]
