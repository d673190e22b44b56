"""Parts of a file, and answers that a client has already: byte for byte as RFC 9110 has it."""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import HTTP
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from geo.versions import all_versions
from service.app import create_app
from service.ranges import read_ranges
from service.site import Site

FILE = "/collections/hotspots/items?theme=asb&f=gpkg"


@pytest.fixture(scope="module")
def whole(client: TestClient) -> httpx2.Response:
    """The file, whole."""
    response = client.get(FILE)
    assert response.status_code == 200
    assert int(response.headers["content-length"]) == len(response.content) > 300_000
    assert response.headers["accept-ranges"] == "bytes"
    return response


def ask(client: TestClient, header: str, **more: str) -> httpx2.Response:
    return client.get(FILE, headers={"Range": header, **more})


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=270000-280000", 270_000, 280_001),
        ("bytes=5-", 5, None),
        ("bytes=-7", -7, None),
        ("bytes=-999999999", 0, None),
        ("bytes=100-999999999", 100, None),
        ("Bytes=3-4", 3, 5),
    ],
)
def test_one_range_is_those_bytes(
    client: TestClient, whole: httpx2.Response, header: str, start: int, end: int | None
) -> None:
    response = ask(client, header)
    expected = whole.content[start:end]
    first = range(len(whole.content))[start]
    assert response.status_code == 206
    assert response.content == expected
    assert response.headers["content-range"] == (
        f"bytes {first}-{first + len(expected) - 1}/{len(whole.content)}"
    )
    assert response.headers["content-length"] == str(len(expected))
    for name in ("etag", "last-modified", "content-type", "content-disposition", "content-crs"):
        assert response.headers[name] == whole.headers[name]


def test_several_ranges_come_each_with_its_place(
    client: TestClient, whole: httpx2.Response
) -> None:
    response = ask(client, "bytes=0-15, 300000-300009,-5,99999999-")
    assert response.status_code == 206
    assert response.headers["content-length"] == str(len(response.content))
    head = f"Content-Type: {response.headers['content-type']}\r\n\r\n".encode()
    parts = message_from_bytes(head + response.content, policy=HTTP)
    size, found = len(whole.content), []
    for part in parts.walk():
        if not part.is_multipart():
            assert part["content-type"] == whole.headers["content-type"]
            found.append(part["content-range"])
    assert found == [
        f"bytes {a}-{b}/{size}" for a, b in ((0, 15), (300_000, 300_009), (size - 5, size - 1))
    ]
    mark = response.headers["content-type"].partition("boundary=")[2].encode()
    bodies = [
        piece.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
        for piece in response.content.split(b"--" + mark)[1:-1]
    ]
    assert bodies == [whole.content[:16], whole.content[300_000:300_010], whole.content[-5:]]


@pytest.mark.parametrize("header", ["bytes=999999999-", "bytes=-0", "bytes=999999999-,-0"])
def test_a_range_outside_the_file_is_refused_with_its_size(
    client: TestClient, whole: httpx2.Response, header: str
) -> None:
    response = ask(client, header)
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{len(whole.content)}"
    assert response.headers["content-type"] == "application/problem+json"
    assert f"{len(whole.content):,} bytes" in response.json()["detail"]


@pytest.mark.parametrize(
    "header",
    ["lines=0-5", "bytes", "bytes=", "bytes=a-b", "bytes=9-3", "bytes=-", "bytes=1-2;3-4",
     "bytes=0-,0-", "bytes=" + ",".join(f"{i}-{i}" for i in range(100))],
)  # fmt: skip
def test_a_header_that_is_not_to_be_heeded_gives_the_whole(
    client: TestClient, whole: httpx2.Response, header: str
) -> None:
    response = ask(client, header)
    assert response.status_code == 200
    assert response.content == whole.content


def test_a_range_is_of_the_file_that_the_client_has_some_of(
    client: TestClient, whole: httpx2.Response
) -> None:
    tag, since = whole.headers["etag"], whole.headers["last-modified"]
    for had, status in {
        tag: 206, since: 206, '"other"': 200, f"W/{tag}": 200,
        "Mon, 01 Jan 2024 00:00:00 GMT": 200, "no date": 200,
    }.items():  # fmt: skip
        response = ask(client, "bytes=0-9", **{"If-Range": had})
        assert response.status_code == status, had
        assert response.content == (whole.content[:10] if status == 206 else whole.content)


def test_head_says_what_get_would_send(client: TestClient, whole: httpx2.Response) -> None:
    for headers in ({}, {"Range": "bytes=0-9"}):  # a range is for GET alone
        response = client.head(FILE, headers=headers)
        assert response.status_code == 200
        assert response.content == b""
        for name in ("content-length", "etag", "last-modified", "content-type", "accept-ranges"):
            assert response.headers[name] == whole.headers[name]


ANSWERS = [FILE, "/collections/towns/items?f=geojson", "/collections/towns/items?f=csv",
           "/collections/towns?f=json", "/collections/towns/items?f=jsonfg"]  # fmt: skip


@pytest.mark.parametrize("address", ANSWERS)
def test_a_client_that_has_it_is_told_so(client: TestClient, address: str) -> None:
    first = client.get(address)
    tag, since = first.headers["etag"], first.headers["last-modified"]
    made = parsedate_to_datetime(since)
    before = format_datetime(made - timedelta(seconds=1), usegmt=True)
    after = format_datetime(made + timedelta(days=1), usegmt=True)
    for headers, status in (
        ({"If-None-Match": tag}, 304),
        ({"If-None-Match": f'"x", W/{tag}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"'}, 200),
        ({"If-Modified-Since": since}, 304),
        ({"If-Modified-Since": after}, 304),
        ({"If-Modified-Since": before}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Modified-Since": "Sun, 06 Nov 1994 08:49:37"}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": after}, 200),  # the tag goes first
    ):
        for _ in range(2):  # the second is a kept answer
            response = client.get(address, headers=headers)
            assert response.status_code == status, headers
            assert response.headers["etag"] == tag
            assert response.headers["last-modified"] == since
            assert (response.content == b"") == (status == 304)


def test_last_modified_is_when_the_dataset_was_made_or_gone_back_to(
    embedded_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(embedded_home, home)
    (first,) = all_versions(home)
    second = home / first.name.replace(first.name[:4], "2998", 1)
    shutil.copytree(first.folder, second)
    created = datetime(2026, 1, 1, tzinfo=UTC)
    for folder, when in ((first.folder, created), (second, created + timedelta(days=30))):
        manifest = json.loads((folder / "manifest.json").read_text())
        text = json.dumps(manifest | {"created": when.isoformat()})
        (folder / "manifest.json").write_text(text)

    def since() -> datetime:
        answer = TestClient(create_app(Site.open(home))).get(FILE)
        return parsedate_to_datetime(answer.headers["last-modified"])

    switched = created + timedelta(days=60)
    (home / "CURRENT").write_text(second.name)
    os.utime(home / "CURRENT", (created.timestamp(),) * 2)
    assert since() == created + timedelta(days=30)
    (home / "CURRENT").write_text(first.name)
    os.utime(home / "CURRENT", (switched.timestamp(),) * 2)
    assert since() == switched  # who had the second version has not got the first


def naive(header: str, size: int) -> Iterator[set[int]]:
    """The bytes of each range that lies in a file, found one by one."""
    for part in header.removeprefix("bytes=").split(","):
        first, _, last = part.partition("-")
        wanted = {
            i
            for i in range(size)
            if (int(first) <= i <= int(last or size) if first else i >= size - int(last))
        }
        if wanted:
            yield wanted


RANGE = st.one_of(
    st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda p: f"{min(p)}-{max(p)}"),
    st.integers(0, 30).map(lambda n: f"{n}-"),
    st.integers(0, 30).map(lambda n: f"-{n}"),
)


@given(st.lists(RANGE, min_size=1, max_size=4), st.integers(0, 25))
def test_ranges_are_those_found_byte_by_byte(parts: list[str], size: int) -> None:
    header = f"bytes={','.join(parts)}"
    expected = list(naive(header, size))
    found = read_ranges(header, size)
    if sum(map(len, expected)) > size:
        assert found is None
    else:
        assert found is not None
        assert [set(range(*one)) for one in found] == expected
