"""kill -9 of what receives, checks and loads an upload, at random moments, while clients ask."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import uvloop

from bench.faults.kills import MOMENTS, SEED, clients_of, go_back, shows
from bench.faults.watch import Service, Watch, run, served, until
from bench.samples import write_area_file, write_extract
from geo.versions import current_folder

SOURCE, NAME = "drawn", "more.csv"
BOUNDARY = b"between"
STEPS = ("receiving", "checking", "loading")


def killed(folder: Path, moments: int = MOMENTS) -> list[str]:
    """A killed upload changes neither dataset nor folder, and costs no request."""
    home, area, extracts = folder / "home", folder / "area.toml", folder / "extracts"
    extracts.mkdir()
    write_extract(extracts / "first.csv", 1, each=400)
    write_extract(folder / NAME, 2, each=40)
    write_area_file(area, extracts)
    if (ended := run("build", "--area", area, "--out", home)).returncode:
        raise SystemExit(ended.stderr)
    with served(folder, home, "--workers", 2, "--area", area) as service:
        campaign = Campaign(service, home, extracts, (folder / NAME).read_bytes())
        uvloop.run(campaign.run(moments))
    told = ", ".join(f"{number} {what}" for what, number in sorted(campaign.met.items()))
    stray = [words for port, words in campaign.watch.lost if port not in campaign.ports]
    print(
        f"uploads: {told}; {campaign.watch.answered:,} requests answered, "
        f"{len(campaign.watch.lost) - len(stray)} lost on connections of killed workers, "
        f"{len(stray)} others, {len(campaign.watch.wrong)} wrong answers",
        flush=True,
    )
    return [*campaign.failures, *stray, *campaign.watch.wrong]


@dataclass
class Campaign:
    """One upload after the other, each killed at another step and moment."""

    service: Service
    home: Path
    extracts: Path
    content: bytes
    met: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    ports: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.watch = Watch(self.service.port)
        self._draw = random.Random(SEED)  # noqa: S311
        self._lasts = {"receiving": 0.05}
        self._first, self._before = current_folder(self.home).name, self._held()

    async def run(self, moments: int) -> None:
        """See how long each step takes, then kill."""
        await self.watch.learn()
        base = f"http://127.0.0.1:{self.service.port}"
        one_request_each = {"Connection": "close"}  # so that none waits at a killed worker
        self._client = httpx2.AsyncClient(
            base_url=base, trust_env=False, timeout=60, headers=one_request_each
        )
        async with self.watch.asking(), self._client:
            await self._one("", 0)
            for number in range(moments):
                await self._one(STEPS[number % len(STEPS)], self._draw.uniform(0, 1))

    def _held(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.extracts.iterdir()}

    async def _one(self, step: str, moment: float) -> None:
        """An upload that is killed at a step, after a part of what it lasts; or not at all."""
        if step == "receiving":
            await self._receive_half(moment)
        else:
            await self._send()
            await self._until_ended("checking", moment if step == "checking" else None)
            if step != "checking" and (await self._state())["step"] == "checked":
                await self._ask("/uploads/load")
                await self._until_ended("loading", moment if step == "loading" else None)
        found = await self._state()
        state = found["step"]
        if step:
            self.met[f"killed {step}"] += 1
        if state == "loaded" and step in ("", "loading"):
            await shows(self.service, self.home, [])
            await self.watch.learn()
            if self._held() != {**self._before, NAME: self.content}:
                self.failures.append("it was loaded, and its folder does not hold it")
            (self.extracts / NAME).unlink()
            await go_back(self.home, self._first)
            await shows(self.service, self.home, [])
            self.met["loaded"] += 1
        else:
            held = {name: what for name, what in self._held().items() if name[0] != "."}
            if current_folder(self.home).name != self._first or held != self._before:
                self.failures.append(f"killed {step} at {moment:.2f} it changed something")
        if "discard" in found["may"]:
            await self._ask("/uploads/discard")

    async def _send(self) -> None:
        form = {"data": {"source": SOURCE}, "files": {"file": (NAME, self.content, "text/csv")}}
        answer = await self._client.post("/uploads", **form)
        if answer.status_code != 202:
            self.failures.append(f"an upload was refused: {answer.status_code} {answer.text}")

    async def _ask(self, address: str) -> None:
        answer = await self._client.post(address)
        if answer.status_code >= 400:
            self.failures.append(f"{address}: {answer.status_code} {answer.text}")

    async def _state(self) -> dict[str, Any]:
        """How it stands, once whoever works on it is done or gone."""
        for _ in range(3000):
            found: dict[str, Any] = (await self._client.get("/uploads?f=json")).json()
            if found["step"] not in STEPS:
                return found
            await asyncio.sleep(0.02)
        raise SystemExit(f"an upload does not end: {found}")

    async def _until_ended(self, step: str, moment: float | None) -> None:
        start = time.monotonic()
        if moment is None:
            await self._state()
            self._lasts.setdefault(step, time.monotonic() - start)
            return
        await asyncio.sleep(moment * self._lasts[step])
        for process in working(self.home):
            os.kill(process, signal.SIGKILL)

    async def _receive_half(self, moment: float) -> None:
        """Send half of a file, then kill the worker that takes it."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.service.port)
        parts = (
            b'--%b\r\nContent-Disposition: form-data; name="source"\r\n\r\n%b\r\n'
            b'--%b\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n\r\n'
        ) % (BOUNDARY, SOURCE.encode(), BOUNDARY, NAME.encode())
        head = (
            f"POST /uploads HTTP/1.1\r\nHost: localhost\r\nContent-Length: {2**20}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}\r\n\r\n"
        )
        writer.write(head.encode() + parts + self.content[: len(self.content) // 2])
        await writer.drain()
        await asyncio.sleep(moment * self._lasts["receiving"])
        own = writer.get_extra_info("sockname")[1]
        for worker in self.service.workers:
            os.kill(worker, signal.SIGSTOP)
            ports = clients_of(worker, self.service.port)
            if own in ports:
                self.ports |= ports
                os.kill(worker, signal.SIGKILL)
            else:
                os.kill(worker, signal.SIGCONT)
        await until(lambda: len(self.service.workers) == 2, "two workers")
        writer.close()


def working(home: Path) -> list[int]:
    """The processes that check or load an upload of a home."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if b"service.uploads" in words and str(home).encode() in words:
            found.append(int(path.parent.name))
    return found
