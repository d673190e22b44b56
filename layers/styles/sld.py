"""A style as SLD 1.0 (OGC 02-070), which GeoServer, MapServer and QGIS all read."""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, register_namespace

from layers.palette import EDGE, INK
from layers.styles.style import Circle, Coat, Condition, Label, Rule, Style
from layers.styles.xml import add, to_bytes

SLD, OGC = "http://www.opengis.net/sld", "http://www.opengis.net/ogc"
register_namespace("sld", SLD)
register_namespace("ogc", OGC)


def to_sld(name: str, style: Style) -> bytes:
    """The style of the layer of that name.

    Classes come first and marks over them, each kind in a feature type style of its own, those
    that stand out most last. A circle has one size a class, since readers differ in what else they
    understand.
    """
    root = Element(f"{{{SLD}}}StyledLayerDescriptor", version="1.0.0")
    layer = _add(root, "NamedLayer")
    _add(layer, "Name", name)
    user = _add(layer, "UserStyle")
    _add(user, "Name", name)
    _add(user, "Title", style.title)
    if style.abstract:
        _add(user, "Abstract", style.abstract)
    for rules in (style.classes, *((mark,) for mark in reversed(style.marks))):
        if rules:
            kind = _add(user, "FeatureTypeStyle")
            _add(kind, "Title", style.heading)
            for number, rule in enumerate(rules, 1):
                _rule(kind, number, rule)
    return to_bytes(root)


def _rule(parent: Element, number: int, rule: Rule) -> None:
    made = _add(parent, "Rule")
    _add(made, "Name", f"class-{number}")
    _add(made, "Title", rule.words)
    if rule.conditions:
        _filter(_add(made, "Filter", space=OGC), rule.conditions)
    if isinstance(rule.paint, Circle):
        _circle(made, rule.paint)
    else:
        for coat in rule.paint:
            _coat(made, coat)
    if rule.label:
        _text(made, rule.label)


def _filter(parent: Element, conditions: Sequence[Condition]) -> None:
    for condition in conditions[1:]:
        parent = _add(parent, "And", space=OGC)
        _condition(parent, condition)
    _condition(parent, conditions[0])


def _condition(parent: Element, condition: Condition) -> None:
    if condition.values:
        many = len(condition.values) > 1
        held = _add(parent, "Or", space=OGC) if many else parent
        for value in condition.values:
            _compare(held, "PropertyIsEqualTo", condition.field, value)
        return
    limits = {
        "PropertyIsGreaterThanOrEqualTo": condition.low,
        "PropertyIsLessThan": condition.high,
    }
    told = {name: limit for name, limit in limits.items() if limit is not None}
    held = _add(parent, "And", space=OGC) if len(told) > 1 else parent
    for name, limit in told.items():
        _compare(held, name, condition.field, f"{limit!r}".removesuffix(".0"))
    if not told:
        held = parent if condition.empty else _add(parent, "Not", space=OGC)
        null = _add(held, "PropertyIsNull", space=OGC)
        _add(null, "PropertyName", condition.field, space=OGC)


def _compare(parent: Element, name: str, field: str, value: object) -> None:
    made = _add(parent, name, space=OGC)
    _add(made, "PropertyName", field, space=OGC)
    _add(made, "Literal", str(value), space=OGC)


def _coat(parent: Element, coat: Coat) -> None:
    made = _add(parent, "PolygonSymbolizer")
    if coat.fill:
        _parameters(_add(made, "Fill"), {"fill": coat.fill})
    _stroke(made, coat.edge, coat.width, coat.dashes)


def _circle(parent: Element, circle: Circle) -> None:
    graphic = _add(_add(parent, "PointSymbolizer"), "Graphic")
    mark = _add(graphic, "Mark")
    _add(mark, "WellKnownName", "circle")
    _parameters(_add(mark, "Fill"), {"fill": circle.fill})
    _stroke(mark, INK, 0.7)
    _add(graphic, "Size", f"{circle.across:g}")


def _text(parent: Element, label: Label) -> None:
    made = _add(parent, "TextSymbolizer")
    words = _add(made, "Label", label.words)
    if label.field:
        _add(words, "PropertyName", label.field, space=OGC)
    fonts = {"font-family": "sans-serif", "font-size": 12, "font-weight": "bold"}
    _parameters(_add(made, "Font"), fonts)
    point = _add(_add(made, "LabelPlacement"), "PointPlacement")
    anchor = _add(point, "AnchorPoint")
    _add(anchor, "AnchorPointX", "0.5")
    _add(anchor, "AnchorPointY", "0.5")
    halo = _add(made, "Halo")
    _add(halo, "Radius", "2")
    _parameters(_add(halo, "Fill"), {"fill": EDGE})
    _parameters(_add(made, "Fill"), {"fill": INK})


def _stroke(parent: Element, colour: str, width: float, dashes: Iterable[float] = ()) -> None:
    parameters: dict[str, object] = {"stroke": colour, "stroke-width": f"{width:g}"}
    if spaced := " ".join(f"{length:g}" for length in dashes):
        parameters["stroke-dasharray"] = spaced
    parameters["stroke-linejoin"] = "round"
    _parameters(_add(parent, "Stroke"), parameters)


def _parameters(parent: Element, values: dict[str, object] | dict[str, str]) -> None:
    for name, value in values.items():
        _add(parent, "CssParameter", str(value), name=name)


def _add(
    parent: Element, tag: str, text: str | None = None, space: str = SLD, **attributes: str
) -> Element:
    return add(parent, f"{{{space}}}{tag}", text, **attributes)
