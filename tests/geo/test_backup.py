"""What was backed up comes back as it was, and nothing else ever does."""

import gzip
import io
import json
import random
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import filelock
import pytest
from command_line import tree
from kept_sources import NEW, OLD, build_kept, texts_under
from killed import killed_at

import geo.backup.write
from geo.backup import back_up, restore
from geo.dataset import Dataset
from geo.errors import DatasetError, ExpiredError, InputError
from geo.query import Question
from geo.retention import FOR_EVER, Keep
from geo.versions import all_versions, current_folder, roll_back

LONG, MONTHS = Keep(until=date(2999, 1, 1)), Keep(months=18)
AFTER = date(2016, 5, 1)  # of 18 months from November 2014


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a dataset."""
    folder = tmp_path_factory.mktemp("held")
    build_kept(folder, LONG)
    return folder / "home"


@pytest.fixture(scope="module")
def backup(held: Path) -> Path:
    """A backup of it."""
    path = held.parent / "backup.tar.gz"
    back_up(held, path)
    return path


def test_what_was_backed_up_comes_back_as_it_was(held: Path, backup: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = restore(backup, home)
    assert not done.left_out
    assert tree(current_folder(home)) == tree(current_folder(held))
    mine, theirs = Dataset.open(home), Dataset.open(held)
    assert mine.id == theirs.id
    for theme in ("crime", "asb"):
        asked = [Question.ask(one, theme).counts(one).tolist() for one in (mine, theirs)]
        assert asked[0] == asked[1]


def test_the_same_version_gives_the_same_bytes(held: Path, backup: Path, tmp_path: Path) -> None:
    back_up(held, tmp_path / "again.gz")
    assert (tmp_path / "again.gz").read_bytes() == backup.read_bytes()
    restore(backup, tmp_path / "home")
    back_up(tmp_path / "home", tmp_path / "of the restored.gz")
    assert (tmp_path / "of the restored.gz").read_bytes() == backup.read_bytes()


def test_any_tar_unpacks_it_and_nobody_else_may_read_it(backup: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "xzf", backup, "-C", tmp_path], check=True)
    listed = json.loads((tmp_path / "backup.json").read_text())
    assert {file["path"] for file in listed["files"]} == set(tree(tmp_path / "dataset"))
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_what_was_there_is_an_earlier_version(backup: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    before = build_kept(tmp_path, LONG, council=2)
    done = restore(backup, home)
    assert [one.folder for one in all_versions(home)] == [before.folder, done.folder]
    assert roll_back(home).folder == before.folder


def test_a_build_at_work_does_not_disturb_a_backup(
    held: Path, backup: Path, tmp_path: Path
) -> None:
    with filelock.FileLock(held / ".lock"):
        back_up(held, tmp_path / "b.gz")
    assert (tmp_path / "b.gz").read_bytes() == backup.read_bytes()


def test_a_backup_that_fails_leaves_the_one_before(
    held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "b.gz"
    target.write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(geo.backup.write.os, "fsync", full)
    with pytest.raises(InputError, match=r"b\.gz cannot be written: No space left on device"):
        back_up(held, target)
    assert [path.name for path in tmp_path.iterdir()] == ["b.gz"]
    assert target.read_text() == "before"


def test_a_damaged_dataset_is_not_backed_up(held: Path, tmp_path: Path) -> None:
    shutil.copytree(held, tmp_path / "home")
    (current_folder(tmp_path / "home") / "refused.csv").unlink()
    with pytest.raises(DatasetError, match="is damaged"):
        back_up(tmp_path / "home", tmp_path / "b.gz")
    assert not (tmp_path / "b.gz").exists()


def restored_or_refused(backup: Path, home: Path) -> bool:
    """Whether it was restored; if not, the home is as it was."""
    before = tree(home)
    try:
        restore(backup, home)
    except (InputError, DatasetError) as error:
        said = str(error)
    else:
        return True
    assert str(backup) in said
    assert tree(home) == before
    return False


def test_half_a_file_is_refused(held: Path, backup: Path, tmp_path: Path) -> None:
    shutil.copytree(held, tmp_path / "home")
    data, chance = backup.read_bytes(), random.Random(1)  # noqa: S311  no secret
    half = tmp_path / "half.gz"
    for length in [0, 5, 30, len(data) - 9, len(data) - 1, *chance.sample(range(len(data)), 15)]:
        half.write_bytes(data[:length])
        assert not restored_or_refused(half, tmp_path / "home"), length


def test_an_altered_byte_is_refused(held: Path, backup: Path, tmp_path: Path) -> None:
    shutil.copytree(held, tmp_path / "home")
    data, chance = bytearray(backup.read_bytes()), random.Random(2)  # noqa: S311  no secret
    path = tmp_path / "altered.gz"
    for place in [0, 2, *chance.sample(range(10, len(data)), 40)]:
        data[place] ^= 1 << (place % 8)
        path.write_bytes(data)
        data[place] ^= 1 << (place % 8)
        assert not restored_or_refused(path, tmp_path / "home"), place


Members = list[tuple[tarfile.TarInfo, bytes]]


def packed(path: Path, members: Members) -> Path:
    with gzip.open(path, "wb") as file, tarfile.open(fileobj=file, mode="w|") as archive:
        for member, data in members:
            archive.addfile(member, io.BytesIO(data))
    return path


def members_of(backup: Path) -> Members:
    with tarfile.open(backup) as archive:
        return [(m, archive.extractfile(m).read()) for m in archive]  # type: ignore[union-attr]


def renamed(members: Members, name: str) -> None:
    """The second file under another name, which the list has too."""
    said = json.loads(members[0][1])
    said["files"][1]["path"] = name.removeprefix("dataset/")
    listed(members, said)
    members[2][0].name = name


def listed(members: Members, said: object) -> None:
    data = json.dumps(said).encode()
    members[0][0].size = len(data)
    members[0] = (members[0][0], data)


def of_format(members: Members, number: int) -> None:
    listed(members, json.loads(members[0][1]) | {"format": number})


def turned(members: Members, kind: bytes, target: str) -> None:
    member, _ = members[2]
    member.type, member.linkname, member.size = kind, target, 0
    members[2] = (member, b"")


def more(members: Members) -> None:
    member = tarfile.TarInfo("dataset/more")
    member.size = 1
    members.append((member, b"x"))


def other_bytes(members: Members) -> None:
    member, data = members[2]
    members[2] = (member, b"x" * len(data))


HOSTILE: dict[str, tuple[Callable[[Members], object], str]] = {
    "climbs out": (lambda m: renamed(m, "dataset/../../../evil"), "would lie outside"),
    "absolute": (lambda m: renamed(m, "dataset//tmp/evil"), "would lie outside"),
    "not in the list": (lambda m: setattr(m[2][0], "name", "/etc/evil"), "is not the next of"),
    "a link": (lambda m: turned(m, tarfile.SYMTYPE, "/etc/passwd"), "is no plain file"),
    "a hard link": (lambda m: turned(m, tarfile.LNKTYPE, "../../x"), "is no plain file"),
    "a device": (lambda m: turned(m, tarfile.CHRTYPE, ""), "is no plain file"),
    "a folder": (lambda m: turned(m, tarfile.DIRTYPE, ""), "is no plain file"),
    "one file more": (more, "'dataset/more' is not in its list"),
    "one file less": (lambda m: m.pop(), "is missing"),
    "twice": (lambda m: m.insert(2, m[2]), "is not the next of its list"),
    "no list": (lambda m: m.pop(0), "does not begin with its list"),
    "a later format": (lambda m: of_format(m, 2), "has format 2, and this version reads 1"),
    "no format": (lambda m: listed(m, {"files": []}), "its list is not as safermap writes it"),
    "list of a list": (lambda m: listed(m, []), "its list is not as safermap writes it"),
    "other bytes": (other_bytes, "is not as it was written"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_unsafe_is_refused(backup: Path, tmp_path: Path, name: str) -> None:
    change, words = HOSTILE[name]
    members = members_of(backup)
    change(members)
    bad = packed(tmp_path / "bad.gz", members)
    with pytest.raises(InputError, match=words):
        restore(bad, tmp_path / "a/b/home")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["bad.gz"]
    assert not (tmp_path / "a/b/home").exists()


def test_what_is_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    for name, data in (("text", b"hello"), ("packed", gzip.compress(b"hello" * 500)), ("no", b"")):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(InputError, match=r"is no backup of safermap|is damaged"):
            restore(path, tmp_path / "home")
    with pytest.raises(InputError, match="cannot be read: No such file"):
        restore(tmp_path / "absent", tmp_path / "home")
    assert not (tmp_path / "home").exists()


RESTORE = """
from pathlib import Path
from geo.backup import restore

restore(Path(sys.argv[3]), Path(sys.argv[4]))
"""


@pytest.mark.parametrize(
    ("step", "after"),
    [
        ("geo.backup.restore._unpack_one", 0),
        ("geo.backup.restore._unpack_one", 7),
        ("geo.backup.restore.rules_of", 0),
        ("geo.versions._switch", 0),
    ],
)
def test_a_restore_that_is_killed_leaves_the_old_dataset(
    held: Path, backup: Path, tmp_path: Path, step: str, after: int
) -> None:
    home = tmp_path / "home"
    shutil.copytree(held, home)
    before = current_folder(home)
    killed_at(step, after, RESTORE, backup, home)
    assert current_folder(home) == before
    Dataset.open(home)
    restore(backup, home)
    assert not list(home.glob(".building-*"))
    assert tree(current_folder(home)) == tree(before)


def test_what_is_held_too_long_is_neither_backed_up_nor_restored(tmp_path: Path) -> None:
    build_kept(tmp_path, MONTHS)
    path = tmp_path / "b.gz"
    done = back_up(tmp_path / "home", path, date(2016, 4, 30))
    assert done.expires == AFTER
    with pytest.raises(ExpiredError):
        back_up(tmp_path / "home", tmp_path / "later.gz", AFTER)
    home = tmp_path / "other"
    [left_out] = restore(path, home, AFTER).left_out
    assert left_out.source == "force"
    left = texts_under(home)
    assert OLD not in left
    assert NEW in left
    assert Dataset.open(home, AFTER).manifest["sources"][0]["rows"]["accepted"] == 3


def test_nothing_is_restored_where_nothing_may_be_held(tmp_path: Path) -> None:
    build_kept(tmp_path, MONTHS, council=0)
    path = tmp_path / "b.gz"
    back_up(tmp_path / "home", path, date(2016, 4, 30))
    with pytest.raises(ExpiredError, match="Delete it"):
        restore(path, tmp_path / "other", date(2030, 1, 1))
    assert not (tmp_path / "other").exists()


def test_a_backup_from_before_an_agreement_is_held_by_it(tmp_path: Path) -> None:
    build_kept(tmp_path, FOR_EVER)
    path = tmp_path / "b.gz"
    back_up(tmp_path / "home", path)
    build_kept(tmp_path, Keep(until=date(2016, 4, 30)))
    assert restore(path, tmp_path / "home", AFTER).left_out
    assert OLD not in texts_under(current_folder(tmp_path / "home"))
