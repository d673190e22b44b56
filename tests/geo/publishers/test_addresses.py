"""The addresses file: what ships is sound, and a user's mistakes are told all at once."""

import re
from datetime import date
from pathlib import Path

import pytest

from geo.errors import FetchError, InputError
from geo.publishers.addresses import Addresses


def read(tmp_path: Path, text: str) -> Addresses:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return Addresses.read(path)


def test_what_ships_is_sound() -> None:
    shipped = Addresses.read()
    assert shipped.entry("police-archive").publisher.requests_per_second == 15
    for entry in shipped.entries.values():
        assert entry.page
        assert entry.publisher.licence == "Open Government Licence v3.0"
        assert entry.publisher.attribution
        assert not entry.last_good or date.fromisoformat(entry.last_good) <= date(2026, 11, 24)
        if not entry.address:
            with pytest.raises(FetchError, match=re.escape(f"[entry.{entry.key}]")):
                entry.url()
    archive = shipped.entry("police-archive").url(month="2025-09")
    assert archive == "https://data.police.uk/data/archive/2025-09.zip"


def test_a_file_changes_only_what_it_names(tmp_path: Path) -> None:
    mine = read(tmp_path, '[entry.police-api]\naddress = "https://example.org/api"\n')
    entry = mine.entry("police-api")
    assert (entry.url(), entry.last_good) == ("https://example.org/api", "")
    assert entry.title == Addresses.read().entry("police-api").title
    assert entry.file.endswith("mine.toml")
    assert mine.entry("towns-2021") == Addresses.read().entry("towns-2021")


def test_a_new_entry_may_be_added(tmp_path: Path) -> None:
    text = '[entry.wards]\npublisher = "ons"\ntitle = "Wards"\naddress = "https://example.org"\n'
    assert read(tmp_path, text).entry("wards").publisher.name.startswith("Office for National")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[entry", ["is not TOML"]),
        ("entry = 1", ["entry must be a table"]),
        ("[entry]\nwards = 1", ["entry.wards must be a table"]),
        ("manners = []", ["manners must be a table"]),
        ("[adresses]", ["adresses is unknown"]),
        ("[manners]\ntries = 0\ntimeout = '9'\nspeed = 1", [
            "manners.tries", "greater than or equal to 1", "manners.timeout", "manners.speed is unk"
        ]),
        ("[entry.police-api]\naddress = 'ftp://x'\nlast_good = 'May'\nsha256 = 'AB'\nurl = ''", [
            "entry.police-api.address: it must begin with https://", "'ftp://x'",
            "entry.police-api.last_good: it must be a day", "entry.police-api.sha256",
            "entry.police-api.url is unknown",
        ]),
        ("[entry.police-archive]\naddress = 'https://x.org/{year}.zip'", ["only placeholder"]),
        ("[entry.police-archive]\naddress = 'https://x.org/{month'", ["only placeholder"]),
        ("[entry.police-archive]\nlast_good = 2026-01-01", ["last_good", "string"]),
        ("[entry.wards]\npublisher = 'ons'", ["entry.wards.title is missing"]),
        ("[entry.wards]\ntitle = 'Wards'", ["entry.wards.publisher is missing"]),
        ("[entry.wards]\ntitle = 'Wards'\npublisher = 'os'", ["there is no [publisher.os]"]),
        ("[entry.towns-2021]\nlook_up = 'codes'", ["look_up: there is no [entry.codes]"]),
        ("[entry.towns-2021]\ncode_column = \"X' OR 1=1\"", ["entry.towns-2021.code_column"]),
        ("[publisher.os]\nname = 'Ordnance Survey'", ["publisher.os.licence is missing"]),
    ],
)  # fmt: skip
def test_every_mistake_is_told(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    said = str(caught.value)
    assert "mine.toml" in said
    assert "\n" not in said
    for word in words:
        assert word in said


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        Addresses.read(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(InputError, match="is not UTF-8"):
        Addresses.read(tmp_path / "latin.toml")
    with pytest.raises(InputError, match=r"no \[entry.wards\]"):
        Addresses.read().entry("wards")
