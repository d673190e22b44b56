"""Serving from the command line: what is refused, and the first start in an empty folder."""

import re
import socket
from pathlib import Path

import httpx2
import pytest
from command_line import Ended, Run, refused
from serving import serving
from starlette.testclient import TestClient

from geo.dataset import Dataset
from service.app import create_app
from service.listening import LOOPBACK, listen
from service.site import Site


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "maps.example"])  # noqa: S104
def test_other_machines_are_let_in_once_it_is_said_who_sees_what(
    run: Run, embedded_home: Path, tmp_path: Path, host: str
) -> None:
    serve = ("serve", "--dataset", embedded_home, "--host", host, "--port", 1)
    refused(run(*serve), f"Other machines reach {host}", "safermap token create", "--public")
    folder = tmp_path / "access"
    refused(run(*serve, "--access", folder), "has no tokens", f"--access {folder}")
    run("token", "create", "--role", "partner", "--name", "Team", "--access", folder)
    (folder / "tokens.json").write_text("{}")
    refused(run(*serve, "--access", folder), "tokens.json is damaged")


def test_serving_what_is_not_there_says_how_to_build(run: Run, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    refused(run("serve", "--dataset", nowhere), "safermap build --incidents FILE --out")
    assert not nowhere.exists()
    (tmp_path / "file").write_text("no folder")
    refused(run("serve", "--dataset", tmp_path / "file"), "file")


@pytest.mark.parametrize("name", ["counts.parquet", "refused.csv"])  # the second is read later
def test_a_damaged_dataset_is_said(run: Run, extract: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    assert run("build", "--incidents", extract, "--out", out).returncode == 0
    (out / (out / "CURRENT").read_text() / name).write_bytes(b"PAR1")
    refused(run("serve", "--dataset", out), f"The dataset in {out} is damaged")


def test_a_partner_extract_beside_it_makes_the_whole_confidential(
    run: Run, extract: Path, embedded_home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert run("build", "--incidents", extract, "--out", out).returncode == 0
    site = Site.open(embedded_home, [out])
    assert site.holds_partner_records
    assert not site.dataset.holds_partner_records
    assert not Site.open(embedded_home).holds_partner_records


def test_what_cannot_be_set_beside_it_is_said(
    run: Run, extract: Path, embedded_home: Path, tmp_path: Path
) -> None:
    def serve(*homes: Path) -> Ended:
        named = [word for home in homes for word in ("--beside", home)]
        return run("serve", "--dataset", embedded_home, *named, "--port", 1)

    refused(serve(tmp_path / "nowhere"), f"There is no dataset in {tmp_path / 'nowhere'}")
    (tmp_path / "file").write_text("no folder")
    refused(serve(tmp_path / "file"), "file")
    refused(serve(embedded_home), "are the same, of Shropshire; name each once")
    out = tmp_path / "out"
    assert run("build", "--incidents", extract, "--out", out).returncode == 0
    refused(serve(out, out), "are the same, of Shropshire; name each once")
    refused(run("compare", out, "--dataset", out), "are the same, of Shropshire; name each once")
    (out / (out / "CURRENT").read_text() / "counts.parquet").write_bytes(b"PAR1")
    refused(serve(out), f"The dataset in {out} is damaged")


def test_a_port_that_is_taken_is_said(spawn: Run, embedded_home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = spawn("serve", "--dataset", embedded_home, "--port", port)
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    assert re.search(r"address already in use|port", result.stderr, re.IGNORECASE)


def test_the_first_serve_in_an_empty_folder_builds_and_answers(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with serving(log, cwd=tmp_path) as address:
        items = f"{address}/collections/lsoas/items?theme=asb&datetime=2015-01/2015-12"
        features = httpx2.get(items, trust_env=False).json()["features"]
        assert sum(item["properties"]["count"] for item in features) == 8_973
    said = log.read_text("utf-8")
    assert "No dataset yet: building the embedded one, with illustrative incidents." in said
    assert address in said
    assert "Traceback" not in said
    assert (tmp_path / "dataset" / "CURRENT").exists()


@pytest.mark.parametrize("arguments", [[], ["check"], ["bake"], ["serve", "--port", "x"]])
def test_a_command_that_is_not_whole_shows_how_it_is_used(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert "Usage: safermap" in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_answers_leave_at_once() -> None:
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP  # asyncio asks this before it sets TCP_NODELAY


def test_a_request_by_another_name_is_refused_where_hosts_are_named(embedded: Dataset) -> None:
    client = TestClient(create_app(Site(embedded), LOOPBACK))
    for host, status in (("localhost:8000", 200), ("[::1]:8000", 200), ("evil.example", 400)):
        assert client.get("/health", headers={"Host": host}).status_code == status
