"""A wall clock that jumps while a service runs, forward and back, by Debian's libfaketime."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import httpx2

from bench.faults.full import make_token
from bench.faults.kills import build
from bench.faults.watch import AbsentError, Service, served
from bench.samples import write_area_file, write_extract

ITEMS = "/collections/lsoas/items?f=geojson&theme=burglary"
KEPT_DAYS = 30
JUMPS = ("+13h", "+31d", "+91d", "-2d", "+0")


@dataclass(frozen=True)
class Found:
    """How a service answers at a time: who asks, by what, and whether it is alive."""

    health: int
    session: str
    token: str
    public: str


EXPECTED = {
    "+0": Found(200, "partner", "partner", "public"),
    "+13h": Found(200, "public", "partner", "public"),  # a session lasts 12 hours
    "+31d": Found(200, "503", "503", "503"),  # the records may be held for 30 days
    "+91d": Found(200, "503", "401", "503"),  # a token lasts 90 days
    "-2d": Found(200, "public", "partner", "public"),  # a session of the future is none
}


def library() -> str:
    """Where libfaketime is. Raises AbsentError."""
    found = [*Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]
    if not found:
        raise AbsentError("it needs libfaketime (Debian: apt-get install faketime)")
    return str(found[0])


def jumps(folder: Path) -> list[str]:
    """What sessions, tokens, retention and kept answers do."""
    clock, access = folder / "clock", folder / "access"
    clock.write_text("+0\n")
    environ = {
        "LD_PRELOAD": library(),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    write_extract(folder / "drawn.csv", 1, each=400)
    write_area_file(folder / "area.toml", folder / "drawn.csv", "partner")
    last = date.today() + timedelta(days=KEPT_DAYS)
    with (folder / "area.toml").open("a") as file:
        file.write(f"keep_until = {last}\n")
    build(folder / "home", folder / "area.toml")
    token = make_token(access, "partner")
    failures = []
    options = ("--workers", 2, "--access", access, "--audit-log", folder / "audit")
    with served(folder, folder / "home", *options, environ=environ) as service:
        workers = service.workers
        base = f"http://localhost:{service.port}"
        signed_in = httpx2.post(
            f"{base}/login", data={"token": token}, headers={"Origin": base}, trust_env=False
        )
        cookie = signed_in.headers["set-cookie"].partition(";")[0]
        ways = {"Authorization": f"Bearer {token}"}, {"Cookie": cookie}, {}
        texts = [_get(service, ITEMS, way) for way in ways]
        if texts[0].content != texts[1].content or texts[0].content == texts[2].content:
            failures.append("the token, the session and nobody are not told apart at the start")
        shown = {texts[0].content: "partner", texts[2].content: "public"}
        for jump in ("+0", *JUMPS):
            clock.write_text(f"{jump}\n")
            token_says, session, public = (_says(service, way, shown) for way in ways)
            found = Found(_get(service, "/health", {}).status_code, session, token_says, public)
            print(f"clock {jump}: {found}", flush=True)
            if found != EXPECTED[jump]:
                failures.append(f"at {jump} {found}, not {EXPECTED[jump]}")
        if service.workers != workers or "Traceback" in service.said:
            failures.append(f"workers changed, or the log has a trace: {service.said[-500:]}")
        tag = texts[2].headers["etag"]
        again = _get(service, ITEMS, {"If-None-Match": tag})
        if again.status_code != 304:
            failures.append(f"after all the answer is not what it was: {again.status_code}")
    print(f"clock: {len(JUMPS)} jumps, {len(failures)} failures", flush=True)
    return failures


def _get(service: Service, path: str, headers: dict[str, str]) -> httpx2.Response:
    address = f"http://localhost:{service.port}{path}"
    return httpx2.get(address, headers=headers, trust_env=False, timeout=60)


def _says(service: Service, way: dict[str, str], shown: dict[bytes, str]) -> str:
    answer = _get(service, ITEMS, way)
    return shown.get(answer.content, str(answer.status_code))
