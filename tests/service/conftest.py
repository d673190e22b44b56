"""Commands and the small files they are given."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from browsing import browser, see
from command_line import Ended, Run
from postgres import ROLES
from publishing import database, put
from work_accounts import accounts, sites_by_role

from bench.postgres import PASSWORD, AbsentError, Server, serving_databases

__all__ = ["accounts", "browser", "database", "put", "see", "sites_by_role"]  # fixtures

HEADER = "incident_id,month,offence,easting,northing"
SQUARE = "349132,312545"  # in Shrewsbury
SOUND = [f"A{i},2015-0{i},drugs,{SQUARE}" for i in range(1, 6)]


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """Five sound rows, one outside the area, one unlocated, one refused."""
    rows = [*SOUND, "B,2015-01,asb,530000,180000", "C,2015-02,asb,,", "D,2015-13,asb,1,1"]
    path = tmp_path / "extract.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


@pytest.fixture
def spawn(safermap: str, tmp_path: Path) -> Run:
    """Run the installed command in a process of its own, in an empty folder."""
    (tmp_path / "there").mkdir()

    def spawn(*arguments: object) -> Ended:
        found = subprocess.run(
            [safermap, *map(str, arguments)],
            capture_output=True, text=True, timeout=60, check=False,
            cwd=tmp_path / "there", env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip
        return Ended(found.returncode, found.stdout, found.stderr)

    return spawn


@pytest.fixture(scope="session")
def databases() -> Iterator[Server]:
    """A database server of the tests' own, with the roles publisher, viewer and stranger."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(serving_databases())
        except AbsentError as error:
            pytest.skip(str(error))
        for role in ROLES:
            server.ask("postgres", f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
        yield server
