"""Whatever is done to an area file, it is read or it is an InputError; nothing else comes out."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toml_files import WHOLE, make_files

from geo.area_file import AreaFile, read_area_file
from geo.errors import InputError
from geo.settings.lines import lines_of

LINES = WHOLE.splitlines(keepends=True)
# A path that leads out of the folder would make the outcome depend on the machine.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="/\\"), max_size=6)
PIECES = TEXTS | st.sampled_from(
    ["[", "]", "[[", "{", "}", '"', "'", "=", "\n", ",", "*", ".", '"""', "area", "source", "\r"]
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the area file names."""
    folder = tmp_path_factory.mktemp("mutations")
    make_files(folder)
    return folder


def outcome(folder: Path, content: bytes) -> AreaFile | str:
    path = folder / "safermap.toml"
    path.write_bytes(content)
    try:
        return read_area_file(path)
    except InputError as error:
        first, *more = str(error).splitlines()
        assert str(path) in first
        lines = content.count(b"\n") + 1
        for words in more:
            told = re.match(r"line (\d+)(, .+)?: .+\.$", words)
            assert told, words
            assert 1 <= int(told[1]) <= lines
        return first


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 30), PIECES), max_size=4))
def test_pieces_of_text_cut_out_and_put_in(home: Path, edits: list[tuple[int, int, str]]) -> None:
    text = WHOLE
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    outcome(home, text.encode())


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=5))
def test_bytes_changed(home: Path, changes: list[tuple[int, int]]) -> None:
    content = bytearray(WHOLE.encode())
    for place, byte in changes:
        if byte not in b"/\\":
            content[place] = byte
    outcome(home, bytes(content))


@settings(max_examples=200)
@given(st.lists(st.integers(0, len(LINES) - 1), max_size=60))
def test_lines_left_out_repeated_and_moved(home: Path, order: list[int]) -> None:
    outcome(home, "".join(LINES[number] for number in order).encode())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def as_toml(value: object) -> str:
    if isinstance(value, dict):
        pairs = (f"{as_toml(name)} = {as_toml(item)}" for name, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in value) + '"'
    return "2024-02-29" if value is None else str(value).lower()


SETTINGS = [number for number, line in enumerate(LINES) if " = " in line]


@settings(max_examples=300)
@given(st.sampled_from(SETTINGS), VALUES)
def test_any_value_for_any_setting_is_taken_or_told_with_its_line(
    home: Path, number: int, value: object
) -> None:
    lines = list(LINES)
    lines[number] = f"{lines[number].split(' = ')[0]} = {as_toml(value)}\n"
    text = "".join(lines)
    tomllib.loads(text)  # what is tried is TOML
    outcome(home, text.encode())


def places(value: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield place
    entries = enumerate(value) if isinstance(value, list) else ()
    for name, item in value.items() if isinstance(value, dict) else entries:
        yield from places(item, (*place, name))


KEYS = st.sampled_from(["a", "b", '"c d"', "'e'", "1", "a.b", 'b."x.y"'])


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["[{}]", "[[{}]]", "{} = {{}}", "{} = [1, [2], {{z = 3}}]"]), KEYS
        )
    )
)
def test_every_setting_of_sound_toml_has_a_line(parts: list[tuple[str, str]]) -> None:
    text = "".join(form.format(key) + "\n" for form, key in parts)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = lines_of(text)
    wanted = set(places(content)) - {()}
    assert set(lines) == wanted
    assert all(1 <= line <= len(parts) for line in lines.values())
