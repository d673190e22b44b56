"""Scripts and styles are sent compressed, once to each reader, and are never stale."""

import gzip
import os
from pathlib import Path

import pytest
import xstatic.pkg.leaflet
from starlette.applications import Starlette
from starlette.testclient import TestClient

from service.assets import JOINED, Assets

STATIC = Path(__file__).parents[2] / "static"
LEAFLET = Path(xstatic.pkg.leaflet.BASE_DIR)


@pytest.mark.parametrize(
    ("path", "file", "media"),
    [
        ("/static/map.js", STATIC / "map.js", "javascript"),
        ("/static/safermap.css", STATIC / "safermap.css", "text/css"),
        ("/static/icon.svg", STATIC / "icon.svg", "image/svg+xml"),
        ("/static/leaflet/leaflet.js", LEAFLET / "leaflet.js", "javascript"),
    ],
)
def test_a_file_is_sent_as_it_is_and_compressed_where_that_is_taken(
    client: TestClient, path: str, file: Path, media: str
) -> None:
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert plain.content == file.read_bytes()
    assert media in plain.headers["content-type"]
    assert "content-encoding" not in plain.headers
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
        sent = b"".join(packed.iter_raw())
    if len(plain.content) >= 1024:
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(sent) == plain.content
        assert len(sent) < len(plain.content) / 2
        assert packed.headers["etag"] != plain.headers["etag"]
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
    again = client.get(path, headers=known)
    assert again.status_code == 304


@pytest.mark.parametrize("name", JOINED)
def test_files_that_every_page_wants_are_sent_as_one(client: TestClient, name: str) -> None:
    answer = client.get(f"/static/joined/{name}")
    assert (
        answer.headers["content-type"]
        == client.get(f"/static/{JOINED[name][0]}").headers["content-type"]
    )
    parts = [(STATIC / file).read_bytes() for file in JOINED[name]]
    assert answer.content.split() == b" ".join(parts).split()
    assert (
        client.get(
            f"/static/joined/{name}", headers={"If-None-Match": answer.headers["etag"]}
        ).status_code
        == 304
    )


def test_every_script_and_style_is_sent_with_a_page() -> None:
    sent = {file for files in JOINED.values() for file in files} | {"upload.js"}  # of one page
    assert sent == {file.name for file in STATIC.iterdir() if file.suffix in (".js", ".css")}


@pytest.mark.parametrize(
    "path", ["nothing.js", "joined/nothing.js", "../pyproject.toml", "%2e%2e/pyproject.toml", ""]
)
def test_nothing_else_is_sent(client: TestClient, path: str) -> None:
    response = client.get(f"/static/{path}")
    assert response.status_code == 404
    assert "safermap" not in response.json()["detail"]


def test_a_file_that_changes_is_sent_anew(tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    served = TestClient(Starlette())
    served.app.mount("/", Assets(directory=tmp_path))  # type: ignore[attr-defined]
    for number, words in enumerate(("one", "two")):
        file.write_text(words)
        os.utime(file, (number, number))
        assert served.get("/a.js").text == words
