"""Areas made by hand for the tests: four squares, one of them in the ring."""

import numpy as np
import pyarrow as pa
from shapely import MultiPolygon, box

from geo.areas.areas import Areas, AreaSet, Codes, Denominator

CODES = ["E01000001", "E01000002", "E01000004", "E01000003"]


def squares() -> Areas:
    """Three squares in a row inside and one ring square to their right."""
    outlines = np.array([box(x, 0, x + 1000, 1000) for x in (0, 1000, 2000, 3000)], dtype=object)
    outlines[1] = MultiPolygon([outlines[1]])
    lsoas = pa.table(
        {
            "lsoa_code": CODES,
            "lsoa_name": list("ABDC"),
            "ring": [False, False, False, True],
            "town": ["Ash", None, None, None],
            "residents": pa.array([10, None, 30, 40], pa.int64()),
            "imd2019_decile": pa.array([1, None, 3, 4], pa.int16()),
        }
    )
    towns = pa.table(
        {
            "town_id": ["ash"],
            "town": ["Ash"],
            "role": pa.array([None], pa.string()),
            "easting": [500],
            "northing": [500],
        }
    )
    ward = AreaSet("wards", "Wards", ("E05000001",), ("West",), outlines[:1])
    return Areas(
        name="Squares",
        partnership="Squares Partnership",
        vintage="2011",
        denominator=Denominator("census-2011", "residents_census_2011", "residents in 2011"),
        lsoas=lsoas,
        outlines=outlines,
        inside=3,
        towns=towns,
        town_outlines=outlines[:1],
        codes=Codes("2011", {code: at for at, code in enumerate(CODES)} | {"E01000009": -1}),
        sets=(ward,),
        provenance=({"name": "outlines.gpkg", "notes": ["E01000001 was mended."]},),
    )
