"""Layers over HTTP: safermap beside pygeoapi, tipg and a bare FastAPI handler of the same bytes.

`python -m bench.features` loads each server in turn with wrk over loopback, one worker each, and
prints medians of several rounds: a whole layer, a bbox, one feature, and a bbox that is another one
in every request, of 193 areas and of 50,000 points. All give the same features: that is checked
first. pygeoapi and tipg are installed into an environment of their own, and PostgreSQL with PostGIS
is started for tipg.
"""

import multiprocessing
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2

from bench import others, wrk
from bench.heap import write_incidents
from bench.postgres import AbsentError, serving_databases
from bench.serve import ADDRESS, bare, free_port, wait_for
from boundaries import SHROPSHIRE
from geo.embedded import build_embedded

SAFERMAP = str(Path(sys.executable).parent / "safermap")
AREAS, POINTS = "hotspots", "map-points"
MANY, LIMIT = 50_000, 1000
BOXES = 200
BOX = "-2.79,52.68,-2.71,52.73"  # Shrewsbury
PACKED, PLAIN = "Accept-Encoding: gzip", "Accept-Encoding: identity"
OURS, BARE, PYGEOAPI, TIPG = "safermap", "bare FastAPI, the same bytes", "pygeoapi", "tipg"
KEPT = ("etag", "vary", "cache-control", "content-encoding", "content-crs", "content-disposition")


def boxes(collection: Mapping[str, Any], size: float) -> list[str]:
    """Boxes of so many degrees round places that features have, as they stand in an address."""
    draw = random.Random(1)  # noqa: S311  not a secret
    found = []
    for feature in draw.choices(collection["features"], k=BOXES):
        place = feature["geometry"]["coordinates"]
        while isinstance(place[0], list):
            place = place[0]
        x, y = (round(value - draw.random() * size, 4) for value in place)
        found.append(f"{x},{y},{x + size * 1.6:.4f},{y + size:.4f}")
    return found


@contextmanager
def safermap(home: Path) -> Iterator[str]:
    """The address of a served dataset."""
    base = f"http://{others.HOST}:{free_port()}"
    command = [SAFERMAP, "serve", "--dataset", str(home), "--port", base.rpartition(":")[2]]
    with others.running(command, f"{base}/health", home):
        yield base


@contextmanager
def bare_of(url: str, header: str) -> Iterator[str]:
    """The address of a handler that gives what a URL gives, and does nothing else."""
    name, _, value = header.partition(": ")
    with httpx2.stream("GET", url, headers={name: value}) as response:
        content = b"".join(response.iter_raw())
        headers = {key: response.headers[key] for key in KEPT if key in response.headers}
    port = free_port()
    process = multiprocessing.Process(target=bare, args=(port, content, headers))
    process.start()
    try:
        wait_for(f"http://{others.HOST}:{port}{ADDRESS}")
        yield f"http://{others.HOST}:{port}{ADDRESS}"
    finally:
        process.terminate()
        process.join()


def asked(url: str) -> dict[str, Any]:
    """What an address gives, as JSON."""
    found: dict[str, Any] = httpx2.get(url, timeout=60).raise_for_status().json()
    return found


def all_of(items: str) -> dict[str, Any]:
    """Every feature of a layer, page by page."""
    whole = asked(f"{items}&limit=10000")
    while len(whole["features"]) < whole["numberMatched"]:
        more = asked(f"{items}&limit=10000&offset={len(whole['features'])}")
        whole["features"] += more["features"]
    return whole


def check(urls: Mapping[str, str], number: int | None = None) -> int:
    """How many features all the addresses give; ends the program where they are not the same."""
    given = {name: asked(url) for name, url in urls.items()}
    ids = {
        name: {str(one["id"]) for one in found.get("features", [found])}
        for name, found in given.items()
    }
    first, *rest = ids.values()
    if any(other != first for other in rest) or number not in (None, len(first)):
        counts = {name: len(found) for name, found in ids.items()}
        raise SystemExit(f"Not the same features: {counts} of {dict(urls)}")
    return len(first)


def report(title: str, rates: Mapping[str, wrk.Rate]) -> None:
    """One load: requests a second, the slowest of a hundred, and how we stand to each."""
    print(title)
    ours = rates[OURS].per_second
    for name, rate in rates.items():
        ratio = "" if name == OURS else f"   safermap: {ours / rate.per_second:.2f} of it"
        told = f"{rate.per_second:8,.0f} requests a second   p99 {rate.p99:7.2f} ms{ratio}"
        print(f"  {name:<30}{told}", flush=True)


def areas(stack: ExitStack, folder: Path) -> None:
    """The layer of 193 areas."""
    home = folder / "embedded"
    build_embedded(SHROPSHIRE, home)
    base = f"{stack.enter_context(safermap(home))}/collections/{AREAS}"
    collection = asked(f"{base}/items?limit={LIMIT}")
    server = stack.enter_context(serving_databases())
    server.ask("postgres", f"CREATE DATABASE {others.DATABASE}")
    server.ask(others.DATABASE, "CREATE EXTENSION postgis")
    others.load(server, AREAS, collection["features"])
    served = {
        OURS: base,
        PYGEOAPI: stack.enter_context(others.pygeoapi(folder, AREAS, collection)),
        TIPG: stack.enter_context(others.tipg(folder, server, [AREAS]))[AREAS],
    }
    one = collection["features"][0]["id"]
    for title, tail, header, number in (
        ("whole, packed", f"/items?limit={LIMIT}", PACKED, 193),
        ("whole, not packed", f"/items?limit={LIMIT}", PLAIN, 193),
        ("a bbox, packed", f"/items?limit={LIMIT}&bbox={BOX}", PACKED, None),
        ("one feature, packed", f"/items/{one}", PACKED, 1),
    ):
        mark = "&f=" if "?" in tail else "?f="
        urls = {name: f"{at}{tail}{mark}{_json(name)}" for name, at in served.items()}
        found = check(urls, number)
        with bare_of(urls[OURS], header) as simple:
            rates = wrk.in_turn({BARE: simple, **urls}, header)
        report(f"{AREAS}, {title}: {found} features", rates)
    urls = {name: f"{at}/items?limit={LIMIT}&f={_json(name)}" for name, at in served.items()}
    changing(f"{AREAS}, another bbox in every request", urls, boxes(collection, 0.1))


def points(stack: ExitStack, folder: Path) -> None:
    """The layer of 50,000 points."""
    home, extract = folder / "points", folder / "made-up.csv"
    write_incidents(extract, MANY)
    build = [SAFERMAP, "build", str(extract), "--area", str(SHROPSHIRE), "--out", str(home)]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    items = f"{stack.enter_context(safermap(home))}/collections/{POINTS}/items?theme=asb"
    collection = all_of(items)
    if len(collection["features"]) != MANY:
        raise SystemExit(f"{items} has {len(collection['features'])} points, not {MANY}")
    server = stack.enter_context(serving_databases())
    server.ask("postgres", f"CREATE DATABASE {others.DATABASE}")
    server.ask(others.DATABASE, "CREATE EXTENSION postgis")
    others.load(server, "points", collection["features"])
    at = stack.enter_context(others.tipg(folder, server, ["points"]))["points"]
    urls = {
        OURS: f"{items}&limit={LIMIT}&f=geojson",
        TIPG: f"{at}/items?limit={LIMIT}&f=geojson",
    }
    title = f"{POINTS}, {MANY:,} of them"
    at_once = {name: f"{url}&bbox={BOX}" for name, url in urls.items()}
    found = check(at_once)
    report(f"{title}, one bbox, packed: {found} features", wrk.in_turn(at_once, PACKED))
    changing(f"{title}, another bbox in every request", urls, boxes(collection, 0.03))


def changing(title: str, urls: Mapping[str, str], asked_for: list[str]) -> None:
    """A bbox that nobody has asked for before, in every request."""
    found = [
        check({name: f"{url}&bbox={box}" for name, url in urls.items()})
        for box in asked_for[:: len(asked_for) // 10]
    ]
    rates = wrk.in_turn(urls, PACKED, asked_for)
    report(f"{title}: {min(found)} to {max(found)} features", rates)


def _json(name: str) -> str:
    return "json" if name == PYGEOAPI else "geojson"


def main() -> None:
    """Print every load."""
    wrk.require()
    print(f"{wrk.ROUNDS} rounds in turn, medians; {', '.join(others.PACKAGES)}; one worker each")
    for part in (areas, points):
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            try:
                part(stack, Path(folder))
            except AbsentError as error:
                raise SystemExit(f"bench.features {error}.") from None


if __name__ == "__main__":
    main()
