"""A file from an address: cut off, changed, moved, damaged, refused, kept."""

import hashlib
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from publisher_server import Asked, File, PublisherServer, Reply

from geo.errors import FetchError
from geo.publishers.addresses import Addresses, Entry
from geo.publishers.client import Client
from geo.publishers.download import Fetched, download

BODY = bytes(range(256)) * 800  # 204,800 bytes
OTHER = BODY[::-1]
PATH = "/archive/2026-06.zip"
Edit = Callable[..., Client]


def anything(path: Path, entry: Entry, url: str) -> None:
    """Any file will do."""


def fetch(client: Client, *, refresh: bool = False) -> Fetched:
    entry = client.addresses.entry("police-archive")
    return download(client, entry, entry.url(month="2026-06"), anything, refresh=refresh)


def fails(client: Client, *words: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(client)
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    for word in words:
        assert word in said


def heard(server: PublisherServer, header: str) -> list[str | None]:
    return [asked.headers.get(header) for asked in server.asked]


def left(client: Client) -> list[str]:
    return sorted(path.suffix for path in client.cache.folder.iterdir())


def test_a_file_comes_whole_and_is_kept(client: Client, server: PublisherServer) -> None:
    server.answers[PATH] = File(BODY)
    first = fetch(client)
    assert first.path.read_bytes() == BODY
    assert first.sha256 == hashlib.sha256(BODY).hexdigest()
    assert left(client) == [".data", ".json", ".lock"]
    second = fetch(client)
    assert heard(server, "If-None-Match") == [None, '"one"']
    assert second.path.read_bytes() == BODY
    assert second.notes == ("Unchanged since it was kept.",)


def test_a_new_edition_replaces_the_kept_one(client: Client, server: PublisherServer) -> None:
    server.answers[PATH] = File(BODY, etag=None, modified="Wed, 01 Jul 2026 08:00:00 GMT")
    fetch(client)
    assert fetch(client).notes == ("Unchanged since it was kept.",)
    server.answers[PATH] = File(OTHER, etag=None, modified="Sat, 01 Aug 2026 08:00:00 GMT")
    assert fetch(client).path.read_bytes() == OTHER


def test_refresh_asks_for_all_of_it(client: Client, server: PublisherServer) -> None:
    server.answers[PATH] = File(BODY)
    fetch(client)
    assert fetch(client, refresh=True).path.read_bytes() == BODY
    assert heard(server, "If-None-Match") == [None, None]


def test_a_damaged_kept_file_is_fetched_anew(client: Client, server: PublisherServer) -> None:
    server.answers[PATH] = File(BODY)
    kept = fetch(client).path
    kept.write_bytes(BODY[:-1] + b"x")
    assert fetch(client).path.read_bytes() == BODY
    assert heard(server, "If-None-Match") == [None, None]


def test_a_cut_off_file_is_carried_on(client: Client, server: PublisherServer) -> None:
    server.answers[PATH] = File(BODY, cuts=[1000, 50_000, 0])
    assert fetch(client).path.read_bytes() == BODY
    assert heard(server, "Range") == [None, "bytes=1000-", "bytes=51000-", "bytes=51000-"]
    assert heard(server, "If-Range")[1:] == ['"one"'] * 3


def test_the_next_command_carries_on_too(client: Client, server: PublisherServer) -> None:
    server.answers[PATH] = File(BODY, cuts=[70_000, 0, 0, 0])
    fails(client, "70,000 of 204,800", "run the command again")
    assert fetch(client).path.read_bytes() == BODY
    assert heard(server, "Range")[-1] == "bytes=70000-"


@pytest.mark.parametrize(
    "file",
    [
        File(BODY, cuts=[1000], ranges=False),
        File(BODY, etag='W/"weak"', cuts=[1000]),
        File(BODY, etag=None, cuts=[1000]),
    ],
    ids=["ranges ignored", "weak ETag", "nothing to tell it by"],
)
def test_what_cannot_be_carried_on_starts_over(
    client: Client, server: PublisherServer, file: File
) -> None:
    server.answers[PATH] = file
    assert fetch(client).path.read_bytes() == BODY


def test_a_file_that_changes_in_the_middle_is_never_mixed(
    client: Client, server: PublisherServer
) -> None:
    server.in_turn(PATH, File(BODY, cuts=[1000]), File(OTHER, etag='"two"'))
    assert fetch(client).path.read_bytes() == OTHER


def test_a_range_of_another_file_is_not_taken(client: Client, server: PublisherServer) -> None:
    def careless(asked: Asked) -> Reply:  # takes no heed of If-Range
        if "Range" not in asked.headers:
            return Reply(OTHER, headers={"ETag": '"two"'})
        where = {"Content-Range": f"bytes 1000-{len(OTHER) - 1}/{len(OTHER)}", "ETag": '"two"'}
        return Reply(OTHER[1000:], 206, where)

    server.in_turn(PATH, File(BODY, cuts=[1000]), careless)
    assert fetch(client).path.read_bytes() == OTHER


def test_a_range_that_is_refused_starts_over(client: Client, server: PublisherServer) -> None:
    short = File(BODY[:500])
    server.in_turn(PATH, File(BODY, cuts=[1000]), Reply(status=416), short)
    assert fetch(client).path.read_bytes() == BODY[:500]


def test_a_publisher_that_says_wait_is_waited_for(
    client: Client, server: PublisherServer, waits: list[float]
) -> None:
    server.in_turn(PATH, Reply(b"", 429, {"Retry-After": "2"}), File(BODY))
    assert fetch(client).path.read_bytes() == BODY
    assert waits == [2]


def test_a_wait_of_a_day_is_cut_short(
    client: Client, server: PublisherServer, waits: list[float]
) -> None:
    server.in_turn(PATH, Reply(b"", 429, {"Retry-After": "86400"}), File(BODY))
    assert fetch(client).path.read_bytes() == BODY
    assert waits == [2]  # longest_wait


def test_each_wait_is_twice_as_long(
    edited: Edit, server: PublisherServer, waits: list[float]
) -> None:
    server.in_turn(PATH, *[Reply(b"", 503)] * 3, File(BODY))
    fetch(edited("tries = 4", "back_off = 0.5"))
    assert waits == [1, 2]  # the first try after a fault is at once


def test_a_publisher_is_not_asked_more_often_than_it_likes(
    addresses: Path, client: Client, server: PublisherServer
) -> None:
    text = addresses.read_text("utf-8")
    addresses.write_text(text.replace("requests_per_second = 1000", "requests_per_second = 50"))
    client = Client(Addresses.read(addresses), client.cache)
    server.answers["/api"] = lambda _: Reply(b"{}")
    entry = client.addresses.entry("police-api")
    began = time.monotonic()
    for _ in range(11):
        client.json(entry, entry.url())
    assert 0.2 <= time.monotonic() - began < 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_fault_that_passes_is_not_noticed(
    client: Client, server: PublisherServer, status: int
) -> None:
    server.in_turn(PATH, Reply(b"", status), Reply(b"", status), File(BODY))
    assert fetch(client).path.read_bytes() == BODY


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (429, "asked too often"),
        (503, "not available at the moment"),
        (500, "fault of its own"),
        (403, "does not let"),
        (404, "has nothing at"),
        (410, "has nothing at"),
        (400, "does not accept"),
    ],
)
def test_a_fault_that_stays_is_said(
    client: Client, server: PublisherServer, status: int, words: str
) -> None:
    server.answers[PATH] = lambda _: Reply(b"sorry", status)
    fails(client, "data.police.uk", words, str(status))
    assert len(server.asked) == (3 if status in (429, 503) else 1)


def test_a_changed_address_names_the_entry_to_change(
    client: Client, server: PublisherServer
) -> None:
    fails(client, "[entry.police-archive] in ", "addresses.toml", "last known good on 2026-08-19")


def test_a_moved_file_is_followed(client: Client, server: PublisherServer) -> None:
    server.answers[PATH] = lambda _: Reply(b"", 301, {"Location": "/new/place.zip"})
    server.answers["/new/place.zip"] = File(BODY, cuts=[1000])
    assert fetch(client).path.read_bytes() == BODY


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", PATH])
def test_only_the_web_is_followed_and_not_in_circles(
    client: Client, server: PublisherServer, target: str
) -> None:
    server.answers[PATH] = lambda _: Reply(b"", 302, {"Location": target})
    fails(client, "too often" if target == PATH else "not http or https")
    assert left(client) == [".lock"]


def test_the_checksum_of_the_addresses_file_holds(edited: Edit, server: PublisherServer) -> None:
    server.answers[PATH] = File(BODY)
    wrong = 'last_good = "2026-08-19"\nsha256 = "' + "0" * 64 + '"'
    fails(edited(wrong), "checksum", "[entry.police-archive]")
    right = f'sha256 = "{hashlib.sha256(BODY).hexdigest()}"'
    assert fetch(edited(right)).path.read_bytes() == BODY


def test_a_file_that_is_too_large_is_refused(edited: Edit, server: PublisherServer) -> None:
    server.answers[PATH] = File(b"0" * (1 << 20) + b"1")
    client = edited("largest_mib = 1")
    fails(client, "larger than 1 MiB")
    whole = server.answers[PATH]

    def unsaid(asked: Asked) -> Reply:
        reply = whole(asked)
        return Reply(b"%x\r\n%s\r\n0\r\n\r\n" % (len(reply.body), reply.body), chunked=True)

    server.answers[PATH] = unsaid
    fails(client, "larger than 1 MiB")
    assert left(client) == [".lock"]


def test_a_chunked_file_that_is_cut_off_is_noticed(client: Client, server: PublisherServer) -> None:
    half = Reply(b"800\r\n" + BODY[:2048] + b"\r\n", chunked=True, cut=5000)
    whole = Reply(b"800\r\n" + BODY[:2048] + b"\r\n0\r\n\r\n", chunked=True)
    server.in_turn(PATH, half, whole)
    assert fetch(client).path.read_bytes() == BODY[:2048]
    assert len(server.asked) == 2


def test_the_proxy_of_the_machine_is_used(
    edited: Edit, server: PublisherServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = edited('address = "http://publisher.invalid/archive/{month}.zip"')
    monkeypatch.setenv("http_proxy", server.address)
    server.answers[PATH] = File(BODY)
    assert fetch(client).path.read_bytes() == BODY
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(FetchError, match="the proxy set for this machine does not answer"):
        client.json(entry := client.addresses.entry("police-archive"), entry.url(month="x"))


def test_no_name_no_connection_no_answer(edited: Edit, server: PublisherServer) -> None:
    address = f'address = "{server.address}/archive/{{month}}.zip"'
    dead = edited('address = "http://nowhere.invalid/{month}.zip"')
    fails(dead, "the name nowhere.invalid is not found")
    fails(edited('address = "http://127.0.0.1:9/{month}.zip"'), "takes no connection")
    server.answers[PATH] = lambda _: Reply(BODY, before=0.3)
    fails(edited(address, "timeout = 0.05", "tries = 1"), "took too long")
    server.answers[PATH] = File(BODY, pause=0.3)
    fails(edited("timeout = 0.05"), "took too long")


def test_without_a_network_the_kept_file_serves(edited: Edit, server: PublisherServer) -> None:
    server.answers[PATH] = File(BODY)
    client = edited("tries = 1")
    fetch(client)
    server.answers[PATH] = lambda _: Reply(BODY, before=0.3)
    old = fetch(edited("timeout = 0.05"))
    assert old.path.read_bytes() == BODY
    assert "took too long" in old.notes[0]
    assert f"The copy of {old.fetched[:10]} is used" in old.notes[0]


def test_a_disk_that_takes_no_more_is_said(client: Client, server: PublisherServer) -> None:
    server.answers[PATH] = File(BODY)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        fails(client, "cannot be written: File too large")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert fetch(client).path.read_bytes() == BODY


def test_a_cache_that_cannot_be_written_is_said(client: Client, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    client.cache.folder = tmp_path / "file" / "below"
    fails(client, "cannot be written", "file/below")
