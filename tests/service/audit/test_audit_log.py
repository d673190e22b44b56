"""What is recorded is on disk and stays; what was altered, left out or added is found."""

import errno
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import service.audit.log
from geo.errors import AuditError, StorageError
from service.audit import AuditLog, Entry
from service.audit.read import entries, verify

KEY = b"k" * 32
ROOT = Path(__file__).parents[3]


def entry(number: int = 1, **changed: object) -> Entry:
    told = {"actor": "analyst-token", "role": "partner", "action": "download", "request": "r1"}
    what = {"layer": "lsoas", "filter": "count > 5", "format": "gpkg", "rows": number}
    return Entry(**{**told, "what": what, **changed})


def filled(folder: Path, count: int = 5, key: bytes | None = None) -> AuditLog:
    """A log of so many entries over two months."""
    times = iter(datetime(2026, 1 + (n >= count // 2), 3, n % 24, tzinfo=UTC) for n in range(count))
    log = AuditLog(folder, key, lambda: next(times))
    for number in range(1, count + 1):
        assert log.record(entry(number)) == number
    return AuditLog(folder, key, lambda: datetime(2026, 2, 27, tzinfo=UTC))


def numbers(folder: Path) -> list[int]:
    return [one["number"] for one in entries(folder)]


@pytest.mark.parametrize("key", [None, KEY])
def test_what_is_recorded_can_be_read_and_fits(tmp_path: Path, key: bytes | None) -> None:
    filled(tmp_path, 5, key)
    assert [path.name for path in sorted(tmp_path.glob("*.jsonl"))] == [
        "2026-01.jsonl", "2026-02.jsonl"
    ]  # fmt: skip
    found = verify(tmp_path, key)
    assert found is not None
    assert (found.first, found.last, found.waiting) == (1, 5, False)
    [first, *_] = entries(tmp_path)
    assert {name: first[name] for name in ("actor", "role", "action", "request", "what")} == {
        "actor": "analyst-token", "role": "partner", "action": "download", "request": "r1",
        "what": {"layer": "lsoas", "filter": "count > 5", "format": "gpkg", "rows": 1},
    }  # fmt: skip


def test_entries_are_found_by_day_actor_and_layer(tmp_path: Path) -> None:
    log = filled(tmp_path)
    log.record(entry(6, actor="other"))
    log.record(entry(7, what={"layer": "towns"}))
    assert [e["number"] for e in entries(tmp_path, since=date(2026, 2, 27))] == [6, 7]
    assert [e["number"] for e in entries(tmp_path, until=date(2026, 1, 3))] == [1, 2]
    assert [e["number"] for e in entries(tmp_path, actor="other")] == [6]
    assert [e["number"] for e in entries(tmp_path, layer="towns")] == [7]


def test_whatever_is_asked_for_stays_on_its_line(tmp_path: Path) -> None:
    log = filled(tmp_path)
    log.record(entry(6, what={"filter": "a\nb\u2028\u202e\x1b[31m\x00"}))
    assert len((tmp_path / "2026-02.jsonl").read_bytes().splitlines()) == 4
    assert (tmp_path / "2026-02.jsonl").read_bytes().isascii()
    assert [e["what"] for e in entries(tmp_path)][-1] == {"filter": "a\nb\u2028\u202e\x1b[31m\x00"}


def altered(folder: Path, seed: int) -> str:
    """Alter one thing of a log that was written, and say what."""
    chance = random.Random(seed)  # noqa: S311  no secret
    path = chance.choice(sorted(folder.glob("*.jsonl")))
    lines = path.read_bytes().splitlines(keepends=True)
    at = chance.randrange(len(lines))
    kind = chance.choice(["byte", "gone", "twice", "swapped", "cut", "rows", "file"])
    if kind == "byte":
        place = chance.randrange(len(lines[at]))
        changed = lines[at][place] ^ (1 << chance.randrange(7))
        lines[at] = lines[at][:place] + bytes([changed]) + lines[at][place + 1 :]
    elif kind == "gone":
        del lines[at]
    elif kind == "twice":
        lines.insert(at, lines[at])
    elif kind == "swapped":
        other = (at + 1) % len(lines)
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == "cut":
        del lines[-1]
    elif kind == "rows":
        lines[at] = lines[at].replace(b'"rows": ', b'"rows": 9')
    if kind == "file":
        path.unlink()
    else:
        path.write_bytes(b"".join(lines))
    return f"{kind} at {at} of {path.name}, seed {seed}"


@pytest.mark.parametrize("key", [None, KEY])
def test_whatever_is_altered_is_found(tmp_path: Path, key: bytes | None) -> None:
    found = 0
    for seed in range(150):
        folder = tmp_path / str(seed)
        log = filled(folder, 8, key)
        whole = (folder / "2026-02.jsonl").read_bytes()
        what = altered(folder, seed)
        try:
            told = verify(folder, key)
        except AuditError:
            found += 1
            continue
        # The last line alone, cut off, is as a kill leaves it: the head has it, so it comes back.
        assert told is not None
        assert told.waiting, what
        log.record(entry(9))
        assert (folder / "2026-02.jsonl").read_bytes().startswith(whole), what
    assert found > 100


def test_the_first_line_that_does_not_fit_is_named(tmp_path: Path) -> None:
    filled(tmp_path, 8)
    path = tmp_path / "2026-02.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"rows": 6', b'"rows": 7'))
    with pytest.raises(AuditError, match=r"2026-02\.jsonl, line 3: it does not vouch for the line"):
        verify(tmp_path)


def test_a_log_written_anew_without_the_key_is_found(tmp_path: Path) -> None:
    filled(tmp_path, 5, KEY)
    for path in tmp_path.iterdir():
        path.unlink()
    filled(tmp_path, 5, b"another key of an intruder's......")
    with pytest.raises(AuditError, match="or the key is another one"):
        verify(tmp_path, KEY)
    with pytest.raises(AuditError, match="or the key is another one"):
        AuditLog(tmp_path, KEY).record(entry())


def test_a_log_written_anew_with_the_key_differs_from_a_noted_seal(tmp_path: Path) -> None:
    filled(tmp_path / "one")
    found = verify(tmp_path / "one")
    assert found is not None
    noted = (found.last, found.seal)
    log = filled(tmp_path / "two", 4)
    log.record(entry(99))
    log.record(entry(6))
    with pytest.raises(AuditError, match="seal is not the one that was noted"):
        verify(tmp_path / "two", noted=noted)
    AuditLog(tmp_path / "one").record(entry(6))
    assert verify(tmp_path / "one", noted=noted) is not None
    with pytest.raises(AuditError, match="is not among those checked"):
        verify(tmp_path / "one", noted=(9, found.seal))


def test_a_key_that_comes_or_goes_is_an_error(tmp_path: Path) -> None:
    filled(tmp_path / "keyed", 3, KEY)
    filled(tmp_path / "plain", 3)
    with pytest.raises(AuditError, match="begun with a key, which was not given"):
        AuditLog(tmp_path / "keyed").record(entry())
    with pytest.raises(AuditError, match="begun without a key"):
        verify(tmp_path / "plain", KEY)


def test_months_that_were_put_away_are_told(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "2026-01.jsonl").unlink()
    with pytest.raises(AuditError, match="line 1: it is entry 3, and 1 should stand there"):
        verify(tmp_path)
    found = verify(tmp_path, since=date(2026, 2, 1))
    assert found is not None
    assert (found.first, found.last) == (3, 5)


@given(st.data())
def test_a_line_cut_short_by_a_kill_is_made_good(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("log")
    log = filled(folder, 3)
    path = folder / "2026-02.jsonl"
    whole = path.read_bytes()
    start = whole[:-1].rfind(b"\n") + 1
    path.write_bytes(whole[: data.draw(st.integers(start, len(whole) - 1))])
    found = verify(folder)
    assert found is not None
    assert (found.last, found.waiting) == (3, True)
    assert log.record(entry(9)) == 5
    told = list(entries(folder))
    assert [one["action"] for one in told[2:]] == ["download", "audit-repaired", "download"]
    assert told[3]["what"]["entry"] == 3
    assert path.read_bytes().startswith(whole)
    assert verify(folder) is not None


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "2026-02.jsonl").write_bytes(b""),
        lambda folder: (folder / "2026-02.jsonl").write_bytes(
            (folder / "2026-02.jsonl").read_bytes() + b"{}\n"
        ),
        lambda folder: (folder / "head.json").unlink(),
        lambda folder: (folder / "head.json").write_bytes(b"{"),
    ],
    ids=["cut", "longer", "no head", "damaged head"],
)
def test_nothing_is_added_to_a_log_that_was_altered(tmp_path: Path, damage: object) -> None:
    log = filled(tmp_path)
    assert callable(damage)
    damage(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.jsonl")}
    with pytest.raises(StorageError):
        log.record(entry(6))
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.jsonl")} == before


def test_a_clock_that_is_put_back_changes_no_order(tmp_path: Path) -> None:
    filled(tmp_path)
    back = AuditLog(tmp_path, now=lambda: datetime(2025, 12, 31, tzinfo=UTC))
    assert back.record(entry(6)) == 6
    assert not (tmp_path / "2025-12.jsonl").exists()
    assert verify(tmp_path) is not None


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many bytes the disk still takes; none more where the list is not empty."""
    room: list[int] = []
    write = os.write

    def limited(file: int, data: bytes) -> int:
        if room and room[0] < len(data):
            if not room[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            data, room[0] = data[: room[0]], 0
        return write(file, data)

    monkeypatch.setattr(service.audit.log.os, "write", limited)
    return room


def test_what_a_full_disk_does_not_take_is_an_error(tmp_path: Path, full_disk: list[int]) -> None:
    log = filled(tmp_path)
    full_disk.append(20)
    for _ in range(2):
        with pytest.raises(StorageError, match="cannot be written: No space left on device"):
            log.record(entry(6))
    full_disk.clear()
    log.record(entry(7))
    assert [e["what"].get("rows") for e in entries(tmp_path)] == [1, 2, 3, 4, 5, 6, None, 7]
    assert verify(tmp_path) is not None


WRITER = """
import sys
from pathlib import Path
from service.audit import AuditLog, Entry
log = AuditLog(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(int(sys.argv[3])):
    log.record(Entry(sys.argv[2], "partner", "download", {"rows": number}))
    print(number, flush=True)
"""


def writer(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, folder, name, str(count)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


def test_several_processes_write_to_one_log(tmp_path: Path) -> None:
    others = [writer(tmp_path, name, 40) for name in "abc"]
    for other in others:
        other.communicate()
        assert other.returncode == 0
    for name in "abc":
        rows = [one["what"]["rows"] for one in entries(tmp_path, actor=name)]
        assert rows == list(range(40))
    found = verify(tmp_path)
    assert found is not None
    assert found.last == 120


def test_nothing_that_was_recorded_is_lost_by_a_kill(tmp_path: Path) -> None:
    chance = random.Random(20260401)  # noqa: S311  no secret
    for round_ in range(12):
        with writer(tmp_path, f"round {round_}", 10_000) as other:
            assert other.stdout is not None
            wanted = chance.randrange(1, 30)
            told = [other.stdout.readline() for _ in range(wanted)]
            other.kill()
            told += other.stdout.readlines()
        said = [int(line) for line in told if line.strip().isdigit()]
        kept = [one["what"]["rows"] for one in entries(tmp_path, actor=f"round {round_}")]
        assert kept[: len(said)] == said
    AuditLog(tmp_path).record(entry())
    assert verify(tmp_path) is not None
