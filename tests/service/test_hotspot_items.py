"""Hot spots on the wire, worked out again from the incidents on disk by the formulas."""

import math
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import scipy.stats
from numpy.typing import NDArray
from starlette.testclient import TestClient

from boundaries import SHROPSHIRE

FIELDS = {
    "lsoa_code", "count", "rate", "rate_lower", "rate_upper", "own_z", "hotspot_class", "share",
    "z", "p", "q", "cluster", "neighbours_count",
}  # fmt: skip
EIGHT_DIGITS = 5e-9


@pytest.fixture(scope="module")
def found(client: TestClient) -> pd.DataFrame:
    """The features of the layer, by LSOA code."""
    response = client.get("/collections/hotspots/items?theme=asb")
    assert response.headers["content-type"] == "application/geo+json"
    content: dict[str, Any] = response.json()
    assert content["type"] == "FeatureCollection"
    assert content["numberMatched"] == len(content["features"]) == 193
    for feature in content["features"]:
        assert feature["type"] == "Feature"
        assert feature["id"] == feature["properties"]["lsoa_code"]
        assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")
        assert set(feature["properties"]) >= FIELDS
    rows = [feature["properties"] for feature in content["features"]]
    return pd.DataFrame(rows).set_index("lsoa_code")


@pytest.fixture(scope="module")
def counts(embedded_incidents: pd.DataFrame, found: pd.DataFrame) -> NDArray[np.int64]:
    """Reports from April 2015 to March 2016 in each area, counted again."""
    asb = embedded_incidents["offence"].isin(["asb-environmental", "asb-nuisance", "asb-personal"])
    year = embedded_incidents["month"].between(2015 * 12 + 3, 2016 * 12 + 2)
    counted = embedded_incidents[asb & year]["lsoa_code"].value_counts()
    return counted.reindex(found.index, fill_value=0).to_numpy()


@pytest.fixture(scope="module")
def touching(found: pd.DataFrame) -> NDArray[np.bool_]:
    """Which outlines share a point; each also with itself."""
    outlines = geopandas.read_parquet(SHROPSHIRE.parent / "lsoa_outlines.parquet").to_crs(27700)
    outlines = outlines.set_index("lsoa_code").loc[found.index]
    pairs = outlines.sindex.query(outlines.geometry, predicate="intersects")
    touch = np.zeros((len(found), len(found)), dtype=bool)
    touch[pairs[0], pairs[1]] = True
    assert touch.sum() == 1000 + 193
    return touch


def test_the_count_is_that_of_the_incidents(found: pd.DataFrame, counts: NDArray[np.int64]) -> None:
    assert found["count"].tolist() == counts.tolist()


def test_own_z_is_the_variance_stabilised_rate_over_its_spread(
    found: pd.DataFrame, counts: NDArray[np.int64]
) -> None:
    people = found["residents"].to_numpy()
    z = 2 * np.sqrt(people) * (np.sqrt(counts / people) - math.sqrt(counts.sum() / people.sum()))
    clipped = np.clip(z, *np.quantile(z, [0.1, 0.9]))
    z = z / math.sqrt(max(np.mean(clipped**2), 1))
    assert found["own_z"].tolist() == pytest.approx(z.tolist(), rel=EIGHT_DIGITS)


def test_a_class_follows_from_own_z_and_the_count(
    found: pd.DataFrame, touching: NDArray[np.bool_]
) -> None:
    hot = ((found["own_z"] >= 3.09) & (found["count"] >= 10)).to_numpy()
    assert hot.any()
    expected = []
    for i, (z, count) in enumerate(zip(found["own_z"], found["count"], strict=True)):
        if hot[i]:
            expected.append("hot spot")
        elif z >= 1.96 and count >= 5:
            expected.append("raised")
        elif z <= -1.96:
            expected.append("low")
        else:
            expected.append("beside a hot spot" if hot[touching[i]].any() else "not unusual")
    assert found["hotspot_class"].tolist() == expected


def test_z_is_getis_and_ords(
    found: pd.DataFrame, counts: NDArray[np.int64], touching: NDArray[np.bool_]
) -> None:
    n, mean = len(counts), counts.mean()
    s = math.sqrt((counts**2).sum() / n - mean**2)
    weight = touching.sum(axis=1)
    spread = s * np.sqrt((n * weight - weight**2) / (n - 1))
    z = (touching @ counts - weight * mean) / spread
    assert found["z"].tolist() == pytest.approx(z.tolist(), rel=EIGHT_DIGITS, abs=1e-12)
    assert found["neighbours_count"].tolist() == (touching @ counts - counts).tolist()


def tails(counts: NDArray[np.int64], i: int, touch: NDArray[np.bool_]) -> tuple[float, float]:
    """The exact chances of a neighbours' sum as high, and as low, drawn from all other areas."""
    k, observed = int(touch.sum()) - 1, int(counts[touch].sum() - counts[i])
    every = math.comb(len(counts) - 1, k)
    ways = np.zeros((k + 1, observed + 1), dtype=np.int64 if every < 2**62 else object)
    ways[0, 0] = 1
    for x in np.delete(counts, i):
        if x <= observed:
            ways[1:, x:] += ways[:-1, : observed + 1 - x].copy()
    below = int(ways[k, :observed].sum())
    return (every - below) / every, (below + int(ways[k, observed])) / every


def test_p_and_q_are_exact(
    found: pd.DataFrame, counts: NDArray[np.int64], touching: NDArray[np.bool_]
) -> None:
    both = [tails(counts, i, touching[i]) for i in range(len(counts))]
    p = [min(1, 2 * min(pair)) for pair in both]
    q = scipy.stats.false_discovery_control([ge for ge, _ in both])
    assert found["p"].tolist() == pytest.approx(p, rel=EIGHT_DIGITS)
    assert found["q"].tolist() == pytest.approx(q.tolist(), rel=EIGHT_DIGITS)
    assert found["cluster"].tolist() == (q <= 0.1).tolist()
