"""From a settings file to its table, or to one error that lists every mistake."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from geo.errors import InputError
from geo.settings.table import ABSENT, Place, Table, short

LIMIT = 256 * 1024  # bytes; a settings file is written by hand
LONGEST_LINE = 10_000  # letters; the parser's time grows with the square of a key's length
T = TypeVar("T", bound=Table)

_PLAINER = {  # what the parser says, and what helps
    "Illegal character '\\n'": "a text in quotes does not end on its line.",
    "Unescaped '\\' in a string": "a text with backslashes needs single quotes, as 'C:\\data' has.",
    "Cannot overwrite a value": "this setting is there twice.",
    "Invalid value": "this value is not TOML; text stands in quotes, true and false do not.",
    "Invalid statement": "this is neither [table] nor name = value.",
    "Expected '=' after a key in a key/value pair": "a name must be followed by = and a value.",
}


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing that is wrong: the line from 1, the setting by its full name, a sentence."""

    line: int
    setting: str
    words: str

    def __str__(self) -> str:
        where = f", {self.setting}" if self.setting else ""
        return f"line {self.line}{where}: {self.words}"


def read_settings(path: Path, table: type[T], what: str) -> T:
    """Read a TOML file as such a table. `what` is what messages call it: `column map`.

    Paths in the file start at its folder. Raises InputError that lists everything that is wrong:
    the file's name once, then a line a mistake.
    """
    text = _read_text(path, what)
    content = _parse(path, text, what)
    try:
        return table.model_validate(content, context=path.parent)
    except ValidationError as error:
        raise InputError(listed(path, what, _placed(text, error.errors()))) from None


def _read_text(path: Path, what: str) -> str:
    try:
        if path.is_dir():
            raise InputError(f"The {what} {path} is a folder; name the file in it.")
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"The {what} {path} cannot be read: {reason}.") from error
    if len(data) > LIMIT:
        raise InputError(f"The {what} {path} is over {LIMIT // 1024} KiB, so it is none.")
    try:
        return data.decode("utf-8-sig")  # some editors mark the start of a file
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        words = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8."
        raise InputError(_not_toml(path, what, line, words)) from None


def _parse(path: Path, text: str, what: str) -> dict[str, Any]:
    for number, content in enumerate(text.split("\n"), 1):
        if len(content) > LONGEST_LINE:
            words = f"the line is longer than {LONGEST_LINE:,} letters; break it."
            raise InputError(_not_toml(path, what, number, words))
    try:
        return tomllib.loads(text)
    except RecursionError:
        words = "its lists or tables are nested too deeply."
        raise InputError(f"The {what} {path} is not TOML: {words}") from None
    except ValueError as error:  # a TOMLDecodeError, or a number with too many digits
        said = str(error)
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", said)
        last = text.rstrip().count("\n") + 1
        line = int(place[1]) if place and place[1] else last
        reason = said[: place.start()] if place else said
        words = _PLAINER.get(reason, f"{reason}.")
        if reason in ("Invalid value", "Unclosed array") and line == last:
            words += " A list that opens with [ must end with ]."
        if reason.startswith("Cannot declare"):
            name = ".".join(re.findall(r"'([^']*)'", reason))
            words = f"the table [{name}] is there twice."
        raise InputError(_not_toml(path, what, line, words)) from None


def _not_toml(path: Path, what: str, line: int, words: str) -> str:
    return f"The {what} {path} is not TOML: line {line}: {words}"


def _placed(text: str, mistakes: list[ErrorDetails]) -> list[Mistake]:
    from geo.settings.lines import lines_of  # noqa: PLC0415  only a mistake needs the lines

    lines = lines_of(text)
    placed = set()
    for mistake in mistakes:
        place = mistake["loc"]
        known = _known_part(place, lines)
        # An entry may be read as a table that the file does not spell out: `file` of a plain text.
        named = place if mistake["type"] == ABSENT else known
        setting = ".".join(short(part) for part in named if isinstance(part, str))
        placed.add(Mistake(lines.get(known, 1), setting, mistake["msg"]))
    return sorted(placed)


def _known_part(place: Place, lines: Mapping[Place, int]) -> Place:
    """As far down as the file spells out; a single entry may stand for a list of one."""
    known: Place = ()
    for part in place:
        if (*known, part) in lines:
            known = (*known, part)
        elif isinstance(part, str):
            break
    return known


def listed(path: Path, what: str, mistakes: list[Mistake]) -> str:
    """One message of every mistake in a file: its name once, then a line a mistake."""
    if len(mistakes) == 1:
        return f"The {what} {path}, {mistakes[0]}"
    return "\n".join([f"The {what} {path} has {len(mistakes)} mistakes:", *map(str, mistakes)])
