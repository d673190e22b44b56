"""Uploads as people and programs meet them: a browser, several workers, clients that go away."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from accessible import faults
from browsing import PHONE, WIDE, needs_chromium
from playwright.sync_api import Browser, Page, expect
from serving import Served, started
from test_workers import load
from uploading import SOURCE, Uploading, make_area, month, until

from geo.area_file import read_area_file
from geo.building.build import build
from service.access.access import Access

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone")
QUICK = 60_000  # milliseconds


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("served") / "root"
    make_area(root)
    return root


@pytest.fixture(scope="module")
def token(root: Path) -> str:
    return Access(root / "access").tokens.create("Team", "analyst", "1d")[1]


@pytest.fixture(scope="module")
def server(root: Path, token: str) -> Iterator[Served]:  # type: ignore[override]
    told = ("--dataset", root / "home", "--area", root / "safermap.toml", "--workers", 2)
    with started(root / "log.txt", *told, "--access", root / "access") as served:
        yield served


@pytest.fixture
def service(root: Path, token: str, server: Served) -> Iterator[Uploading]:
    with httpx2.Client(base_url=server.address, trust_env=False, timeout=60) as client:
        yield Uploading(root, client, {"analyst": token})


def sign_in(page: Page, address: str, token: str) -> None:
    page.goto(f"{address}/login")
    page.fill("#token", token)
    page.click("form.login button")
    page.wait_for_url(f"{address}/")


@needs_chromium
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_month_from_the_file_to_the_figures(
    browser: Browser, service: Uploading, server: Served, token: str, size: tuple[int, int]
) -> None:
    number = 2 if size == WIDE else 3
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    sign_in(page, server.address, token)
    page.goto(f"{server.address}/uploads")
    assert faults(page) == []
    name = f"2015-{number:02d}.csv"
    page.select_option("#upload-source", SOURCE)
    data = month(number, 7, "Z,2015-13,asb,1,1\n")
    page.set_input_files("#upload-file", {"name": name, "mimeType": "text/csv", "buffer": data})
    page.click(".upload-form button")
    said = page.locator("#upload-said")
    expect(said).to_contain_text(f"{name} was checked", timeout=QUICK)
    expect(page.locator(":focus")).to_have_id("upload-state")
    expect(page.locator("main")).to_contain_text("8 rows read: 7 accepted, 1 refused")
    expect(page.locator("main")).to_contain_text("is not a month")
    expect(page.locator(".upload-form")).to_have_count(0)
    assert faults(page) == []
    assert f"2015-{number:02d}" not in service.client.get("/about?f=json").text
    page.click(".upload-ask .main")
    expect(said).to_contain_text("7 rows", timeout=QUICK)
    expect(said).to_contain_text("Its figures are shown now", timeout=QUICK)
    expect(page.locator(".upload-steps [data-state=done]")).to_have_count(4)
    expect(page.locator(".strip")).to_contain_text({2: "February", 3: "March"}[number])
    assert faults(page) == []
    page.click("main a[href='/about#copy']")
    expect(page.locator("main")).to_contain_text({2: "February", 3: "March"}[number])
    assert complaints == []
    context.close()


@needs_chromium
def test_without_script_it_is_a_form(
    browser: Browser, service: Uploading, server: Served, token: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, server.address, token)
    page.goto(f"{server.address}/uploads")
    data = {"name": "2015-09.csv", "mimeType": "text/csv", "buffer": month(9)}
    page.set_input_files("#upload-file", data)
    page.click(".upload-form button")
    service.when("checked")
    page.goto(f"{server.address}/uploads")
    expect(page.locator("main")).to_contain_text("3 rows read: 3 accepted, 0 refused")
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator("#upload-said")).to_contain_text("2015-09.csv was discarded by Team")
    page.set_input_files("#upload-file", {**data, "name": "2015 09.xls"})
    page.click(".upload-form button")
    expect(page.locator("main")).to_contain_text("end in .csv or .zip")
    context.close()


def test_no_request_fails_while_a_file_is_loaded(
    service: Uploading, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = ["/health", "/", "/collections/lsoas/items?theme=burglary&limit=5", "/about"]
    monkeypatch.setattr("test_workers.BUSY", paths)
    with load(server) as found:
        service.checked("2015-04.csv", month(4, 11))
        assert service.loaded()["step"] == "loaded"
        until(lambda: service.state()["shown"])
        met = found.answered
        until(lambda: found.answered > met + 50)
    assert found.failed == []


BEGAN = (
    b'--x\r\nContent-Disposition: form-data; name="source"\r\n\r\ncouncil-asb\r\n--x\r\n'
    b'Content-Disposition: form-data; name="file"; filename="2015-05.csv"\r\n\r\n'
)


def head_of(token: str | None, length: int) -> bytes:
    lines = [
        "POST /uploads HTTP/1.1", "Host: a", f"Content-Length: {length}",
        "Content-Type: multipart/form-data; boundary=x", "Sec-Fetch-Site: same-origin",
        *([f"Authorization: Bearer {token}"] if token else []),
    ]  # fmt: skip
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()


def test_a_stranger_is_refused_before_anything_is_read(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 30) as client:
        client.sendall(head_of(None, 2**30))
        answer = b"".join(iter(lambda: client.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 403")


def test_a_client_that_goes_away_leaves_nothing(
    service: Uploading, server: Served, token: str
) -> None:
    before = service.whole()
    with socket.create_connection(("127.0.0.1", server.port), 30) as client:
        client.sendall(head_of(token, 2**30) + BEGAN + b"x" * 2**21)
        service.when("receiving")
        assert service.send("2015-06.csv", month(6)).status_code == 409
    found = service.when("failed")
    assert "before the whole file had come" in found["error"]
    assert not (service.root / "home/.upload/file.partial").exists()
    assert service.whole() == before
    assert service.checked("2015-05.csv", month(5))["step"] == "checked"
    assert service.post("discard").status_code == 200


def test_a_file_on_its_way_arrives_though_versions_change(
    service: Uploading, server: Served, token: str
) -> None:
    whole = BEGAN + month(5, 40_000) + b"\r\n--x--\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 30) as client:
        client.sendall(head_of(token, len(whole)) + whole[: 2**20 + 2**16])
        service.when("receiving")
        (service.root / "council" / "2015-10.csv").write_bytes(month(10))
        built = build(read_area_file(service.root / "safermap.toml"), service.root / "home")
        name = built.manifest["dataset_id"]
        until(lambda: service.client.get("/health").json()["dataset_id"] == name)
        client.sendall(whole[2**20 + 2**16 :])
        assert client.recv(65_536).startswith(b"HTTP/1.1 202")
    assert service.when("checked", "failed")["report"]["accepted"] == 40_000
    assert service.post("discard").status_code == 200
