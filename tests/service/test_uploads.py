"""A file that is uploaded: checked, loaded or discarded, one at a time, whole or not at all."""

import shutil
from datetime import date
from pathlib import Path

import filelock
import pytest
from starlette.requests import ClientDisconnect
from uploading import AREA, HEADER, SOURCE, Uploading, copied, make_area, month, until
from web_pages import Page

from geo.area_file import read_area_file
from geo.building.build import build
from geo.versions import latest
from service.uploads import form
from service.uploads.slot import Slot
from service.uploads.upload import Upload, now

HOSTILE = '<script>alert("x")</script>\u202e'
HTML = {"Accept": "text/html"}
CUT_SHORT = "multipart/form-data; boundary=x"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made") / "root"
    make_area(root)
    return root


@pytest.fixture
def service(made: Path, tmp_path: Path) -> Uploading:
    return Uploading.over(copied(made, tmp_path / "root"))


def test_what_is_loaded_is_what_a_build_by_hand_makes(
    service: Uploading, made: Path, tmp_path: Path
) -> None:
    data = month(2, 4, "X,2015-02,burglary,530000,180000\nY,2015-02,asb,,\nZ,2015-13,asb,1,1\n")
    before = service.whole()
    found = service.checked("2015-02.csv", data)
    assert service.whole() == before
    report = found["report"]
    assert (report["read"], report["accepted"], report["refused"]) == (7, 6, 1)
    assert (report["months"], report["replaces"]) == (["2015-02"], False)
    [reason] = report["reasons"]
    assert (reason["field"], reason["line"], reason["file"]) == ("month", 8, "2015-02.csv")
    assert found["may"] == ["load", "discard"]
    outcome = service.loaded()["outcome"]
    told = [outcome[name] for name in ("accepted", "refused", "outside", "unlocated", "months")]
    assert told == [6, 1, 1, 1, "February 2015"]
    by_hand = copied(made, tmp_path / "by-hand")
    (by_hand / "council" / "2015-02.csv").write_bytes(data)
    build(read_area_file(by_hand / "safermap.toml"), by_hand / "home")
    version, expected = (latest(root / "home") for root in (service.root, by_hand))
    assert version is not None
    assert expected is not None
    for name in set(expected.manifest) - {"created", "history"}:
        assert version.manifest[name] == expected.manifest[name], name
    assert version.name == outcome["version"]
    again = build(read_area_file(service.root / "safermap.toml"), service.root / "home")
    assert not again.changed
    assert [
        path.name for path in (service.root / "home/.upload").iterdir() if path.stat().st_size
    ] == ["state.json"]
    assert service.actions() == ["upload received", "load asked", "loaded"]


def test_a_restated_month_is_said_and_takes_the_place_of_the_other(service: Uploading) -> None:
    assert service.checked("2015-01.csv", month(1, 9))["report"]["replaces"]
    page = service.client.get("/uploads", headers={**service.head(), **HTML}).text
    assert "A file of this name is there already" in page
    assert service.loaded()["outcome"]["accepted"] == 9
    version = latest(service.root / "home")
    assert version is not None
    assert version.manifest["rows"]["read"] == 9
    assert version.manifest["history"][0]["restated"] == ["council/2015-01.csv"]
    assert service.checked("2015-01.csv", month(1, 9))["report"]["replaces"]
    assert not service.loaded()["outcome"]["new"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2015-02.xlsx", "end in .csv or .zip"),
        (".2015-02.csv", "begin with a letter or a digit"),
        ("../2015-02.csv", "begin with"),
        ("a/b.csv", "letters, digits, spaces"),
        ("a\\b.csv", "letters, digits, spaces"),
        ("a\u202evsc.csv", "letters, digits, spaces"),
        ("a\x07.csv", "letters, digits, spaces"),
        ("<b>.csv", "letters, digits, spaces"),
        ("a" * 147 + ".csv", "too long"),
        ("2015-02-west-mercia-outcomes.csv", "never read"),
    ],
)
def test_a_name_that_cannot_stand_is_refused(service: Uploading, name: str, words: str) -> None:
    before = service.whole()
    refused = service.send(name, month(2))
    assert refused.status_code == 400, refused.text
    assert words in refused.json()["detail"]
    assert service.state()["step"] == "none"
    assert service.whole() == before
    assert service.actions() == []


def test_a_form_that_cannot_be_used_is_refused(service: Uploading) -> None:
    post, head = service.client.post, service.head()
    file = ("file", ("2015-02.csv", month(2), "text/csv"))
    answers = [
        service.send("2015-02.csv", month(2), "nobody"),
        service.send("2015-02.csv", b""),
        post("/uploads", files=[file], headers=head),
        post("/uploads", data={"source": SOURCE}, headers=head),
        post("/uploads", data={"source": SOURCE}, files=[file, file], headers=head),
        post("/uploads", data={"source": "x" * 2_000}, files=[file], headers=head),
        post("/uploads", content=b"x", headers=head),
        post("/uploads", content=b"--x\r\n", headers={**head, "Content-Type": CUT_SHORT}),
        post("/uploads?f=csv", files=[file], headers=head),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [400] * len(answers)
    assert f"one of those that take files: {SOURCE}" in answers[0].json()["detail"]
    assert "empty" in answers[1].json()["detail"]
    assert service.state()["step"] == "none"
    large = {**head, "Content-Length": str(2**31 + 2**17)}
    assert post("/uploads", content=b"x", headers=large).status_code == 413
    assert post("/uploads/load", content=b"x" * 20_000, headers=head).status_code == 413


def test_a_file_that_has_no_incident_changes_nothing(service: Uploading) -> None:
    before = service.whole()
    found = service.checked("2015-02.csv", (HEADER + f'1,"{HOSTILE}",asb,1,1\n').encode())
    assert found["step"] == "failed"
    assert "No row of 2015-02.csv can be used" in found["error"]
    assert found["may"] == ["send"]
    page = service.client.get("/uploads", headers={**service.head(), **HTML}).text
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert not (service.root / "home/.upload/file").exists()
    assert service.whole() == before
    assert service.post("load").status_code == 409


def test_hostile_text_stays_text(service: Uploading) -> None:
    cells = [HOSTILE, "=cmd|' /C calc'!A1", "x" * 1_000_000, "\x07"]
    rows = "".join('1,2015-02,"' + cell.replace('"', '""') + '",1,1\n' for cell in cells)
    service.checked("2015-02 & <.csv".replace("<", "+"), month(2) + rows.encode())
    found = service.client.get("/uploads", headers={**service.head(), **HTML})
    assert len(found.text) < 60_000
    assert "<script>alert" not in found.text
    assert "2015-02 & +.csv" in Page(found.text).words
    text = service.ask("/refused.csv").text
    assert f',"\'{cells[1]}",' in text or f",'{cells[1]}," in text
    assert len(text.splitlines()) == 1 + len(cells)
    assert service.post("discard").status_code == 200
    assert service.ask("/refused.csv").status_code == 404


def test_one_at_a_time(service: Uploading) -> None:
    with service.client.app.state.uploads.slot.take() as held:  # type: ignore[union-attr]
        assert held is not None
        assert service.send("2015-02.csv", month(2)).status_code == 409
    first = service.checked("2015-02.csv", month(2))
    second = service.send("2015-03.csv", month(3))
    assert second.status_code == 409
    assert "2015-02.csv, of Team (" in second.json()["detail"]
    assert "waits to be loaded or discarded" in second.json()["detail"]
    for path in ("load", "discard"):
        stale = service.post(path, since="2026-01-01T00:00:00.000+00:00")
        assert stale.status_code == 409
        assert "Another file is here now" in stale.json()["detail"]
    gone = service.post("discard", since=first["since"])
    assert (gone.status_code, gone.json()["step"]) == (200, "discarded")
    assert service.post("discard").status_code == 409
    assert service.actions() == ["upload received", "upload discarded"]
    assert service.checked("2015-03.csv", month(3))["step"] == "checked"


@pytest.mark.parametrize("work", ["checking", "loading"])
def test_a_killed_process_changes_nothing_and_the_slot_can_be_used(
    service: Uploading, work: str
) -> None:
    before = service.whole()
    if work == "loading":
        service.checked("2015-02.csv", month(2))
        assert service.post("load").status_code == 202
        until(lambda: list((service.root / "home").glob(".building-*/areas")))
    else:
        assert service.send("2015-02.csv", month(2)).status_code == 202
    service.kill()
    found = service.when("failed")
    assert found["failed_at"] == work
    assert "was cut off" in found["error"]
    now = {n: d for n, d in service.whole().items() if not n.startswith((".building", ".incoming"))}
    assert now == before
    if work == "loading":
        assert service.loaded()["step"] == "loaded"
    else:
        assert service.checked("2015-02.csv", month(2))["step"] == "checked"
    assert not [name for name in service.whole() if name.startswith((".building", ".incoming"))]


def test_what_a_dead_worker_or_a_stray_hand_left_blocks_nothing(service: Uploading) -> None:
    slot = Slot(service.root / "home")
    slot.folder.mkdir()
    slot.write(Upload("Team", "analyst", None, now(), name="2015-02.csv"))
    slot.partial.write_bytes(b"half of it")
    found = service.state()
    assert (found["step"], found["failed_at"], found["may"]) == ("failed", "receiving", ["send"])
    assert service.checked("2015-02.csv", month(2))["step"] == "checked"
    slot.file.unlink()
    assert service.post("load").status_code == 409
    assert service.post("discard").status_code == 200
    slot.folder.joinpath("state.json").write_bytes(b"{")
    assert service.state()["step"] == "none"


def test_a_build_of_somebody_else_is_waited_for(service: Uploading) -> None:
    service.checked("2015-02.csv", month(2))
    before = service.whole()
    with filelock.FileLock(service.root / "home" / ".lock"):
        found = service.loaded()
    assert (found["step"], found["may"]) == ("failed", ["send", "load", "discard"])
    assert "Another build is writing" in found["error"]
    assert service.whole() == before
    assert service.loaded()["step"] == "loaded"
    assert service.actions()[1:] == ["load asked", "load failed", "load asked", "loaded"]


@pytest.mark.parametrize("harm", ["full", "gone", "unrecorded", "stateless"])
def test_what_does_not_come_whole_leaves_nothing(
    service: Uploading, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    before = service.whole()
    if harm == "unrecorded":
        (service.root / "audit").write_text("no folder")
    elif harm == "stateless":
        (service.root / "home" / ".upload" / "state.partial").mkdir(parents=True)
    else:
        error = OSError(28, "No space left on device") if harm == "full" else ClientDisconnect()

        def broken(*_: object) -> None:
            raise error

        monkeypatch.setattr(form.Form, "_part_data", broken)
    refused = service.send("2015-02.csv", month(2))
    assert refused.status_code == (400 if harm == "gone" else 507)
    assert service.whole() == before
    left = {path.name for path in (service.root / "home" / ".upload").iterdir() if path.is_file()}
    assert left <= {".lock", "state.json"}
    assert service.state()["step"] == ("failed" if harm == "gone" else "none")


def test_what_may_not_be_held_is_neither_taken_nor_told(tmp_path: Path) -> None:
    months = (date.today().year - 2015) * 12 + date.today().month  # from January 2015 on
    make_area(tmp_path / "root", f"{AREA}keep_months = {months}\n")
    service = Uploading.over(tmp_path / "root")
    old = "O,2014-12,burglary,349132,312545\n"
    found = service.checked("2015-02.csv", month(2, 3, f"{old}S,Secretmonth,burglary,1,1\n"))
    report = found["report"]
    assert (report["read"], report["accepted"], report["refused"], report["expired"]) == (
        5,
        3,
        1,
        1,
    )
    assert "Secretmonth" not in service.ask("/refused.csv").text + service.ask().text
    service.post("discard")
    area = service.root / "safermap.toml"
    area.write_text(area.read_text().replace("keep_months", "keep_until = 2020-01-01 #"))
    refused = service.send("2015-02.csv", month(2))
    assert refused.status_code == 400
    assert "may be held" in refused.json()["detail"]
    shutil.rmtree(service.root / "council")
    assert service.state()["sources"] == []
    assert "there is no file" in service.state()["trouble"]
