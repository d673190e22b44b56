"""Real files of some months, and which files a build reads."""

import shutil
from pathlib import Path

import pytest
from real_settings import YEAR_2018

import geo.building.parts

MONTHS = ("2018-10", "2018-11", "2018-12", "2019-01")


@pytest.fixture
def months(shared: Path, tmp_path: Path) -> dict[str, Path]:
    """Copies of the real files of four months."""
    found = {}
    (tmp_path / "files").mkdir()
    for month in MONTHS:
        name = f"{month}-west-mercia-street.csv"
        found[month] = tmp_path / "files" / name
        shutil.copy(shared / "data" / YEAR_2018 / name, found[month])
    return found


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read, and not taken over."""
    names: list[str] = []
    read_file = geo.building.parts.read_file

    def noted(name: str, *rest: object) -> object:
        names.append(Path(name).name)
        return read_file(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(geo.building.parts, "read_file", noted)
    return names
