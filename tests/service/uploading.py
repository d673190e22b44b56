"""A service that files can be uploaded to, and what a program does there."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from command_line import tree
from starlette.testclient import TestClient

from boundaries import SHROPSHIRE
from geo.area_file import read_area_file
from geo.building.build import build
from service.access.access import Access
from service.access.roles import ROLES, Role
from service.app import create_app
from service.audit.log import AuditLog
from service.site import Site
from service.uploads.settings import Uploads

PATIENCE = 60
HEADER = "incident_id,month,offence,easting,northing\n"
SOURCE = "council-asb"
AREA = """
[[source]]
name = "Council ASB"
kind = "extract"
files = "council"
sensitivity = "open"
"""


def month(number: int, rows: int = 3, more: str = "") -> bytes:
    """An extract of a month of 2015."""
    told = [f"M{number}-{n},2015-{number:02d},burglary,349132,312545\n" for n in range(rows)]
    return (HEADER + "".join(told) + more).encode()


def make_area(root: Path, source: str = AREA) -> None:
    """An area file of one council, its folder with January and the dataset of it."""
    text = SHROPSHIRE.read_text("utf-8").replace('file = "', f'file = "{SHROPSHIRE.parent}/')
    (root / "council").mkdir(parents=True)
    (root / "safermap.toml").write_text(text + source, encoding="utf-8")
    (root / "council" / "2015-01.csv").write_bytes(month(1))
    build(read_area_file(root / "safermap.toml"), root / "home")


@dataclass
class Uploading:
    """A service over a folder of its own, with an analyst's token."""

    root: Path
    client: TestClient | httpx2.Client
    tokens: dict[Role, str]

    @classmethod
    def over(cls, root: Path, *, signing_in: bool = True) -> "Uploading":
        home = root / "home"
        audit = AuditLog(root / "audit") if signing_in else None
        uploads = Uploads((root / "safermap.toml",), home, audit and audit.folder, lines="off")
        quiet: dict[str, Any] = {"raise_server_exceptions": False, "follow_redirects": False}
        if not signing_in:
            app = create_app(Site.open(home, uploads=True), uploads=uploads)
            return cls(root, TestClient(app, base_url="http://127.0.0.1", **quiet), {})
        access = Access(root / "access")
        tokens = {role: access.tokens.create("Team", role, "1d")[1] for role in ROLES[1:]}
        sites = {r: Site.open(home, role=r, uploads=r == "analyst") for r in ROLES}
        app = create_app(sites, access=access, audit=audit, uploads=uploads)
        return cls(root, TestClient(app, **quiet), tokens)

    def head(self, role: Role = "analyst") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"} if role in self.tokens else {}

    def ask(self, path: str = "", **more: Any) -> Any:  # noqa: ANN401
        return self.client.get(f"/uploads{path}", headers=self.head(), **more)

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ask().json()
        return found

    def send(self, name: str, data: bytes, source: str = SOURCE) -> Any:  # noqa: ANN401
        files = {"file": (name, data, "text/csv")}
        return self.client.post(
            "/uploads", data={"source": source}, files=files, headers=self.head()
        )

    def post(self, path: str, **data: str) -> Any:  # noqa: ANN401
        return self.client.post(f"/uploads/{path}", data=data, headers=self.head())

    def when(self, *steps: str) -> dict[str, Any]:
        """The state once it is one of these."""
        return until(lambda: found if (found := self.state())["step"] in steps else None)

    def checked(self, name: str, data: bytes) -> dict[str, Any]:
        assert self.send(name, data).status_code == 202
        return self.when("checked", "failed")

    def loaded(self) -> dict[str, Any]:
        assert self.post("load").status_code == 202
        return self.when("loaded", "failed")

    def whole(self) -> dict[str, bytes]:
        """Dataset and source, byte for byte, without the slot."""
        found = tree(self.root / "home") | tree(self.root / "council")
        return {n: data for n, data in found.items() if not n.startswith((".upload", "audit"))}

    def actions(self) -> list[str]:
        """What the audit log has of uploads, without our own code."""
        lines = "".join(f.read_text() for f in sorted((self.root / "audit").glob("2*.jsonl")))
        return [part.split('"')[1] for part in lines.split('"action": ')[1:]]

    def kill(self) -> None:
        """Kill the process that is at work, as soon as there is one."""
        os.kill(until(lambda: at_work(self.root / "home")), signal.SIGKILL)


def until(found: Callable[[], Any]) -> Any:  # noqa: ANN401
    """What is found once it is there."""
    deadline = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return value


def at_work(home: Path) -> int | None:
    """The process that checks or loads what was sent to a home."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if b"service.uploads.run" in told and f'"{home}"'.encode() in told:
            return int(process.name)
    return None


def copied(made: Path, root: Path) -> Path:
    shutil.copytree(made, root)
    return root
