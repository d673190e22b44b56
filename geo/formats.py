"""Answers as files: GeoJSON (RFC 7946) and CSV."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run

Record = dict[str, Any]


def records(rows: pd.DataFrame) -> list[Record]:
    """Rows as plain values; anything missing is None, so that no NaN reaches the wire."""
    columns = {}
    for name in rows.columns:
        values = rows[name].astype(object)
        columns[name] = values.where(rows[name].notna(), None).tolist()
    names = list(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


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


def to_csv(properties: list[Record], columns: list[str], constants: Mapping[str, str]) -> bytes:
    """Rows as CSV (UTF-8 with a mark, so that spreadsheets read it right), constants in every row.

    Text that a spreadsheet would take for a formula is made harmless by an apostrophe.
    """
    frame = pd.DataFrame(properties, columns=columns, dtype=object).assign(**constants)
    safe = frame.map(lambda value: f"'{value}" if _is_formula(value) else value)
    text: str = safe.to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + text.encode()


def _is_formula(value: object) -> bool:
    return isinstance(value, str) and value.startswith(_FORMULA)
