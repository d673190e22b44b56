"""Features as KML, for Google Earth: a name, a description in words, and every figure typed."""

import html
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import shapely

from geo.fields import Field
from geo.formats.content import Content
from geo.formats.records import Record, records

_KINDS = {"string": "string", "integer": "int", "number": "double", "boolean": "bool"}
_FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])  # by XML 1.0
_STYLE = (
    '<Style id="area"><LineStyle><color>ff5a3c1e</color><width>1.5</width></LineStyle>'
    "<PolyStyle><color>595a3c1e</color></PolyStyle></Style>"
)


def write_kml(content: Content, path: Path) -> None:
    """A KML 2.2 document of features in longitude and latitude."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in _lines(content))


def _lines(content: Content) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<kml xmlns="http://www.opengis.net/kml/2.2">'
    yield f'<Document id="document"><name>{_text(content.title)}</name>'
    yield f"<description>{_text(content.description)}</description>"
    yield _STYLE
    yield f'<Schema name={quoteattr(content.name)} id="fields">'
    for column in content.columns:
        yield (
            f'<SimpleField type="{_KINDS[column.kind]}" name={quoteattr(column.name)}>'
            f"<displayName>{_text(column.title)}</displayName></SimpleField>"
        )
    yield "</Schema>"
    yield f"<Folder><name>{_text(content.name)}</name>"
    frame = content.frame()
    for row, outline in zip(
        records(frame.drop(columns="geometry")), frame.geometry.to_numpy(), strict=True
    ):
        yield from _placemark(content, row, outline)
    yield "</Folder></Document></kml>"


def _placemark(content: Content, row: Record, outline: shapely.Geometry) -> Iterator[str]:
    name = row.get(content.label)
    yield (
        f"<Placemark><name>{_text(row[content.columns[0].name] if name is None else name)}</name>"
        f"<description>{_text(_description(content, row))}</description>"
        '<styleUrl>#area</styleUrl><ExtendedData><SchemaData schemaUrl="#fields">'
    )
    for column in content.columns:
        if (value := row[column.name]) is not None:
            yield (f"<SimpleData name={quoteattr(column.name)}>{_text(_plain(value))}</SimpleData>")
    yield f"</SchemaData></ExtendedData>{''.join(_shape(outline))}</Placemark>"


def _description(content: Content, row: Record) -> str:
    """Each figure in words, as the balloon of a placemark shows it (HTML)."""
    _, *told = content.columns  # the id is of use to programs alone
    return "<br/>".join(html.escape(_said(column, row[column.name])) for column in told)


def _said(column: Field, value: object) -> str:
    if value is None:
        return f"{column.title}: none" + (f" ({column.null})" if column.null else "")
    words = {True: "yes", False: "no"}[value] if isinstance(value, bool) else _plain(value)
    return f"{column.title}: {words}" + (f" ({column.unit})" if column.unit else "")


def _plain(value: object) -> str:
    return ("1" if value else "0") if isinstance(value, bool) else str(value)


def _text(value: object) -> str:
    return escape(str(value).translate(_FORBIDDEN))


def _shape(outline: Any) -> Iterator[str]:  # noqa: ANN401  shapely tells no type of its parts
    if outline.geom_type == "Point":
        yield f"<Point><coordinates>{_pairs(outline.coords)}</coordinates></Point>"
        return
    yield "<MultiGeometry>"
    for part in shapely.orient_polygons(outline).geoms:
        yield "<Polygon>"
        inner = (("inner", ring) for ring in part.interiors)
        for side, ring in chain((("outer", part.exterior),), inner):
            yield (
                f"<{side}BoundaryIs><LinearRing><coordinates>{_pairs(ring.coords)}</coordinates>"
                f"</LinearRing></{side}BoundaryIs>"
            )
        yield "</Polygon>"
    yield "</MultiGeometry>"


def _pairs(coordinates: Iterable[tuple[float, ...]]) -> str:
    return " ".join(f"{x!r},{y!r}" for x, y in coordinates)
