"""A project for QGIS that opens live layers, each with its style; the definition of one layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from xml.etree.ElementTree import Element

from geo.crs import BNG, LONLAT
from geo.shapes import Box
from layers.styles.qml import DOCTYPE, VERSION, add_style, quoted, quoted_field
from layers.styles.style import Style
from layers.styles.xml import add, to_bytes

SYSTEM_IDS = MappingProxyType({BNG: 2437, LONLAT: 3452})
"""What QGIS calls coordinate systems among its own."""


@dataclass(frozen=True)
class LiveLayer:
    """A layer of a project: `id` is its own in it; QGIS gives another where one is short.

    `source` is where QGIS has it from, by one of its `provider`s, in longitude and latitude, as
    the `extent` is. `home` is the address of the service. `shown`: whether it is drawn at once.
    """

    id: str
    source: str
    provider: str
    home: str
    title: str
    group: str
    abstract: str
    attribution: str
    licence: str
    label: str
    points: bool
    extent: Sequence[float]
    style: Style
    shown: bool = False


@dataclass(frozen=True)
class About:
    """What a project says of itself, and the box that it opens on, in the British National Grid."""

    title: str
    abstract: str
    licence: str
    view: Box


def to_project(about: About, layers: Sequence[LiveLayer]) -> bytes:
    """The project of some layers, the first on top."""
    root = Element("qgis", version=VERSION, projectname="")
    add(root, "homePath", path="")
    add(root, "title", about.title)
    _system(add(root, "projectCrs"), BNG)
    tree = add(root, "layer-tree-group")
    for group in dict.fromkeys(layer.group for layer in layers):
        branch = add(tree, "layer-tree-group", name=group, checked="Qt::Checked", expanded=1)
        for layer in (layer for layer in layers if layer.group == group):
            _in_tree(branch, layer)
    canvas = add(root, "mapcanvas", name="theMapCanvas", annotationsVisible=1)
    add(canvas, "units", "meters")
    _extent(canvas, about.view)
    _system(add(canvas, "destinationsrs"), BNG)
    held = add(root, "projectlayers")
    for layer in layers:
        _layer(held, layer)
    told = add(add(root, "properties"), "SpatialRefSys")
    add(told, "ProjectionsEnabled", "1", type="int")
    metadata = add(root, "projectMetadata")
    _said(metadata, "project", title=about.title, abstract=about.abstract, license=about.licence)
    return to_bytes(root, DOCTYPE)


def to_definition(layer: LiveLayer) -> bytes:
    """A layer by itself, to be added to any project."""
    root = Element("qlr")
    _in_tree(add(root, "layer-tree-group", name="", checked="Qt::Checked", expanded=1), layer)
    _layer(add(root, "maplayers"), layer)
    return to_bytes(root, "<!DOCTYPE qgis-layer-definition>\n")


def collection(base: str, name: str) -> str:
    """The source of a collection of OGC API - Features.

    Longitude and latitude, which every version of QGIS can read.
    """
    values = {
        "pagingEnabled": "true",
        "srsname": "OGC:CRS84",
        "typename": name,
        "url": f"{base}/",
        "version": "OGC_API_FEATURES",
    }
    return " ".join(f"{key}={quoted(value)}" for key, value in values.items())


def _in_tree(parent: Element, layer: LiveLayer) -> None:
    add(
        parent,
        "layer-tree-layer",
        id=layer.id,
        name=layer.title,
        source=layer.source,
        providerKey=layer.provider,
        checked="Qt::Checked" if layer.shown else "Qt::Unchecked",
        expanded=int(layer.shown),
    )


def _layer(parent: Element, layer: LiveLayer) -> None:
    made = add(
        parent,
        "maplayer",
        type="vector",
        geometry="Point" if layer.points else "Polygon",
        wkbType="Point" if layer.points else "MultiPolygon",
    )
    _extent(made, layer.extent)
    add(made, "id", layer.id)
    add(made, "datasource", layer.source)
    add(made, "title", layer.title)
    add(made, "abstract", layer.abstract)
    add(made, "layername", layer.title)
    _system(add(made, "srs"), LONLAT)
    add(made, "attribution", layer.attribution, href=layer.home)
    _said(
        add(made, "resourceMetadata"),
        "dataset",
        title=layer.title,
        abstract=layer.abstract,
        rights=layer.attribution,
        license=layer.licence,
    )
    add(made, "provider", layer.provider, encoding="UTF-8")
    add_style(made, layer.style)
    add(made, "previewExpression", quoted_field(layer.label))


def _said(parent: Element, kind: str, **said: str) -> None:
    """What a layer or the project says of itself, in the order that QGIS has."""
    add(parent, "type", kind)
    for name, words in said.items():
        add(parent, name, words)


def _system(parent: Element, code: str) -> None:
    held = add(parent, "spatialrefsys")
    add(held, "srsid", str(SYSTEM_IDS[code]))  # without it the code is not looked at
    add(held, "authid", code)


def _extent(parent: Element, box: Sequence[float]) -> None:
    made = add(parent, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True):
        add(made, name, repr(float(value)))
