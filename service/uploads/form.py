"""A form with one file, written to disk as it comes in; what is wrong with it is said at once."""

import re
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from geo.errors import QuestionError, StorageError
from geo.incidents.files import is_wanted

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD_BYTES = 1_000
LONGEST, LONGEST_BYTES = 150, 240  # of a name; a file system takes 255 bytes
_NAME = re.compile(r"\w[\w .,()&+'-]*\.(csv|zip)", re.IGNORECASE)
_FORM = "Send a form of multipart/form-data with a field source and one file, named file."

Check = Callable[[str], None]
"""Raises an error where a value cannot be used."""


def check_name(name: str) -> None:
    """Raise QuestionError unless a name is one that a file in a source's folder may have."""
    if len(name) > LONGEST or len(name.encode("utf-8", "replace")) > LONGEST_BYTES:
        raise QuestionError(f"The file's name is too long: {LONGEST} characters at the most.")
    if not (_NAME.fullmatch(name) and name.isprintable()):
        raise QuestionError(
            "The file's name must begin with a letter or a digit, end in .csv or .zip, and have "
            "nothing but letters, digits, spaces and - _ . , ( ) & + ' in it. Rename the file."
        )
    if not is_wanted(Path(name)):
        raise QuestionError(
            "Outcomes and stop-and-search files hold no incidents, so they are never read."
        )


def _unkept(error: OSError) -> StorageError:
    return StorageError(f"The file cannot be kept: {error.strerror}.")


class Form:
    """A form as it comes in: the field `source`, and the file `file`, written to a path.

    `check_source` is called as soon as the source is there; the name of the file is checked before
    anything of it is written. Both may come first.
    """

    def __init__(self, content_type: str, path: Path, check_source: Check) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise QuestionError(_FORM)
        self.source = self.name = ""
        self.bytes = 0
        self._check_source = check_source
        self._whole = False
        self._part = ""
        self._field = self._value = self._text = b""
        self._disposition = b""
        calls: MultipartCallbacks = {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(options[b"boundary"], calls)
        except FormParserError as error:
            raise QuestionError(_FORM) from error
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise _unkept(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        """Take in some of it.

        Raises QuestionError where it is no such form, and StorageError where the disk is full.
        """
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise QuestionError(_FORM) from error
        except OSError as error:
            raise _unkept(error) from error

    def end(self) -> None:
        """All has come in. Raises QuestionError where something is missing."""
        if not (self._whole and self.source and self.name):
            raise QuestionError(_FORM)
        if not self.bytes:
            raise QuestionError("The file is empty.")
        try:
            self._file.flush()
        except OSError as error:
            raise _unkept(error) from error

    def _part_begin(self) -> None:
        self._disposition = self._text = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field = self._value = b""

    def _headers_finished(self) -> None:
        options = parse_options_header(self._disposition)[1]
        self._part = options.get(b"name", b"").decode("latin-1")
        if (self._part == "file") != (b"filename" in options):
            raise QuestionError(_FORM)
        if self._part == "file":
            if self.name:
                raise QuestionError("One file at a time can be sent.")
            name = options[b"filename"].decode("utf-8", "replace")
            check_name(name)
            self.name = name

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._part == "file":
            self._file.write(data[start:end])
            self.bytes += end - start
        elif len(self._text) + end - start > FIELD_BYTES:
            raise QuestionError(_FORM)
        else:
            self._text += data[start:end]

    def _part_end(self) -> None:
        if self._part == "source":
            source = self._text.decode("utf-8", "replace")
            self._check_source(source)
            self.source = source

    def _end(self) -> None:
        self._whole = True
