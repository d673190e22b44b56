"""Tokens: what opens, for how long, and what of them lies on the disk."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from command_line import Run

from geo.errors import AccessError, InputError
from service.access.tokens import KEY, TOKENS, Tokens

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_token_opens_until_it_is_revoked(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path / "access")
    token, text = tokens.create("Rural team", "partner", "90d")
    other, _ = tokens.create("Analysts", "analyst", "12h")
    assert tokens.shown(text) == token
    assert (token.role, token.visitor.role, token.visitor.may("analyst")) == (
        "partner", "partner", False,
    )  # fmt: skip
    assert Tokens(tmp_path / "access").shown(text) == token
    tokens.revoke(token.id)
    assert tokens.shown(text) is None
    assert [one.id for one in tokens.all() if one.revoked is None] == [other.id]


def test_a_token_expires(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    past, text = tokens.create("Team", "partner", "12h", NOW - timedelta(days=4000))
    assert past.open_at(past.created)
    assert not past.open_at(past.created + timedelta(hours=12))
    assert tokens.shown(text) is None


def test_another_process_sees_what_one_has_changed(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    token, text = tokens.create("Team", "partner", "1d")
    assert tokens.shown(text) is not None
    process = get_context("spawn").Process(target=revoke, args=(tmp_path, token.id))
    process.start()
    process.join()
    assert (process.exitcode, tokens.shown(text)) == (0, None)


def revoke(folder: Path, number: str) -> None:
    Tokens(folder).revoke(number)


def test_what_opens_is_not_on_the_disk_and_nobody_else_reads_what_is(tmp_path: Path) -> None:
    folder = tmp_path / "access"
    tokens = Tokens(folder)
    _, text = tokens.create("Team", "partner", "1d")
    assert len(tokens.key()) == 32
    assert tokens.key() == Tokens(folder).key()
    secret = text.split("_", 2)[2]
    for path in folder.iterdir():
        assert secret.encode() not in path.read_bytes()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in (TOKENS, KEY):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("change", ["short", "long", "other id", "other secret", "case", "empty"])
def test_what_is_not_the_token_opens_nothing(tmp_path: Path, change: str) -> None:
    tokens = Tokens(tmp_path)
    token, text = tokens.create("Team", "partner", "1d")
    other, text_of_other = tokens.create("Team", "partner", "1d")
    wrong = {
        "short": text[:-1],
        "long": text + "A",
        "other id": text.replace(token.id, other.id),
        "other secret": text[:-43] + text_of_other[-43:],
        "case": text.swapcase(),
        "empty": "",
    }[change]
    assert tokens.shown(text) is not None
    assert tokens.shown(wrong) is None


@pytest.mark.parametrize(
    "span", ["", "90", "0d", "d", "-1d", "367d", "9999h", "1w", "1d\n", "\u0661d"]
)
def test_a_span_that_is_none_is_refused(tmp_path: Path, span: str) -> None:
    with pytest.raises(InputError, match="90d or 12h"):
        Tokens(tmp_path).create("Team", "partner", span)
    assert Tokens(tmp_path).all() == []


@pytest.mark.parametrize("text", ["", "{}", '{"tokens": [{"id": 1}]}', "[]", '{"tokens": 5}'])
def test_a_damaged_file_opens_nothing_and_says_so(tmp_path: Path, text: str) -> None:
    tokens = Tokens(tmp_path)
    _, shown = tokens.create("Team", "partner", "1d")
    (tmp_path / TOKENS).write_text(text)
    with pytest.raises(AccessError, match="damaged"):
        tokens.shown(shown)
    with pytest.raises(AccessError, match="damaged"):
        tokens.create("Team", "partner", "1d")
    assert (tmp_path / TOKENS).read_text() == text


def test_a_damaged_key_is_told(tmp_path: Path) -> None:
    Tokens(tmp_path).key()
    (tmp_path / KEY).write_bytes(b"short")
    with pytest.raises(AccessError, match="damaged"):
        Tokens(tmp_path).key()


def test_the_command_makes_lists_and_revokes(run: Run) -> None:
    made = run("token", "create", "--role", "partner", "--name", "Rural team", "--expires", "30d")
    assert made.returncode == 0
    text = made.stdout.strip()
    assert "shown this once" in made.stderr.replace("\n", " ")
    listed = run("token", "list").stdout
    assert "Rural team" in listed
    assert "open" in listed
    assert text not in listed
    number = json.loads(Path("access", TOKENS).read_text())["tokens"][0]["id"]
    assert run("token", "revoke", number).returncode == 0
    assert "revoked" in run("token", "list").stdout
    unknown = run("token", "revoke", "00000000")
    assert (unknown.returncode, "no token '00000000'" in unknown.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--role", "public", "--name", "Team"), "partner or analyst"),
        (("--role", "partner", "--name", ""), "name a team"),
        (("--role", "partner", "--name", "a\nb"), "name a team"),
        (("--role", "partner", "--name", "Team", "--expires", "never"), "90d or 12h"),
    ],
)
def test_the_command_refuses_what_is_wrong(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ended = run("token", "create", *arguments)
    assert (ended.returncode, said in ended.stderr) == (2, True)
    assert not Path("access", TOKENS).exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(AccessError, match="cannot be read or written"):
        Tokens(tmp_path / "access").create("Team", "partner", "1d")
