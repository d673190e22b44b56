"""The tables that are published: one a layer, and four that say what they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, LiteralString

import geopandas
import shapely

from geo.dataset import Dataset
from geo.fields import Field
from layers.frame import FEATURE_ID
from layers.layer import Layer

SRID = 27700
GEOMETRY = "geom"
THEME = "theme"
TYPES: Mapping[str, LiteralString] = MappingProxyType(
    {"string": "text", "integer": "integer", "number": "double precision", "boolean": "boolean"}
)
"""The column type of each kind of field. Whole numbers are of 4 bytes, which every client reads."""
OUTLINES: Mapping[str, LiteralString] = MappingProxyType(
    {"Point": "geometry(Point,27700)", "MultiPolygon": "geometry(MultiPolygon,27700)"}
)
ANY_OUTLINE: LiteralString = "geometry(Geometry,27700)"  # of a layer with no feature at all
INDEXED: Mapping[str, LiteralString] = MappingProxyType(
    {GEOMETRY: "gist", THEME: "btree", "town": "btree"}
)
"""The columns that have an index wherever there are any, beside the key's."""

Row = Sequence[Any]


@dataclass(frozen=True)
class Column:
    """A column: its name, its SQL type, what it means, and whether it is never null."""

    name: str
    type: LiteralString
    comment: str
    required: bool = True


@dataclass(frozen=True)
class Table:
    """A table: its columns, the names of those that tell its rows apart, and what it is."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    comment: str = ""

    @property
    def indexes(self) -> dict[str, LiteralString]:
        """The columns with an index of their own, and its method. A key has one by itself."""
        names = {column.name for column in self.columns} - {self.key[0]}
        return {name: method for name, method in INDEXED.items() if name in names}


def table_name(layer: Layer) -> str:
    """The table of a layer, which SQL takes without quotes."""
    return layer.name.replace("-", "_")


def layer_table(dataset: Dataset, layer: Layer, comment: str, outline: LiteralString) -> Table:
    """The table of a layer: its fields, and what must be said beside every figure.

    Its key is feature and theme even where one theme is published, so that it is the same table
    after the next one.
    """
    return Table(
        table_name(layer),
        (
            Column(FEATURE_ID, "text", "The feature in its layer's web addresses. Never null."),
            *(
                Column(field.name, TYPES[field.kind], _meaning(field), field.null is None)
                for field in layer.fields(dataset)
            ),
            *(
                (Column("denominator", "text", "Whom rates divide by. Never null."),)
                if layer.rated(dataset)
                else ()
            ),
            Column("caveat", "text", "What to know first of the figures. Never null."),
            Column(
                GEOMETRY,
                outline,
                "Where it is. Unit: metres, British National Grid (EPSG:27700). Never null.",
            ),
        ),
        (FEATURE_ID, THEME),
        comment,
    )


def _meaning(field: Field) -> str:
    unit = f" Unit: {field.unit}." if field.unit else ""
    return f"{field.title}.{unit} {f'Null: {field.null}.' if field.null else 'Never null.'}"


def rows_of(frame: geopandas.GeoDataFrame) -> Iterable[Row]:
    """The rows of a layer's frame as plain values; outlines as EWKB in hexadecimal digits."""
    outlines = shapely.set_srid(frame.geometry.to_numpy(), SRID)
    columns = [
        frame[name].astype(object).where(frame[name].notna(), None).tolist()
        for name in frame.columns
        if name != frame.geometry.name
    ]
    return zip(*columns, shapely.to_wkb(outlines, hex=True, include_srid=True), strict=True)


PUBLICATION = Table(
    "publication",
    (
        Column("dataset_id", "text", "Names the content: the same inputs give the same id."),
        Column("partnership", "text", "The Community Safety Partnership."),
        Column("area", "text", "What the area is called."),
        Column("period", "text", "First and last month of the dataset. Unit: YYYY-MM/YYYY-MM."),
        Column("published_at", "timestamp with time zone", "When these tables were published."),
        Column("public", "boolean", "True where partners' small counts are hidden."),
        Column("partner_records", "boolean", "True where partners' small counts are not hidden."),
        Column("illustrative", "boolean", "True where any incidents are drawn, not real reports."),
        Column("attribution", "text", "Whom to name wherever the figures are shown."),
        Column("licence", "text", "Under which licence they may be used."),
        Column("transformation", "text", "How coordinates were brought to one system."),
        Column("safermap_version", "text", "The version of safermap that published."),
    ),
    ("dataset_id",),
    "What is published in this schema: one row. All of its tables were replaced together.",
)
LAYERS = Table(
    "layers",
    (
        Column("layer", "text", "The layer, as web addresses name it."),
        Column("table_name", "text", "The table in this schema that holds it."),
        Column("title", "text", "What it is called."),
        Column("summary", "text", "What it shows."),
        Column("rows_are", "text", "What one row is of: an area, a town, a point, a cell."),
        Column("features", "integer", "Rows, of all themes."),
        Column("label", "text", "The column to label features by."),
        Column("drawn_by", "text", "The column that its map is coloured by."),
        Column("denominator", "text", "Whom rates divide by. Null: it has no rates.", False),
    ),
    ("layer",),
    "The layers in this schema, a row each.",
)
THEMES = Table(
    "themes",
    (
        Column("layer", "text", "The layer."),
        Column(THEME, "text", "What is counted."),
        Column("title", "text", "The theme in words."),
        Column("meaning", "text", "What is counted in it."),
        Column("features", "integer", "Rows of this theme in the table of the layer."),
        Column("period", "text", "Months counted, first and last. Unit: YYYY-MM/YYYY-MM.", False),
        Column("compared_with", "text", "Earlier months. Null: it compares none.", False),
        Column("months_missing", "text[]", "Months of the period that are not held.", False),
        Column("source", "text", "Who recorded the incidents.", False),
        Column("illustrative", "boolean", "True where they are drawn, not real reports.", False),
        Column("unlocated", "integer", "Incidents with no place. Null: not public.", False),
        Column("caveats", "text[]", "What to know of the figures, most important first.", False),
        Column("attribution", "text", "Whom to name wherever they are shown.", False),
        Column("facts", "jsonb", "Figures about the whole answer.", False),
        Column("left_out", "text", "Why the layer has no rows of the theme. Null: it has.", False),
    ),
    ("layer", THEME),
    "What the figures of each layer and theme are: period, source, caveats. Where left_out says "
    "why a layer does not show a theme, there is no period, source and so on.",
)
FIELDS = Table(
    "fields",
    (
        Column("layer", "text", "The layer."),
        Column("field", "text", "The column of its table."),
        Column("position", "integer", "Its place among the fields of the layer, from 1."),
        Column("type", "text", "string, integer, number or boolean."),
        Column("title", "text", "What it is."),
        Column("unit", "text", "What it is measured in. Null: it has no unit.", False),
        Column("null_means", "text", "What a null means. Null: the column has none.", False),
    ),
    ("layer", "field"),
    "The columns of every layer: what each is, its unit, and what a null in it means.",
)
METADATA = (PUBLICATION, LAYERS, THEMES, FIELDS)
