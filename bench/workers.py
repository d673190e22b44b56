"""Workers of one service beside as many services of their own: memory, and requests a second.

`python -m bench.workers` prints the memory of 1, 2 and 4 workers with their master, at the start
and after a load of mixed requests, beside that of as many services of one worker each; a page of
memory is shared out among those that share it (PSS). Then come the requests a second of one worker
and of two, loaded in turn by wrk, which takes part of the machine too.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2

from bench import others, wrk
from bench.features import LIMIT, PACKED, SAFERMAP, asked, boxes
from bench.serve import free_port
from boundaries import SHROPSHIRE
from geo.embedded import build_embedded
from geo.offences import THEMES
from layers.registry import all_layers

WORKERS = (1, 2, 4)
TURNS = 12
TOWNS = ("oswestry", "shrewsbury", "ludlow", "whitchurch")
MIXED = [
    *(f"/towns/{town}?theme={theme}" for town in TOWNS for theme in ("asb", "crime")),
    *(f"/collections/{layer}/items?f=geojson" for layer in all_layers() if layer != "named-areas"),
    *(f"/collections/hotspots/items?theme={theme}" for theme in THEMES),
    "/", "/rural", "/collections/lsoas/items?f=gpkg", "/collections/lsoas/items?f=csv",
    "/collections/hotspots/tiles/WebMercatorQuad/8/84/126?theme=asb",
]  # fmt: skip


@contextmanager
def service(home: Path, workers: int) -> Iterator[tuple[str, int]]:
    """The address of a service with so many workers, and its master's process."""
    base = f"http://{others.HOST}:{free_port()}"
    options = ["--dataset", str(home), "--port", base.rpartition(":")[2]]
    command = [SAFERMAP, "serve", *options, "--workers", str(workers)]
    with others.running(command, f"{base}/health", home) as process:
        yield base, process.pid


def processes(master: int) -> list[int]:
    """A master and its workers."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text("ascii")
    return [master, *map(int, children.split())]


def memory(masters: Sequence[int]) -> float:
    """MiB of all their processes, each page divided among those that share it."""
    total = 0
    for process in (process for master in masters for process in processes(master)):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def load(bases: Sequence[str]) -> None:
    """Mixed requests, each over a connection of its own, to each service in turn."""
    for turn in range(TURNS):
        for number, path in enumerate(MIXED):
            base = bases[(turn + number) % len(bases)]
            httpx2.get(f"{base}{path}", timeout=60).raise_for_status()


def memories(home: Path, number: int, *, together: bool) -> tuple[float, float]:
    """MiB at the start and after the load: of one service, or of services of a worker each."""
    each = [number] if together else [1] * number
    with ExitStack() as stack:
        served = [stack.enter_context(service(home, workers)) for workers in each]
        masters = [master for _, master in served]
        start = memory(masters)
        load([base for base, _ in served])
        return start, memory(masters)


def rates(home: Path) -> None:
    """Requests a second of one worker and of two."""
    with ExitStack() as stack:
        served = {number: stack.enter_context(service(home, number))[0] for number in (1, 2)}
        bases = {f"workers: {number}": base for number, base in served.items()}
        items = f"/collections/hotspots/items?limit={LIMIT}&f=geojson"
        around = boxes(asked(f"{served[1]}{items}"), 0.05)
        for title, asks in (("a whole layer, kept", []), ("a bbox not asked for before", around)):
            print(title)
            found = wrk.in_turn({name: base + items for name, base in bases.items()}, PACKED, asks)
            first = next(iter(found.values())).per_second
            for name, rate in found.items():
                told = f"{rate.per_second:8,.0f} requests a second   p99 {rate.p99:7.2f} ms"
                print(f"  {name:<30}{told}   {rate.per_second / first:5.2f} of one", flush=True)


def main() -> None:
    """Memory, then rates."""
    wrk.require()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "dataset")
        build_embedded(SHROPSHIRE, home)
        print(f"MiB at the start, and after {TURNS * len(MIXED)} mixed requests")
        for number in WORKERS:
            shared, apart = (memories(home, number, together=way) for way in (True, False))
            ratios = [one / other for one, other in zip(shared, apart, strict=True)]
            print(f"  services of one worker: {number:<6}{apart[0]:7.0f}{apart[1]:7.0f}")
            print(
                f"  workers of one service: {number:<6}{shared[0]:7.0f}{shared[1]:7.0f}", end="   "
            )
            print(f"{ratios[0]:.2f} and {ratios[1]:.2f} of the services", flush=True)
        rates(home)


if __name__ == "__main__":
    main()
