"""The least that joining takes: the same libraries, two threads, areas prepared, nothing checked.

Files are parsed, distinct points moved to the grid and looked up, and the rows written. No row is
told from another, no ID compared, nothing counted, named or described: what a build takes beyond
this is what it does beyond this.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pyproj
import shapely

_WORDS = pa.dictionary(pa.int32(), pa.string())
_TYPES = {
    "Crime ID": pa.string(),
    "Month": _WORDS,
    "Longitude": pa.float64(),
    "Latitude": pa.float64(),
    "Location": _WORDS,
    "LSOA code": _WORDS,
    "Crime type": _WORDS,
}


def join(path: Path, tree: shapely.STRtree, grid: pyproj.Transformer, out: Path) -> None:
    """Read one file, look its points up and write its rows."""
    options = pyarrow.csv.ConvertOptions(include_columns=[*_TYPES], column_types=_TYPES)
    rows = pyarrow.csv.read_csv(path, convert_options=options)
    degrees = rows["Longitude"].to_numpy() + 1j * rows["Latitude"].to_numpy()
    places, place = np.unique(degrees[~np.isnan(degrees)], return_inverse=True)
    points = shapely.points(*grid.transform(places.real, places.imag))
    point, area = tree.query(points, predicate="intersects")
    lsoa = np.full(len(places), -1, np.int32)
    lsoa[point] = area
    of_rows = np.full(len(rows), -1, np.int32)
    of_rows[~np.isnan(degrees)] = lsoa[place]
    joined = rows.append_column("lsoa", pa.array(of_rows))
    pq.write_table(joined, out / f"{path.stem}.parquet", compression="lz4")


def main(files: Path, lsoas: Path, out: Path) -> None:
    """Join every street file under `files` to the outlines of a GeoParquet file on the grid."""
    out.mkdir(parents=True, exist_ok=True)
    shapes = shapely.from_wkb(pq.read_table(lsoas, columns=["geometry"])["geometry"].to_numpy())
    tree = shapely.STRtree(shapes)
    tree.query(shapely.Point(0, 0))
    grid = pyproj.Transformer.from_crs(4326, 27700, always_xy=True)
    with ThreadPoolExecutor(2) as pool:
        found = sorted(files.rglob("*-street.csv"))
        list(pool.map(lambda path: join(path, tree, grid, out), found))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
