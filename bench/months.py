"""Twelve months of the whole country, made of the one there is: other dates, IDs and points."""

import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

_TEXT = pa.string()


def unpack(archive: Path, folder: Path) -> None:
    """Put the street files of an archive into a folder."""
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)


def write_month(source: Path, target: Path, month: str) -> None:
    """Write every street file under `source` again as of another month.

    Dates, crime IDs and file names are those of the month, and every point is moved by up to about
    5 m, so that nothing kept from another month is of use.
    """
    draw = np.random.default_rng(int(month.replace("-", "")))
    target.mkdir(parents=True)
    for path in sorted(source.rglob("*-street.csv")):
        table = pyarrow.csv.read_csv(
            path, convert_options=pyarrow.csv.ConvertOptions(column_types=_types(path))
        )
        columns = {name: table[name] for name in table.column_names}
        known = pc.not_equal(columns["Crime ID"], "")
        mine = pc.binary_join_element_wise(
            month.replace("-", ""), pc.utf8_slice_codeunits(columns["Crime ID"], 6), ""
        )
        columns["Crime ID"] = pc.if_else(known, mine, "")
        columns["Month"] = pa.array([month] * len(table))
        for name in ("Longitude", "Latitude"):
            columns[name] = _moved(columns[name], draw.uniform(-5e-5, 5e-5))
        lines = pc.binary_join_element_wise(*map(_quoted, columns.values()), ",")
        text = "\n".join([",".join(columns), *lines.to_pylist(), ""])
        (target / f"{month}{path.name[7:]}").write_text(text, encoding="utf-8")


def _quoted(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """In quotes where there is a comma, as the publisher does."""
    inside = pc.binary_join_element_wise('"', texts, '"', "")
    return pc.if_else(pc.match_substring(texts, ","), inside, texts)


def _types(path: Path) -> dict[str, pa.DataType]:
    with path.open(encoding="utf-8") as file:
        return dict.fromkeys(file.readline().rstrip("\n").split(","), _TEXT)


def _moved(texts: pa.ChunkedArray, by: float) -> pa.Array:
    """Degrees moved by the same distance, six decimals as the publisher has them."""
    encoded = texts.combine_chunks().dictionary_encode()
    moved = [f"{float(text) + by:.6f}" if text else "" for text in encoded.dictionary.to_pylist()]
    return pa.array(moved).take(encoded.indices)
