"""The unit for systemd and the example for nginx: checked by the programs that they are for."""

import re
import shutil
import ssl
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from serving import PATIENCE, started
from uploading import SOURCE, make_area, month

from service.access.access import Access

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NAME = "maps.example.gov.uk"


def required(program: str) -> str:
    found = shutil.which(program, path=f"{sys.exec_prefix}:/usr/bin:/usr/sbin:/sbin:/bin")
    if found is None:
        pytest.skip(f"needs {program}, which is absent")
    return found


@pytest.fixture
def unit(safermap: str, tmp_path: Path) -> Path:
    """The unit with the program where it is here."""
    text = (DOCS / "safermap.service").read_text("utf-8")
    text = text.replace("/opt/safermap/.venv/bin/safermap", safermap)
    unit = tmp_path / "safermap.service"
    unit.write_text(text.replace("/opt/safermap/docs", str(DOCS)))
    return unit


def test_systemd_takes_the_unit(unit: Path) -> None:
    found = subprocess.run(
        [required("systemd-analyze"), "verify", "--man=no", unit],
        capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")


def test_the_unit_is_as_closed_as_the_documents_say(unit: Path) -> None:
    command = [required("systemd-analyze"), "security", "--offline=true", "--no-pager", unit]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    score = re.search(r"exposure level for safermap\.service: ([\d.]+)", found.stdout)
    if score is None:
        pytest.skip(f"this systemd-analyze cannot tell: {found.stderr}")
    said = re.search(r"exposure of ([\d.]+)", (DOCS / "operation.md").read_text("utf-8"))
    assert said is not None
    # Later systemd may count more; the documents tell what 252 does.
    assert float(score[1]) <= float(said[1]) + 0.5


def test_a_container_is_given_all_that_is_installed() -> None:
    """What a wheel is made of is copied, and nothing is kept from being."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = {*project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"], "pyproject.toml"}
    wanted |= {project["project"]["readme"], *project["project"]["license-files"], "uv.lock"}
    steps = (ROOT / "Containerfile").read_text("utf-8").splitlines()
    copied = [step.split()[1:-1] for step in steps if step.startswith("COPY ") and "--" not in step]
    assert {name for names in copied for name in names} == wanted
    let = (ROOT / ".containerignore").read_text("utf-8").splitlines()
    assert {line.removeprefix("!") for line in let if line.startswith("!")} == wanted


@contextmanager
def proxy(nginx: str, folder: Path, backend: int, port: int) -> Iterator[None]:
    """The example, on ports of its own and with a certificate made for it."""
    subprocess.run(
        [
            required("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
            "-keyout", folder / "own.key", "-out", folder / "own.crt",
        ],
        check=True, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    text = (DOCS / "nginx.conf").read_text("utf-8")
    for before, after in (
        ("127.0.0.1:8000", f"127.0.0.1:{backend}"),
        ("listen 80;", f"listen 127.0.0.1:{port + 1};"),
        ("listen 443", f"listen 127.0.0.1:{port}"),
        ("/etc/ssl/safermap", str(folder / "own")),
    ):
        assert before in text
        text = text.replace(before, after)
    paths = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "all.conf").write_text(
        f"daemon off; pid {folder / 'pid'}; error_log stderr warn;\nevents {{}}\n"
        f"http {{\n{paths}{text}\n}}\n"
    )
    with (
        (folder / "nginx.txt").open("wb") as said,
        subprocess.Popen([nginx, "-c", folder / "all.conf"], stderr=said) as process,
    ):
        try:
            yield
        finally:
            process.terminate()


def test_nginx_before_the_service(tmp_path: Path) -> None:
    nginx, log = required("nginx"), tmp_path / "log.txt"
    folder, root = tmp_path / "nginx", tmp_path / "root"
    folder.mkdir()
    make_area(root)
    _, token = Access(root / "access").tokens.create("Team", "analyst", "1d")
    uploads = ("--area", root / "safermap.toml", "--access", root / "access")
    serve = ("--dataset", root / "home", "--name", NAME, *uploads)
    with started(log, *serve, logged="json") as served:
        port = served.port - 4000 if served.port > 40_000 else served.port + 4000
        with proxy(nginx, folder, served.port, port):
            context = ssl.create_default_context(cafile=folder / "own.crt")
            head = {"Host": f"{NAME}"}
            with httpx2.Client(
                base_url=f"https://127.0.0.1:{port}", verify=context, trust_env=False,
                headers=head, timeout=PATIENCE,
            ) as client:  # fmt: skip

                def ask(path: str, **headers: str) -> httpx2.Response:
                    return client.get(path, headers=headers, extensions={"sni_hostname": NAME})

                for _ in range(100):
                    try:
                        ready = ask("/ready")
                        break
                    except httpx2.ConnectError:
                        time.sleep(0.1)
                assert ready.json() == {"status": "ready"}
                assert ready.headers["strict-transport-security"]

                links = ask("/?f=json").json()["links"]
                assert all(
                    link["href"].startswith(f"https://{NAME}/") or "opengis" in link["href"]
                    for link in links
                )
                items = "/collections/lsoas/items?f=geojson"
                for encoding in ("br", "gzip"):
                    packed = ask(items, **{"Accept-Encoding": encoding})
                    assert packed.headers["content-encoding"] == encoding
                    tag = packed.headers["etag"]
                    again = ask(items, **{"Accept-Encoding": encoding, "If-None-Match": tag})
                    assert again.status_code == 304
                whole = ask("/collections/lsoas/items?f=gpkg").content
                part = ask("/collections/lsoas/items?f=gpkg", Range="bytes=100-199")
                assert (part.status_code, part.content) == (206, whole[100:200])
                assert ask("/metrics").status_code == 403
                assert ask("/", Host="elsewhere.example").status_code in (400, 421)
                sent = client.post(
                    "/uploads", data={"source": SOURCE},
                    files={"file": ("2015-02.csv", month(2, 100_000), "text/csv")},
                    headers={"Authorization": f"Bearer {token}"},
                    extensions={"sni_hostname": NAME},
                )  # fmt: skip
                assert (sent.status_code, sent.json()["name"]) == (202, "2015-02.csv")
                large = {"Content-Type": "text/csv", "Authorization": f"Bearer {token}"}
                assert (
                    client.post(
                        "/login", content=b"x" * 20_000, headers=large,
                        extensions={"sni_hostname": NAME},
                    ).status_code
                    == 413
                )  # fmt: skip
                forged = {"X-Forwarded-For": "203.0.113.9", "X-Request-ID": "forged-by-client"}
                assert "forged" not in ask("/health", **forged).headers["x-request-id"]
                plain = httpx2.get(f"http://127.0.0.1:{port + 1}/x", headers=head, trust_env=False)
                assert plain.status_code == 301
                assert plain.headers["location"] == f"https://{NAME}/x"
            assert not any(path.is_file() for path in (folder / "proxy").rglob("*"))
        near = httpx2.get(f"{served.address}/metrics", trust_env=False, timeout=PATIENCE)
        assert near.status_code == 200  # by the machine's own name, whatever --name says
    assert "emerg" not in (folder / "nginx.txt").read_text("utf-8")
