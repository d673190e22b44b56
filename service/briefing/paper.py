"""From what a briefing says to a PDF, by Typst, with fonts out of packages: nothing is fetched."""

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import fontpkg_roboto
import orjson
import typst

_HERE = Path(__file__).parent


def typeset(content: dict[str, Any], on: date) -> bytes:
    """The PDF of a briefing, tagged to PDF/UA-1. The same content gives the same bytes.

    A name in a script that no font here has cannot meet that standard; then the PDF is tagged all
    the same, and shows an empty box for each such letter.
    """
    made = datetime(on.year, on.month, on.day, tzinfo=UTC)
    said = orjson.dumps(content).decode()
    try:
        return _compile(said, made, ["ua-1"])
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        return _compile(said, made, [])


def _compile(said: str, made: datetime, standards: list[Literal["ua-1"]]) -> bytes:
    template = (_HERE / "briefing.typ").read_bytes()
    compiler = typst.Compiler(template, root=_HERE, font_paths=_fonts(), sys_inputs={"data": said})
    found = compiler.compile(format="pdf", pdf_standards=[*standards], timestamp=made)
    if not isinstance(found, bytes):
        raise TypeError("A PDF is one file.")
    return found


@cache
def _fonts() -> typst.Fonts:
    """Roboto, which its licence (OFL) allows to embed, and what Typst brings for other letters."""
    roboto = Path(fontpkg_roboto.__file__).parent / "files"
    return typst.Fonts(include_system_fonts=False, font_paths=[roboto])
