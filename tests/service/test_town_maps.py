"""The further maps that a town's page leads to."""

import pytest
from starlette.testclient import TestClient
from web_pages import Page

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("theme", "maps"),
    [
        ("asb", {"map-points", "density", "change", "persistence"}),
        ("sexual-offences", {"change", "persistence"}),  # never mapped below the town
    ],
)
def test_every_map_that_a_town_leads_to_answers(
    client: TestClient, theme: str, maps: set[str]
) -> None:
    page = Page(client.get(f"/towns/oswestry?theme={theme}", headers=HTML).text)
    found = {
        href.split("/")[2]: href
        for tag, attributes in page.tags
        if tag == "a" and (href := attributes.get("href", "")).startswith("/collections/")
        if "f=html" in href and "town=oswestry" in href
    }
    assert set(found) == maps
    for href in found.values():
        assert client.get(href).status_code == 200
        assert "Oswestry" in client.get(href).text
