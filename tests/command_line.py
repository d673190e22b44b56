"""How a command ended, and what it left."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Ended]


def cells(text: str, name: str) -> list[str]:
    """The row of a table that begins with a name."""
    [line] = [line for line in text.splitlines() if name in line and "│" in line][:1]
    return [cell.strip() for cell in line.strip("│┃ ").split("│")]


def refused(result: Ended, *words: str) -> None:
    """The command ended with status 2 and one paragraph that has these words."""
    assert result.returncode == 2, result.stderr
    said = [
        line for line in result.stderr.splitlines() if not line.startswith(("Read ", "Reading "))
    ]
    assert len(said) == 1, result.stderr
    assert said[0].startswith("safermap: ")
    assert "Traceback" not in result.stderr + result.stdout
    for word in words:
        assert word in said[0]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder and what is in it, but for the lock."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }
