"""The formats of a layer's features: one table that requests, links, documents and pages go by."""

from dataclasses import dataclass

from geo.formats.content import Writer
from geo.formats.geojson import write_sequence
from geo.formats.gis import write_flatgeobuf, write_geopackage, write_geoparquet
from geo.formats.kml import write_kml
from geo.formats.shapefile import write_shapefile


@dataclass(frozen=True)
class Format:
    """One format.

    `name` is what `f=` says, `edition` that of its definition; `use` says in plain words what it is
    for; `also` are further media types that ask for it. `paged`: it comes in pages, each with links
    to the next; any other holds every feature that matches. `write`: how it is written to disk;
    None where it is made in memory. `systems`: whether its outlines can be in another system than
    longitude and latitude.
    """

    name: str
    title: str
    edition: str
    media: str
    ending: str
    use: str
    also: tuple[str, ...] = ()
    paged: bool = False
    write: Writer | None = None
    systems: bool = True


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format(
            "geojson",
            "GeoJSON",
            "RFC 7946",
            "application/geo+json",
            "geojson",
            "for web maps and scripts; in pages, with links and every caveat",
            also=("application/json",),
            paged=True,
        ),
        Format(
            "csv",
            "CSV",
            "RFC 4180",
            "text/csv",
            "csv",
            "for a spreadsheet; no outlines",
            systems=False,
        ),
        Format(
            "gpkg",
            "GeoPackage",
            "1.2",
            "application/geopackage+sqlite3",
            "gpkg",
            "for QGIS and ArcGIS; the best choice for most",
            also=("application/vnd.sqlite3",),
            write=write_geopackage,
        ),
        Format(
            "shp",
            "Shapefile",
            "1998",
            "application/zip",
            "zip",
            "for older GIS programs; a ZIP archive, its short column names explained in it",
            also=("application/x-shapefile", "x-gis/x-shapefile"),
            write=write_shapefile,
        ),
        Format(
            "fgb",
            "FlatGeobuf",
            "3.0",
            "application/vnd.flatgeobuf",
            "fgb",
            "for GIS programs and web maps that read a part of a large file from afar",
            also=("application/flatgeobuf",),
            write=write_flatgeobuf,
        ),
        Format(
            "parquet",
            "GeoParquet",
            "1.1.0",
            "application/vnd.apache.parquet",
            "parquet",
            "for pandas, R, DuckDB and Spark",
            also=("application/x-parquet",),
            write=write_geoparquet,
        ),
        Format(
            "kml",
            "KML",
            "2.2",
            "application/vnd.google-earth.kml+xml",
            "kml",
            "for Google Earth; in longitude and latitude alone",
            write=write_kml,
            systems=False,
        ),
        Format(
            "geojsonseq",
            "GeoJSON sequence",
            "RFC 8142",
            "application/geo+json-seq",
            "geojsons",
            "for programs that read features one by one",
            write=write_sequence,
        ),
        Format(
            "jsonfg",
            "JSON-FG",
            "1.0",
            "application/vnd.ogc.fg+json",
            "json",
            "for programs that want GeoJSON with months and another coordinate system; in pages",
            paged=True,
        ),
    )
}
