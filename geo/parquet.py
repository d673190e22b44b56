"""The Parquet files of a dataset. Each page has a checksum, so that an altered one is told."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq

SUMMED: dict[str, Any] = {"write_page_checksum": True}
_CHECKED: dict[str, Any] = {"page_checksum_verification": True}


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table."""
    pq.write_table(table, path, compression="zstd", **SUMMED)


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """A table, or some of its columns. Raises OSError or ValueError where it is damaged."""
    return pq.read_table(path, columns=columns, **_CHECKED)


def read_frame(path: Path) -> geopandas.GeoDataFrame:
    """A table with outlines. Raises OSError or ValueError where it is damaged."""
    return geopandas.read_parquet(path, **_CHECKED)
