"""The log: a line a request, which no client can forge, and nobody's questions in it."""

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_partner import partner
from starlette.testclient import TestClient

from geo.dataset import Dataset
from geo.errors import SafermapError
from geo.public.view import public_view
from service.access.access import Access
from service.app import create_app
from service.operation.counted import Counted
from service.operation.counts import Counts
from service.operation.log import _Json, _Text, read_kind, told
from service.operation.routes import finder
from service.site import Site

Fact = str | int | float | bool | list[str] | None
Lines = list[dict[str, Fact]]


@pytest.fixture
def asker(embedded: Dataset) -> TestClient:
    return TestClient(create_app(Site(embedded)), raise_server_exceptions=False)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Lines]:
    """What is logged, each line as JSON."""
    found: Lines = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            line = _Json().format(record)
            assert "\n" not in line
            found.append(json.loads(line))

    with caplog.at_level(logging.INFO, logger="safermap"):
        logging.getLogger("safermap").addHandler(handler := Kept())
        yield found
        logging.getLogger("safermap").removeHandler(handler)


def test_a_request_is_one_line(asker: TestClient, lines: Lines) -> None:
    path = "/collections/lsoas/items"
    answers = [asker.get(f"{path}?theme=asb&filter=lsoa_name='Wem'&f=json") for _ in range(2)]
    first, again = lines
    assert first["id"] == answers[0].headers["X-Request-ID"] != again["id"]
    assert first["event"] == "request"
    assert (first["method"], first["path"], first["status"]) == ("GET", path, 200)
    assert first["route"] == again["route"] == "/collections/{name}/items"
    assert first["parameters"] == ["f", "filter", "theme"]
    assert (first["kept"], again["kept"]) == (False, True)
    assert first["bytes"] == int(answers[0].headers["content-length"])
    assert float(str(first["milliseconds"])) > 0
    assert first["version"] == asker.app.state.sites["analyst"].dataset.folder.name
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", str(first["time"]))


def test_nobodys_question_and_no_secret_is_logged(tmp_path: Path, lines: Lines) -> None:
    whole, access = partner(tmp_path / "home", 1), Access(tmp_path / "access")
    sites = {
        "public": Site(public_view(whole), role="public"),
        "partner": Site(whole, role="partner"),
        "analyst": Site(whole, role="analyst"),
    }
    client = TestClient(create_app(sites, access=access), base_url="https://testserver")  # type: ignore[arg-type]
    token, text = access.tokens.create("Team Oswestry", "partner", "1d")
    shown = {"Authorization": f"Bearer {text}", "Cookie": "session=Secret", "Referer": "/Secret"}
    for address in (
        "/search?q=Secret", "/collections/lsoas/items?filter=lsoa_name='Secret'", "/?Secret=Secret",
        "/collections/lsoas/items?bbox=-2.75,52.70,-2.74,52.71", "/login?next=/Secret",
    ):  # fmt: skip
        client.get(address, headers=shown)
        client.get(address)
    here = {"Origin": "https://testserver"}
    client.post("/login", data={"token": text, "next": "/about?Secret"}, headers=here)
    said = json.dumps(lines)
    for secret in ("Secret", text, text[8:20], token.id, "Team", "2.75", "52.70", "testclient"):
        assert secret not in said, secret
    assert {line["role"] for line in lines} == {"public", "partner"}
    assert {name for line in lines for name in line["parameters"]} == {"q", "filter", "bbox"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "given", ["short", "a" * 65, "with space!", 'a"},{"b":"12345', "forged\\n{}", "é" * 9, ""]
)
def test_an_id_that_is_not_sane_is_replaced(asker: TestClient, given: str) -> None:
    head = {"X-Request-ID": given.encode("latin-1")}
    answer = asker.get("/health", headers=head)  # type: ignore[arg-type]
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-ID"])


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/map.js", "/collections?f=x"])
def test_an_id_that_is_sane_is_kept_and_told(asker: TestClient, lines: Lines, path: str) -> None:
    answer = asker.get(path, headers={"X-Request-ID": "a1b2c3d4-e5.f_6"})
    assert answer.headers["X-Request-ID"] == "a1b2c3d4-e5.f_6" == lines[-1]["id"]


def test_an_unforeseen_error_has_the_id_of_its_request(
    asker: TestClient, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("inside\nforged")

    monkeypatch.setattr("service.addresses.about_facts", broken)
    answer = asker.get("/about?f=json")
    number = answer.headers["X-Request-ID"]
    assert number in answer.json()["detail"]
    error, request = lines
    assert error["event"] == "error"
    assert "RuntimeError: inside\nforged" in str(error["error"])
    assert error["id"] == request["id"] == number
    assert request["status"] == 500


TEXT = st.text(max_size=80) | st.sampled_from(["\r\n", "\x1b[2J", "\x85", "\u2028", "\u202e", '"}'])


@given(TEXT, TEXT)
def test_no_text_makes_a_second_line_or_moves_the_cursor(words: str, fact: str) -> None:
    record = logging.LogRecord("safermap", logging.ERROR, "", 0, "%s", (words,), None)
    record.told = told("error", path=fact)["told"]
    try:
        raise ValueError(words)
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    line = _Json().format(record)
    assert line.isprintable() or not set(line) & set("\n\r\x1b\x85\u2028\u202e")
    assert len(line.splitlines()) == 1
    entry = json.loads(line.encode("utf-8", "replace"))
    assert entry["event"] == "error"
    first, *rest = _Text().format(record).splitlines()
    assert all(line.startswith("  | ") for line in rest)
    assert not set("".join([first, *rest])) & set("\r\x1b\x85\u2028\u202e")


@given(st.text(max_size=300))
def test_no_address_makes_more_of_a_line_than_it_may(text: str) -> None:
    async def nothing(*_: object) -> None: ...

    found: list[logging.LogRecord] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record)

    logger = logging.getLogger("safermap.requests")
    logger.addHandler(handler := Kept())
    logger.setLevel(logging.INFO)
    try:
        app = Counted(nothing, Counts(()), finder([]))  # type: ignore[arg-type]
        scope = {"type": "http", "method": text, "path": f"/{text}", "headers": [],
                 "query_string": text.encode("utf-8", "replace")}  # fmt: skip
        asyncio.run(app(scope, nothing, nothing))  # type: ignore[arg-type]
    except UnicodeEncodeError:
        return  # a lone half of a pair, which no parser of bytes gives
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    line = _Json().format(found[0])
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 1000


def test_how_it_is_logged_is_said(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for kind in ("json", "text", "off"):
        assert read_kind(kind) == kind
    with pytest.raises(SafermapError, match="json, text or off, not 'xml'"):
        read_kind("xml")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert read_kind(None) == "off"
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
    assert read_kind(None) == "json"
