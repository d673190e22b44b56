"""Requests a second of a served layer, against a bare FastAPI handler that returns the same bytes.

One worker each, in turn, the load from this process over kept-alive connections on loopback. The
time from nothing to the first page is printed beside it.
"""

import asyncio
import multiprocessing
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import uvicorn
from fastapi import FastAPI
from starlette.responses import Response

ADDRESS = "/collections/hotspots/items"
CONNECTIONS, REQUESTS, ROUNDS = 8, 6_000, 5


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bare(port: int, content: bytes, headers: dict[str, str]) -> None:
    """Serve fixed bytes with FastAPI and nothing else."""
    app = FastAPI(openapi_url=None)

    @app.get(ADDRESS)
    async def handler() -> Response:
        return Response(content, headers=headers, media_type="application/geo+json")

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


def wait_for(url: str) -> httpx2.Response:
    """The first answer of a server that is starting."""
    for _ in range(600):
        try:
            return httpx2.get(url, timeout=30)
        except httpx2.TransportError:
            time.sleep(0.05)
    raise SystemExit(f"{url} did not answer")


async def drive(port: int, requests: int, extra: str = "") -> float:
    """Requests a second over a few connections, each answer read to its end."""
    ask = (
        f"GET {ADDRESS} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n{extra}\r\n"
    )

    async def one(share: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(share):
            writer.write(ask.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = [
                int(line.split(b":")[1])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            ]
            if length:
                await reader.readexactly(length[0])
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(one(requests // CONNECTIONS) for _ in range(CONNECTIONS)))
    return requests / (time.perf_counter() - start)


def main() -> None:
    """Start both servers, load them in turn, print medians and ratios."""
    port, bare_port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).parent / "safermap"), "serve", "--port", str(port)]
        start = time.perf_counter()
        served = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
        page = wait_for(f"http://127.0.0.1:{port}/?f=html")
        print(
            f"From nothing to the first page: {time.perf_counter() - start:.1f} s", page.status_code
        )
        answer = httpx2.get(f"http://127.0.0.1:{port}{ADDRESS}")
        packed = b"".join(_raw(port))
        kept = ("etag", "vary", "cache-control", "content-encoding", "content-disposition")
        headers = {name: answer.headers[name] for name in kept}
        other = multiprocessing.Process(target=bare, args=(bare_port, packed, headers))
        other.start()
        wait_for(f"http://127.0.0.1:{bare_port}{ADDRESS}")
        match = f"If-None-Match: {answer.headers['etag']}\r\n"
        runs = {
            "bare FastAPI, the same bytes": (bare_port, ""),
            "safermap": (port, ""),
            "safermap, not changed (304)": (port, match),
        }
        rates: dict[str, list[float]] = {name: [] for name in runs}
        for turn in range(ROUNDS + 1):
            for name, (to, extra) in runs.items():
                rate = asyncio.run(drive(to, REQUESTS, extra))
                if turn:
                    rates[name].append(rate)
        served.terminate()
        other.terminate()
        served.wait()
        other.join()
    base = statistics.median(rates["bare FastAPI, the same bytes"])
    print(f"{ADDRESS}, {len(packed):,} bytes packed: median of {ROUNDS} rounds, one worker")
    for name, found in rates.items():
        median = statistics.median(found)
        print(f"  {name:<32}{median:8,.0f} requests a second   {median / base:5.2f} of bare")


def _raw(port: int) -> list[bytes]:
    with httpx2.stream("GET", f"http://127.0.0.1:{port}{ADDRESS}") as response:
        return list(response.iter_raw())


if __name__ == "__main__":
    main()
