"""Ten thousand connections that never finish a request, and what others notice of them.

`python -m bench.slow` starts a service of one worker and asks it for a kept page and for a box that
nobody asked for, each time over a new connection: alone, then while another process holds 10,000
connections open that send a byte of a head now and then, and opens each anew when it is closed.
"""

import asyncio
import multiprocessing
import resource
import statistics
import tempfile
import time
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import httpx2

from bench.workers import service
from boundaries import SHROPSHIRE
from geo.embedded import build_embedded

SLOW, ASKED = 10_000, 150
BYTE_SECONDS = 3.0
TOGETHER = 200  # connections that are being opened at once
Count = Synchronized  # of ints


async def _hold(port: int, held: "Count[int]", closed: "Count[int]") -> None:
    opening = asyncio.Semaphore(TOGETHER)

    async def one(number: int) -> None:
        while True:
            try:
                async with opening:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            held.value += 1
            try:
                writer.write(b"GET / HTTP/1.1\r\nHost: slow\r\nX-Slow: ")
                while not writer.transport.is_closing():
                    writer.write(b"x")
                    await asyncio.sleep(BYTE_SECONDS * (0.5 + number / SLOW))
            except OSError:
                pass
            held.value -= 1
            closed.value += 1

    await asyncio.gather(*map(one, range(SLOW)))


def hold(port: int, held: "Count[int]", closed: "Count[int]") -> None:
    """Keep the connections open until this process is ended."""
    asyncio.run(_hold(port, held, closed))


def times(base: str, first: int) -> dict[str, list[float]]:
    """Milliseconds of each answer; SystemExit where one is an error."""
    found: dict[str, list[float]] = {"a kept page": [], "a box nobody asked for": []}
    for number in range(first, first + ASKED):
        box = f"/collections/lsoas/items?f=geojson&bbox=-2.9{number:06},52.6,-2.6,52.8"
        for name, path in zip(found, ("/", box), strict=True):
            start = time.perf_counter()
            answer = httpx2.get(base + path, timeout=60, trust_env=False)
            found[name].append((time.perf_counter() - start) * 1000)
            if not answer.is_success:
                raise SystemExit(f"{path} was answered with {answer.status_code}")
    return found


def main() -> None:
    """Alone, then beside the slow ones."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < SLOW + 1000:
        raise SystemExit(f"{SLOW:,} connections need as many open files; there may be {hard:,}.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "dataset")
        build_embedded(SHROPSHIRE, home)
        with service(home, 1) as (base, _):
            times(base, 900_000)
            alone = times(base, 0)
            held, closed = multiprocessing.Value("i"), multiprocessing.Value("i")
            port = int(base.rpartition(":")[2])
            slow = multiprocessing.Process(target=hold, args=(port, held, closed), daemon=True)
            slow.start()
            while held.value < SLOW * 0.98:
                time.sleep(0.2)
            start, before, first = time.perf_counter(), closed.value, held.value
            beside = times(base, ASKED)
            seconds = time.perf_counter() - start
            print(f"{first:,} slow connections at the start, {held.value:,} at the end; closed and")
            again = closed.value - before
            print(f"opened anew in {seconds:.0f} s: {again:,}. All others were answered:")
            slow.kill()
            slow.join()
        for name, told in beside.items():
            one, other = statistics.median(told), statistics.median(alone[name])
            print(
                f"  {name:<24} median {one:6.1f} ms, {one / other:4.1f} times that alone; "
                f"worst {max(told):6.0f} ms, alone {max(alone[name]):.0f}"
            )


if __name__ == "__main__":
    main()
