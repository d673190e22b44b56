"""Pages, boxes and tables of a layer: every feature once, and the same figures in each format."""

import csv
import io
import json

import pytest
import shapely
from asking import ask, rows, strict
from hypothesis import given
from hypothesis import strategies as st
from layer_names import SHIPPED, WITHIN_TOWN
from starlette.testclient import TestClient

from geo.dataset import Dataset
from layers.registry import find_layer


@pytest.mark.parametrize("layer", SHIPPED)
@pytest.mark.parametrize("limit", [1, 7, 50, 193, 1000])
def test_following_next_gives_every_feature_once(
    client: TestClient, layer: str, limit: int
) -> None:
    if limit == 1 and layer not in ("towns", "rural-urban"):
        limit = 40
    whole = ask(client, layer, "theme=asb&limit=10000")
    expected = [feature["id"] for feature in whole["features"]]
    address, seen, pages = f"/collections/{layer}/items?theme=asb&limit={limit}", [], []
    while address:
        found = strict(client.get(address).text)
        links = {item["rel"]: item["href"] for item in found["links"]}
        assert found["numberMatched"] == len(expected)
        assert found["numberReturned"] == len(found["features"]) <= limit
        assert {"self", "alternate", "collection"} <= set(links)
        if pages:
            back = strict(client.get(links["prev"]).text)
            assert [f["id"] for f in back["features"]] == pages[-1]
        else:
            assert "prev" not in links
        pages.append([feature["id"] for feature in found["features"]])
        seen += pages[-1]
        address = links.get("next", "")
    assert seen == expected
    assert len(set(seen)) == len(seen)
    assert len(pages) == -(-len(expected) // limit)


def test_a_limit_over_the_largest_means_the_largest(client: TestClient) -> None:
    assert ask(client, "hotspots", "limit=10001")["numberReturned"] == 193
    assert ask(client, "hotspots", "limit=999999999999999")["numberReturned"] == 193
    past = ask(client, "hotspots", "offset=193")
    assert (past["numberMatched"], past["numberReturned"], past["features"]) == (193, 0, [])


BOUNDS = [
    st.floats(-3.4, -2.1),
    st.floats(52.2, 53.1),
    st.floats(-3.4, -2.1),
    st.floats(52.2, 53.1),
]


@given(st.sampled_from(["lsoas", "towns", "rural-urban"]), st.tuples(*BOUNDS))
def test_a_box_gives_exactly_the_features_that_it_touches(
    client: TestClient, layer: str, corners: tuple[float, float, float, float]
) -> None:
    west, east = sorted(corners[::2])
    south, north = sorted(corners[1::2])
    expected = []
    for feature in ask(client, layer, "limit=10000")["features"]:
        outline = shapely.from_geojson(json.dumps(feature["geometry"]))
        if outline.intersects(shapely.box(west, south, east, north)):
            expected.append(feature["id"])
    found = ask(client, layer, f"bbox={west},{south},{east},{north}")
    assert [feature["id"] for feature in found["features"]] == expected
    assert found["numberMatched"] == len(expected)


@pytest.mark.parametrize("layer", SHIPPED)
def test_the_whole_world_holds_every_feature_and_the_far_side_none(
    client: TestClient, layer: str
) -> None:
    everything = ask(client, layer)["numberMatched"]
    assert ask(client, layer, "bbox=-180,-90,180,90")["numberMatched"] == everything
    assert ask(client, layer, "bbox=-180,-90,-1e3,180,90,1e3")["numberMatched"] == everything
    assert ask(client, layer, "bbox=100,-50,120,-40")["numberMatched"] == 0


@pytest.mark.parametrize("layer", SHIPPED)
@pytest.mark.parametrize(
    "query", ["theme=asb", "theme=robbery&datetime=2015-04", "limit=3&offset=2"]
)
def test_csv_has_the_figures_of_geojson(
    client: TestClient, embedded: Dataset, layer: str, query: str
) -> None:
    response = client.get(f"/collections/{layer}/items?{query}&f=csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert "attachment" in response.headers["content-disposition"]
    assert response.content.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    whole = query if "limit" in query else f"{query}&limit=10000"  # only pages have a limit
    expected = rows(client, layer, whole)
    fields = find_layer(layer).fields(embedded)
    told = ["caveat"] if layer in WITHIN_TOWN else ["denominator", "caveat"]
    assert list(table[0]) == [field.name for field in fields] + told
    assert len(table) == len(expected)
    read = {"integer": int, "number": float, "boolean": lambda t: t == "True", "string": str}
    for line, row in zip(table, expected, strict=True):
        for field in fields:
            text = line[field.name]
            assert (read[field.kind](text) if text else None) == row[field.name]
        assert line["source"] == "Illustrative incidents"
        assert line.get("denominator", "none") == (
            "none" if layer in WITHIN_TOWN else "residents at the 2011 Census"
        )
        assert "not real" in line["caveat"]
