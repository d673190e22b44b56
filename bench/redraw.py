"""A map in Chromium beside stock folium with its GeoJSON embedded, on the same data.

`python -m bench.redraw` prints, as medians and ratios, how long it takes until the first area, of
the still picture or of the map, is in the document, until a frame is made with it, and until one is
made with the map that can be used; how long a change of theme takes from the response to the frame
that shows it; and the bytes of the page. Stock folium is spared all that it would ask other hosts
for but Leaflet, which it gets from the same folder; a change of theme is another page to it.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import folium
import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

from bench.serve import free_port
from boundaries import SHROPSHIRE
from geo.embedded import build_embedded
from service.maps import LEAFLET, LOCAL

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
ROUNDS = 9
FIRST, SECOND = "asb", "violence"
COUNTY, TOWN = "/collections/hotspots/items?f=html&theme={}", "/towns/oswestry?theme={}"
ITEMS = "/collections/hotspots/items?theme={}&limit=10000&f=geojson"
SHOWN = ("first area in the document", "first area in a frame", "map in use")
WATCH = """
  window.frames_after = (told) => requestAnimationFrame(() => setTimeout(told));
  window.shown = {};
  const watched = {
    first: ".still .areas path, path.leaflet-interactive[d]",
    live: "path.leaflet-interactive[d]",
  };
  new MutationObserver((_, watch) => {
    for (const [name, selector] of Object.entries(watched)) {
      if (!document.querySelector(selector)) continue;
      delete watched[name];
      if (name === "first") shown.there = performance.now();
      frames_after(() => { shown[name] = performance.now(); });
    }
    if (!watched.live) watch.disconnect();
  }).observe(document, { subtree: true, childList: true, attributes: true });
"""
CHANGE = """
  (theme) => new Promise((done) => {
    map_areas.once("areas", () => frames_after(() => {
      const last = performance.getEntriesByType("resource").at(-1);
      done(performance.now() - last.responseEnd);
    }));
    const choose = document.querySelector("#choose-theme");
    choose.value = theme;
    choose.dispatchEvent(new Event("change", { bubbles: true }));
  })
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def elsewhere(line: str) -> bool:
    """Whether a line of a page is a script or a style of another host that is not Leaflet's."""
    linked = line.strip().startswith(("<script src=", "<link "))
    return linked and not any(url in line for url in LOCAL)


def stock(collection: dict[str, object], into: Path) -> None:
    """A stock folium map of some features, with every other asset than Leaflet's taken out."""
    drawn = folium.Map(location=[52.6, -2.7], zoom_start=9, tiles=None)
    folium.GeoJson(
        collection, style_function=lambda _: {"fillColor": "#4ba3c7", "weight": 0.7}
    ).add_to(drawn)
    lines = drawn.get_root().render().splitlines()
    kept = [line for line in lines if not elsewhere(line)]
    page = "\n".join(kept)
    for url, local in LOCAL.items():
        page = page.replace(url, local)
    into.write_text(page, "utf-8")


def opened(browser: Browser, address: str) -> Page:
    """An address in a browser that has nothing of it yet, once its map is drawn."""
    page = browser.new_context(viewport={"width": 1366, "height": 900}).new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    for _ in range(1000):
        if page.evaluate("Boolean(shown.live)"):
            return page
        page.wait_for_timeout(20)
    raise SystemExit(f"{address} drew no area")


def first_area(browser: Browser, address: str) -> list[float]:
    """Milliseconds from the start of a navigation until each of SHOWN."""
    page = opened(browser, address)
    took = [float(ms) for ms in page.evaluate("[shown.there, shown.first, shown.live]")]
    page.context.close()
    return took


def another_page(browser: Browser, address: str) -> float:
    """Milliseconds from the response of a page until the frame that shows its first areas."""
    page = opened(browser, address)
    ended = "performance.getEntriesByType('navigation')[0].responseEnd"
    took = float(page.evaluate(f"shown.live - {ended}"))
    page.context.close()
    return took


def change(browser: Browser, address: str, theme: str) -> float:
    """Milliseconds from the response to a change of theme until the frame that shows it."""
    page = opened(browser, address)
    page.wait_for_selector(".map[data-drawn]")
    took = float(page.evaluate(CHANGE, theme))
    page.context.close()
    return took


def weight(browser: Browser, address: str) -> int:
    """Bytes over the wire for a page with all it needs, to a browser that has nothing of it."""
    page = browser.new_context().new_page()
    session, total = page.context.new_cdp_session(page), [0]
    session.send("Network.enable")

    def count(ended: dict[str, float]) -> None:
        total[0] += int(ended["encodedDataLength"])

    session.on("Network.loadingFinished", count)
    page.goto(address, wait_until="networkidle")
    page.context.close()
    return total[0]


def said(what: str, ours: list[float], theirs: list[float]) -> str:
    """Two medians in milliseconds and their ratio."""
    a, b = statistics.median(ours), statistics.median(theirs)
    return f"{what}: safermap {a:.0f} ms, stock folium {b:.0f} ms, ratio {a / b:.2f}"


def main() -> None:
    """Print the medians."""
    with tempfile.TemporaryDirectory() as folder:
        home, pages = Path(folder, "home"), Path(folder, "pages")
        build_embedded(SHROPSHIRE, home)
        shutil.copytree(LEAFLET, pages / "static/leaflet")
        other = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(pages)))
        threading.Thread(target=other.serve_forever, daemon=True).start()
        to = free_port()
        program = str(Path(sys.executable).parent / "safermap")
        command = [program, "serve", "--dataset", str(home), "--port", str(to)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                measure(f"http://127.0.0.1:{to}", f"http://127.0.0.1:{other.server_port}", pages)
            finally:
                process.terminate()
                other.shutdown()


def measure(ours: str, theirs: str, pages: Path) -> None:
    """Measure both, in turn."""
    for _ in range(600):
        try:
            httpx2.get(f"{ours}/health")
            break
        except httpx2.TransportError:
            time.sleep(0.1)
    for theme in (FIRST, SECOND):
        found = httpx2.get(ours + ITEMS.format(theme), timeout=60).json()
        stock(found, pages / f"{theme}.html")
        for path in (COUNTY, TOWN):
            httpx2.get(ours + path.format(theme), headers={"Accept": "text/html"}, timeout=60)
    county, town = (ours + path.format(FIRST) for path in (COUNTY, TOWN))
    one, two = (f"{theirs}/{theme}.html" for theme in (FIRST, SECOND))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        pages_of = {"county": county, "town": town, "stock": one}
        first: dict[str, list[list[float]]] = {name: [] for name in pages_of}
        for _ in range(ROUNDS):
            for name, address in pages_of.items():
                first[name].append(first_area(browser, address))
        again = [
            (change(browser, county, SECOND), another_page(browser, two)) for _ in range(ROUNDS)
        ]
        in_town = [change(browser, town, SECOND) for _ in range(ROUNDS)]
        for name in ("county", "town"):
            for which, what in enumerate(SHOWN):
                mine, stocks = ([took[which] for took in first[n]] for n in (name, "stock"))
                print(said(f"{name.capitalize()} page, {what}", mine, stocks))
        print(said("Change of theme after the response", *map(list, zip(*again, strict=True))))
        print(f"The same on a town page: {statistics.median(in_town):.0f} ms")
        print(f"Bytes of a town page: {weight(browser, town):,}")
        print(f"Bytes of the county page: {weight(browser, county):,}; stock folium, not")
        print(f"compressed as its file is: {weight(browser, one):,}")


if __name__ == "__main__":
    main()
