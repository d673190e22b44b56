"""What safermap is made of is listed whole, and known vulnerabilities of it are told."""

import json
import socket
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from supply.audit import audit
from supply.sbom import bill_of_materials

ROOT = Path(__file__).parent.parent
ADVISORY = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "schema_version": "1.6.0",
    "modified": "2026-01-01T00:00:00Z",
    "summary": "Something gets out",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "jinja2"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "98.7.6"}]}],
        }
    ],
}


class Advisories(BaseHTTPRequestHandler):
    """Answers as OSV does, about the packages that it is told are vulnerable."""

    vulnerable: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        names = [query["package"]["name"] for query in body["queries"]]
        Advisories.asked = frozenset(names)
        known = {"vulns": [{key: ADVISORY[key] for key in ("id", "modified")}]}
        self._send({"results": [known if name in self.vulnerable else {} for name in names]})

    def do_GET(self) -> None:
        self._send(ADVISORY)

    def _send(self, told: dict[str, Any]) -> None:
        content = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def advisories(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The address of a service that knows of vulnerabilities, on this machine."""
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), Advisories) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def locked() -> dict[str, set[str]]:
    """The packages of uv.lock with their versions, those needed for development alone too."""
    found: dict[str, set[str]] = {}
    for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]:
        found.setdefault(package["name"], set()).add(package["version"])
    return found


def runtime() -> set[str]:
    """The packages that running safermap needs, with every extra."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    needed: set[str] = set()
    waiting = ["safermap"]
    while waiting:
        name = waiting.pop()
        for package in (one for one in packages if one["name"] == name):
            extras = package.get("optional-dependencies", {}).values()
            for each in [*package.get("dependencies", ()), *(e for extra in extras for e in extra)]:
                if each["name"] not in needed:
                    needed.add(each["name"])
                    waiting.append(each["name"])
    return needed


def test_what_is_known_of_no_dependency_passes(
    advisories: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Advisories, "vulnerable", frozenset())
    status, words = audit(advisories)
    assert status == 0
    assert "no known vulnerabilities" in words
    assert {"fastapi", "pyarrow", "authlib", "psycopg", "distributed"} <= Advisories.asked


def test_a_known_vulnerability_fails_and_says_what_mends_it(
    advisories: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Advisories, "vulnerable", frozenset({"jinja2"}))
    status, words = audit(advisories)
    assert status == 1
    for told in ("jinja2", *locked()["jinja2"], str(ADVISORY["id"]), "98.7.6"):
        assert told in words


@pytest.mark.parametrize("listens", [True, False], ids=["does not answer", "is not there"])
def test_a_service_that_cannot_be_asked_is_said_in_a_line(listens: bool) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        if listens:
            held.listen()
        address = f"http://127.0.0.1:{held.getsockname()[1]}/"
        status, words = audit(address, seconds=1)
    assert status == 0
    assert "not looked up" in words
    assert address in words
    assert "\n" not in words


def test_the_bill_of_materials_is_valid_and_whole() -> None:
    bill = bill_of_materials()
    text = json.dumps(bill)
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(text) is None
    told: dict[str, set[str]] = {}
    for component in bill["components"]:
        told.setdefault(component["name"], set()).add(component["version"])
    versions = locked()
    leaflet = told.pop("leaflet")
    assert told == {name: versions[name] for name in runtime()}
    assert "pytest" not in told
    assert {f"{version}.0" for version in leaflet} == versions["xstatic-leaflet"]
    unlicensed = {one["name"] for one in bill["components"] if not one.get("licenses")}
    assert unlicensed <= {"colorama", "httpx2-jsfetch"}, "what no Linux has installed"
    known = {one["bom-ref"] for one in bill["components"]}
    for one in bill["dependencies"]:
        assert set(one.get("dependsOn", ())) <= known
