"""What the service tells of itself: metrics that add up over its workers, alive, ready."""

import json
import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path

import httpx2
import pytest
from made_partner import partner
from prometheus_client.parser import text_string_to_metric_families
from serving import PATIENCE, Served, started
from starlette.testclient import TestClient

from geo.dataset import Dataset
from geo.public.view import public_view
from geo.versions import roll_back
from service.access.access import Access
from service.app import ADDRESSES, create_app
from service.operation.counts import BUCKETS, Counts
from service.site import Site

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def figures(text: str) -> Figures:
    """Each figure by its name and labels, as Prometheus reads them."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def requests(found: Figures, **labels: str) -> float:
    """Requests with these labels."""
    return sum(
        value
        for (name, had), value in found.items()
        if name == "safermap_requests_total" and labels.items() <= dict(had).items()
    )


@pytest.fixture
def asker(embedded: Dataset) -> TestClient:
    return TestClient(create_app(Site(embedded)), raise_server_exceptions=False)


def test_every_request_is_counted_by_where_it_leads(asker: TestClient) -> None:
    for path in ("/", "/", "/towns/wem", "/towns/ludlow", "/nowhere/at/all", "/towns/nowhere"):
        asker.get(path)
    asker.get("/static/map.js")
    found = figures(asker.get("/metrics").text)
    assert requests(found, route="/", status="200") == 2
    assert requests(found, route="/towns/{town}", status="200") == 2
    assert requests(found, route="/towns/{town}", status="404") == 1
    assert requests(found, route="other", status="404") == 1
    assert requests(found, route="/static") == 1
    assert requests(found) == 7
    assert found["safermap_kept_answers_total", (("result", "hit"),)] == 1
    assert found["safermap_requests_in_flight", ()] == 1  # the one that asks
    for route, number in (("/", 2), ("/towns/{town}", 3)):
        ends = [
            found["safermap_request_seconds_bucket", (("le", le), ("route", route))]
            for le in (*map(str, BUCKETS), "+Inf")
        ]
        assert ends == sorted(ends)
        assert ends[-1] == number == found["safermap_request_seconds_count", (("route", route),)]
    [info] = [dict(labels) for (name, labels) in found if name == "safermap_dataset_info"]
    assert info["id"] == asker.get("/health").json()["dataset_id"]


def test_a_duration_counts_in_the_class_that_it_is_of() -> None:
    counts = Counts(["/"])
    for seconds in (0.0, 0.005, 0.0050001, 1.0, 500.0):
        counts.answered("/", 200, 10, seconds)
    found = [counts.total("seconds", "/", str(at)) for at in range(len(BUCKETS) + 1)]
    assert found[0] == 2
    assert found[1] == 1
    assert found[BUCKETS.index(1.0)] == 1
    assert found[-1] == 1
    assert counts.total("bytes") == 50
    assert counts.total("seconds", "/", "sum") == pytest.approx(501.0100001)


def test_what_somebody_makes_up_is_no_label(asker: TestClient) -> None:
    for number in range(50):
        asker.get(f"/{number}")
        asker.get(f"/collections/lsoas/items/{number}?filter=secret{number}")
        asker.request(f"VERB{number}", "/")
    text = asker.get("/metrics").text
    assert set(re.findall(r'route="([^"]*)"', text)) <= {*ADDRESSES, "other"}
    assert "secret" not in text
    assert "VERB" not in text


def test_metrics_are_for_this_machine_and_for_who_signs_in(tmp_path: Path) -> None:
    whole, access = partner(tmp_path / "home", 1), Access(tmp_path / "access")
    sites = {
        "public": Site(public_view(whole), role="public"),
        "partner": Site(whole, role="partner"),
        "analyst": Site(whole, role="analyst"),
    }
    app = create_app(sites, access=access)  # type: ignore[arg-type]
    away, near = (TestClient(app, client=(at, 1)) for at in ("192.0.2.1", "127.0.0.1"))
    assert away.get("/metrics").status_code == 403
    assert near.get("/metrics").status_code == 200
    shown = {"Authorization": f"Bearer {access.tokens.create('Team', 'partner', '1d')[1]}"}
    assert away.get("/metrics", headers=shown).status_code == 200


def test_a_service_is_ready_while_its_dataset_is_whole(embedded_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(embedded_home, home)
    client = TestClient(create_app(Site.open(home)), raise_server_exceptions=False)
    assert client.get("/ready").status_code == 200
    folder = Dataset.open(home).folder
    for name in ("counts.parquet", "manifest.json"):
        kept = (folder / name).read_bytes()
        (folder / name).unlink()
        answer = client.get("/ready")
        assert answer.status_code == 503
        assert "cannot be read" in answer.json()["detail"]
        assert client.get("/health").status_code == 200
        (folder / name).write_bytes(kept)
        assert client.get("/ready").status_code == 200
    client.app.state.stopping = True
    assert client.get("/ready").status_code == 503
    assert client.get("/health").status_code == 200


def ask(served: Served, path: str) -> httpx2.Response:
    """By a connection of its own, so that any worker may answer."""
    return httpx2.get(f"{served.address}{path}", trust_env=False, timeout=PATIENCE)


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone")
def test_all_workers_together_are_counted_and_those_that_died(
    embedded_home: Path, tmp_path: Path
) -> None:
    log, home = tmp_path / "log.txt", tmp_path / "home"
    shutil.copytree(embedded_home, home)

    def until_others(than: set[int]) -> None:
        for _ in range(PATIENCE * 10):
            if len(there := set(served.workers())) == 3 and there & than == set():
                return
            time.sleep(0.1)
        pytest.fail(f"no other workers: {log.read_text('utf-8')}")

    with started(log, "--dataset", home, "--workers", 3, logged="json") as served:
        for number in range(40):
            ask(served, f"/towns/wem?datetime=2014-{number % 12 + 1:02}")
        asked = 40
        time.sleep(0.5)  # an answer is there a moment before it is counted
        for killed in served.workers()[:2]:
            os.kill(killed, signal.SIGKILL)
            before = {killed}
            until_others(before)
            for _ in range(20):
                ask(served, "/towns/wem")
            asked += 20
            time.sleep(0.5)
            for _ in range(3):  # whichever worker tells
                found = figures(ask(served, "/metrics").text)
                assert requests(found, route="/towns/{town}", status="200") == asked
                assert found["safermap_workers", ()] == 3
                assert found["safermap_requests_in_flight", ()] == 1
        workers = set(served.workers())
        (version := home / "20260101T000000.0Z").symlink_to(home / (home / "CURRENT").read_text())
        roll_back(home, version.name)
        until_others(workers)
        found = figures(ask(served, "/metrics").text)
        assert requests(found, route="/towns/{town}", status="200") == asked
        assert found["safermap_memory_bytes", (("process", "workers"),)] > 1e6
        assert ask(served, "/ready").status_code == 200
    entries = [json.loads(line) for line in log.read_text("utf-8").splitlines()[1:]]
    events = [entry["event"] for entry in entries if entry["event"] != "request"]
    assert events == ["worker-ended", "worker-ended", "switched"]
    towns = [entry for entry in entries if entry.get("route") == "/towns/{town}"]
    assert len(towns) == asked
    assert len({entry["worker"] for entry in towns}) >= 2
