"""How an answer goes over the wire: format, compression, tags, methods."""

import gzip
from pathlib import Path

import brotli
import pytest
from starlette.testclient import TestClient

from boundaries import SHROPSHIRE
from geo.embedded import build_embedded
from service.app import create_app
from service.site import Site

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
HTML, CSV = "text/html; charset=utf-8", "text/csv; charset=utf-8; header=present"
JSON, GEOJSON = "application/json", "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
PAGES = [
    "/",
    "/towns/oswestry",
    "/rural",
    "/business",
    "/deprivation",
    "/strategy",
    "/compare",
    "/collections",
    "/collections/hotspots",
    "/collections/hotspots/items?theme=asb",
    "/collections/hotspots/items/E01028946",
    "/conformance",
    "/api",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_browser_gets_the_page_and_a_program_the_data(client: TestClient, path: str) -> None:
    data = OPENAPI if path == "/api" else GEOJSON if "/items" in path else JSON
    assert client.get(path, headers={"Accept": BROWSER}).headers["content-type"] == HTML
    for accept in ("*/*", "", "application/json", "image/png", "nonsense", ";;,,"):
        found = client.get(path, headers={"Accept": accept})
        assert found.status_code == 200
        assert found.headers["content-type"] == data, accept


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/csv", CSV),
        ("TEXT/CSV", CSV),
        ("text/csv;q=0.9, text/html;q=0.8", CSV),
        ("text/html;q=0.8, text/csv;q=0.9", CSV),
        ("text/csv;q=0.5, text/html", HTML),
        ("text/html;level=1;q=0.4, application/geo+json;q=0.5", GEOJSON),
        ("application/geo+json, text/html", GEOJSON),
        ("text/html, application/geo+json;q=0.9", HTML),
        ("application/json", GEOJSON),
        ("*/*;q=0.1, text/csv", CSV),
        ("*/*, text/csv;q=0.2", GEOJSON),
        ("text/html;q=0, */*", GEOJSON),
        ("text/html;q=0, text/*", CSV),
        ("text/csv;q=0, text/html;q=0", GEOJSON),
        ("application/*", GEOJSON),
        ("image/*, */*;q=0.8", GEOJSON),
        (BROWSER, HTML),
    ],
)
def test_accept_chooses_the_format(client: TestClient, accept: str, media: str) -> None:
    found = client.get("/collections/lsoas/items", headers={"Accept": accept})
    assert found.headers["content-type"] == media


@pytest.mark.parametrize(
    ("name", "media"), [("html", HTML), ("csv", CSV), ("geojson", GEOJSON), ("json", GEOJSON)]
)
def test_f_goes_before_accept(client: TestClient, name: str, media: str) -> None:
    for accept in (BROWSER, "*/*", "text/csv"):
        found = client.get(f"/collections/lsoas/items?f={name}", headers={"Accept": accept})
        assert found.headers["content-type"] == media


def raw(client: TestClient, path: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    """The bytes as they go over the wire."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with client.stream("GET", path, headers=named) as response:
        assert response.status_code == 200
        return b"".join(response.iter_raw()), dict(response.headers)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("accept", [BROWSER, "*/*"])
def test_the_compressed_bytes_are_the_plain_ones_with_a_tag_of_their_own(
    client: TestClient, path: str, accept: str
) -> None:
    plain, plain_headers = raw(client, path, Accept=accept, Accept_Encoding="identity")
    zipped, zipped_headers = raw(client, path, Accept=accept, Accept_Encoding="br;q=0.5, gzip")
    packed, packed_headers = raw(client, path, Accept=accept, Accept_Encoding="gzip, deflate, br")
    assert "content-encoding" not in plain_headers
    if len(plain) >= 1024:
        assert zipped_headers["content-encoding"] == "gzip"
        assert packed_headers["content-encoding"] == "br"
        assert len(packed) < len(zipped) < len(plain)
        assert gzip.decompress(zipped) == brotli.decompress(packed) == plain
        tags = {told["etag"] for told in (plain_headers, zipped_headers, packed_headers)}
        assert len(tags) == 3
    for found, headers in (
        (plain, plain_headers),
        (zipped, zipped_headers),
        (packed, packed_headers),
    ):
        assert int(headers["content-length"]) == len(found)
        assert headers["etag"].startswith('"')
        assert headers["cache-control"] == "no-cache"
        assert {part.strip() for part in headers["vary"].split(",")} == {
            "Accept",
            "Accept-Encoding",
        }


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("gzip", "gzip"),
        ("GZIP;q=1.0", "gzip"),
        ("br", "br"),
        ("gzip, br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.4, gzip;q=0.6", "gzip"),
        ("*", "br"),
        ("deflate, gzip;q=0.1", "gzip"),
        ("gzip;q=0", None),
        ("gzip; q=0.000", None),
        ("gzip;q=0, *", "br"),
        ("*, gzip;q=0, br;q=0", None),
        ("identity", None),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=much", None),
        ("", None),
        ("*;q=0", None),
    ],
)
def test_an_answer_is_packed_as_the_client_likes_best(
    client: TestClient, header: str, encoding: str | None
) -> None:
    _, headers = raw(client, "/collections/lsoas/items", Accept_Encoding=header)
    assert headers.get("content-encoding") == encoding


def test_formats_and_encodings_of_one_address_have_tags_of_their_own(client: TestClient) -> None:
    tags = {
        raw(client, "/collections/lsoas/items", Accept=accept, Accept_Encoding=encoding)[1]["etag"]
        for accept in ("text/html", "*/*", "text/csv")
        for encoding in ("br", "gzip", "identity")
    }
    assert len(tags) == 9


@pytest.mark.parametrize("path", [*PAGES, "/collections/lsoas/items?f=csv"])
@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_who_has_it_already_gets_304(client: TestClient, path: str, encoding: str) -> None:
    _, headers = raw(client, path, Accept_Encoding=encoding)
    tag = headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', f'W/"x" , W/{tag}', "*"):
        found = client.get(path, headers={"Accept-Encoding": encoding, "If-None-Match": known})
        assert found.status_code == 304, known
        assert found.content == b""
        assert found.headers["etag"] == tag
        for name in ("cache-control", "vary"):
            assert found.headers[name] == headers[name]
    for unknown in ('"other"', 'W/"other"', tag.strip('"'), "", f'"{tag}'):
        found = client.get(path, headers={"Accept-Encoding": encoding, "If-None-Match": unknown})
        assert found.status_code == 200, unknown


@pytest.mark.parametrize("path", [*PAGES, "/health", "/static/map.js"])
def test_head_has_the_headers_of_get(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code == 200
    for name in ("content-type", "content-length", "etag"):
        assert head.headers.get(name) == get.headers.get(name)


@pytest.mark.parametrize("path", [*PAGES, "/health", "/static/map.js", "/nowhere"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_offered(client: TestClient, path: str, method: str) -> None:
    found = client.request(method, path)
    if path == "/nowhere":
        assert found.status_code == 404
        return
    assert found.status_code == 405
    assert found.headers["allow"] == "GET, HEAD"
    assert found.headers["content-type"] == "application/problem+json"
    assert method in found.json()["detail"]


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A second server, on a dataset built a second time."""
    home = tmp_path_factory.mktemp("again")
    build_embedded(SHROPSHIRE, home)
    return TestClient(create_app(Site.open(home)), raise_server_exceptions=False)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("accept", [BROWSER, "*/*"])
def test_the_same_question_has_the_same_bytes_on_every_server_and_build(
    client: TestClient, again: TestClient, embedded_home: Path, path: str, accept: str
) -> None:
    fresh = TestClient(create_app(Site.open(embedded_home)))
    asked = [each.get(path, headers={"Accept": accept}) for each in (client, client, fresh, again)]
    assert len({found.content for found in asked}) == 1
    assert len({found.headers["etag"] for found in asked}) == 1


def test_a_header_said_twice_keeps_nothing_for_others_that_is_not_theirs(
    client: TestClient,
) -> None:
    path = "/dictionary?f=json"  # nobody else here asks for it packed
    plain = {"Accept": "application/json", "Accept-Encoding": "identity"}
    client.get("/about", headers=[("Accept", "text/html"), ("Accept", "application/json")])
    assert client.get("/about", headers=plain).headers["content-type"] == JSON
    client.get(path, headers=[("Accept-Encoding", "br"), ("Accept-Encoding", "identity")])
    assert "content-encoding" not in client.get(path, headers=plain).headers
    hosts = [("Host", "elsewhere.example"), ("Host", "testserver")]
    client.get("/collections?f=json", headers=hosts)
    assert "elsewhere" not in client.get("/collections?f=json").text


def test_links_name_the_address_that_was_asked(client: TestClient) -> None:
    for host in ("maps.example", "other.example:8443"):
        found = client.get("/", headers={"Host": host}).json()
        assert all(item["href"].startswith(f"http://{host}/") for item in found["links"])
