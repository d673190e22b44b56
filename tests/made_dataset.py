"""A small dataset written by hand in format 2: a grid of squares, a ring round it, three sources.

Squares are named by column and row, 0 to 7 each; the 36 from 1 to 6 are inside, the 28 at the edge
are the ring. The three columns on the left are rural. `Northtown` is the four squares at 4 and 5.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import shapely

from geo.dataset import Dataset
from geo.period import parse_month

Square = tuple[int, int]
INSIDE: list[Square] = [(x, y) for x in range(1, 7) for y in range(1, 7)]
RING: list[Square] = [
    (x, y) for x in range(8) for y in range(8) if not (1 <= x <= 6 and 1 <= y <= 6)
]
SQUARES = INSIDE + RING
TOWN: list[Square] = [(4, 4), (4, 5), (5, 4), (5, 5)]
MONTHS = {"police": "2018-01/2019-06", "council-asb": "2019-04/2019-09", "roads": "2018-01/2018-03"}
STREET = ["asb", "burglary", "shoplifting", "violence-and-sexual-offences", "other-crime"]


def code(square: Square) -> str:
    """The LSOA code of a square: rising in the order of INSIDE, then of RING."""
    return f"E0100{SQUARES.index(square):04d}"


POLICE: dict[str, Any] = {
    "id": "police",
    "name": "data.police.uk street files",
    "sensitivity": "open",
    "illustrative": False,
    "offences": STREET,
    "kinds": [],
    "period": MONTHS["police"],
    "months_missing": [],
    "ring_covered": [code(square) for square in RING],
    "ring_why": "The files hold whole forces.",
    "rows": {},
}
COUNCIL = POLICE | {
    "id": "council-asb",
    "name": "Council ASB reports",
    "sensitivity": "partner",
    "offences": ["asb-nuisance", "asb-environmental"],
    "period": MONTHS["council-asb"],
    "months_missing": ["2019-05"],
    "ring_covered": [],
    "ring_why": "The council records its own area.",
}
ROADS = POLICE | {
    "id": "roads",
    "name": "Collision records",
    "offences": [],
    "kinds": [["road-collision", "Road collisions"]],
    "period": MONTHS["roads"],
}


def row(
    source: int, offence: str, month: str, square: Square | None, count: int, **marks: object
) -> dict[str, Any]:
    """One line of the counts; no square is no place."""
    year, number = map(int, month.split("-"))
    return {
        "source": source,
        "offence": offence,
        **dict.fromkeys(("business", "rural_flag", "night", "rural_offence")),
        **marks,
        "month": year * 12 + number - 1,
        "lsoa": -1 if square is None else SQUARES.index(square),
        "count_all": count,
    }


COUNTS = [
    row(0, "asb", "2019-04", (4, 4), 30),
    row(0, "asb", "2019-06", (1, 1), 4),
    row(0, "asb", "2019-06", (0, 0), 50),
    row(0, "asb", "2019-06", None, 7),
    row(0, "asb", "2018-01", (4, 5), 3),
    row(0, "shoplifting", "2019-06", (5, 5), 12),
    row(0, "burglary", "2019-06", (2, 2), 8),
    row(1, "asb-nuisance", "2019-04", (4, 4), 20),
    row(1, "asb-environmental", "2019-09", (6, 6), 5),
    row(1, "asb-nuisance", "2019-09", None, 2),
    row(2, "road-collision", "2018-02", (3, 3), 9),
]

Edit = Callable[[pd.DataFrame], pd.DataFrame]


def lsoas() -> pd.DataFrame:
    """Every square with its facts."""
    rural = [x <= 3 for x, _ in SQUARES]
    return pd.DataFrame(
        {
            "lsoa_code": [code(square) for square in SQUARES],
            "lsoa_name": [f"Grid {x}{y}" for x, y in SQUARES],
            "ring": [square in RING for square in SQUARES],
            "authority": "E06000099",
            "town": ["Northtown" if square in TOWN else None for square in SQUARES],
            "built_up_area": None,
            "ruc_code": ["RSN1" if side else "UN1" for side in rural],
            "place": ["rural" if side else "urban" for side in rural],
            "hectares": 100.0,
            "residents": pd.array([1000] * len(SQUARES), dtype="Int64"),
            "imd2019_rank": pd.array(range(1, len(SQUARES) + 1), dtype="Int32"),
            "imd2019_decile": pd.array([1] * len(SQUARES), dtype="Int16"),
            "imd2025_rank": pd.array(range(1, len(SQUARES) + 1), dtype="Int32"),
            "imd2025_decile": pd.array([1 + i % 10 for i in range(len(SQUARES))], dtype="Int16"),
            "imd2025_score": [i / 2 for i in range(len(SQUARES))],
            "imd2025_geographical_barriers_decile": pd.array([2] * len(SQUARES), dtype="Int16"),
            "estimated": False,
            "short_name": [f"Square {x}{y}" for x, y in SQUARES],
            "name": [f"Square {x}{y}, Gridshire" for x, y in SQUARES],
        }
    )


def write_made(
    home: Path,
    sources: Sequence[Mapping[str, Any]] = (POLICE, COUNCIL, ROADS),
    counts: Sequence[dict[str, Any]] = COUNTS,
    edit: Edit = lambda frame: frame,
    *,
    towns: bool = True,
    area: Mapping[str, Any] | None = None,
) -> Path:
    """Write the dataset under a home and make it current. Returns the home."""
    folder = home / "made"
    folder.mkdir(parents=True)
    frame = edit(lsoas())
    squares = [shapely.box(3e5 + 1000 * x, 3e5 + 1000 * y, 3.01e5 + 1000 * x, 3.01e5 + 1000 * y)
               for x, y in (SQUARES[i] for i in frame.index)]  # fmt: skip
    geopandas.GeoDataFrame(frame, geometry=squares, crs=27700).to_parquet(folder / "lsoas.parquet")
    _write_towns(folder, towns)
    pairs = [
        (i, j)
        for i, a in enumerate(frame.index)
        for j, b in enumerate(frame.index)
        if i != j and max(abs(p - q) for p, q in zip(SQUARES[a], SQUARES[b], strict=True)) == 1
    ]
    focal, neighbour = zip(*pairs, strict=True)
    _table(folder, "neighbours", {"focal": pa.array(focal), "neighbour": pa.array(neighbour)})
    _table(folder, "counts", _counts(counts))
    _table(folder, "dropped", dict.fromkeys(("source", "part", "row"), pa.array([], pa.string())))
    manifest = _manifest(sources, dict(area or {}), counts)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home / "CURRENT").write_text("made", encoding="utf-8")
    return home


def made(home: Path, *arguments: Any, **more: Any) -> Dataset:  # noqa: ANN401
    """The dataset, written and open."""
    return Dataset.open(write_made(home, *arguments, **more))


def shire(home: Path, name: str, shoplifting: int, residents: int = 1000, **more: Any) -> Dataset:  # noqa: ANN401
    """The dataset of police records alone under another name, kept in a folder of that name.

    So many shoplifting crimes are in its last month, and so many residents in each square.
    `more` is of the source, such as its period.
    """
    first, last = str(more.get("period", POLICE["period"])).split("/")

    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(residents=pd.array([residents] * len(frame), dtype="Int64"))

    kept = [item for item in COUNTS if item["source"] == 0 and item["offence"] != "shoplifting"]
    within = range(parse_month(first), parse_month(last) + 1)
    counts = [item for item in kept if item["month"] in within]
    counts.append(row(0, "shoplifting", last, (5, 5), shoplifting))
    return made(home / name, [POLICE | more], counts, edit, area={"name": name})


def _write_towns(folder: Path, there: bool) -> None:
    names = ["Northtown"] if there else []
    frame = pd.DataFrame(
        {
            "town_id": pd.array([name.lower() for name in names], dtype=object),
            "town": pd.array(names, dtype=object),
            "role": pd.array([None] * len(names), dtype=object),
            "easting": pd.array([305000] * len(names), dtype="int64"),
            "northing": pd.array([305000] * len(names), dtype="int64"),
        }
    )
    outlines = [shapely.box(304000, 304000, 306000, 306000)] * len(names)
    geopandas.GeoDataFrame(frame, geometry=outlines, crs=27700).to_parquet(folder / "towns.parquet")


def _counts(rows: Sequence[dict[str, Any]]) -> dict[str, pa.Array]:
    kinds = {
        "source": pa.int8(),
        "offence": pa.string(),
        "business": pa.bool_(),
        "rural_flag": pa.bool_(),
        "night": pa.bool_(),
        "rural_offence": pa.string(),
        "month": pa.int32(),
        "lsoa": pa.int32(),
        "count_all": pa.int64(),
    }
    return {name: pa.array([item[name] for item in rows], kind) for name, kind in kinds.items()}


def _table(folder: Path, name: str, columns: Mapping[str, pa.Array]) -> None:
    pyarrow.parquet.write_table(pa.table(dict(columns)), folder / f"{name}.parquet")


def _manifest(
    sources: Sequence[Mapping[str, Any]], area: dict[str, Any], counts: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    spans = [source["period"].split("/") for source in sources]
    return {
        "format": 2,
        "dataset_id": f"made{abs(hash(repr((sources, area, counts)))):x}",
        "created": "2026-01-01T00:00:00+00:00",
        "transformation": "none: made by hand",
        "period": f"{min(span[0] for span in spans)}/{max(span[1] for span in spans)}",
        "area": {
            "name": "Gridshire",
            "partnership": "Gridshire Partnership",
            "vintage": "2021",
            "denominator": {"name": "mid", "column": "residents_mid", "title": "residents in 2022"},
            "files": [{"name": "a", "attribution": "Source: the makers of grids"}],
            "deprivation": [2019, 2025],
            **area,
        },
        "sources": [dict(source) for source in sources],
        "files": [],
        "rows": {},
        "disclosure": {"hidden_below": 5, "hidden_below_grave": 10},
    }
