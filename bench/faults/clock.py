"""Clocks that jump."""

from pathlib import Path

from bench.faults.watch import AbsentError


def jumps(folder: Path) -> list[str]:
    """Not yet."""
    raise AbsentError("not yet")
