"""Every answer says what a browser may do with it: load from this server, and nothing else."""

import pytest
from browsing import PHONE, WIDE, Seen, needs_chromium
from starlette.testclient import TestClient

from geo.dataset import Dataset
from service import addresses
from service.app import create_app
from service.maps import MAP_SCRIPT
from service.policy import content_policy
from service.site import Site

HTML = {"Accept": "text/html"}
PATHS = (
    "/", "/towns/oswestry", "/rural", "/business", "/deprivation", "/strategy", "/compare",
    "/collections", "/collections/lsoas", "/collections/lsoas/items",
    "/collections/deprivation/items", "/collections/map-points/items?town=wem",
    "/collections/density/items?town=wem", "/conformance", "/api", "/health", "/nothing",
    "/towns/nowhere", "/towns/oswestry?theme=none", "/static/map.js", "/static/safermap.css",
    "/static/leaflet/leaflet.js", "/static/icon.svg", "/static/nothing", MAP_SCRIPT,
)  # fmt: skip


def policy(headers: dict[str, str]) -> dict[str, list[str]]:
    parts = (part.split() for part in headers["content-security-policy"].split(";"))
    return {name: values for name, *values in parts}


def strict(response: object) -> None:
    headers = response.headers  # type: ignore[attr-defined]
    assert headers.get_list("content-security-policy") == [content_policy()]
    found = policy(headers)
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == found["style-src"] == found["connect-src"] == ["'self'"]
    assert found["frame-ancestors"] == found["base-uri"] == ["'none'"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    for name in ("referrer-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"):
        assert headers[name] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_every_answer_carries_the_policy(client: TestClient, path: str, accept: str) -> None:
    first = client.get(path, headers={"Accept": accept})
    again = client.get(path, headers={"Accept": accept})  # from those kept, where it is kept
    strict(first)
    strict(again)
    strict(client.head(path, headers={"Accept": accept}))
    strict(client.post(path, headers={"Accept": accept}))
    if tag := first.headers.get("etag"):
        unchanged = client.get(path, headers={"Accept": accept, "If-None-Match": tag})
        assert unchanged.status_code == 304
        strict(unchanged)


def test_an_unforeseen_error_and_an_unknown_host_carry_it_too(
    embedded: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError

    monkeypatch.setattr(addresses, "home_page", broken)
    client = TestClient(create_app(Site(embedded), ["testserver"]), raise_server_exceptions=False)
    failed = client.get("/", headers=HTML)
    assert failed.status_code == 500
    strict(failed)
    stranger = client.get("/", headers=HTML | {"Host": "elsewhere.example"})
    assert stranger.status_code == 400
    strict(stranger)


def test_tiles_may_come_from_where_they_are_configured_to_be_and_nothing_else_may() -> None:
    found = policy({"content-security-policy": content_policy(["https://tiles.example"])})
    assert found.pop("img-src") == ["'self'", "data:", "https://tiles.example"]
    assert not any("example" in value for values in found.values() for value in values)


@needs_chromium
@pytest.mark.parametrize("path", PATHS[:13])
@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_no_page_does_what_it_may_not(see: Seen, path: str) -> None:
    see.page.add_init_script(
        "window.refused = [];"
        "addEventListener('securitypolicyviolation', (e) => refused.push(e.violatedDirective));"
    )
    page = see.open(f"{path}{'&' if '?' in path else '?'}f=html", drawn=False)
    if page.locator(".map").count():
        page.wait_for_selector(".map[data-drawn]")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("refused") == []
    assert see.complaints == []


@needs_chromium
def test_what_is_put_into_a_page_does_not_run(see: Seen) -> None:
    page = see.open("/towns/oswestry")
    for put in (
        "document.body.append(Object.assign(document.createElement('script'), {text: 'ran = 1'}))",
        "document.body.insertAdjacentHTML('beforeend', '<img src=data:, onerror=\"ran = 1\">')",
        "document.body.insertAdjacentHTML('beforeend', '<p id=p style=\"color: red\">p</p>')",
    ):
        page.evaluate(put)
    page.wait_for_timeout(100)
    assert page.evaluate("typeof ran") == "undefined"
    assert page.evaluate("p.style.color") == ""
    assert any("Content Security Policy" in words for words in see.complaints)
