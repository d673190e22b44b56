"""Rows as plain values."""

from typing import Any

import pandas as pd

Record = dict[str, Any]


def records(rows: pd.DataFrame) -> list[Record]:
    """Rows as plain values; anything missing is None, so that no NaN reaches the wire."""
    columns = {}
    for name in rows.columns:
        values = rows[name].to_numpy(object, copy=True)
        values[rows[name].isna().to_numpy()] = None
        columns[name] = values.tolist()
    names = list(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
