"""What the processes of a service take, as Linux tells it; nothing elsewhere."""

import multiprocessing
import os
from pathlib import Path

from service.files import sizes_of


def processes() -> list[int]:
    """The master of this process and its workers; of a process that has none, itself."""
    parent = multiprocessing.parent_process()
    master = parent.pid if parent is not None and parent.pid is not None else os.getpid()
    try:
        return [
            master,
            *map(int, Path(f"/proc/{master}/task/{master}/children").read_text().split()),
        ]
    except (OSError, ValueError):
        return [master]


def memory(process: int) -> int:
    """Bytes, those shared divided among the processes that share them; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def files_kept() -> tuple[int, int]:
    """How many files for download all of them hold, and their bytes."""
    sizes = [size for process in processes() for size in sizes_of(process)]
    return len(sizes), sum(sizes)
