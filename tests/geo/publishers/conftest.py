"""A server that stands for every publisher, and a client that knows only it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from publisher_server import PublisherServer, serving

from geo.publishers.addresses import Addresses
from geo.publishers.cache import Cache
from geo.publishers.client import Client

MANNERS = """
[manners]
tries = 3
back_off = 0.01
longest_wait = 2
timeout = 5
largest_mib = 1
"""
ENTRIES = {
    "police-archive": "/archive/{month}.zip",
    "police-api": "/api",
    "boundaries-2021": "/outlines/0",
    "rural-urban-2021": "/ruc/0",
    "towns-2021": "/towns/0",
    "code-look-up": "/codes/0",
    "population-2021": "/nomis.data.json",
    "deprivation-2019": "/imd/File_7.csv",
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PublisherServer]:
    """The publishers, on this machine."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving() as started:
        yield started


@pytest.fixture
def addresses(server: PublisherServer, tmp_path: Path) -> Path:
    """An addresses file that names them."""
    lines = [MANNERS]
    for key in ("police", "ons", "nomis", "govuk"):
        lines.append(f"[publisher.{key}]\nrequests_per_second = 1000")
    for key, path in ENTRIES.items():
        lines.append(f'[entry.{key}]\naddress = "{server.address}{path}"\nlast_good = "2026-08-19"')
    path = tmp_path / "addresses.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between two tries, noted down and not waited."""
    noted: list[float] = []
    clock = SimpleNamespace(sleep=noted.append, time=time.time)
    monkeypatch.setattr("urllib3.util.retry.time", clock)
    return noted


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty cache."""
    return Cache(tmp_path / "cache")


@pytest.fixture
def client(addresses: Path, cache: Cache) -> Client:
    """A client of that server."""
    return Client(Addresses.read(addresses), cache)


@pytest.fixture
def edited(addresses: Path, cache: Cache) -> Callable[[str], Client]:
    """A client with a further piece of an addresses file in the place of some lines."""

    def edit(*changes: str) -> Client:
        text = addresses.read_text("utf-8")
        for change in changes:
            name = change.split("=")[0].strip()
            before = next(line for line in text.splitlines() if line.startswith(f"{name} ="))
            text = text.replace(before, change, 1)
        addresses.write_text(text, encoding="utf-8")
        return Client(Addresses.read(addresses), cache)

    return edit
