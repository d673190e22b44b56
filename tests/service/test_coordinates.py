"""Features in the coordinate systems of OGC API - Features, Part 2, as geopandas has them."""

import json

import geopandas
import numpy as np
import pytest
import shapely
from asking import ask
from hypothesis import given
from hypothesis import strategies as st
from layer_names import SHIPPED
from starlette.testclient import TestClient

from geo.dataset import Dataset

EPSG = "http://www.opengis.net/def/crs/EPSG/0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
NEAR = {CRS84: 1e-6, f"{EPSG}/4326": 1e-6, f"{EPSG}/27700": 0.01, f"{EPSG}/3857": 0.01}
ITEMS = "/collections/lsoas/items"


def outlines(found: dict[str, object]) -> dict[str, shapely.Geometry]:
    features: list[dict[str, object]] = found["features"]  # type: ignore[assignment]
    return {str(f["id"]): shapely.from_geojson(json.dumps(f["geometry"])) for f in features}


def expected(dataset: Dataset, system: str) -> geopandas.GeoSeries:
    """The LSOAs by code, transformed by geopandas."""
    frame = dataset.lsoas.set_index("lsoa_code").geometry
    moved = frame.to_crs("OGC:CRS84" if system == CRS84 else f"EPSG:{system.rsplit('/', 1)[1]}")
    if system.endswith("4326"):
        moved = moved.apply(lambda one: shapely.transform(one, lambda xy: xy[:, ::-1]))
    return moved


@pytest.mark.parametrize("system", NEAR)
def test_outlines_are_where_geopandas_puts_them(
    client: TestClient, embedded: Dataset, system: str
) -> None:
    response = client.get(ITEMS, params={"crs": system, "limit": "10000"})
    assert response.headers["content-crs"] == f"<{system}>"
    found, wanted = outlines(response.json()), expected(embedded, system)
    assert set(found) == set(wanted.index)
    for code, outline in found.items():
        assert shapely.hausdorff_distance(outline, wanted[code]) <= NEAR[system] * 2
    code = wanted.index[0]
    one = client.get(f"{ITEMS}/{code}", params={"crs": system})
    assert one.headers["content-crs"] == f"<{system}>"
    assert shapely.from_geojson(json.dumps(one.json()["geometry"])).equals(found[code])


@pytest.mark.parametrize("layer", SHIPPED)
def test_every_layer_says_its_systems_and_is_sent_in_each(client: TestClient, layer: str) -> None:
    told = client.get(f"/collections/{layer}").json()
    assert told["crs"] == list(NEAR)
    assert told["storageCrs"] == f"{EPSG}/27700"
    for system in told["crs"]:
        found = ask(client, layer, f"crs={system}&limit=3")
        for feature in found["features"]:
            x, y = (
                np.concatenate([np.ravel(feature["geometry"]["coordinates"][0])])[:2]
                if (feature["geometry"]["type"] == "Polygon")
                else shapely.get_coordinates(shapely.from_geojson(json.dumps(feature["geometry"])))[
                    0
                ]
            )
            if system.endswith("27700"):
                assert 300_000 < x < 400_000
                assert 250_000 < y < 360_000
            elif system.endswith("4326"):
                assert 52 < x < 54
                assert -4 < y < -2


@given(
    st.sampled_from(list(NEAR)),
    st.tuples(*[st.floats(0, 1)] * 4),
)
def test_a_box_in_any_system_gives_what_geopandas_finds(
    client: TestClient, embedded: Dataset, system: str, shares: tuple[float, ...]
) -> None:
    wanted = expected(embedded, system)
    low, high = wanted.total_bounds[:2], wanted.total_bounds[2:]
    ends = np.sort(np.array(shares).reshape(2, 2), axis=0)
    (left, bottom), (right, top) = low + ends * (high - low)
    box = f"{left!r},{bottom!r},{right!r},{top!r}".replace("np.float64(", "").replace(")", "")
    found = client.get(ITEMS, params={"bbox": box, "bbox-crs": system, "limit": "10000"}).json()
    window = shapely.box(left, bottom, right, top)
    sure = {code for code, one in wanted.items() if shapely.distance(one, window) == 0}
    unsure = {
        code
        for code, one in wanted.items()
        if shapely.distance(one.boundary, window.boundary) <= NEAR[system] * 2
    }
    got = {feature["id"] for feature in found["features"]}
    assert got - unsure == sure - unsure
    assert found["numberMatched"] == len(got)


def test_a_box_across_the_180th_meridian_holds_what_is_east_of_its_west_or_west_of_its_east(
    client: TestClient,
) -> None:
    whole = ask(client, "lsoas", "limit=10000")["features"]
    around = ask(client, "lsoas", "limit=10000&bbox=170,50,-2.7,55")["features"]
    plain = ask(client, "lsoas", "limit=10000&bbox=-180,50,-2.7,55")["features"]
    assert [f["id"] for f in around] == [f["id"] for f in plain]
    assert 0 < len(around) < len(whole)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("crs=EPSG:27700", "crs must be one of"),
        (f"crs={EPSG}/9999", "/27700"),
        ("bbox-crs=x&bbox=1,2,3,4", "bbox-crs must be one of"),
        (f"bbox=-3,52,-2,53,7&bbox-crs={EPSG}/27700", "340000,290000,380000,340000"),
        (f"bbox=4,2,3,4&bbox-crs={EPSG}/27700", "in metres"),
        (f"bbox=53,-3,52,-2&bbox-crs={EPSG}/4326", "south,west,north,east"),
        ("bbox=-3,53,-2,52", "west,south,east,north in degrees"),
    ],
)
def test_a_system_or_box_that_is_none_is_refused(
    client: TestClient, query: str, words: str
) -> None:
    answer = client.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400
    assert words in answer.json()["detail"]
