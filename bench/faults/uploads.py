"""kill -9 of uploads."""

from pathlib import Path

from bench.faults.watch import AbsentError


def killed(folder: Path) -> list[str]:
    """Not yet."""
    raise AbsentError("this service takes no uploads")
