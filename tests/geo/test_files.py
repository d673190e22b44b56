"""Which files stand behind the paths given, and paths that hold none."""

import io
import shutil
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from incident_files import STREET_HEADER, csv_bytes, street_row

from geo.errors import InputError
from geo.incidents import read_incidents

OCTOBER = csv_bytes(STREET_HEADER, street_row(), street_row(Crime_type="Drugs"))
NOVEMBER = csv_bytes(STREET_HEADER, street_row(Month="2018-11"))


def zip_bytes(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def rows_read(*paths: Path) -> list[int]:
    return [read.read for read in read_incidents(list(paths))]


ARCHIVE = {
    "2018-10/2018-10-west-mercia-street.csv": OCTOBER,
    "2018-10/2018-10-west-mercia-outcomes.csv": b"x",
    "2018-11/2018-11-west-mercia-street.csv": NOVEMBER,
}


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no file or folder .*nowhere"):
        rows_read(tmp_path / "nowhere")


def test_a_folder_without_incident_files_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="holds no incident file"):
        rows_read(tmp_path)


def test_a_zip_gives_its_street_files_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.ZIP").write_bytes(zip_bytes(ARCHIVE))
    reads = list(read_incidents([tmp_path / "a.ZIP"]))
    assert [read.read for read in reads] == [2, 1]
    assert reads[0].name.endswith("a.ZIP/2018-10/2018-10-west-mercia-street.csv")


def test_a_folder_gives_its_csvs_and_zips_and_passes_over_other_police_files(
    tmp_path: Path,
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/2018-10-west-mercia-street.csv").write_bytes(OCTOBER)
    (tmp_path / "2018-10-west-mercia-outcomes.csv").write_bytes(b"x")
    (tmp_path / "2018-10-west-mercia-stop-and-search.csv").write_bytes(b"x")
    (tmp_path / "z.zip").write_bytes(zip_bytes({"2018-11-west-mercia-street.csv": NOVEMBER}))
    assert rows_read(tmp_path) == [2, 1]


def test_the_same_bytes_are_read_once_by_whatever_name(tmp_path: Path) -> None:
    one = tmp_path / "one.csv"
    one.write_bytes(OCTOBER)
    shutil.copy(one, tmp_path / "copy.csv")
    (tmp_path / "a.zip").write_bytes(zip_bytes(ARCHIVE))
    reads = list(read_incidents([one, one, tmp_path, tmp_path / "a.zip"]))
    assert sum(read.read for read in reads) == 3
    passed_over = {read.name: read.same_as for read in reads if read.same_as is not None}
    assert passed_over[str(tmp_path / "copy.csv")] == str(one)
    assert all(read.read == 0 for read in reads if read.same_as is not None)


def test_two_street_files_of_one_force_and_month_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(OCTOBER)
    (tmp_path / "b.csv").write_bytes(OCTOBER.replace(b"\n", b"\r\n"))
    with pytest.raises(InputError, match=r"a\.csv and .*b\.csv both hold 2018-10 of West Mercia"):
        rows_read(tmp_path)


def test_two_forces_of_one_month_are_taken_together(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(OCTOBER)
    (tmp_path / "b.csv").write_bytes(OCTOBER.replace(b"West Mercia", b"Dyfed-Powys"))
    assert rows_read(tmp_path) == [2, 2]


def damaged_member(data: bytes) -> bytes:
    start = data.index(b"street.csv") + 12
    return data[:start] + bytes(20) + data[start + 20 :]


BAD_ZIPS = {
    "no street file": (zip_bytes({"readme.txt": b"x"}), "holds no street file"),
    "cut in half": (zip_bytes(ARCHIVE)[: len(zip_bytes(ARCHIVE)) // 2], "is no ZIP file"),
    "no zip": (OCTOBER, "is no ZIP file, or is cut off"),
    "empty": (b"", "is no ZIP file"),
    "a member damaged": (damaged_member(zip_bytes(ARCHIVE)), r"street\.csv cannot be read: "),
}


@pytest.mark.parametrize(("data", "words"), BAD_ZIPS.values(), ids=BAD_ZIPS)
def test_a_bad_zip_is_an_error(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(InputError, match=words):
        rows_read(tmp_path / "a.zip")


def test_no_byte_of_a_zip_can_break_the_reader(tmp_path: Path) -> None:
    whole, path = zip_bytes(ARCHIVE), tmp_path / "a.zip"
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with suppress(InputError):
            assert sum(rows_read(path)) in (1, 2, 3)


@pytest.mark.parametrize("name", ["a.csv", "a.zip"])
def test_a_file_one_may_not_read_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / name).write_bytes(OCTOBER)
    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(zipfile, "ZipFile", refuse)
    with pytest.raises(InputError, match=f"{name} cannot be read: no permission"):
        rows_read(tmp_path / name)
