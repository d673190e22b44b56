"""What every test may ask for."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from building import build_files
from command_line import Ended, Run
from hypothesis import settings
from incident_rows import incident_rows
from serving import serving
from starlette.testclient import TestClient

from boundaries import SHROPSHIRE
from geo.dataset import Dataset
from geo.embedded import build_embedded
from geo.versions import current_folder
from service.app import create_app
from service.cli import main
from service.site import Site

# How long one example takes is no failure: a compiled routine's first call, a busy machine.
settings.register_profile("safermap", deadline=None)
settings.load_profile("safermap")

collect_ignore = ["qgis/in_qgis.py"]  # it runs in another Python

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real open data and independent results beside the project."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, which is absent")
    return SHARED


@pytest.fixture(scope="session")
def police_home(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a dataset of four months of real police street files, 2018-10 to 2019-01."""
    home = tmp_path_factory.mktemp("police")
    build_files(home, shared / "data/police/2018-19")
    return home


@pytest.fixture(scope="session")
def police(police_home: Path) -> Dataset:
    """That dataset, open."""
    return Dataset.open(police_home)


@pytest.fixture(scope="session")
def embedded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the dataset that ships: real areas, illustrative incidents."""
    home = tmp_path_factory.mktemp("embedded")
    build_embedded(SHROPSHIRE, home)
    return home


@pytest.fixture(scope="session")
def embedded(embedded_home: Path) -> Dataset:
    """That dataset, open."""
    return Dataset.open(embedded_home)


@pytest.fixture(scope="session")
def embedded_incidents(embedded_home: Path) -> pd.DataFrame:
    """Its incidents, one by one, as they lie on disk."""
    return incident_rows(current_folder(embedded_home)).to_pandas()


@pytest.fixture(scope="session")
def client(embedded: Dataset) -> TestClient:
    """A client of the application over the embedded dataset."""
    return TestClient(create_app(Site(embedded)), raise_server_exceptions=False)


@pytest.fixture(scope="session")
def police_client(police: Dataset) -> TestClient:
    """A client of the application over real police street files."""
    return TestClient(create_app(Site(police)), raise_server_exceptions=False)


@pytest.fixture(scope="session")
def safermap() -> str:
    """The installed command."""
    return str(Path(sys.executable).with_name("safermap"))


@pytest.fixture(scope="session")
def server(embedded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server in a process of its own, over the embedded dataset."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with serving(log, "--dataset", embedded_home) as address:
        yield address


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process, in an empty folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["safermap", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return Ended(int(end.value.code or 0), said.out, said.err)

    return run
