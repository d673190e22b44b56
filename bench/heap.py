"""JavaScript heap of a map of 9,000 points in Chromium beside stock folium with the same points.

`python -m bench.heap` prints, for each, the heap in use after a collection and the elements of its
page once all points are drawn, and the ratio of the two heaps. The incidents are made up, one at
each of 9,000 points. Stock folium has the same GeoJSON embedded and draws its own markers.
"""

import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import geopandas
import httpx2
import numpy as np
import shapely
from playwright.sync_api import Browser, sync_playwright

from bench.redraw import CHROMIUM, Quiet, stock
from bench.serve import free_port, wait_for
from boundaries import SHROPSHIRE
from geo.crs import BNG
from service.maps import LEAFLET

POINTS = 9_000
PAGE = "/collections/map-points/items?f=html&theme=asb"
ITEMS = "/collections/map-points/items?f=geojson&theme=asb&limit=10000"
OURS = "Boolean(document.querySelector('.map[data-drawn]'))"
THEIRS = f"document.querySelectorAll('.leaflet-marker-icon').length === {POINTS}"


@dataclass(frozen=True)
class Used:
    """What a page holds: bytes of JavaScript heap in use, and elements of its document."""

    heap: int
    elements: int


def write_incidents(path: Path, number: int = POINTS, seed: int = 1) -> None:
    """Made-up incidents as an extract: one at each of so many distinct points of the area."""
    outlines = geopandas.read_parquet(SHROPSHIRE.parent / "lsoa_outlines.parquet")
    inside = outlines.to_crs(BNG).union_all()
    shapely.prepare(inside)
    west, south, east, north = inside.bounds
    draw = np.random.default_rng(seed)
    drawn = draw.uniform((west, south), (east, north), (4 * number, 2)).astype(int)
    points = draw.permutation(np.unique(drawn[shapely.contains_xy(inside, drawn)], axis=0))[:number]
    rows = [f"M{i},2016-{1 + i % 12:02d},asb,{x},{y}" for i, (x, y) in enumerate(points)]
    path.write_text("\n".join(["incident_id,month,offence,easting,northing", *rows, ""]), "utf-8")


def used(browser: Browser, address: str, drawn: str) -> Used:
    """What a page holds once something is true of it, in a context of its own."""
    page = browser.new_context(viewport={"width": 1366, "height": 900}).new_page()
    page.goto(address, wait_until="networkidle", timeout=120_000)
    for _ in range(1000):
        if page.evaluate(drawn):
            break
        page.wait_for_timeout(50)
    else:
        raise SystemExit(f"{address} did not draw its points")
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    heap = int(session.send("Runtime.getHeapUsage")["usedSize"])
    elements = int(page.evaluate("document.querySelectorAll('*').length"))
    page.context.close()
    return Used(heap, elements)


def said(name: str, found: Used) -> str:
    """The figures of one page as a line."""
    return f"{name}: {found.heap / 1e6:.1f} MB of heap, {found.elements:,} elements"


def main() -> None:
    """Print both heaps and their ratio."""
    program = str(Path(sys.executable).parent / "safermap")
    with tempfile.TemporaryDirectory() as folder:
        home, pages, extract = (Path(folder, name) for name in ("home", "pages", "made-up.csv"))
        write_incidents(extract)
        build = [program, "build", str(extract), "--area", str(SHROPSHIRE), "--out", str(home)]
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(LEAFLET, pages / "static/leaflet")
        other = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(pages)))
        threading.Thread(target=other.serve_forever, daemon=True).start()
        to = free_port()
        command = [program, "serve", "--dataset", str(home), "--port", str(to)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                wait_for(f"http://127.0.0.1:{to}/health")
                collection = httpx2.get(f"http://127.0.0.1:{to}{ITEMS}", timeout=60).json()
                stock(collection, pages / "points.html")
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(
                        executable_path=CHROMIUM, args=["--no-sandbox"]
                    )
                    ours = used(browser, f"http://127.0.0.1:{to}{PAGE}", OURS)
                    theirs = used(
                        browser, f"http://127.0.0.1:{other.server_port}/points.html", THEIRS
                    )
            finally:
                process.terminate()
                other.shutdown()
    print(said(f"safermap, {len(collection['features']):,} points", ours))
    print(said("stock folium, the same points", theirs))
    print(f"ratio of heaps: {ours.heap / theirs.heap:.2f}")


if __name__ == "__main__":
    main()
