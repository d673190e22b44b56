"""Times whole processes in turn, A B A B, so that a machine's drift touches both alike."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What one run of a process took."""

    seconds: float
    peak_mib: float


def cost_of(command: list[str]) -> Cost:
    """Run a command to its end, its output thrown away, compiled modules kept as usual."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(seconds, usage.ru_maxrss / 1024)


def compare(
    commands: dict[str, list[str]], runs: int, before: Callable[[], None] = lambda: None
) -> dict[str, list[Cost]]:
    """Run the commands in turn, once to warm up and then `runs` times, `before` before each."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            before()
            cost = cost_of(command)
            if run:
                costs[name].append(cost)
    return costs


def report(costs: dict[str, list[Cost]]) -> None:
    """Print medians, and the ratio of every command to the first."""
    first = next(iter(costs))
    base = statistics.median(cost.seconds for cost in costs[first])
    for name, found in costs.items():
        seconds = statistics.median(cost.seconds for cost in found)
        peak = statistics.median(cost.peak_mib for cost in found)
        print(f"  {name:<44}{seconds:7.2f} s {peak:7.0f} MiB   {seconds / base:5.2f} of {first}")
