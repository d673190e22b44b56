"""Any parts of a question together, against the same question put to geopandas in memory."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from asking import ask, strict
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from geo.crs import SYSTEMS
from geo.versions import current_folder

CODES = {"CRS84": "OGC:CRS84", "4326": "EPSG:4326", "27700": "EPSG:27700", "3857": "EPSG:3857"}
SYSTEM = {name: next(uri for uri in SYSTEMS if uri.endswith(name)) for name in CODES}
FIRST, LAST = 2014 * 12, 2016 * 12 + 2
ORDERS = {
    "count": (["count"], [True]),
    "-count": (["count"], [False]),
    "town,-count": (["town", "count"], [True, False]),
}
names = st.sampled_from([*CODES])
months = st.tuples(st.integers(FIRST, LAST), st.integers(FIRST, LAST)).map(sorted)
corners = st.tuples(
    st.floats(316_000, 385_000), st.floats(267_000, 345_000),
    st.floats(200, 40_000), st.floats(200, 40_000),
)  # fmt: skip
FILTERS: dict[str, Any] = {
    "count >= {n}": lambda areas, n: areas["count"] >= n,
    "count < {n} AND place = 'rural'": lambda areas, n: (
        (areas["count"] < n) & (areas["place"] == "rural")
    ),
    "town = 'Ludlow' OR count BETWEEN {n} AND 100": lambda areas, n: (
        (areas["town"] == "Ludlow") | areas["count"].between(n, 100)
    ),
    "NOT (town IS NULL) AND count <> {n}": lambda areas, n: (
        areas["town"].notna() & (areas["count"] != n)
    ),
    "lsoa_code LIKE 'E010288%'": lambda areas, _: areas["lsoa_code"].str.startswith("E010288"),
}


@pytest.fixture(scope="module")
def areas(embedded_home: Path) -> geopandas.GeoDataFrame:
    """The areas as they lie on disk, in the British National Grid."""
    frame = geopandas.read_parquet(current_folder(embedded_home) / "lsoas.parquet")
    return frame[~frame["ring"]].set_index("lsoa_code", drop=False)


def iso(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02d}"


def asked_box(box: shapely.Polygon, system: str) -> tuple[str, shapely.Polygon]:
    """A box of the grid as an address has it in a system, and the ground that it then means."""
    there = geopandas.GeoSeries([box], crs=27700).to_crs(CODES[system]).total_bounds.round(6)
    west, south, east, north = there.tolist()
    said = (south, west, north, east) if system == "4326" else (west, south, east, north)
    return ",".join(map(repr, said)), shapely.box(west, south, east, north)


@dataclass(frozen=True)
class Asked:
    """The parts of a question; `box` has a corner in the grid and sides in metres."""

    months: list[int]
    box: tuple[float, float, float, float] | None
    box_system: str
    filtered: tuple[str, int] | None
    order: str | None
    system: str
    limit: int
    offset: int


asked_parts = st.builds(
    Asked,
    months=months,
    box=st.none() | corners,
    box_system=names,
    filtered=st.none() | st.tuples(st.sampled_from([*FILTERS]), st.integers(0, 60)),
    order=st.sampled_from([None, *ORDERS]),
    system=names,
    limit=st.integers(1, 250),
    offset=st.integers(0, 80),
)


@settings(max_examples=200)
@given(asked=asked_parts)
def test_any_parts_of_a_question_together_are_answered_as_geopandas_would(
    client: TestClient,
    areas: geopandas.GeoDataFrame,
    embedded_incidents: pd.DataFrame,
    asked: Asked,
) -> None:
    first, last = asked.months
    query = {"theme": "asb", "datetime": f"{iso(first)}/{iso(last)}", "crs": SYSTEM[asked.system]}
    query |= {"limit": str(asked.limit), "offset": str(asked.offset)}

    whole = ask(client, "lsoas", f"theme=asb&datetime={query['datetime']}&limit=10000")
    wanted = areas.loc[
        [one["id"] for one in whole["features"]]
    ]  # the order where none is asked for
    told = embedded_incidents
    told = told[
        told["offence"].astype(str).str.startswith("asb") & told["month"].between(first, last)
    ]
    counts = told["lsoa_code"].value_counts()
    wanted = wanted.assign(count=wanted["lsoa_code"].map(counts).fillna(0).astype(int))
    if asked.box is not None:
        x, y, width, height = asked.box
        query["bbox"], ground = asked_box(
            shapely.box(x, y, x + width, y + height), asked.box_system
        )
        query["bbox-crs"] = SYSTEM[asked.box_system]
        there = wanted.to_crs(CODES[asked.box_system])
        close = shapely.distance(there.geometry.to_numpy(), ground)
        near = 2e-6 if asked.box_system in ("CRS84", "4326") else 0.02
        if ((close > 0) & (close < near)).any():  # rounding decides whether it touches
            return
        wanted = wanted[there.intersects(ground).to_numpy()]
    if asked.filtered is not None:
        words, n = asked.filtered
        query["filter"] = words.format(n=n)
        wanted = wanted[FILTERS[words](wanted, n)]
    if asked.order is not None:
        query["sortby"] = asked.order
        columns, rising = ORDERS[asked.order]
        wanted = wanted.sort_values(columns, ascending=rising, kind="stable")

    response = client.get("/collections/lsoas/items", params=query)
    assert response.status_code == 200, response.text
    found = strict(response.text)
    shown = wanted.iloc[asked.offset : asked.offset + asked.limit]
    assert found["numberMatched"] == len(wanted)
    assert [one["id"] for one in found["features"]] == shown["lsoa_code"].tolist()
    assert [one["properties"]["count"] for one in found["features"]] == shown["count"].tolist()
    outlines = np.array([shapely.geometry.shape(one["geometry"]) for one in found["features"]])
    if asked.system == "4326":
        outlines = shapely.transform(outlines, lambda xy: xy[:, ::-1])
    expected = shown.to_crs(CODES[asked.system]).geometry.to_numpy()
    off = shapely.hausdorff_distance(outlines, expected)
    assert (off < (2e-6 if asked.system in ("CRS84", "4326") else 0.02)).all()
