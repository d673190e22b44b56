"""Features as GeoJSON (RFC 7946), a sequence of them (RFC 8142), and JSON-FG (OGC 21-045r1)."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from geo.crs import CRS84, System
from geo.formats.content import Content
from geo.formats.records import Record

_SEPARATOR = b"\x1e"  # begins each text of a sequence
_JSONFG = "http://www.opengis.net/spec/json-fg-1/1.0/conf"


def feature(feature_id: str, properties: Record, outline: bytes) -> Record:
    """One GeoJSON feature; the outline is GeoJSON already."""
    return {
        "type": "Feature",
        "id": feature_id,
        "geometry": orjson.Fragment(outline),
        "properties": properties,
    }


def geojson(members: Mapping[str, Any], features: Iterable[Record]) -> bytes:
    """A feature collection with further members, such as links and counts."""
    return orjson.dumps({"type": "FeatureCollection", **members, "features": list(features)})


def jsonfg(
    members: Mapping[str, Any],
    features: Iterable[Record],
    *,
    kind: str,
    dates: tuple[str, str],
    system: System = CRS84,
    places: Iterable[bytes] = (),
) -> bytes:
    """A JSON-FG feature collection: GeoJSON with the time of its features and their own system.

    Args:
        members: further members, such as links and counts.
        features: in longitude and latitude, as GeoJSON has them.
        kind: what the features are: the name of their layer.
        dates: the first and the last day that the figures are of, both included.
        system: of the places.
        places: each outline in the system, as GeoJSON writes one; for CRS84 none, since the
            standard has such an outline in `geometry` alone.
    """
    own = system.uri != CRS84.uri
    outlines = map(orjson.Fragment, places) if own else None
    head = {
        "type": "FeatureCollection",
        "conformsTo": [f"{_JSONFG}/core", f"{_JSONFG}/types-schemas"],
        "featureType": kind,
        **({"coordRefSys": system.uri} if own else {}),
    }
    time = {"interval": list(dates)}
    found = [
        {**one, "time": time, "place": next(outlines) if outlines else None} for one in features
    ]
    return orjson.dumps({**head, **members, "features": found})


def write_sequence(content: Content, path: Path) -> None:
    """Features one after another, each a text of its own, so that they are read one by one."""
    with path.open("wb") as file:
        for one in content.features():
            properties = {**one["properties"], **content.constants}
            file.write(_SEPARATOR + orjson.dumps({**one, "properties": properties}) + b"\n")
