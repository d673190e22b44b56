"""What a layer says that it can be filtered by is what it can be filtered by."""

import pytest
from layer_names import SHIPPED
from starlette.testclient import TestClient


@pytest.mark.parametrize("layer", SHIPPED)
def test_every_field_can_be_filtered_by_and_says_its_type_and_unit(
    client: TestClient, layer: str
) -> None:
    told = client.get(f"/collections/{layer}").json()
    [address] = [link["href"] for link in told["links"] if link["rel"].endswith("/queryables")]
    response = client.get(address)
    assert response.headers["content-type"].startswith("application/schema+json")
    schema = response.json()
    fields = {field["name"]: field for field in told["fields"]}
    assert set(schema["properties"]) == {*fields, "geometry"}
    whole = client.get(f"/collections/{layer}/items?limit=1").json()["numberMatched"]
    for name, field in fields.items():
        shown = schema["properties"][name]
        kinds = shown["type"] if isinstance(shown["type"], list) else [shown["type"]]
        assert kinds == ([field["type"], "null"] if field["null"] else [field["type"]])
        assert shown.get("x-ogc-unit") == field["unit"]
        parts = [
            client.get(f"/collections/{layer}/items", params={"filter": text, "limit": "1"}).json()
            for text in (f"{name} IS NULL", f"{name} IS NOT NULL")
        ]
        assert sum(part["numberMatched"] for part in parts) == whole
        if not field["null"]:
            assert parts[0]["numberMatched"] == 0


@pytest.mark.parametrize("form", ["geojson", "jsonfg"])
def test_features_lead_to_the_fields_to_filter_by_in_their_head(
    client: TestClient, form: str
) -> None:
    response = client.head(f"/collections/towns/items?f={form}")
    assert response.links["http://www.opengis.net/def/rel/ogc/1.0/queryables"] == {
        "url": "/collections/towns/queryables",
        "rel": "http://www.opengis.net/def/rel/ogc/1.0/queryables",
        "type": "application/schema+json",
    }
