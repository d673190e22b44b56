"""Styles as another program reads them: the rules of a QML or an SLD file, and whom they are of."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SLD = "{http://www.opengis.net/sld}"
OGC = "{http://www.opengis.net/ogc}"
Row = dict[str, Any]


@dataclass(frozen=True)
class Read:
    """One rule: its words, its fill, the widths of its edges in pixels, and the rows it holds."""

    words: str
    fill: str | None
    widths: tuple[float, ...]
    held: frozenset[int]
    label: str | None


def parse(content: bytes) -> Element:
    """A document that is well-formed."""
    return ElementTree.fromstring(content)  # noqa: S314  it is our own


def read_qml(content: bytes, rows: Sequence[Row]) -> list[Read]:
    """The rules of a QML file in their order, each with the places of the rows that it draws."""
    root = parse(content)
    assert root.tag == "qgis"
    return read_renderer(root, rows)


def read_renderer(root: Element, rows: Sequence[Row]) -> list[Read]:
    """The rules that a QML file, or a layer of a project, has."""
    renderer = root.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("type") == "RuleRenderer"
    symbols = {symbol.get("name"): symbol for symbol in renderer.findall("symbols/symbol")}
    labels = {
        rule.get("filter"): rule.find("settings/text-style").get("fieldName")  # type: ignore[union-attr]
        for rule in root.findall("labeling/rules/rule")
    }
    table = _table(rows)
    return [
        Read(
            rule.attrib["label"],
            *_qml_paint(symbols[rule.get("symbol")]),
            _selected(table, rule.get("filter")),
            labels.get(rule.get("filter")),
        )
        for rule in renderer.findall("rules/rule/rule")
    ]


def _qml_paint(symbol: Element) -> tuple[str | None, tuple[float, ...]]:
    fill, widths = None, []
    for layer in symbol.findall("layer"):
        told = {prop.attrib["k"]: prop.attrib["v"] for prop in layer.findall("prop")}
        if "color" in told:
            fill = "#{:02x}{:02x}{:02x}".format(*map(int, told["color"].split(",")[:3]))
        for name in ("outline_width", "line_width"):
            if name in told:
                widths.append(round(float(told[name]) * 96 / 25.4, 1))
    return fill, tuple(widths)


def _table(rows: Sequence[Row]) -> sqlite3.Connection:
    """Rows as a table: a rule is written as SQL would have it, and SQLite knows that well."""
    table = sqlite3.connect(":memory:")
    names = list(rows[0]) if rows else ["nothing"]
    table.execute(f"CREATE TABLE held ({', '.join(chr(34) + name + chr(34) for name in names)})")
    marks = ", ".join("?" * len(names))
    values = ([row[name] for name in names] for row in rows)
    table.executemany(f"INSERT INTO held VALUES ({marks})", values)  # noqa: S608
    return table


def _selected(table: sqlite3.Connection, condition: str | None) -> frozenset[int]:
    found = table.execute(f"SELECT rowid - 1 FROM held WHERE {condition or 'true'}")  # noqa: S608
    return frozenset(place for (place,) in found)


def read_sld(content: bytes, rows: Sequence[Row]) -> list[Read]:
    """The rules of an SLD file; it must have the parts that its schema asks for, in order."""
    root = parse(content)
    assert root.tag == f"{SLD}StyledLayerDescriptor"
    assert root.get("version") == "1.0.0"
    user = root.find(f"{SLD}NamedLayer/{SLD}UserStyle")
    assert user is not None
    in_order(user, ["Name", "Title", "Abstract", "FeatureTypeStyle"])
    return [
        _sld_rule(rule, rows)
        for kind in user.findall(f"{SLD}FeatureTypeStyle")
        for rule in kind.findall(f"{SLD}Rule")
    ]


def _sld_rule(rule: Element, rows: Sequence[Row]) -> Read:
    painted = ["PolygonSymbolizer", "PointSymbolizer", "TextSymbolizer"]
    in_order(rule, ["Name", "Title", "Filter", *painted])
    for text in rule.findall(f"{SLD}TextSymbolizer"):
        in_order(text, ["Label", "Font", "LabelPlacement", "Halo", "Fill"])
    told = {
        name: [one.text or "" for one in rule.iterfind(f".//{SLD}CssParameter[@name='{name}']")]
        for name in ("fill", "stroke-width")
    }
    drawn = [one for one in rule if one.tag[len(SLD) :] in painted[:2]]
    assert drawn
    fills = [f.text for one in drawn for f in one.iterfind(f".//{SLD}Fill/{SLD}CssParameter")]
    condition = rule.find(f"{OGC}Filter")
    held = (i for i, row in enumerate(rows) if condition is None or _true(condition[0], row))
    label = rule.find(f"{SLD}TextSymbolizer/{SLD}Label")
    return Read(
        rule.findtext(f"{SLD}Title") or "",
        fills[0] if fills else None,
        tuple(map(float, told["stroke-width"])),
        frozenset(held),
        None if label is None else "|".join(word.strip() for word in label.itertext()),
    )


def in_order(parent: Element, names: list[str]) -> None:
    """The parts of an element are these and no others, in this order."""
    found = [child.tag.partition("}")[2] for child in parent]
    assert set(found) <= set(names), found
    assert found == sorted(found, key=names.index), found


def _true(condition: Element, row: Row) -> bool:
    name = condition.tag.removeprefix(OGC)
    if name in ("And", "Or"):
        assert len(condition) > 1
        return {"And": all, "Or": any}[name](_true(part, row) for part in condition)
    if name == "Not":
        return not _true(condition[0], row)
    value = row[condition.findtext(f"{OGC}PropertyName") or ""]
    if name == "PropertyIsNull":
        return value is None
    literal = condition.findtext(f"{OGC}Literal") or ""
    if value is None:
        return False
    if name == "PropertyIsEqualTo":
        return str(value) == literal
    limit = float(literal)
    return bool(value < limit if name == "PropertyIsLessThan" else value >= limit)


def classes_and_marks(rules: Iterable[Read]) -> tuple[list[Read], list[Read]]:
    """Rules that fill, and rules that only draw an edge."""
    found = list(rules)
    return [one for one in found if one.fill], [one for one in found if not one.fill]
