"""Every route, in every format, to every role, over datasets of every sensitivity.

The routes are the application's own, so that a new one without a decision here fails. What a role
is given must be what somebody is given who has that role's dataset alone: anyone the public view,
of which the tests of disclosure prove that nothing hidden follows, a partner the whole.
"""

import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from made_dataset import COUNTS, POLICE, made, write_made
from made_partner import FORCE, force_counts, partner
from pypdf import PdfReader
from starlette.testclient import TestClient

from geo.dataset import Dataset
from geo.public.make import write_public
from geo.public.view import public_view
from service.access.access import Access
from service.access.roles import ROLES, Role
from service.app import create_app
from service.openapi import api_document
from service.site import Site
from service.vector_tiles import TILE_GRID

SAME = {
    "/static", "/static/leaflet", "/static/folium.js", "/static/joined/{name}", "/login", "/logout",
    "/ready", "/metrics",
}  # fmt: skip
"""What has nothing of the dataset's records; the last four are tested by themselves.

So are the routes of uploads, which are there where these are on: test_upload_roles.
"""
LAYER = "/collections/{layer}"
BY_ROLE = (
    "/", "/about", "/towns", "/towns/{town}", "/towns/{town}/briefing", "/rural", "/business",
    "/deprivation", "/strategy", "/compare", "/feed", "/collections", "/dictionary",
    LAYER, f"{LAYER}/queryables", f"{LAYER}/items", f"{LAYER}/items/{{id}}", f"{LAYER}/style",
    f"{LAYER}/tiles/{TILE_GRID}", f"{LAYER}/tiles/{TILE_GRID}/{{z}}/{{y}}/{{x}}",
    "/qgis/project.qgs", "/search", "/conformance", "/api", "/health",
)  # fmt: skip
"""What is of the dataset as the role sees it."""

ZOOM = 9
SIGNING = re.compile(
    r'<li><a href="/login"[^>]*>Sign in</a></li>\n|<p class="view">.*?</p>\n'
    r'|<li><form method="post" action="/logout">.*?</form></li>\n',
    re.DOTALL,
)


@dataclass(frozen=True)
class Guarded:
    """A service with access configured, and beside it each role's dataset alone, for everybody."""

    client: TestClient
    access: Access
    tokens: Mapping[Role, str]
    alone: Mapping[Role, TestClient]
    widest: Site

    def headers(self, role: Role) -> dict[str, str]:
        token = self.tokens.get(role)
        return {"Authorization": f"Bearer {token}"} if token else {}


def sources(kind: str, folder: Any) -> Dataset:  # noqa: ANN401
    if kind == "partner":
        return partner(folder, 1)
    if kind == "open":
        return made(folder, [POLICE], COUNTS[:7])
    force = [{**one, "source": 1} for one in force_counts(1)]
    dataset = Dataset.open(write_made(folder, [POLICE, FORCE], [*COUNTS[:7], *force]))
    write_public(dataset.folder, dataset)
    return dataset


@pytest.fixture(scope="module", params=["open", "mixed", "partner"])
def guarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Guarded:
    whole = sources(request.param, tmp_path_factory.mktemp("home"))
    seen: dict[Role, Dataset] = {"public": public_view(whole), "partner": whole, "analyst": whole}
    sites = {role: Site(dataset, role=role) for role, dataset in seen.items()}
    access = Access(tmp_path_factory.mktemp("access"))
    tokens = {role: access.tokens.create("Team", role, "1d")[1] for role in ROLES[1:]}
    quiet = {"raise_server_exceptions": False, "follow_redirects": False}
    return Guarded(
        TestClient(create_app(sites, access=access), **quiet),  # type: ignore[arg-type]
        access,
        tokens,
        {role: TestClient(create_app(Site(seen[role], role=role)), **quiet) for role in ROLES},  # type: ignore[arg-type]
        sites["analyst"],
    )


def addresses(site: Site, path: str) -> Iterator[str]:
    """Addresses of a route, in every format that the API definition has for it."""
    document = api_document(site, "http://testserver")
    told = document["paths"].get(path, {"get": {"parameters": []}})["get"].get("parameters", [])
    parameters = [_found(document, one) for one in told]
    formats = next((p["schema"]["enum"] for p in parameters if p["name"] == "f"), [None])
    for layer in site.layers if "{layer}" in path else [""]:
        for kind in formats:
            yield _filled(site, path, layer) + (f"?f={kind}" if kind else "")


def _found(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in parameter:
        return parameter
    found: Mapping[str, Any] = document["components"]["parameters"][
        parameter["$ref"].rpartition("/")[2]
    ]
    return found


def _filled(site: Site, path: str, layer: str) -> str:
    west, _, _, north = site.dataset.lsoa_shapes.extent
    side = 2**ZOOM
    column = int((west + 180) / 360 * side)
    turn = math.asinh(math.tan(math.radians(north)))
    parts = {
        "{layer}": layer,
        "{town}": "northtown",
        "{id}": str(site.dataset.lsoas["lsoa_code"].iloc[0]),
        "{z}": str(ZOOM),
        "{y}": str(int((1 - turn / math.pi) / 2 * side)),
        "{x}": str(column),
    }
    for name, value in parts.items():
        path = path.replace(name, value)
    return path


def told(client: TestClient, address: str, headers: Mapping[str, str]) -> tuple[int, str, object]:
    """Status, type and content, without what says who is signed in."""
    found = client.get(address, headers=headers)
    kind = found.headers.get("content-type", "").partition(";")[0]
    if kind == "application/pdf":  # it bears the time at which it was made
        pages = PdfReader(io.BytesIO(found.content)).pages
        return found.status_code, kind, [page.extract_text() for page in pages]
    if kind == "text/html":
        return found.status_code, kind, SIGNING.sub("", found.text)
    return found.status_code, kind, found.content


def test_every_route_has_a_decision(guarded: Guarded) -> None:
    app: Any = guarded.client.app
    paths = {str(one.path) for one in app.routes}
    paths = {
        path.replace("{name}", "{layer}").replace("{feature_id}", "{id}")
        if path.startswith("/collections")
        else path
        for path in paths
    }
    assert paths == SAME | set(BY_ROLE)
    document = api_document(guarded.widest, "http://testserver")
    assert set(document["paths"]) <= set(BY_ROLE)


@pytest.mark.parametrize("path", BY_ROLE)
def test_each_role_is_given_what_its_dataset_alone_gives(guarded: Guarded, path: str) -> None:
    order: tuple[Role, ...] = ("analyst", "public", "partner", "public")
    for address in addresses(guarded.widest, path):
        for role in order:  # what one role was given is kept, and given to no other
            found = told(guarded.client, address, guarded.headers(role))
            assert found == told(guarded.alone[role], address, {}), (address, role)


@pytest.mark.parametrize("path", [*BY_ROLE, "/static/folium.js", "/login", "/nowhere"])
def test_a_token_that_opens_nothing_opens_no_route(guarded: Guarded, path: str) -> None:
    headers = {"Authorization": "Bearer safermap_00000000_" + "A" * 43}
    for address in addresses(guarded.widest, path):
        assert guarded.client.get(address, headers=headers).status_code == 401, address


def test_a_partner_sees_more_than_anyone_where_there_is_more(guarded: Guarded) -> None:
    """So that the equalities above are not of datasets that are all alike."""
    address = "/collections/lsoas/items?theme=burglary&source=force"
    answers = [told(guarded.client, address, guarded.headers(role)) for role in ROLES]
    assert (answers[0] != answers[1]) == guarded.widest.holds_partner_records
    assert answers[1] == answers[2]
