"""Half an hour of mixed requests at four fifths of what the service can, a hot switch each minute.

`python -m bench.load [MINUTES]` serves two versions of a dataset in turn by two workers. First it
finds what the service can: requests a second of clients that each wait for their answer, over a
minute with a switch in it, from this machine and this program. Then requests are due at a constant
rate, and what each took counts from when it was due, so that one that had to wait for others is
slow too. After a switch all is made anew, which is where the slowest come from.

It fails where any was not answered with 200, or memory at the end is more than 5% from what it was
after five minutes (one, where there are no more than five).
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import uvloop

from bench.asking import Connection, UnansweredError, get
from bench.features import SAFERMAP, asked
from bench.samples import build_sample
from bench.workers import memory, service
from geo.versions import all_versions

MINUTES, SETTLED = 30, 5
SHARE, NEAR = 0.8, 0.05
CLOSED, OPEN = 16, 64  # connections: to find the capacity, and to keep to the rate
WARM_SECONDS, MINUTE = 20.0, 60.0
SEED = 20260401
TOWNS = ("oswestry", "shrewsbury", "ludlow", "whitchurch", "bridgnorth", "market-drayton")
THEMES = ("crime", "asb", "burglary", "shoplifting", "violence")
LAYERS = ("lsoas", "towns", "hotspots", "change", "deprivation", "rural-urban")
PAGES = [
    "/", "/rural", "/business", "/deprivation", "/compare", "/about", "/collections",
    *(f"/towns/{town}?theme={theme}" for town in TOWNS for theme in THEMES),
    *(f"/collections/{layer}/items?theme={theme}" for layer in LAYERS for theme in THEMES),
]  # fmt: skip
WHOLE = [
    f"/collections/{layer}/items?f=geojson&theme={theme}" for layer in LAYERS for theme in THEMES
]
TILES = [
    f"/collections/{layer}/tiles/WebMercatorQuad/{z}/{y}/{x}?theme={theme}"
    for layer in ("lsoas", "hotspots") for theme in THEMES[:2]
    for z, ys, xs in ((8, (83, 84), (125, 126)), (10, range(334, 337), range(502, 506)))
    for y in ys for x in xs
]  # fmt: skip
STATIC = [
    f"/static/{name}"
    for name in ("joined/maps.js", "folium.js", "map.js", "live.js", "leaflet/leaflet.js")
]
FILES = [
    f"/collections/{layer}/items?f={kind}&theme={theme}"
    for layer in LAYERS[:3] for kind in ("gpkg", "csv", "fgb", "parquet", "kml")
    for theme in THEMES[:2]
]  # fmt: skip
BROWSER = {"Accept": "text/html"}
MIX = {
    "pages": 20, "whole layers": 25, "new boxes": 20, "one feature": 10, "tiles": 10,
    "static": 10, "files": 5,
}  # fmt: skip
"""Of a hundred requests."""


@dataclass
class Told:
    """What a time of asking found: milliseconds of each answer, and what went wrong."""

    milliseconds: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    def words(self) -> str:
        """Requests, errors, and how slow the slow ones were."""
        cuts = statistics.quantiles(self.milliseconds, n=1000, method="inclusive")
        p50, p99, p999 = cuts[499], cuts[989], cuts[998]
        return (
            f"{len(self.milliseconds):>9,} answered {self.wrong.total():>4,} errors   "
            f"p50 {p50:7.1f}   p99 {p99:8.1f}   p99.9 {p999:8.1f} ms"
        )


def mixed(port: int, ids: list[str]) -> Iterator[bytes]:
    """Questions without end, drawn by a seed.

    Of each list the second is asked for half as often as the first, the third a third as often, and
    so on; a box is never asked for twice.
    """
    draw = random.Random(SEED)  # noqa: S311  not a secret
    lists = {
        "pages": PAGES, "whole layers": WHOLE, "tiles": TILES, "static": STATIC, "files": FILES,
        "one feature": [f"/collections/hotspots/items/{one}" for one in ids],
    }  # fmt: skip
    often = {
        kind: list(accumulate(1 / number for number, _ in enumerate(paths, 1)))
        for kind, paths in lists.items()
    }
    kinds, weights = list(MIX), list(MIX.values())
    while True:
        [kind] = draw.choices(kinds, weights)
        if kind == "new boxes":
            x, y = draw.uniform(-3.2, -2.4), draw.uniform(52.35, 52.95)
            box = f"{x:.7f},{y:.7f},{x + 0.1:.7f},{y + 0.06:.7f}"
            path = f"/collections/{draw.choice(LAYERS[:3])}/items?f=geojson&bbox={box}"
        else:
            [path] = draw.choices(lists[kind], cum_weights=often[kind])
        yield get(path, port, BROWSER if kind == "pages" else None)


async def one_client(
    port: int, asks: Iterator[bytes], told: Told, turn: Callable[[], Awaitable[float | None]]
) -> None:
    """Ask when it is due, until there is no turn any more, over a connection that is kept."""
    connection: Connection | None = None
    while (due := await turn()) is not None:
        request = next(asks)
        try:
            if connection is None or not connection.usable:
                connection = await Connection.to(port)
            answer = await connection.ask(request)
        except UnansweredError as error:
            told.wrong[f"{_line(request)}: {error}"] += 1
            continue
        told.milliseconds.append((time.perf_counter() - due) * 1000)
        if answer.status != 200 or not answer.body:
            told.wrong[f"{_line(request)}: {answer.status} {answer.body[:200]!r}"] += 1
    if connection is not None:
        connection.close()


def _line(request: bytes) -> str:
    return request.partition(b" HTTP/")[0].decode("latin-1")


async def at_capacity(port: int, asks: Iterator[bytes], seconds: float) -> tuple[float, Told]:
    """Requests a second where each client waits for its answer and asks again."""
    told, start = Told(), time.perf_counter()

    async def turn() -> float | None:
        now = time.perf_counter()
        return now if now < start + seconds else None

    await asyncio.gather(*(one_client(port, asks, told, turn) for _ in range(CLOSED)))
    return len(told.milliseconds) / (time.perf_counter() - start), told


async def at_rate(port: int, asks: Iterator[bytes], rate: float, start: float, end: float) -> Told:
    """Requests that are due one after the other from `start` to `end`, whoever is late."""
    told, number = Told(), 0

    async def turn() -> float | None:
        nonlocal number
        due = start + number / rate
        number += 1
        if due >= end:
            return None
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        return due

    await asyncio.gather(*(one_client(port, asks, told, turn) for _ in range(OPEN)))
    return told


async def switching(home: Path, start: float, minutes: int) -> None:
    """In the middle of each minute, go to the other version as an operator would."""
    for minute in range(minutes):
        await asyncio.sleep(max(0.0, start + (minute + 0.5) * MINUTE - time.perf_counter()))
        [other] = (version.name for version in all_versions(home) if not version.current)
        command = [SAFERMAP, "rollback", other, "--out", str(home)]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
        if await process.wait():
            raise SystemExit(f"{' '.join(command)} failed")


async def capacity(home: Path, port: int, asks: Iterator[bytes]) -> float:
    """Requests a second at most, with a switch; SystemExit where any was not answered."""
    _, warm = await at_capacity(port, asks, WARM_SECONDS)
    switch = asyncio.create_task(switching(home, time.perf_counter(), 1))
    found, told = await at_capacity(port, asks, MINUTE)
    await switch
    if wrong := warm.wrong + told.wrong:
        raise SystemExit("\n".join(said(wrong)))
    return found


async def campaign(home: Path, base: str, master: int, minutes: int) -> list[str]:
    """Print what happens; what was not as it should be."""
    port = int(base.rpartition(":")[2])
    found = asked(f"{base}/collections/hotspots/items?limit=1000")
    asks = mixed(port, [str(one["id"]) for one in found["features"]])
    most = await capacity(home, port, asks)
    rate = most * SHARE
    print(f"At most {most:,.0f} requests a second; {rate:,.0f} of them for {minutes} minutes")
    start = time.perf_counter()
    switches = asyncio.create_task(switching(home, start, minutes))
    whole, mibs = Told(), list[float]()
    for minute in range(minutes):
        told = await at_rate(port, asks, rate, *(start + MINUTE * (minute + n) for n in (0, 1)))
        mibs.append(await asyncio.to_thread(memory, [master]))
        print(f"  minute {minute + 1:>3} {told.words()}   {mibs[-1]:6.0f} MiB", flush=True)
        whole.milliseconds += told.milliseconds
        whole.wrong += told.wrong
    await switches
    print(f"  in all     {whole.words()}")
    settled = SETTLED if minutes > SETTLED else 1
    ratio = mibs[-1] / mibs[settled - 1]
    print(f"  memory at the end {ratio:.3f} of that of minute {settled}")
    far = [f"memory is not within {NEAR:.0%} of what it was"] if abs(ratio - 1) > NEAR else []
    return said(whole.wrong) + far


def said(wrong: Counter[str]) -> list[str]:
    """What went wrong most often."""
    return [f"{times} times {what}" for what, times in wrong.most_common(20)]


def main() -> None:
    """Build, serve, ask; SystemExit with what failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("minutes", nargs="?", type=int, default=MINUTES)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "dataset")
        for seed in (1, 2):
            build_sample(home, seed)
        with service(home, 2) as (base, master):
            failures = uvloop.run(campaign(home, base, master, minutes))
            log = Path(home, "safermap.log").read_text("utf-8")
    switched = log.count("Now serving")
    print(f"  {switched} hot switches")
    if switched != minutes + 1:
        failures.append(f"{switched} switches where there should be one a minute")
    if failures:
        raise SystemExit("\n".join(["It failed:", *failures]))


if __name__ == "__main__":
    sys.exit(main())
