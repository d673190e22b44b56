"""`python -m bench.faults [NAME …]` runs every fault, or those named, and prints a line for each.

It ends with 1 where any request was lost that need not have been, or any answer was wrong.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.faults import clock, damage, full, kills, uploads
from bench.faults.watch import AbsentError

FAULTS: dict[str, Callable[[Path], list[str]]] = {
    "workers": kills.workers,
    "builds": kills.builds,
    "uploads": uploads.killed,
    "full-home": full.home,
    "full-temporary": full.temporary,
    "full-audit": full.audit,
    "damage": damage.all_damages,
    "clock": clock.jumps,
}


def main(*names: str) -> int:
    """The faults of these names, or all; how many failed."""
    if unknown := set(names) - set(FAULTS):
        raise SystemExit(f"There is no {', '.join(unknown)}; there are {', '.join(FAULTS)}.")
    failed = 0
    for name in names or FAULTS:
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            try:
                wrong = FAULTS[name](Path(folder))
            except AbsentError as error:
                print(f"{name}: left out, {error}", flush=True)
                continue
        failed += bool(wrong)
        for words in wrong[:20]:
            print(f"  FAILED: {words}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
