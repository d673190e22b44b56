"""A style as QGIS keeps it (QML): rules, so that classes, marks and empty figures have one way.

Properties are written as QGIS wrote them before 3.20, which later ones read too.
"""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from layers.palette import EDGE, INK
from layers.styles.style import LARGEST, SMALLEST, Circle, Coat, Condition, Label, Rule, Style
from layers.styles.xml import add, clean, to_bytes

MM = 25.4 / 96  # of a pixel
SMALL, ABOUT = 22, 12  # pixels; a marked area no wider is circled, so much wider than it is
_GRID = "transform($geometry, @layer_crs, 'EPSG:27700')"
_WIDE = f"max(bounds_width({_GRID}), bounds_height({_GRID})) * 1000 / @map_scale"  # mm
VERSION = "3.22.16-Białowieża"
DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def to_qml(style: Style) -> bytes:
    """The style as a file that QGIS loads onto a layer."""
    root = Element("qgis", version=VERSION, styleCategories="Symbology|Labeling")
    add_style(root, style)
    return to_bytes(root, DOCTYPE)


def add_style(parent: Element, style: Style) -> None:
    """How a layer is drawn and labelled, as parts of a style or of a layer in a project."""
    rules = (*style.classes, *style.marks)
    circles = {rule.paint.field for rule in rules if isinstance(rule.paint, Circle)}
    renderer = add(
        parent,
        "renderer-v2",
        type="RuleRenderer",
        symbollevels=0 if circles else 1,
        enableorderby=int(bool(circles)),
        forceraster=0,
    )
    top = add(add(renderer, "rules", key="{all}"), "rule", key="{classes}", label=style.heading)
    symbols = add(renderer, "symbols")
    for number, rule in enumerate(rules):
        made = add(top, "rule", key=f"{{class-{number}}}", label=rule.words, symbol=number)
        if rule.conditions:
            made.set("filter", clean(expression(rule.conditions)))
        _symbol(symbols, number, rule, circled=rule in style.marks)
    for field in circles:  # small ones lie on large ones
        add(add(renderer, "orderby"), "orderByClause", quoted_field(field), asc=0, nullsFirst=0)
    _labels(parent, style)


def expression(conditions: Iterable[Condition]) -> str:
    """Conditions that are all true, in the language of QGIS."""
    return " AND ".join(part for condition in conditions for part in _parts(condition))


def _parts(condition: Condition) -> list[str]:
    field = quoted_field(condition.field)
    if condition.values:
        listed = ", ".join(
            quoted(value) if isinstance(value, str) else str(value) for value in condition.values
        )
        return [f"{field} IN ({listed})" if len(condition.values) > 1 else f"{field} = {listed}"]
    limits = ((">=", condition.low), ("<", condition.high))
    told = [f"{field} {sign} {_number(limit)}" for sign, limit in limits if limit is not None]
    return told or [f"{field} IS {'' if condition.empty else 'NOT '}NULL"]


def quoted(text: str) -> str:
    """Text as QGIS quotes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def quoted_field(name: str) -> str:
    """The name of a field as QGIS quotes it."""
    return '"' + name.replace('"', '""') + '"'


def _number(limit: float) -> str:
    return f"{limit!r}".removesuffix(".0")


def _symbol(parent: Element, number: int, rule: Rule, *, circled: bool) -> None:
    kind = "marker" if isinstance(rule.paint, Circle) else "fill"
    made = add(parent, "symbol", name=number, type=kind, alpha=1, clip_to_extent=1, force_rhr=0)
    if isinstance(rule.paint, Circle):
        _circle(made, rule.paint)
        return
    for coat in rule.paint:
        if coat.fill:
            _filled(made, coat)
            continue
        edge = _edge(made, coat)
        if circled:
            _defined(edge, enabled=f"coalesce({_WIDE} >= {_mm(SMALL)}, true)")
            _ring(made, f"@{number}@{len(made) - 1}", coat)


def _filled(parent: Element, coat: Coat) -> None:
    _layer(
        parent,
        "SimpleFill",
        coat.order,
        color=_colour(coat.fill or EDGE),
        style="solid",
        outline_color=_colour(coat.edge),
        outline_style="solid",
        outline_width=_mm(coat.width),
        outline_width_unit="MM",
        joinstyle="round",
    )


def _edge(parent: Element, coat: Coat) -> Element:
    return _layer(
        parent,
        "SimpleLine",
        coat.order,
        line_color=_colour(coat.edge),
        line_style="solid",
        line_width=_mm(coat.width),
        line_width_unit="MM",
        joinstyle="round",
        capstyle="flat",
        use_custom_dash=int(bool(coat.dashes)),
        customdash=";".join(map(_mm, coat.dashes)) or "5;2",
        customdash_unit="MM",
    )


def _ring(parent: Element, name: str, coat: Coat) -> None:
    """An edge round a small area that could not be seen. No feature, as in a legend: no size."""
    made = _layer(parent, "CentroidFill", coat.order, point_on_surface=0, point_on_all_parts=0)
    _defined(made, enabled=f"coalesce({_WIDE} < {_mm(SMALL)}, false)")
    ring = add(made, "symbol", name=name, type="marker", alpha=1, clip_to_extent=1, force_rhr=0)
    drawn = _marker(ring, "0,0,0,0", coat.edge, coat.width, 0, dashed=bool(coat.dashes))
    _defined(drawn, size=f"{_WIDE} + {_mm(ABOUT)}")


def _circle(parent: Element, circle: Circle) -> None:
    made = _marker(parent, _colour(circle.fill), INK, 0.7, circle.across)
    share = f"{quoted_field(circle.field)} / {circle.most}"
    _defined(made, size=f"max({_mm(SMALLEST)}, {_mm(LARGEST)} * sqrt({share}))")


def _marker(
    parent: Element, fill: str, edge: str, width: float, across: float, *, dashed: bool = False
) -> Element:
    return _layer(
        parent,
        "SimpleMarker",
        0,
        name="circle",
        color=fill,
        outline_color=_colour(edge),
        outline_style="dash" if dashed else "solid",
        outline_width=_mm(width),
        outline_width_unit="MM",
        scale_method="diameter",
        size=_mm(across),
        size_unit="MM",
    )


def _defined(parent: Element, **properties: str) -> None:
    """Properties that an expression tells for each feature."""
    top = _option(add(parent, "data_defined_properties"), None, "Map")
    _option(top, "name", "QString", "")
    held = _option(top, "properties", "Map")
    for name, told in properties.items():
        one = _option(held, name, "Map")
        _option(one, "active", "bool", "true")
        _option(one, "expression", "QString", told)
        _option(one, "type", "int", "3")
    _option(top, "type", "QString", "collection")


def _layer(parent: Element, kind: str, order: int, **properties: object) -> Element:
    made = add(parent, "layer", class_=kind, enabled=1, locked=0, pass_=order)
    for name, value in properties.items():
        add(made, "prop", k=name, v=value)
    return made


def _option(parent: Element, name: str | None, kind: str, value: str | None = None) -> Element:
    named = {"name": name} if name is not None else {}
    valued = {"value": value} if value is not None else {}
    return add(parent, "Option", type=kind, **named, **valued)


def _labels(parent: Element, style: Style) -> None:
    rules = [rule for rule in (*style.classes, *style.marks) if rule.label]
    if not rules:
        return
    labelling = add(parent, "labeling", type="rule-based")
    top = add(labelling, "rules", key="{labels}")
    for number, rule in enumerate(rules):
        made = add(top, "rule", key=f"{{label-{number}}}", description=rule.words)
        made.set("filter", clean(expression(rule.conditions)))
        if rule.label:
            _text(
                add(made, "settings", calloutType="simple"), rule.label, aside=rule in style.marks
            )


def _text(parent: Element, label: Label, *, aside: bool) -> None:
    """What is written: over the middle of a feature, or aside with a line that leads to it."""
    parts = [quoted(label.words)] if label.words else []
    parts += [quoted_field(label.field)] if label.field else []
    style = add(
        parent,
        "text-style",
        fieldName=" || ".join(parts),
        isExpression=1,
        fontSize=9,
        fontSizeUnit="Point",
        fontWeight=63,
        textColor=_colour(INK),
        textOpacity=1,
    )
    add(
        style,
        "text-buffer",
        bufferDraw=1,
        bufferSize=0.8,
        bufferSizeUnits="MM",
        bufferColor=_colour(EDGE),
        bufferOpacity=1,
        bufferJoinStyle=128,
    )
    add(parent, "text-format", multilineAlign=1, autoWrapLength=24, wrapChar="")
    add(parent, "placement", placement=0 if aside else 1, dist=6 if aside else 0, centroidWhole=1)
    add(parent, "rendering", drawLabels=1, obstacle=1, displayAll=0, scaleVisibility=0)
    if aside:
        lead = _option(add(parent, "callout", type="simple"), None, "Map")
        _option(lead, "enabled", "QString", "1")


def _colour(css: str) -> str:
    """A colour as QGIS has it: red, green, blue, and how opaque."""
    return ",".join(str(int(css[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def _mm(pixels: float) -> str:
    return f"{pixels * MM:.2f}"
