"""Questions that cannot be answered: one sentence that says what is allowed, and never a 500."""

import json
import logging
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from geo.dataset import Dataset
from service.app import create_app
from service.parameters import PARAMETERS
from service.site import Site

ITEMS = "/collections/hotspots/items"
CHANGE = "/collections/change/items"
UNKNOWN_NAMES = [
    ("/towns/nowhere", "oswestry"),
    ("/towns/Oswestry%2F..", "at this address"),
    ("/collections/nowhere", "hotspots"),
    ("/collections/nowhere/items", "hotspots"),
    ("/collections/nowhere/items/E01028946", "hotspots"),
    ("/collections/hotspots/items/E99999999", "E99999999"),
    ("/collections/towns/items/E01028946", "E01028946"),
    ("/collections/hotspots/items/E01028946?place=rural", "for this question"),
    ("/nowhere", "/collections"),
    ("/static/nowhere.js", "/collections"),
    ("/static/..%2fpyproject.toml", "/collections"),
    ("/openapi.json", "/collections"),
    ("/docs", "/collections"),
]
LEFT_OUT = (f"{CHANGE}?compare=", f"{ITEMS}?town=")
"""What a form of a page sends where nothing is chosen."""
WRONG_QUESTIONS = [
    (
        f"{ITEMS}?colour=red",
        "theme, datetime, compare, place, source, town, rates, set, cell, shape, bandwidth, bbox, ",
    ),
    (f"{ITEMS}?Theme=asb", "theme"),
    (f"{ITEMS}?theme=asb&theme=crime", "more than once"),
    (f"{ITEMS}?f=csv&f=csv", "more than once"),
    ("/?theme=asb", "f"),
    ("/collections?limit=1", "f"),
    ("/collections/hotspots?theme=asb", "f"),
    ("/towns/oswestry?town=wem", "theme, datetime, compare, source, rates, f"),
    ("/rural?limit=2", "theme, datetime, compare, source, rates, f"),
    ("/business?theme=crime", "datetime, source, rates, f"),
    ("/compare?place=rural", "theme, datetime, source, f"),
    ("/deprivation?place=rural", "theme, datetime, source, f"),
    ("/api?x=1", "f"),
    ("/conformance?x=1", "f"),
    (
        f"{ITEMS}/E01028946?limit=1",
        "theme, datetime, compare, place, source, town, cell, shape, bandwidth, crs, f",
    ),
    (f"{ITEMS}?compare=2014-01", "leave out compare"),
    (f"{CHANGE}?compare=2015-04/2015-05", "must end before"),
    (f"{CHANGE}?datetime=2015-04/2015-09&compare=2015-01/2015-04", "must end before"),
    (f"{CHANGE}?datetime=2014-01/2014-03&compare=2015-01/2015-03", "must end before"),
    (f"{CHANGE}?compare=2013-01/2013-12", "2014-01/2016-03"),
    (f"{CHANGE}?compare=last%20year", "YYYY-MM"),
    (f"{CHANGE}?compare=", "YYYY-MM"),
    (f"{ITEMS}?theme=bogus", "asb"),
    (f"{ITEMS}?theme=", "asb"),
    (f"{ITEMS}?theme=CRIME", "crime"),
    ("/towns/oswestry?theme=bogus", "asb"),
    ("/rural?theme=bogus", "rural-crime"),
    (f"{ITEMS}?town=nowhere", "oswestry"),
    (f"{ITEMS}?town=", "oswestry"),
    ("/collections/rural-urban/items?town=oswestry", "leave out town"),
    ("/collections/rural-urban/items?town=oswestry&f=csv", "leave out town"),
    (f"{ITEMS}?place=middle", "rural or urban"),
    (f"{ITEMS}?place=", "rural or urban"),
    (f"{ITEMS}?theme=rural-crime&place=urban", "leave out place=urban"),
    (f"{ITEMS}?f=xlsx", "csv"),
    (f"{ITEMS}?f=", "csv"),
    ("/?f=csv", "html, json"),
    ("/towns/oswestry?f=geojson", "html, json"),
    (f"{ITEMS}/E01028946?f=csv", "html, geojson"),
]
WRONG_MONTHS = [
    ("2015", "YYYY-MM"), ("2015-4", "YYYY-MM"), ("2015-13", "YYYY-MM"), ("2015-00", "YYYY-MM"),
    ("april", "YYYY-MM"), ("", "YYYY-MM"), ("2015-04/2015-13", "YYYY-MM"),
    ("2015-04-32", "YYYY-MM"),
    ("2015-04/2015-05/2015-06", "YYYY-MM"), ("2015-02-01T99/x", "YYYY-MM"),
    (" 2015-04", "YYYY-MM"),
    ("\uff12\uff10\uff11\uff15-04", "YYYY-MM"),
    ("2016-03/2015-04", "earlier month first"), ("2013-12", "2014-01/2016-03"),
    ("2016-04", "2014-01/2016-03"), ("2016-01/2016-12", "2014-01/2016-03"),
    ("2017-01/..", "earlier month first"), ("0000-01", "2014-01/2016-03"),
]  # fmt: skip
WRONG_BOXES = [
    "here", "", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "nan,52,-2,53", "-3,52,inf,53",
    "-inf,-inf,inf,inf", "-3,53,-2,52", "-181,52,-2,53", "-3,52,181,53",
    "-3,-91,-2,53", "-3,52,-2,91", "-3,52,-2,53,", "-3;52;-2;53", "1e999,52,2,53",
    "-3,52,nan,-2,53,nan", "-3,52,0,-2,53,inf",
]  # fmt: skip
WRONG_WHOLE_NUMBERS = ["-1", "1.5", "ten", "", "1e3", "0x10", "9" * 40, "٣", "+5", " 5", "NaN"]


def problem(client: TestClient, address: str, status: int) -> str:
    """The sentence of a problem, once its shape is right."""
    found = client.get(address)
    assert found.status_code == status, found.text[:300]
    assert found.headers["content-type"] == "application/problem+json"
    assert found.headers["cache-control"] == "no-store"
    body = json.loads(found.text)
    assert set(body) == {"type", "title", "status", "detail"}
    assert body["status"] == status
    detail: str = body["detail"]
    assert detail.endswith(".")
    assert "\n" not in detail
    assert "Traceback" not in detail
    return detail


@pytest.mark.parametrize(("address", "words"), UNKNOWN_NAMES)
def test_an_address_of_nothing_is_404(client: TestClient, address: str, words: str) -> None:
    assert words in problem(client, address, 404)


@pytest.mark.parametrize(("address", "words"), WRONG_QUESTIONS)
def test_a_wrong_question_is_400_and_names_what_is_allowed(
    client: TestClient, address: str, words: str
) -> None:
    assert words in problem(client, address, 400)


@pytest.mark.parametrize(("months", "words"), WRONG_MONTHS)
@pytest.mark.parametrize("path", [ITEMS, "/towns/oswestry", "/rural", "/business", "/deprivation"])
def test_wrong_months_are_400(client: TestClient, path: str, months: str, words: str) -> None:
    assert words in problem(client, f"{path}?{urlencode({'datetime': months})}", 400)


@pytest.mark.parametrize("box", WRONG_BOXES)
@pytest.mark.parametrize("f", ["geojson", "csv"])
def test_a_wrong_box_is_400(client: TestClient, box: str, f: str) -> None:
    detail = problem(client, f"{ITEMS}?{urlencode({'bbox': box, 'f': f})}", 400)
    assert "west,south,east,north" in detail


@pytest.mark.parametrize("text", [*WRONG_WHOLE_NUMBERS, "0"])
@pytest.mark.parametrize("name", ["limit", "offset"])
def test_a_wrong_limit_or_offset_is_400(client: TestClient, name: str, text: str) -> None:
    if (name, text) == ("offset", "0"):
        assert client.get(f"{ITEMS}?offset=0").status_code == 200
        return
    detail = problem(client, f"{ITEMS}?{urlencode({name: text})}", 400)
    assert f"{name} must be a whole number from {1 if name == 'limit' else 0} up" in detail


def test_a_theme_that_the_source_does_not_record_is_400(police_client: TestClient) -> None:
    for theme in ("rural-flagged", "rural-offences", "livestock"):
        for path in (ITEMS, "/towns/oswestry", "/rural", "/deprivation"):
            detail = problem(police_client, f"{path}?theme={theme}", 400)
            assert theme in detail
            assert "does not record" in detail


class Words(HTMLParser):
    """The words of a page and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.tags = "", []

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        item
        for item in UNKNOWN_NAMES + WRONG_QUESTIONS
        if "f=" not in item[0] and item[1] != "must end before" and item[0] not in LEFT_OUT
    ],
)
def test_a_browser_gets_the_sentence_as_a_page(
    client: TestClient, address: str, words: str
) -> None:
    found = client.get(address, headers={"Accept": "text/html,*/*;q=0.8"})
    assert found.status_code in (400, 404)
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    page = Words()
    page.feed(found.text)
    assert words in page.words
    assert '<html lang="en-GB">' in found.text


def test_what_was_asked_never_becomes_markup(client: TestClient) -> None:
    hostile = "<script>x</script>\"'><img src=x onerror=x>"
    for name in ("theme", "town", "datetime", "place", "bbox", "limit", "offset", hostile):
        asked = urlencode({name: hostile})
        found = client.get(f"{ITEMS}?{asked}", headers={"Accept": "text/html"})
        assert found.status_code == 400
        page = Words()
        page.feed(found.text)
        assert "img" not in page.tags
        assert "<script>x<" in page.words
    found = client.get(f"/towns/{quote(hostile, safe='')}", headers={"Accept": "text/html"})
    assert found.status_code == 404
    assert "<img" not in found.text


TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["asb", "crime", "rural", "2015-04/..", "-3,52,-2,53", "3", "csv", "html"]),
    st.from_regex(r"[0-9-]{4,8}(/[0-9-]{4,8})?", fullmatch=True),
    st.lists(st.floats(), min_size=3, max_size=6).map(lambda xs: ",".join(map(str, xs))),
)
NAMES = st.one_of(st.sampled_from(list(PARAMETERS)), st.text(max_size=8))
PATHS = st.sampled_from(
    [ITEMS, "/collections/towns/items", "/towns/wem", "/rural", "/", "/collections", "/api"]
)


@settings(max_examples=300)
@given(PATHS, st.lists(st.tuples(NAMES, TEXTS), max_size=4), st.sampled_from(["*/*", "text/html"]))
def test_no_query_is_too_strange(
    client: TestClient, path: str, query: list[tuple[str, str]], accept: str
) -> None:
    found = client.get(f"{path}?{urlencode(query)}", headers={"Accept": accept})
    assert found.status_code in (200, 400, 404), found.text[:300]


@settings(max_examples=100)
@given(st.sampled_from(["/towns/", "/collections/", "/static/", f"{ITEMS}/", "/"]), st.binary())
def test_no_address_is_too_strange(client: TestClient, path: str, tail: bytes) -> None:
    found = client.get(f"{path}{quote(tail, safe='')}?theme=%ff%00&{quote(tail, safe='=&;')}")
    assert found.status_code in (200, 400, 404), found.text[:300]


def test_an_unforeseen_error_tells_an_id_and_nothing_of_the_inside(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret of /etc/inside")

    layers = client.app.state.sites["analyst"].layers
    monkeypatch.setitem(layers, "lsoas", replace(layers["lsoas"], compute=broken))
    address = "/collections/lsoas/items?theme=drugs&datetime=2014-02"
    with caplog.at_level(logging.ERROR, logger="safermap"):
        detail = problem(client, address, 500)
        page = client.get(address, headers={"Accept": "text/html"})
    assert page.status_code == 500
    assert page.headers["content-type"].startswith("text/html")
    for text in (detail, page.text):
        assert "secret" not in text
        assert "RuntimeError" not in text
    number = detail.removesuffix(".").rpartition(" ")[2]
    assert len(number) == 16
    assert number in caplog.text
    assert "the secret of /etc/inside" in caplog.text
    monkeypatch.undo()
    assert client.get(address).status_code == 200  # the failure was not kept


def test_a_page_is_framed_with_nothing_from_the_disk(
    embedded_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a page can say that the dataset may not be read any longer."""
    dataset = Dataset.open(embedded_home)
    client = TestClient(create_app(Site(dataset)), raise_server_exceptions=False)
    there = Path.exists

    def forbidden(path: Path) -> bool:
        if dataset.folder in path.parents:
            raise PermissionError(13, "Permission denied", str(path))
        return there(path)

    monkeypatch.setattr(Path, "exists", forbidden)
    for address in ("/", "/towns/oswestry", "/nowhere"):
        answer = client.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == (404 if address == "/nowhere" else 200)
    refused = client.get("/search?q=sy11", headers={"Accept": "text/html"})
    assert refused.status_code == 503
    assert "<h1" in refused.text
    assert str(dataset.folder.parent) not in refused.text
