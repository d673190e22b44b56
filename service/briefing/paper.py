"""From what a briefing says to a PDF, by Typst, with fonts out of packages: nothing is fetched.

Typst keeps up to 200 MiB of what it worked out for the briefings before, and has no way to be told
not to. In a process of its own, which ends with the briefing, that costs no worker anything, and
takes no longer: a sixth of a second.
"""

import subprocess
import sys
import warnings
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import fontpkg_roboto
import orjson
import typst

from geo.errors import BusyError, StorageError

SECONDS = 60
_HERE = Path(__file__).parent


def typeset(content: dict[str, Any], on: date) -> bytes:
    """The PDF of a briefing, tagged to PDF/UA-1. The same content gives the same bytes.

    A name in a script that no font here has cannot meet that standard; then the PDF is tagged all
    the same, and shows an empty box for each such letter.

    Raises StorageError where the system gives no process, BusyError where that takes a minute.
    """
    command = [sys.executable, "-P", "-m", __name__, on.isoformat()]
    said = orjson.dumps(content)
    try:
        done = subprocess.run(  # noqa: S603  of our own making
            command, input=said, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BusyError("The briefing takes too long to typeset. Ask again later.") from error
    except OSError as error:
        raise StorageError(f"The briefing cannot be typeset: {error.strerror}.") from error
    told = done.stderr.decode(errors="replace").strip()
    if done.returncode:
        raise RuntimeError(f"typesetting ended with {done.returncode}: {told}")
    if told:
        warnings.warn(told, stacklevel=2)
    return done.stdout


def main() -> None:
    """Typeset what comes in, as of the day that is named."""
    said, day = sys.stdin.buffer.read().decode(), date.fromisoformat(sys.argv[1])
    made = datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        paper = _compile(said, made, ["ua-1"])
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        paper = _compile(said, made, [])
    sys.stdout.buffer.write(paper)


def _compile(said: str, made: datetime, standards: list[Literal["ua-1"]]) -> bytes:
    template = (_HERE / "briefing.typ").read_bytes()
    roboto = Path(fontpkg_roboto.__file__).parent / "files"  # its licence (OFL) allows to embed it
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[roboto])
    compiler = typst.Compiler(template, root=_HERE, font_paths=fonts, sys_inputs={"data": said})
    found = compiler.compile(format="pdf", pdf_standards=[*standards], timestamp=made)
    if not isinstance(found, bytes):
        raise TypeError("A PDF is one file.")
    return found


if __name__ == "__main__":
    main()
