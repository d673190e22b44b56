"""How these tests ask for the features of a layer."""

import json
from typing import Any

from starlette.testclient import TestClient


def strict(text: str) -> Any:  # noqa: ANN401
    """JSON as the standard has it: NaN and Infinity are refused."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


def ask(client: TestClient, layer: str, query: str = "") -> dict[str, Any]:
    response = client.get(f"/collections/{layer}/items?{query}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = strict(response.text)
    return found


def rows(client: TestClient, layer: str, query: str = "") -> list[dict[str, Any]]:
    return [feature["properties"] for feature in ask(client, layer, query)["features"]]
