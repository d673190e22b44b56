"""Who may upload: analysts alone, from pages of this service alone, and nobody where it is off."""

from itertools import product
from pathlib import Path

import pytest
from command_line import Run, refused
from starlette.testclient import TestClient
from uploading import SOURCE, Uploading, make_area, month

from service.access.roles import ROLES, Role
from service.app import create_app
from service.served import Served
from service.site import Site
from service.uploads.addresses import router
from service.uploads.settings import Uploads, uploads_given

ROUTES = [
    (method, str(route.path))  # type: ignore[attr-defined]
    for route in router.routes
    for method in sorted(route.methods)  # type: ignore[attr-defined]
]
FILE = {"file": ("2015-02.csv", month(2), "text/csv")}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("roles") / "root"
    make_area(root)
    return root


@pytest.fixture(scope="module")
def guarded(root: Path) -> Uploading:
    return Uploading.over(root)


@pytest.fixture(scope="module")
def alone(root: Path) -> Uploading:
    """A service of this machine alone, where nobody signs in."""
    return Uploading.over(root, signing_in=False)


def test_every_route_is_decided_on_here() -> None:
    assert set(ROUTES) == {
        ("GET", "/uploads"), ("HEAD", "/uploads"), ("POST", "/uploads"),
        ("POST", "/uploads/load"), ("POST", "/uploads/discard"),
        ("GET", "/uploads/refused.csv"), ("HEAD", "/uploads/refused.csv"),
    }  # fmt: skip


@pytest.mark.parametrize(("role", "route"), [*product(ROLES, ROUTES)])
def test_analysts_alone_may(guarded: Uploading, role: Role, route: tuple[str, str]) -> None:
    method, path = route
    head = {**guarded.head(role), "Origin": "http://testserver"}
    found = guarded.client.request(method, path, headers=head)
    if role != "analyst":
        assert (found.status_code, found.headers["connection"]) == (403, "close")
        return
    expected = {"/uploads": {"GET": 200, "HEAD": 200, "POST": 400}, "/uploads/refused.csv": {}}
    assert found.status_code == expected.get(path, {"POST": 409}).get(method, 404)


def test_only_an_analysts_pages_lead_there(guarded: Uploading) -> None:
    for role in ROLES:
        head = {**guarded.head(role), "Accept": "text/html"}
        page = guarded.client.get("/about", headers=head).text
        assert ('href="/uploads"' in page) == (role == "analyst")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none", "Origin": "http://127.0.0.1"},
        {"X-Forwarded-For": "192.0.2.1"},
        {"Host": "elsewhere.example", "Origin": "http://elsewhere.example"},
    ],
)
def test_where_nobody_signs_in_another_site_and_machine_may_not(
    alone: Uploading, headers: dict[str, str]
) -> None:
    for path in ("/uploads", "/uploads/load", "/uploads/discard"):
        found = alone.client.post(path, data={"source": SOURCE}, files=FILE, headers=headers)
        assert found.status_code == 403, path
    assert alone.state()["step"] == "none"


def test_where_nobody_signs_in_whoever_sits_here_may(alone: Uploading) -> None:
    own = {"Origin": "http://127.0.0.1"}
    assert alone.client.post("/uploads/load", headers=own).status_code == 409
    assert alone.checked("2015-02.csv", month(2))["step"] == "checked"
    page = alone.client.get("/uploads", headers={"Accept": "text/html"}).text
    assert "anyone" not in page
    assert alone.post("discard").status_code == 200


def test_a_public_service_has_nothing_of_it(root: Path) -> None:
    uploads = Uploads((root / "safermap.toml",), root / "home")
    served = Served.open([root / "home"], public=True, uploads=uploads)
    assert served.uploads is None
    client = TestClient(create_app(Site.open(root / "home")), raise_server_exceptions=False)
    for method, path in ROUTES:
        assert client.request(method, path).status_code == 404
    assert client.post("/uploads", content=b"x" * 20_000).status_code == 413


def test_what_cannot_take_a_file_is_said_at_the_start(tmp_path: Path, run: Run) -> None:
    root = tmp_path / "root"
    make_area(root)
    told = ("serve", "--dataset", root / "home", "--area", root / "safermap.toml")
    area = root / "safermap.toml"
    text = area.read_text()
    area.write_text(text.replace('files = "council"', 'files = "council/*.csv"'))
    refused(run(*told), "No source of the area file", "files = 'council/'")
    area.write_text(text.replace('name = "Shropshire"', 'name = "Salop"', 1))
    refused(run(*told), "is of Salop", "of Shropshire")
    refused(run(*told[:-1], root / "absent.toml"), "absent.toml")
    refused(run("serve", *told[3:]), "There is no dataset in dataset")
    assert uploads_given((), root / "home", None, None, "off") is None
