"""Features as GeoPackage, FlatGeobuf and GeoParquet."""

import json
from pathlib import Path
from threading import Lock
from typing import Any

import pyogrio

from geo.formats.content import Content

_WRITING = Lock()  # the date that GDAL writes is a setting of the process


def write_geopackage(content: Content, path: Path) -> None:
    """A GeoPackage 1.2, which older programs read too, with a spatial index."""
    date = content.stamp.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with _WRITING:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": date})
        try:
            _write(
                content,
                path,
                "GPKG",
                dataset_options={"VERSION": "1.2"},
                layer_options={"IDENTIFIER": content.title, "DESCRIPTION": content.description},
            )
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_flatgeobuf(content: Content, path: Path) -> None:
    """A FlatGeobuf with its spatial index, so that a part can be read from afar by a box."""
    _write(
        content,
        path,
        "FlatGeobuf",
        layer_options={"TITLE": content.title, "DESCRIPTION": content.description},
        layer_metadata={name: _text(value) for name, value in content.facts.items()},
    )


def write_geoparquet(content: Content, path: Path) -> None:
    """A GeoParquet 1.1 with the box of each feature; the facts are in its PANDAS_ATTRS."""
    frame = content.frame()
    frame.attrs = {"title": content.title, "description": content.description, **content.facts}
    frame.to_parquet(
        path, index=False, compression="zstd", schema_version="1.1.0", write_covering_bbox=True
    )


def _write(content: Content, path: Path, driver: str, **options: Any) -> None:  # noqa: ANN401
    pyogrio.write_dataframe(
        content.frame(),
        path,
        layer=content.name,
        driver=driver,
        geometry_type=content.geometry,
        **options,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
