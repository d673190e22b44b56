"""How long an answer takes inside the server, and Gi* beside esda's permutations.

`python -m bench.questions`: every question of the county is new, so none is answered from memory;
then the same again, from memory. Gi* with its p-values is worked out for a county and for a nation
of squares, here exactly and by esda with 999 permutations, each in a process of its own.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from boundaries import SHROPSHIRE
from geo.embedded import build_embedded
from geo.measures.clusters import clusters
from geo.measures.neighbours import Neighbours
from service.app import create_app
from service.site import Site

THEMES = ("crime", "asb", "shoplifting", "violence", "burglary", "vehicle-crime")
SPANS = ("2014-01/2016-03", "2015-01/2015-12", "2015-04/2016-03")
WIDE, DEEP = 187, 186  # squares: 34,782, about as many as England and Wales have LSOAs


async def _ask(app: Any, path: str, query: str) -> float:  # noqa: ANN401
    """Milliseconds from the request to the last byte, no network between."""
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": query.encode(), "scheme": "http", "http_version": "1.1",
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "asgi": {"version": "3.0"},
        "headers": [(b"host", b"127.0.0.1"), (b"accept-encoding", b"gzip")],
    }  # fmt: skip
    status: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])

    start = time.perf_counter()
    await app(scope, receive, send)
    took = time.perf_counter() - start
    if status != [200]:
        raise SystemExit(f"{path}?{query} answered {status}")
    return 1000 * took


async def _questions(app: Any, layers: list[str]) -> None:  # noqa: ANN401
    asked = [f"theme={theme}&datetime={span}" for theme in THEMES for span in SPANS]
    await _ask(app, "/collections/hotspots/items", "theme=robbery")  # what is made once is made
    print(f"Milliseconds an answer, {len(asked)} questions: median (slowest)")
    for layer in layers:
        path = f"/collections/{layer}/items"
        new = [await _ask(app, path, query) for query in asked]
        again = [await _ask(app, path, query) for query in asked]
        told = (f"{statistics.median(t):8.2f} ({max(t):.2f})" for t in (new, again))
        print(f"  {layer:<14}", *told)


def nation() -> tuple[np.ndarray, Neighbours]:
    """Squares that touch at a side or a corner, with skewed counts."""
    number = np.arange(WIDE * DEEP).reshape(DEEP, WIDE)
    pairs = [
        (number[: DEEP - dy, max(0, -dx) : WIDE - max(0, dx)].ravel(),
         number[dy:, max(0, dx) : WIDE + min(0, dx)].ravel())
        for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1))
    ]  # fmt: skip
    one, other = (np.concatenate(side) for side in zip(*pairs, strict=True))
    draw = np.random.default_rng(1)
    count = draw.poisson(draw.gamma(0.7, 14, WIDE * DEEP))
    return count, Neighbours.from_pairs(WIDE * DEEP, one, other)


def county(home: Path) -> tuple[np.ndarray, Neighbours]:
    """ASB of the embedded area."""
    site = Site.open(home)
    counts = site.dataset.counts
    chosen = np.array([kind.offence.startswith("asb") for kind in counts.kinds])
    inside = np.arange(len(site.dataset.lsoas))
    total = counts.by_month(chosen, counts.period).sum(axis=0)[inside]
    return total, site.dataset.neighbours.subset(inside)


def ours(count: np.ndarray, neighbours: Neighbours) -> float:
    """Seconds of Gi* with exact p and false discovery rate."""
    start = time.perf_counter()
    clusters(count, neighbours)
    return time.perf_counter() - start


def esda(count: np.ndarray, neighbours: Neighbours) -> list[float]:
    """Seconds of esda's Gi* with 999 permutations: at first, and again."""
    from esda.getisord import G_Local  # noqa: PLC0415  two seconds that only this way needs
    from libpysal.weights import W  # noqa: PLC0415

    ends = np.split(neighbours.indices, neighbours.indptr[1:-1])
    weights = W({i: mine.tolist() for i, mine in enumerate(ends)}, silence_warnings=True)
    found = []
    for _ in range(2):
        start = time.perf_counter()
        G_Local(
            count.astype(float), weights, transform="B", star=True, permutations=999, n_jobs=1,
            seed=1,
        )  # fmt: skip
        found.append(time.perf_counter() - start)
    return found


def main(how: str = "", which: str = "", home: str = "") -> None:
    """Everything; or, in a process of its own, one way on one map."""
    if how:
        count, neighbours = nation() if which == "nation" else county(Path(home))
        found = esda(count, neighbours) if how == "esda" else [
            ours(count, neighbours) for _ in range(5)
        ]  # fmt: skip
        first, again = found[0], statistics.median(found[1:])
        print(
            f"  {which:<8} {neighbours.n:>7,} areas  {how:<6} {first:8.3f} s, again {again:.3f} s"
        )
        return
    with tempfile.TemporaryDirectory() as folder:
        build_embedded(SHROPSHIRE, Path(folder))
        site = Site.open(Path(folder))
        asyncio.run(_questions(create_app(site), list(site.layers)))
        print("Gi* with p-values", flush=True)
        for area in ("county", "nation"):
            for way in ("exact", "esda"):
                command = [sys.executable, "-m", "bench.questions", way, area, folder]
                subprocess.run(command, check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
