"""The features of the layers against the printed totals and the incidents on disk."""

import json

import numpy as np
import pandas as pd
import pytest
import shapely
from asking import ask, rows, strict
from layer_names import SHIPPED, WITHIN_TOWN
from printed import ASB_2015, CRIME_2015_16
from starlette.testclient import TestClient

from boundaries import SHROPSHIRE
from geo.dataset import Dataset
from geo.offences import theme_names
from layers.registry import find_layer


def total(client: TestClient, layer: str, query: str) -> int:
    return sum(row["count"] for row in rows(client, layer, query))


@pytest.mark.parametrize("layer", ["lsoas", "hotspots", "deprivation"])
def test_the_printed_totals_stand(client: TestClient, layer: str) -> None:
    assert total(client, layer, "theme=asb&datetime=2015-01/2015-12") == 8_973
    assert total(client, layer, "theme=asb&datetime=2014-01/2014-12") == 9_860
    assert total(client, layer, "theme=crime&datetime=2015-04/2016-03") == 14_250


@pytest.mark.parametrize("offence", CRIME_2015_16)
def test_every_printed_offence_stands(client: TestClient, offence: str) -> None:
    query = f"theme={offence}&datetime=2015-04/2016-03"
    assert total(client, "lsoas", query) == CRIME_2015_16[offence]


@pytest.mark.parametrize("category", ASB_2015)
def test_every_printed_asb_category_stands(client: TestClient, category: str) -> None:
    query = f"theme={category}&datetime=2015-01/2015-12"
    assert total(client, "lsoas", query) == ASB_2015[category]


def test_both_levels_of_rural_and_urban_hold_the_printed_total(client: TestClient) -> None:
    found = rows(client, "rural-urban", "theme=crime&datetime=2015-04/2016-03")
    levels = pd.DataFrame(found).groupby("level")["count"].sum().to_dict()
    assert levels == {"rural or urban": 14_250, "class": 14_250}


def test_counts_are_those_of_the_incidents_area_by_area(
    client: TestClient, embedded_incidents: pd.DataFrame
) -> None:
    asb = embedded_incidents["offence"].astype(str).str.startswith("asb")
    months = embedded_incidents["month"]
    for theme, chosen in (("asb", asb), ("crime", ~asb)):
        within = chosen & months.between(2015 * 12 + 5, 2015 * 12 + 7)  # June to August
        expected = embedded_incidents[within]["lsoa_code"].value_counts().to_dict()
        found = rows(client, "lsoas", f"theme={theme}&datetime=2015-06/2015-08")
        assert {r["lsoa_code"]: r["count"] for r in found if r["count"]} == expected
        towns = embedded_incidents[within]["town"].value_counts().to_dict()
        found = rows(client, "towns", f"theme={theme}&datetime=2015-06/2015-08")
        assert {r["town"]: r["count"] for r in found if r["count"]} == towns


def test_without_a_question_the_latest_twelve_months_of_crime_are_counted(
    client: TestClient,
) -> None:
    assert total(client, "lsoas", "") == 14_250
    assert {(row["theme"], row["period"]) for row in rows(client, "lsoas")} == {
        ("crime", "2015-04/2016-03")
    }


def test_geographical_barriers_reach_65_areas(client: TestClient) -> None:
    found = rows(client, "deprivation")
    assert len(found) == 193
    assert sum(row["imd2015_geographical_barriers_decile"] == 1 for row in found) == 65


def test_a_rate_is_the_count_by_the_census_residents(client: TestClient) -> None:
    people = pd.read_csv(SHROPSHIRE.parent / "lsoa_residents.csv").iloc[:, :2]
    residents = dict(people.itertuples(index=False))
    found = rows(client, "lsoas", "theme=asb")
    assert sum(row["residents"] for row in found) == 306_129
    whole = sum(row["count"] for row in found)
    for row in found:
        assert row["residents"] == residents[row["lsoa_code"]]
        assert row["rate"] == pytest.approx(1000 * row["count"] / row["residents"], rel=1e-12)
        assert row["share"] == pytest.approx(row["count"] / whole, rel=1e-12)
        assert row["rate_lower"] <= row["rate"] < row["rate_upper"]


@pytest.mark.parametrize("town", ["Oswestry", "oswestry", "Bishop's Castle", "shrewsbury"])
def test_a_town_shows_its_own_areas_and_changes_no_figure(client: TestClient, town: str) -> None:
    wanted = town.title().replace("'S", "'s")
    for layer in ("lsoas", "hotspots", "towns"):
        everywhere = rows(client, layer, "theme=asb")
        found = rows(client, layer, f"theme=asb&town={town}")
        assert found == [row for row in everywhere if row["town"] == wanted]
        assert found


def test_rural_and_urban_are_111_and_82_areas(client: TestClient) -> None:
    for place, areas in (("rural", 111), ("urban", 82)):
        found = rows(client, "hotspots", f"theme=crime&place={place}")
        assert len(found) == areas
        assert {row["place"] for row in found} == {place}
        assert sum(row["share"] for row in found) == pytest.approx(1)
    assert len(rows(client, "hotspots", "theme=rural-crime")) == 111


@pytest.mark.parametrize("layer", SHIPPED)
def test_every_theme_has_an_answer_that_says_what_it_is_and_holds_no_nan(
    client: TestClient, embedded: Dataset, layer: str
) -> None:
    names = {field.name for field in find_layer(layer).fields(embedded)}
    for theme in theme_names():
        if theme == "sexual-offences" and layer in WITHIN_TOWN:
            continue  # refused: tests/service/test_within_town_served.py
        found = ask(client, layer, f"theme={theme}&datetime=2014-03/2015-02")
        assert found["type"] == "FeatureCollection"
        assert found["features"] or layer in WITHIN_TOWN
        for feature in found["features"]:
            row = feature["properties"]
            assert set(row) == names
            assert (row["theme"], row["period"]) == (theme, "2014-03/2015-02")
            assert row["illustrative"] is True
        assert found["metadata"]["illustrative"] is True
        assert found["metadata"]["theme"] == theme
        assert "Illustrative" in found["metadata"]["caveats"][0]


@pytest.mark.parametrize("layer", SHIPPED)
def test_outlines_are_valid_and_their_outer_rings_run_anticlockwise(
    client: TestClient, layer: str
) -> None:
    for feature in ask(client, layer)["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.is_valid
        west, south, east, north = shape.bounds
        assert -3.3 < west <= east < -2.2
        assert 52.2 < south <= north < 53.1
        assert (shape.geom_type == "Point") == (layer in ("map-points", "incidents"))
        if shape.geom_type == "Point":
            continue
        for polygon in getattr(shape, "geoms", [shape]):
            assert polygon.exterior.is_ccw
            assert not any(ring.is_ccw for ring in polygon.interiors)


@pytest.mark.parametrize("layer", SHIPPED)
def test_one_feature_is_the_same_alone_as_among_the_others(client: TestClient, layer: str) -> None:
    for feature in ask(client, layer, "theme=asb")["features"][:3]:
        alone = client.get(f"/collections/{layer}/items/{feature['id']}?theme=asb")
        assert alone.headers["content-type"] == "application/geo+json"
        found = strict(alone.text)
        assert {name: found[name] for name in feature} == feature
        links = {item["rel"]: item["href"] for item in found["links"]}
        assert strict(client.get(links["self"]).text) == found
        assert client.get(links["collection"]).status_code == 200


def test_ranks_and_cumulative_shares_run_down_the_counts(client: TestClient) -> None:
    found = pd.DataFrame(rows(client, "hotspots", "theme=asb"))
    assert found["rank"].tolist() == found["count"].rank(method="min", ascending=False).tolist()
    down = found.sort_values(["count", "lsoa_code"], ascending=[False, True])
    assert np.allclose(down["cumulative_share"], down["share"].cumsum(), rtol=1e-12)
