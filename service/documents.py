"""The landing, conformance and collection documents (OGC API - Features, Part 1: Core)."""

from typing import Any

from geo.crs import CRS84, GRID, SYSTEMS
from geo.period import month_iso
from geo.recorders import names_of
from layers.filtering import GEOMETRY
from layers.layer import Layer
from layers.metadata import LICENCE_NAME, attribution, licence_of
from service.formats import FORMATS
from service.items import QUERYABLES, SCHEMA_MEDIA, link
from service.negotiate import MEDIA
from service.site import Site
from service.vector_tiles import TILE_GRID

VECTOR_TILES = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
OPENAPI_MEDIA = "application/vnd.oai.openapi+json;version=3.0"
CONFORMS = tuple(
    f"http://www.opengis.net/spec/{standard}/1.0/conf/{name}"
    for standard, names in (
        ("ogcapi-features-1", ("core", "oas30", "html", "geojson")),
        ("ogcapi-features-2", ("crs",)),
        ("ogcapi-features-3", ("queryables", "filter", "features-filter")),
        (
            "cql2",
            (
                "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators",
                "case-insensitive-comparison", "accent-insensitive-comparison",
                "basic-spatial-functions", "spatial-functions", "arithmetic", "property-property",
            ),
        ),
    )
    for name in names
)  # fmt: skip


def landing(site: Site, base: str) -> dict[str, Any]:
    """The start of the tree."""
    return {
        "title": f"safermap: {site.dataset.partnership}",
        "description": f"Anti-social behaviour, crime and deprivation in {site.dataset.area}, "
        f"{site.dataset.period.words()}.",
        "attribution": attribution(site.dataset),
        "illustrative": site.dataset.illustrative,
        "links": [
            link(f"{base}/?f=json", "self", MEDIA["json"], "this document"),
            link(f"{base}/?f=html", "alternate", MEDIA["html"], "as a page"),
            link(f"{base}/api", "service-desc", OPENAPI_MEDIA, "the API definition"),
            link(f"{base}/api?f=html", "service-doc", MEDIA["html"], "the API in words"),
            link(f"{base}/conformance", "conformance", MEDIA["json"], "what it conforms to"),
            link(f"{base}/collections", "data", MEDIA["json"], "the layers"),
            link(f"{base}/qgis/project.qgs", "related", MEDIA["qgs"], "all layers in QGIS"),
            link(f"{base}/compare", "related", MEDIA["json"], "the area beside others"),
            link(f"{base}/feed", "related", MEDIA["atom"], "when the figures were made anew"),
            link(f"{base}/about", "describedby", MEDIA["json"], "what the data are made of"),
        ],
    }


def conformance() -> dict[str, Any]:
    """What the service conforms to."""
    return {"conformsTo": list(CONFORMS)}


def collections(site: Site, base: str) -> dict[str, Any]:
    """Every layer."""
    return {
        "links": [
            link(f"{base}/collections?f=json", "self", MEDIA["json"], "this document"),
            link(f"{base}/collections?f=html", "alternate", MEDIA["html"], "as a page"),
            link(f"{base}/collections?f=dcat", "alternate", MEDIA["dcat"], "for portals"),
            link(
                f"{base}/collections?f=pmtiles",
                "enclosure",
                MEDIA["pmtiles"],
                "every layer as vector tiles, in one file",
            ),
        ],
        "collections": [collection(site, layer, base) for layer in site.layers.values()],
    }


def collection(site: Site, layer: Layer, base: str) -> dict[str, Any]:
    """One layer: what it is, how far it reaches, where its features are, what its fields mean."""
    here = f"{base}/collections/{layer.name}"
    dataset, licence = site.dataset, licence_of(site.dataset)
    first, last = dataset.period.first, dataset.period.last
    return {
        "id": layer.name,
        "title": layer.title,
        "description": layer.summary,
        "attribution": attribution(dataset),
        "license": licence,
        "illustrative": dataset.illustrative,
        "source": names_of(dataset, tuple(range(len(dataset.sources)))),
        "sources": [
            {"id": held.source.id, "name": held.source.name, "period": held.period.iso()}
            for held in dataset.held
        ],
        "denominator": dataset.denominator if layer.rated(dataset) else None,
        "itemType": "feature",
        "extent": {
            "spatial": {
                "bbox": [layer.shapes(dataset).extent],
                "crs": CRS84.uri,
            },
            "temporal": {
                "interval": [
                    [f"{month_iso(first)}-01T00:00:00Z", f"{month_iso(last + 1)}-01T00:00:00Z"]
                ]
            },
        },
        "crs": list(SYSTEMS),
        "storageCrs": GRID.uri,
        "fields": [
            {"name": f.name, "type": f.kind, "title": f.title, "unit": f.unit, "null": f.null}
            for f in layer.fields(dataset)
        ],
        "links": [
            link(f"{here}?f=json", "self", MEDIA["json"], "this document"),
            link(f"{here}?f=html", "alternate", MEDIA["html"], "as a page"),
            link(f"{here}?f=gemini", "describedby", MEDIA["gemini"], "as UK GEMINI 2.3"),
            link(f"{here}?f=dcat", "describedby", MEDIA["dcat"], "as DCAT"),
            link(
                f"{base}/dictionary?f=html", "describedby", MEDIA["html"], "what every field means"
            ),
            link(f"{here}/queryables", QUERYABLES, SCHEMA_MEDIA, "fields to filter by"),
            link(f"{here}/items", "items", MEDIA["geojson"], "features as GeoJSON"),
            link(f"{here}/items?f=html", "items", MEDIA["html"], "features as a map"),
            *(
                link(f"{here}/items?f={name}", "items", one.media, f"features as {one.title}")
                for name, one in FORMATS.items()
                if name != "geojson"
            ),
            link(f"{here}/tiles/{TILE_GRID}", VECTOR_TILES, MEDIA["json"], "as vector tiles"),
            link(f"{here}/style?f=qml", "stylesheet", MEDIA["qml"], "style for QGIS"),
            link(f"{here}/style?f=sld", "stylesheet", MEDIA["sld"], "style as SLD 1.0"),
            *([link(licence, "license", MEDIA["html"], LICENCE_NAME)] if licence else ()),
        ],
    }


def queryables(site: Site, layer: Layer, base: str) -> dict[str, Any]:
    """The fields that a filter of a layer may name, as a JSON schema with units and nulls."""
    fields = {
        field.name: {
            "title": field.title,
            "type": field.kind if field.null is None else [field.kind, "null"],
            **({"x-ogc-unit": field.unit} if field.unit else {}),
            **({"description": f"Empty: {field.null}"} if field.null else {}),
        }
        for field in layer.fields(site.dataset)
    }
    outline = {
        "title": "Where it is",
        "format": "geometry-any",
        "x-ogc-role": "primary-geometry",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base}/collections/{layer.name}/queryables",
        "type": "object",
        "title": f"{layer.title}: fields to filter by",
        "description": "What an expression of CQL2 in the parameter filter may name.",
        "properties": {**fields, GEOMETRY: outline},
        "additionalProperties": False,
    }
