"""The line on which each setting of a TOML file stands."""

import tomllib

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from geo.settings.table import Place

_DEEPEST = 20  # names in a key that are told apart; no table of settings is so deep


def lines_of(text: str) -> dict[Place, int]:
    r"""The first line, from 1, of every table, setting and entry of a list in sound TOML.

    >>> lines_of("[a]\nb = [1,\n 2]\n[[c]]\n[[c]]\nd.e = 3")[("c", 1, "d", "e")]
    6
    """
    document = Parser(Language(tree_sitter_toml.language())).parse(text.encode()).root_node
    lines: dict[Place, int] = {}
    last: dict[Place, int] = {}  # the position of the latest [[table]] of each name
    for node in _parts(document):
        if node.type == "pair":
            _note_pair(node, (), lines)
            continue
        header, *pairs = _parts(node) or [node]
        place = _note_header(node, _names(header), lines, last)
        for pair in pairs:
            _note_pair(pair, place, lines)
    return lines


def _note_header(
    node: Node, names: list[str], lines: dict[Place, int], last: dict[Place, int]
) -> Place:
    place: Place = ()
    for depth, name in enumerate(names, 1):
        place += (name,)
        lines.setdefault(place, _line(node))
        if depth == len(names) and node.type == "table_array_element":
            last[place] = last.get(place, -1) + 1
        if place in last:
            place += (last[place],)
    lines[place] = _line(node)
    return place


def _note_pair(pair: Node, inside: Place, lines: dict[Place, int]) -> None:
    if pair.type != "pair" or len(parts := _parts(pair)) < 2:
        return
    place = inside
    for name in _names(parts[0]):
        place += (name,)
        lines.setdefault(place, _line(pair))
    _note_value(parts[-1], place, lines)


def _note_value(value: Node, place: Place, lines: dict[Place, int]) -> None:
    if value.type == "inline_table":
        for pair in _parts(value):
            _note_pair(pair, place, lines)
    elif value.type == "array":
        for position, entry in enumerate(_parts(value)):
            lines[(*place, position)] = _line(entry)
            _note_value(entry, (*place, position), lines)


def _parts(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _names(key: Node) -> list[str]:
    """The names of a key such as `a."b c".d`, which the grammar nests to the left."""
    names: list[str] = []
    while key.type == "dotted_key" and len(parts := _parts(key)) == 2:
        names.append(_name(parts[1]))
        key = parts[0]
    return [_name(key), *reversed(names)][:_DEEPEST]


def _name(key: Node) -> str:
    text = (key.text or b"").decode()
    if key.type != "quoted_key":
        return text
    return next(iter(tomllib.loads(f"{text} = 0")))


def _line(node: Node) -> int:
    return node.start_point.row + 1
