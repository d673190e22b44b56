"""Records of layers as DCAT 3 in JSON-LD, as portals of open data harvest them."""

from typing import Any

from service.records.record import Record, record_of
from service.site import Site

_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_BOX = "http://www.opengis.net/ont/geosparql#wktLiteral"
_FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/IRREG"
_RIGHTS = "http://publications.europa.eu/resource/authority/access-right/"


def dcat_dataset(record: Record) -> dict[str, Any]:
    """One layer (W3C, Data Catalog Vocabulary version 3, 2024)."""
    return {"@context": _CONTEXT, **_dataset(record)}


def dcat_catalogue(site: Site, base: str) -> dict[str, Any]:
    """Every layer of a site that is reached at `base`."""
    records = [record_of(site, layer, base) for layer in site.layers.values()]
    return {
        "@context": _CONTEXT,
        "@id": f"{base}/collections",
        "@type": "dcat:Catalog",
        "dct:title": _words(f"Layers of {site.dataset.partnership}"),
        "dct:publisher": _organisation(site.dataset.partnership),
        "dcat:dataset": [_dataset(record) for record in records],
    }


def _dataset(record: Record) -> dict[str, Any]:
    licence = {"dct:license": {"@id": record.licence}} if record.licence else {}
    return {
        "@id": record.identifier,
        "@type": "dcat:Dataset",
        "dct:identifier": record.uuid,
        "dct:title": _words(record.title),
        "dct:description": _words(record.abstract),
        "dct:publisher": _organisation(record.organisation),
        "dcat:contactPoint": _contact(record),
        "dcat:keyword": [_words(word) for word in record.keywords],
        "dct:issued": _day(record.day),
        "dct:accrualPeriodicity": {"@id": _FREQUENCY},
        "dct:spatial": {
            "@type": "dct:Location",
            "dcat:bbox": {"@type": _BOX, "@value": _polygon(record.extent)},
        },
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _day(record.first),
            "dcat:endDate": _day(record.last),
        },
        "dct:provenance": {"@type": "dct:ProvenanceStatement", "dct:description": record.lineage},
        "dct:accessRights": {"@id": f"{_RIGHTS}{'RESTRICTED' if record.restricted else 'PUBLIC'}"},
        "dct:rights": [
            {"@type": "dct:RightsStatement", "dct:description": words} for words in record.use
        ],
        "dcat:landingPage": {"@id": f"{record.identifier}?f=html"},
        **licence,
        "dcat:distribution": [
            {
                "@id": one.address,
                "@type": "dcat:Distribution",
                "dct:title": _words(one.name),
                "dcat:accessURL": {"@id": one.address},
                "dcat:downloadURL": {"@id": one.address},
                "dcat:mediaType": {
                    "@id": f"https://www.iana.org/assignments/media-types/{one.media}"
                },
                **licence,
            }
            for one in record.distributions
        ],
    }


def _contact(record: Record) -> dict[str, Any]:
    mail = {"vcard:hasEmail": {"@id": f"mailto:{record.contact}"}} if record.contact else {}
    return {"@type": "vcard:Organization", "vcard:fn": record.organisation, **mail}


def _organisation(name: str) -> dict[str, Any]:
    return {"@type": "foaf:Organization", "foaf:name": name}


def _words(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "en-GB"}


def _day(text: str) -> dict[str, str]:
    return {"@type": "xsd:date", "@value": text}


def _polygon(extent: tuple[float, ...]) -> str:
    """The box as well-known text, anticlockwise."""
    west, south, east, north = extent
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return f"POLYGON(({', '.join(f'{x} {y}' for x, y in corners)}))"
