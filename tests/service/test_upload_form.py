"""A form is the same however it is cut on its way."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import QuestionError
from service.uploads.form import Form

BOUNDARY = "----x"
KIND = f"multipart/form-data; boundary={BOUNDARY}"


def body(name: str, data: bytes, *, first: bool) -> bytes:
    source = b'Content-Disposition: form-data; name="source"\r\n\r\ncouncil\r\n'
    file = (
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    ).encode() + data + b"\r\n"  # fmt: skip
    parts = [source, file] if first else [file, source]
    edge = f"--{BOUNDARY}\r\n".encode()
    return b"".join(edge + part for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def read(path: Path, pieces: list[bytes]) -> tuple[str, str, bytes]:
    asked: list[str] = []
    with Form(KIND, path, asked.append) as form:
        for piece in pieces:
            form.write(piece)
        form.end()
    assert asked == [form.source]
    assert form.bytes == path.stat().st_size
    return form.source, form.name, path.read_bytes()


@given(
    st.one_of(st.binary(min_size=1, max_size=300), st.text("\r\n-x", min_size=1).map(str.encode)),
    st.booleans(),
    st.lists(st.integers(1, 40), min_size=1),
)
def test_the_file_is_what_was_sent(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, first: bool, sizes: list[int]
) -> None:
    if f"\r\n--{BOUNDARY}".encode() in b"\r\n" + data:
        return
    whole = body("Söhne's (2).csv", data, first=first)
    pieces, at, turn = [], 0, 0
    while at < len(whole):
        pieces.append(whole[at : at + sizes[turn % len(sizes)]])
        at, turn = at + len(pieces[-1]), turn + 1
    path = tmp_path_factory.getbasetemp() / "form"
    assert read(path, pieces) == ("council", "Söhne's (2).csv", data)


def test_one_that_is_cut_short_is_none(tmp_path: Path) -> None:
    whole = body("a.csv", b"x" * 40, first=True)
    for end in range(len(whole) - 4):
        with pytest.raises(QuestionError, match=r"multipart/form-data|empty"):
            read(tmp_path / "form", [whole[:end]])


PIECES = [
    b"--", BOUNDARY.encode(), b"\r\n", b"\n", b":", b";", b"=", b'"', b"\0", b"\xff",
    b"Content-Disposition: form-data", b'; name="file"', b'; name="source"', b'; filename="a.csv"',
    b"; filename*=utf-8''%ff", b"; filename*=x", b"Content-Type",
    b"--" + BOUNDARY.encode() + b"\r\n",
]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8)), max_size=40))
def test_whatever_is_sent_is_a_form_or_refused(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    with contextlib.suppress(QuestionError):
        read(tmp_path_factory.getbasetemp() / "form", [PIECES[-1], *pieces])
