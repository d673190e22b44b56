"""The page /compare as people and programs have it."""

import re
from typing import Any

from asking import strict
from real_settings import (
    HEREFORDSHIRE,
    SHROPSHIRE,
    TELFORD,
)
from starlette.testclient import TestClient
from web_pages import Page

from geo.dataset import Dataset
from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}
JUNE = "theme=shoplifting&datetime=2019-06"
REAL = {"Shropshire": SHROPSHIRE, "Telford and Wrekin": TELFORD, "Herefordshire": HEREFORDSHIRE}


def served(*datasets: Dataset) -> TestClient:
    site = Site(datasets[0], datasets[1:])
    return TestClient(create_app(site), raise_server_exceptions=False)


def facts(client: TestClient, query: str = "") -> dict[str, Any]:
    response = client.get(f"/compare?{query}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = strict(response.text)
    return found


def page(client: TestClient, query: str = "") -> Page:
    response = client.get(f"/compare?{query}", headers=HTML)
    assert response.status_code == 200, response.text
    assert not {"nan", "None", "inf"} & set(re.split(r"[\s,.;:()%]+", Page(response.text).words))
    return Page(response.text)


def rows(found: Page) -> list[list[str]]:
    [table] = [item for item in found.tables if "data-sortable" in item.attributes]
    return [[" ".join(cell.words.split()) for cell in line] for line in table.rows[1:]]
