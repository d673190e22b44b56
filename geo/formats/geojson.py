"""Features as GeoJSON (RFC 7946), a sequence of them (RFC 8142), and JSON-FG (OGC 21-045r1).

A feature is written once, as a text without its last brace, so that more members can follow. Texts
stand end to end in memory of Arrow's: any of them are joined without one object each, and processes
that are forked share them.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from geo.crs import CRS84, System
from geo.formats.content import Content
from geo.formats.records import Record

_SEPARATOR = b"\x1e"  # begins each text of a sequence
_JSONFG = "http://www.opengis.net/spec/json-fg-1/1.0/conf"


def feature_texts(
    ids: Iterable[str], outlines: pa.LargeBinaryArray, properties: Iterable[Record]
) -> pa.LargeBinaryArray:
    """GeoJSON features, each without its last brace; the outlines are GeoJSON already."""
    heads = [b'{"type":"Feature","id":%b,"geometry":' % orjson.dumps(name) for name in ids]
    tails = [b',"properties":%b' % orjson.dumps(row) for row in properties]
    return _joined(pa.array(heads, pa.large_binary()), outlines, pa.array(tails, pa.large_binary()))


def feature(text: bytes, members: Mapping[str, Any]) -> bytes:
    """One feature with further members, at least one."""
    return text + b"," + orjson.dumps(members)[1:]


def geojson(members: Mapping[str, Any], texts: pa.LargeBinaryArray) -> bytes:
    """A feature collection with further members, such as links and counts."""
    return _collection({"type": "FeatureCollection", **members}, _joined(texts, b"},"))


def jsonfg(
    members: Mapping[str, Any],
    texts: pa.LargeBinaryArray,
    *,
    kind: str,
    dates: tuple[str, str],
    system: System = CRS84,
    places: pa.LargeBinaryArray | None = None,
) -> bytes:
    """A JSON-FG feature collection: GeoJSON with the time of its features and their own system.

    Args:
        members: further members, such as links and counts.
        texts: features in longitude and latitude, as GeoJSON has them.
        kind: what the features are: the name of their layer.
        dates: the first and the last day that the figures are of, both included.
        system: of the places.
        places: each outline in the system, as GeoJSON writes one; for CRS84 none, since the
            standard has such an outline in `geometry` alone.
    """
    own = system.uri != CRS84.uri
    head = {
        "type": "FeatureCollection",
        "conformsTo": [f"{_JSONFG}/core", f"{_JSONFG}/types-schemas"],
        "featureType": kind,
        **({"coordRefSys": system.uri} if own else {}),
        **members,
    }
    time = b',"time":%b,"place":' % orjson.dumps({"interval": list(dates)})
    return _collection(head, _joined(texts, time, places if own else b"null", b"},"))


def write_sequence(content: Content, path: Path) -> None:
    """Features one after another, each a text of its own, so that they are read one by one."""
    with path.open("wb") as file:
        for text in content.features():
            file.write(_SEPARATOR + text.as_py() + b"}\n")


def _joined(*parts: pa.LargeBinaryArray | bytes) -> pa.LargeBinaryArray:
    """Texts of several parts each; a part that is the same for all is given once."""
    between = b""
    texts = [
        pa.scalar(part, pa.large_binary()) if isinstance(part, bytes) else part
        for part in (*parts, between)
    ]
    return pc.binary_join_element_wise(*texts)


def _collection(head: Mapping[str, Any], features: pa.LargeBinaryArray) -> bytes:
    """The members of a collection, then its features, of which each ends in a comma."""
    listed = memoryview(features.buffers()[2] or b"")[:-1] if len(features) else b""
    return b"".join((orjson.dumps(head)[:-1], b',"features":[', listed, b"]}"))
