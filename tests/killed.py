"""Programs that are killed in the middle, at a step that a test names."""

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_COUNTING = """
import importlib, os, signal, sys

module, name = sys.argv[1].rsplit(".", 1)
left, owner = int(sys.argv[2]), importlib.import_module(module)
before = getattr(owner, name)

def counted(*arguments, **more):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return before(*arguments, **more)

setattr(owner, name, counted)
"""


def killed_at(step: str, after: int, program: str, *arguments: Path) -> None:
    """Run a program in a process of its own, killed as it calls a function the next time.

    `step` names the function, which it may call so many times `after` all; the program finds its
    arguments from `sys.argv[3]` on.
    """
    command = [sys.executable, "-c", _COUNTING + program, step, str(after), *arguments]
    assert subprocess.run(command, check=False, cwd=ROOT).returncode == -signal.SIGKILL
