"""Who is shown incidents one by one: by role, by source, in every address and command."""

from dataclasses import replace
from pathlib import Path

import pytest
from asking import strict
from building import build_files, plan_files
from command_line import Run
from postgres import make_database
from starlette.testclient import TestClient

from bench.postgres import Server
from geo.building.build import build
from geo.building.sources import SourcePlan
from geo.dataset import Dataset
from geo.incidents.columns import CANONICAL_MAP
from geo.public.view import public_view
from service.access.roles import ROLES, Role
from service.app import create_app
from service.formats import FORMATS
from service.site import Site

ITEMS = "/collections/incidents/items"
HEADER = "incident_id,month,offence,location,easting,northing\n"
ROWS = {
    "wardens": "W1,2015-04,burglary,Open Street,349132,312545\n",
    "force": "F1,2015-04,burglary,Secret Lane,349132,312545\n"
    "F2,2015-04,drugs,Hidden Close,349200,312600\n",
}


def mixed(folder: Path) -> Path:
    """The home of a dataset of an open source and a partner's."""
    for name, rows in ROWS.items():
        (folder / f"{name}.csv").write_text(HEADER + rows)
    kinds = {"wardens": "open", "force": "partner"}
    sources = tuple(
        SourcePlan(name, name, "extract", (folder / f"{name}.csv",), kind, None, CANONICAL_MAP)  # type: ignore[arg-type]
        for name, kind in kinds.items()
    )
    build(replace(plan_files(folder / "force.csv"), sources=sources), folder / "home")
    return folder / "home"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixed(tmp_path_factory.mktemp("mixed"))


def seen(dataset: Dataset, role: Role | None) -> TestClient:
    site = Site(public_view(dataset) if role == "public" else dataset, role=role)
    return TestClient(create_app(site), raise_server_exceptions=False)


def places(client: TestClient, query: str) -> set[str]:
    found = strict(client.get(f"{ITEMS}?{query}").text)["features"]
    return {one["properties"]["name"] for one in found}


@pytest.mark.parametrize("role", ["analyst", None])
def test_analysts_and_this_machine_see_every_incident(home: Path, role: Role | None) -> None:
    client = seen(Dataset.open(home), role)
    assert places(client, "theme=burglary&source=force") == {"Secret Lane"}
    assert places(client, "theme=burglary&source=wardens") == {"Open Street"}
    assert places(client, "theme=burglary&source=all") == {"Open Street", "Secret Lane"}
    card = strict(client.get("/collections/incidents?f=json").text)
    assert card["id"] == "incidents"


def test_the_public_sees_those_of_open_sources(home: Path) -> None:
    client = seen(Dataset.open(home), "public")
    assert places(client, "theme=burglary&source=wardens") == {"Open Street"}
    assert client.get(f"{ITEMS}?theme=burglary&source=force").status_code in (400, 403)
    for source in ("force", "all"):
        for kind in (*FORMATS, "html"):
            asked = client.get(f"{ITEMS}?theme=burglary&source={source}&f={kind}")
            assert b"Secret" not in asked.content


def test_partners_are_not_offered_them_anywhere(home: Path) -> None:
    client = seen(Dataset.open(home), "partner")
    for path in ("/", "/collections", "/api", "/dictionary", "/collections?f=dcat"):
        for kind in ("text/html", "application/json"):
            text = client.get(path, headers={"Accept": kind}).text
            assert "collections/incidents" not in text
    assert "incidents/items" not in client.get("/qgis/project.qgs").text
    for kind in (*FORMATS, "html"):
        for source in ("force", "wardens"):
            asked = client.get(f"{ITEMS}?theme=burglary&source={source}&f={kind}")
            assert asked.status_code == 404
            assert "Only analysts" in asked.text
    for path in ("", "/queryables", "/style?f=sld", "/items/0?theme=burglary", "/tiles/8/1/1"):
        assert client.get(f"/collections/incidents{path}").status_code == 404
    assert client.get("/collections/map-points/items?theme=burglary&source=force").is_success


def test_where_every_source_is_open_everybody_sees_them(tmp_path: Path) -> None:
    (tmp_path / "wardens.csv").write_text(HEADER + ROWS["wardens"])
    plan = plan_files(tmp_path / "wardens.csv")
    opened = tuple(replace(source, sensitivity="open") for source in plan.sources)
    build(replace(plan, sources=opened), tmp_path / "home")
    dataset = Dataset.open(tmp_path / "home")
    for role in ROLES:
        assert places(seen(dataset, role), "theme=burglary") == {"Open Street"}


def test_where_every_source_is_a_partners_the_public_is_not_offered_them(tmp_path: Path) -> None:
    (tmp_path / "force.csv").write_text(HEADER + ROWS["force"])
    build_files(tmp_path / "home", tmp_path / "force.csv")
    dataset = Dataset.open(tmp_path / "home")
    assert "incidents" in Site(dataset, role="analyst").layers
    for role in ("public", "partner"):
        assert seen(dataset, role).get(f"{ITEMS}?theme=drugs").status_code == 404


def test_an_export_holds_them_unless_it_is_public(run: Run, tmp_path: Path, home: Path) -> None:
    asked = ("export", "--layer", "incidents", "--theme", "burglary", "--format", "csv")
    where = ("--dataset", home, "--source", "force")
    assert run(*asked, *where, "--out", tmp_path / "all.csv").returncode == 0
    assert "Secret Lane" in (tmp_path / "all.csv").read_text("utf-8-sig")
    refused = run(*asked, *where, "--out", tmp_path / "public.csv", "--public")
    assert refused.returncode == 2
    assert not (tmp_path / "public.csv").exists()


def test_a_database_for_named_readers_has_none_of_them(
    run: Run, databases: Server, home: Path
) -> None:
    name = make_database(databases, "incidents")
    result = run(
        "publish", databases.address(name), "--dataset", home, "--theme", "burglary",
        "--partner-records", "--reader", "viewer",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert databases.ask(name, "SELECT to_regclass('safermap.incidents')") == [(None,)]
    assert databases.ask(name, "SELECT sum(count) FROM safermap.map_points") == [(1,)]
    listed = databases.ask(name, "SELECT count(*) FROM safermap.layers WHERE layer = 'incidents'")
    assert listed == [(0,)]
