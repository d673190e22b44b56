"""`python -m bench.hostile [REQUESTS]` asks a service with a partner's dataset and access.

Twelve clients ask by every role, with forged and expired sessions too. It fails where any answer
is a server's error that is not meant (503 where it is busy, 507), is not well-formed, or shows
anything of a role that the request has not, or where memory grows once the caches are full: twice
as many requests are asked before to fill them.
"""

import argparse
import asyncio
import gzip
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import brotli
import httpx2
import uvloop
from itsdangerous import URLSafeTimedSerializer

from bench.asking import Answer, Connection, UnansweredError
from bench.faults.full import make_token
from bench.faults.kills import build
from bench.faults.watch import Service, served
from bench.hostile.draw import Draw, Drawn
from bench.samples import write_area_file, write_extract
from bench.workers import memory
from service.access.sessions import SESSION_SECONDS, sessions

REQUESTS, CLIENTS, SEED = 100_000, 12, 20260401
FILLING, GROWTH = 2, 1.1
RAW_SECONDS = 2.0
PLACE, NUMBER = "ZQPLACE", "ZQNUMBER"
HIDDEN = {"public": (PLACE, NUMBER), "partner": (NUMBER,), "analyst": ()}
"""What is in the partner's rows, and which roles may not see it."""
MEANT = {503, 507}


def build_marked(folder: Path) -> Path:
    """The home of a partner's dataset, with a mark in each row's place and number."""
    extract = folder / "extracts" / "drawn.csv"
    extract.parent.mkdir()
    write_extract(extract, 1, each=400)
    head, *rows = extract.read_text("utf-8").splitlines()
    at = head.split(",").index("location")
    marked = []
    for row in rows:
        number, *_ = cells = row.split(",")
        cells[0] = f"{NUMBER}{number}"
        cells[at] = (
            cells[at].replace('"', f'"{PLACE} ', 1) if '"' in cells[at] else f"{PLACE} {cells[at]}"
        )
        marked.append(",".join(cells))
    extract.write_text("\n".join([head, *marked, ""]), "utf-8")
    write_area_file(folder / "area.toml", extract.parent, "partner")
    build(folder / "home", folder / "area.toml")
    return folder / "home"


def credentials_of(service: Service, access: Path) -> list[tuple[str, str]]:
    """Header lines that a request may have, with the role that each gives: true and forged ones."""
    found = [("", "public")] * 4
    for role in ("partner", "analyst"):
        token = make_token(access, role)
        base = f"http://localhost:{service.port}"
        answer = httpx2.post(
            f"{base}/login", data={"token": token}, headers={"Origin": base}, trust_env=False
        )
        cookie = answer.headers["set-cookie"].partition(";")[0]
        found += [(f"Authorization: Bearer {token}", role), (f"Cookie: {cookie}", role)] * 3
        name, _, value = cookie.partition("=")
        found += [
            (f"Authorization: Bearer {token[:-1]}", "public"),
            (f"Authorization: Basic {token}", "public"),
            (f"Cookie: {cookie[:-3]}", "public"),
            (f"Cookie: {name}={value.swapcase()}", "public"),
            (f"Cookie: {name}={expired(access, service.port, value)}", "public"),
        ]
    return [
        *found,
        ("Cookie: safermap=" + "x" * 4000, "public"),
        ("Authorization: Bearer", "public"),
    ]


def expired(access: Path, port: int, value: str) -> str:
    """A session of the service's own that is over."""
    cookie = sessions((access / "key").read_bytes())
    signer: URLSafeTimedSerializer = cookie._signer
    told = signer.loads(value)

    class Earlier(signer.default_signer):  # type: ignore[misc]
        def get_timestamp(self) -> int:
            return int(time.time()) - SESSION_SECONDS - 60

    signer.signer = Earlier
    return str(signer.dumps(told))


def faults_of(drawn: Drawn, answer: Answer, home: Path) -> list[str]:
    """What is wrong with an answer."""
    found = []
    body, told = answer.body, answer.headers
    if answer.status >= 500 and answer.status not in MEANT:
        found.append("a server's error")
    if drawn.raw:
        return found
    try:
        encoding = told.get("content-encoding")
        if body and encoding == "gzip":
            body = gzip.decompress(body)
        elif body and encoding == "br":
            body = brotli.decompress(body)
        kind = told.get("content-type", "").partition(";")[0]
        if body and kind.endswith("json") and answer.status != 206:
            json.loads(body)
    except (OSError, EOFError, ValueError, brotli.error) as error:
        found.append(f"not what it says it is: {error}")
    if "content-security-policy" not in told and answer.status not in (400, 431):
        found.append("no Content-Security-Policy")
    if answer.status >= 400 and drawn.method != "HEAD" and not body:
        found.append("an error without words")
    for mark in (*HIDDEN[drawn.role], "Traceback", str(home)):
        if mark.encode() in body or any(mark in value for value in told.values()):
            found.append(f"{mark} is in an answer to {drawn.role}")
    return found


class Campaign:
    """What was asked of a service, and found."""

    def __init__(self, service: Service, home: Path, draw: Draw, requests: int) -> None:
        self.statuses: Counter[int | str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.mibs: list[float] = []
        self._service, self._home, self._draw = service, home, draw
        self._left, self._often = (1 + FILLING) * requests, requests // 10

    async def run(self) -> float:
        """Ask; the seconds that took."""
        start = time.perf_counter()
        await asyncio.gather(*(self._client() for _ in range(CLIENTS)))
        return time.perf_counter() - start

    async def _client(self) -> None:
        connection: Connection | None = None
        while self._left > 0:
            self._left -= 1
            if self._left % self._often == 0:
                self.mibs.append(await asyncio.to_thread(memory, [self._service.process]))
                print(f"  {self._left:>7,} left   {self.mibs[-1]:6.0f} MiB", flush=True)
            drawn = self._draw.request()
            if connection is None or not connection.usable:
                connection = await Connection.to(self._service.port)
            try:
                if drawn.raw:
                    answer = await asyncio.wait_for(connection.ask(drawn.content), RAW_SECONDS)
                else:
                    answer = await connection.ask(drawn.content, bodiless=drawn.method == "HEAD")
            except (UnansweredError, TimeoutError) as error:
                self.statuses["closed" if drawn.raw else "unanswered"] += 1
                if not drawn.raw:
                    self._note(str(error), drawn)
                connection.close()
                connection = None
                continue
            if drawn.raw:
                connection.close()
            self.statuses[answer.status] += 1
            for fault in faults_of(drawn, answer, self._home):
                self._note(f"{answer.status} {fault}", drawn)

    def _note(self, fault: str, drawn: Drawn) -> None:
        self.wrong[fault] += 1
        if self.wrong[fault] <= 2:
            print(f"  WRONG: {fault}: {drawn.content[:400]!r}", flush=True)


def main() -> None:
    """Build, serve, ask; SystemExit with what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("requests", nargs="?", type=int, default=REQUESTS)
    requests = parser.parse_args().requests
    with tempfile.TemporaryDirectory(prefix="hostile-") as name:
        folder = Path(name)
        home, access = build_marked(folder), folder / "access"
        options = ("--workers", 2, "--access", access, "--area", folder / "area.toml")
        make_token(access, "partner")
        with served(folder, home, *options) as service:
            draw = Draw(SEED, credentials_of(service, access))
            campaign = Campaign(service, home, draw, requests)
            seconds = uvloop.run(campaign.run())
            ended = service.said.count("a worker ended")
            traces = service.said.count("Traceback")
    shown = ", ".join(
        f"{status}: {n:,}" for status, n in sorted(campaign.statuses.items(), key=str)
    )
    early, late = campaign.mibs[-11], campaign.mibs[-1]
    asked = campaign.statuses.total()
    print(f"{asked:,} requests, {asked / seconds:,.0f} a second. {shown}")
    print(f"Memory with full caches {early:.0f} MiB, at the end {late:.0f}: {late / early:.2f}")
    failures = [f"{n} times: {fault}" for fault, n in campaign.wrong.most_common()]
    if late > early * GROWTH:
        failures.append(f"memory grew to {late / early:.2f} of what it was")
    if ended or traces:
        failures.append(f"{ended} workers died, {traces} traces in the log")
    if failures:
        raise SystemExit("\n".join(["It failed:", *failures]))


if __name__ == "__main__":
    sys.exit(main())
