"""Load from Debian's wrk over loopback, and what it says of a server."""

import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.serve import CONNECTIONS

SECONDS, ROUNDS = 2, 5
APART = 10_000_000  # boxes that one run may ask for before it meets those of the next

# Every request has a box of its own: the least coordinate is moved by less than a millimetre.
BOXES = """
local boxes, number = {}, 0
function init(arguments)
  for line in io.lines(arguments[1]) do table.insert(boxes, line) end
  number = tonumber(arguments[2])
end
function request()
  number = number + 1
  local box = boxes[number % #boxes + 1]:gsub("^[^,]+", string.format("%%0%010d", number))
  return wrk.format("GET", wrk.path .. "&bbox=" .. box)
end
"""


@dataclass(frozen=True)
class Rate:
    """Requests a second, and milliseconds that 99 of 100 of them are answered in."""

    per_second: float
    p99: float


def require() -> str:
    """Where wrk is; ends the program where there is none."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit("bench.features needs wrk, which is absent (Debian: apt-get install wrk).")
    return found


def drive(url: str, header: str, boxes: Sequence[str], first: int, seconds: int) -> Rate:
    """Load one address for a while; with boxes, each request asks for another one.

    Raises SystemExit where any answer is an error.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [require(), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "--latency", "-H", header]
        told: list[str] = []
        if boxes:
            script, listed = Path(folder, "boxes.lua"), Path(folder, "boxes")
            script.write_text(BOXES)
            listed.write_text("\n".join(boxes))
            command += ["-s", str(script)]
            told = ["--", str(listed), str(first)]
        done = subprocess.run([*command, url, *told], capture_output=True, text=True, check=True)
    if "Non-2xx" in done.stdout:
        raise SystemExit(f"{url} answered with errors:\n{done.stdout}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", done.stdout)
    if rate is None or p99 is None:
        raise SystemExit(f"wrk said of {url} what is not understood:\n{done.stdout}")
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[p99[2]]
    return Rate(float(rate[1]), float(p99[1]) * scale)


def in_turn(urls: Mapping[str, str], header: str, boxes: Sequence[str] = ()) -> dict[str, Rate]:
    """The median of several rounds, in each of which every server has its turn."""
    found: dict[str, list[Rate]] = {name: [] for name in urls}
    for turn in range(ROUNDS + 1):
        for name, url in urls.items():
            rate = drive(url, header, boxes, turn * APART, SECONDS if turn else 1)
            if turn:
                found[name].append(rate)
    return {
        name: Rate(
            statistics.median(rate.per_second for rate in rates),
            statistics.median(rate.p99 for rate in rates),
        )
        for name, rates in found.items()
    }
