"""The documents that GIS programs start from: complete, linked, and true of the features."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from layer_names import SHIPPED
from starlette.testclient import TestClient

from service.parameters import PARAMETERS

DOCUMENTS = ["/", "/conformance", "/collections", "/api"]
DOCUMENTS += [f"/collections/{name}" for name in SHIPPED]
DOCUMENTS += [f"/collections/{name}/items" for name in SHIPPED]
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
FIRST_IDS = {
    "change": "E01029015",
    "change-towns": "wem",
    "density": "from-0.1",
    "deprivation": "E01028826",
    "grid": "square-1000.349.312",
    "hotspots": "E01028946",
    "incidents": "e4bd8b6936ca049e",
    "lsoas": "E01029015",
    "map-points": "348862.312532",
    "persistence": "E01028946",
    "rural-urban": "C2",
    "towns": "bishops-castle",
}


def get(client: TestClient, path: str) -> dict[str, Any]:
    response = client.get(path)
    assert response.status_code == 200, path
    found: dict[str, Any] = response.json()
    return found


def walk(node: object) -> Iterator[dict[str, Any]]:
    """Every object in a document."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_link_answers_with_the_type_it_states(client: TestClient, path: str) -> None:
    links = [node for node in walk(get(client, path)) if "href" in node]
    assert links or path in ("/conformance", "/api")
    local = [item for item in links if item["href"].startswith("http://testserver")]
    assert all(item["rel"] == "license" for item in links if item not in local)
    for item in local:
        assert item["rel"]
        if item["rel"] in ("service-doc", "alternate") or "f=html" in item["href"]:
            assert item["type"] in ("text/html", "text/csv", "application/ld+json")
        response = client.get(item["href"])
        assert response.status_code == 200, item
        stated = response.headers["content-type"].replace(" ", "")
        assert stated.startswith(item["type"].replace(" ", "")), item


def test_the_landing_document_leads_to_what_gis_programs_ask_for(client: TestClient) -> None:
    links = get(client, "/")["links"]
    assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= {
        item["rel"] for item in links
    }
    [api] = [item for item in links if item["rel"] == "service-desc"]
    assert api["type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert get(client, api["href"])["openapi"] == "3.0.3"


def test_conformance_names_the_parts_that_are_offered(client: TestClient) -> None:
    found = get(client, "/conformance")["conformsTo"]
    base = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
    assert {f"{base}{name}" for name in ("core", "oas30", "html", "geojson")} <= set(found)


def test_the_collections_are_exactly_the_layers_of_the_registry(client: TestClient) -> None:
    collections = get(client, "/collections")["collections"]
    assert [item["id"] for item in collections] == SHIPPED
    assert sorted(SHIPPED) == sorted(FIRST_IDS)
    for item in collections:
        assert item == get(client, f"/collections/{item['id']}")
        assert item["itemType"] == "feature"
        assert item["illustrative"] is True
        rels = [entry["rel"] for entry in item["links"]]
        assert {"self", "items", "license"} <= set(rels)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_extent_holds_every_feature_and_month(client: TestClient, name: str) -> None:
    collection = get(client, f"/collections/{name}")
    [[west, south, east, north]] = collection["extent"]["spatial"]["bbox"]
    features = get(client, f"/collections/{name}/items?limit=10000")["features"]
    boxes = [shapely.bounds(shapely.geometry.shape(item["geometry"])) for item in features]
    assert min(box[0] for box in boxes) >= west
    assert min(box[1] for box in boxes) >= south
    assert max(box[2] for box in boxes) <= east
    assert max(box[3] for box in boxes) <= north
    assert collection["extent"]["temporal"]["interval"] == [
        ["2014-01-01T00:00:00Z", "2016-04-01T00:00:00Z"]
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_fields_are_those_of_the_features(client: TestClient, name: str) -> None:
    fields = get(client, f"/collections/{name}")["fields"]
    features = get(client, f"/collections/{name}/items")["features"]
    for feature in features:
        assert list(feature["properties"]) == [item["name"] for item in fields]
    for item in fields:
        assert item["title"]
        empty = any(feature["properties"][item["name"]] is None for feature in features)
        assert item["null"] or not empty


@pytest.fixture(scope="module")
def api(client: TestClient) -> dict[str, Any]:
    """The API definition."""
    return get(client, "/api?f=json")


def resolve(api: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a reference points to, or the node itself."""
    found: Any = node
    if "$ref" in node:
        assert set(node) == {"$ref"}
        assert node["$ref"].startswith("#/")
        found = api
        for part in node["$ref"][2:].split("/"):
            found = found[part]
    return dict(found)


def test_the_definition_is_self_contained(api: dict[str, Any]) -> None:
    assert api["openapi"] == "3.0.3"
    assert {"title", "version"} <= set(api["info"])
    references = [node for node in walk(api) if "$ref" in node]
    assert references
    for node in references:
        assert resolve(api, node)
    assert [server["url"] for server in api["servers"]] == ["http://testserver"]


def test_the_definition_is_sound(api: dict[str, Any]) -> None:
    ids = []
    for path, methods in api["paths"].items():
        assert path.startswith("/")
        assert set(methods) <= METHODS
        operation = methods["get"]
        ids.append(operation["operationId"])
        parameters = [resolve(api, item) for item in operation["parameters"]]
        in_path = {item["name"] for item in parameters if item["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", path))
        assert len({(item["name"], item["in"]) for item in parameters}) == len(parameters)
        for item in parameters:
            assert item["description"]
            assert item["schema"]["type"] in ("string", "integer", "number", "array")
            assert item["in"] in ("path", "query")
            assert item["required"] is True or item["in"] == "query"
        for code, response in operation["responses"].items():
            assert re.fullmatch(r"[1-5]\d\d", code)
            assert resolve(api, response)["description"]
    assert len(set(ids)) == len(ids)


def documented(api: dict[str, Any], path: str) -> set[str]:
    """Names of the query parameters that a path documents."""
    found = [resolve(api, item) for item in api["paths"][path]["get"]["parameters"]]
    return {item["name"] for item in found if item["in"] == "query"}


def addresses(path: str) -> list[str]:
    """Addresses that a documented path stands for."""
    return [
        path.replace("{town}", "wem")
        .replace("{layer}", layer)
        .replace("{id}", feature)
        .replace("{z}/{y}/{x}", "8/83/126")
        for layer, feature in FIRST_IDS.items()
    ]


def test_every_documented_path_answers_in_every_documented_format(
    client: TestClient, api: dict[str, Any]
) -> None:
    for path, methods in api["paths"].items():
        medias = methods["get"]["responses"]["200"]["content"]
        for address in addresses(path):
            for media in medias:
                response = client.get(address, headers={"Accept": media})
                assert response.status_code == 200, address
                assert response.headers["content-type"].startswith(media), (address, media)


def test_a_path_takes_the_parameters_it_documents_and_no_other(
    client: TestClient, api: dict[str, Any]
) -> None:
    for path in api["paths"]:
        for name in PARAMETERS:
            response = client.get(f"{addresses(path)[0]}?{name}=no-such-value")
            refused = response.status_code == 400 and "no parameter" in response.json()["detail"]
            assert refused == (name not in documented(api, path)), (path, name)


def test_every_query_parameter_is_documented_with_what_it_takes(
    client: TestClient, api: dict[str, Any]
) -> None:
    parameters = api["components"]["parameters"]
    assert set(parameters) == set(PARAMETERS) - {"f"}  # each address has formats of its own
    assert documented(api, "/collections/{layer}/items") == set(PARAMETERS) - {"q"}
    assert documented(api, "/search") == {"q", "theme", "datetime", "source", "f"}
    for name in ("theme", "town", "place"):
        assert parameters[name]["schema"]["enum"]
        for value in parameters[name]["schema"]["enum"]:
            response = client.get(f"/collections/towns/items?limit=1&{name}={value}")
            assert response.status_code == 200, value
    for name in ("theme", "limit", "offset"):
        default = parameters[name]["schema"]["default"]
        with_it = get(client, f"/collections/towns/items?{name}={default}")
        assert with_it["features"] == get(client, "/collections/towns/items")["features"]


def test_every_documented_format_is_answered_as_the_type_it_stands_for(
    client: TestClient, api: dict[str, Any]
) -> None:
    filled = {"{layer}": "towns", "{town}": "ludlow", "{id}": "ludlow", "{z}/{y}/{x}": "8/83/126"}
    for path, methods in api["paths"].items():
        address = path
        for name, value in filled.items():
            address = address.replace(name, value)
        content = methods["get"]["responses"]["200"]["content"]
        offered = [
            one["schema"]["enum"] for one in methods["get"]["parameters"] if one.get("name") == "f"
        ]
        if path == "/health":
            assert offered == []
            continue
        [formats] = offered
        assert len(formats) == len(content)
        told = set()
        for name in formats:
            query = {"f": name} | ({"q": "lud"} if path == "/search" else {})
            response = client.get(address, params=query)
            assert response.status_code == 200, (address, name)
            told.add(response.headers["content-type"].partition(";")[0])
        assert told == {media.partition(";")[0] for media in content}, path


def test_the_documented_shapes_hold(client: TestClient, api: dict[str, Any]) -> None:
    schemas = api["components"]["schemas"]
    items = get(client, "/collections/lsoas/items")
    assert set(schemas["FeatureCollection"]["required"]) <= set(items)
    assert set(items) - {"title"} <= set(schemas["FeatureCollection"]["properties"])
    for feature in items["features"]:
        assert set(schemas["Feature"]["required"]) <= set(feature)
    problem = client.get("/nowhere").json()
    assert set(schemas["Problem"]["required"]) <= set(problem)
    assert set(problem) <= set(schemas["Problem"]["properties"])


def test_health_says_which_dataset_is_served(client: TestClient) -> None:
    response = client.get("/health")
    assert response.headers["cache-control"] == "no-store"
    found = response.json()
    assert (found["status"], found["area"]) == ("ok", "Shropshire")
    assert found["period"] == "2014-01/2016-03"
    items = get(client, "/collections/lsoas/items")
    assert found["dataset_id"] == items["metadata"]["dataset_id"]
