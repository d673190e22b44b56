"""Every format of every layer opens in GDAL with the features, figures and outlines of GeoJSON."""

import subprocess
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from asking import strict
from layer_files import ENDINGS, FILES, GRID, LATLON, MEDIA, OGRINFO, fetch, same, table
from layer_names import SHIPPED, WITHIN_TOWN
from made_partner import seen_by_anyone
from made_sets import AREAS, made_with_sets
from starlette.testclient import TestClient

from geo.dataset import Dataset
from layers.registry import find_layer
from service.app import create_app
from service.formats import FORMATS
from service.site import Site


@pytest.mark.parametrize("layer", SHIPPED)
@pytest.mark.parametrize("kind", ENDINGS)
def test_a_file_has_the_features_figures_and_outlines_of_geojson(
    client: TestClient, tmp_path: Path, layer: str, kind: str
) -> None:
    query = {"theme": "asb", "town": "ludlow"}
    if layer in ("rural-urban",):
        query = {"theme": "asb"}
    found = same(client, layer, kind, query, tmp_path)
    assert found.crs is not None
    assert found.crs.to_epsg() == 4326


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_filter_a_box_an_order_and_chosen_fields_hold_in_every_format(
    client: TestClient, tmp_path: Path, kind: str
) -> None:
    query = {
        "theme": "asb", "filter": "count >= 20 AND name LIKE '%s%'", "bbox": "-2.9,52.6,-2.6,52.8",
        "sortby": "-count,lsoa_code", "properties": "count,lsoa_code,rate_smoothed,name",
        "limit": "7", "offset": "1",
    }  # fmt: skip
    found = same(client, "hotspots", kind, query, tmp_path)
    assert len(found) == 7
    told = set() if kind == "jsonfg" else {"denominator", "caveat"}
    if kind in ("gpkg", "fgb", "parquet"):
        assert [name for name in found.columns if name != "geometry"] == [
            "count", "lsoa_code", "rate_smoothed", "name", "denominator", "caveat",
        ]  # fmt: skip
    if kind != "shp":
        assert told <= set(found.columns)


@pytest.mark.parametrize("kind", [name for name in ENDINGS if name not in ("kml", "jsonfg")])
@pytest.mark.parametrize("layer", ["hotspots", "towns", "map-points"])
def test_files_in_british_national_grid(
    client: TestClient, tmp_path: Path, layer: str, kind: str
) -> None:
    query = {"theme": "asb", "crs": GRID, "town": "ludlow"}
    found = same(client, layer, kind, query, tmp_path)
    if kind != "geojsonseq":  # which says it in the answer's head alone, as GeoJSON does
        assert found.crs.to_epsg() == 27700
    assert 3e5 < found.total_bounds[0] < found.total_bounds[2] < 4e5
    response = client.get(f"/collections/{layer}/items", params={**query, "f": kind})
    assert response.headers["content-crs"] == f"<{GRID}>"


def test_a_file_has_east_before_north_whatever_the_system_has(
    client: TestClient, tmp_path: Path
) -> None:
    here = table(fetch(client, "towns", "gpkg", {}), "gpkg", tmp_path)
    there = table(fetch(client, "towns", "gpkg", {"crs": LATLON}), "gpkg", tmp_path)
    assert shapely.equals_exact(here.geometry, there.geometry, 1e-9).all()


@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize("layer", ["lsoas", "map-points"])
def test_nothing_found_is_a_whole_file_with_no_features(
    client: TestClient, tmp_path: Path, layer: str, kind: str
) -> None:
    content = fetch(client, layer, kind, {"filter": "count < 0"})
    if kind == "geojsonseq":
        assert content == b""
        return
    if kind == "kml":
        assert content.count(b"<Placemark>") == 0
        assert content.rstrip().endswith(b"</kml>")
        return
    if kind == "jsonfg":
        assert strict(content.decode())["features"] == []
        return
    found = table(content, kind, tmp_path)
    assert len(found) == 0
    assert found.crs.to_epsg() == 4326
    if kind != "shp":
        names = [
            field.name
            for field in find_layer(layer).fields(client.app.state.sites["analyst"].dataset)
        ]
        assert [name for name in names if name not in found.columns] == []
    if kind in ("gpkg", "fgb"):
        kinds = {"lsoas": "MultiPolygon", "map-points": "Point"}
        assert pyogrio.read_info(tmp_path / f"file.{kind}")["geometry_type"] == kinds[layer]


@pytest.mark.parametrize("kind", FILES)
def test_a_file_without_a_limit_holds_what_pages_do_not(client: TestClient, kind: str) -> None:
    """3,413 points: more than a page has."""
    whole = strict(client.get("/collections/map-points/items?limit=10000").text)
    assert whole["numberReturned"] == whole["numberMatched"] > 3000
    assert strict(client.get("/collections/map-points/items").text)["numberReturned"] == 1000
    paged = strict(client.get("/collections/map-points/items?f=jsonfg").text)
    assert paged["numberReturned"] == 1000
    [following] = [one["href"] for one in paged["links"] if one["rel"] == "next"]
    assert "conformsTo" in strict(client.get(following).text)
    content = client.get(f"/collections/map-points/items?f={kind}").content
    ids = [one["id"] for one in whole["features"]]
    if kind == "geojsonseq":
        assert content.count(b"\x1e") == len(ids)
    elif kind == "kml":
        assert content.count(b"<Placemark>") == len(ids)
    csv = client.get("/collections/map-points/items?f=csv").content
    assert csv.count(b"\r\n") == len(ids) + 1


@pytest.mark.parametrize("kind", FILES)
def test_two_services_of_one_dataset_send_the_same_bytes(embedded: Dataset, kind: str) -> None:
    query = {"theme": "asb", "town": "oswestry"}
    contents = []
    for _ in range(2):
        client = TestClient(create_app(Site(embedded)))
        contents.append(fetch(client, "hotspots", kind, query))
    assert contents[0] == contents[1]


@pytest.mark.parametrize("kind", MEDIA)
def test_a_format_is_had_by_accept_too(client: TestClient, kind: str) -> None:
    response = client.get("/collections/towns/items", headers={"Accept": MEDIA[kind]})
    named = client.get(f"/collections/towns/items?f={kind}")
    assert response.headers["content-type"] == named.headers["content-type"]
    assert response.headers["content-type"].startswith(MEDIA[kind])
    if kind not in ("geojson", "jsonfg"):  # which link to themselves
        assert response.content == named.content
        name = response.headers["content-disposition"]
        assert name.startswith('attachment; filename="shropshire-towns-crime-2015-04-to-2016-03.')
        assert name.endswith(f'.{ENDINGS.get(kind, kind)}"')


def test_accept_weighs_formats(client: TestClient) -> None:
    for accept, wanted in {
        "application/x-shapefile": "shp",
        "application/geopackage+sqlite3;q=0.5, application/vnd.flatgeobuf;q=0.9": "fgb",
        "text/html;q=0.1, application/geo+json-seq": "geojsonseq",
        "application/*": "geojson",
        "*/*": "geojson",
        "application/json": "geojson",
        "image/png": "geojson",
    }.items():
        response = client.get("/collections/towns/items", headers={"Accept": accept})
        assert response.headers["content-type"] == MEDIA[wanted], accept


def test_a_format_that_is_not_offered_is_refused_with_those_that_are(client: TestClient) -> None:
    response = client.get("/collections/towns/items?f=xls")
    assert response.status_code == 400
    for kind in MEDIA:
        assert kind in response.json()["detail"]


def test_the_documents_and_the_page_offer_every_format(client: TestClient) -> None:
    links = client.get("/collections/hotspots").json()["links"]
    offered = {item["type"] for item in links if item["rel"] == "items"}
    assert offered == {*MEDIA.values(), "text/html"}
    api = client.get("/api").json()["paths"]["/collections/{layer}/items"]["get"]
    assert set(api["responses"]["200"]["content"]) == {*MEDIA.values(), "text/html"}
    page = client.get("/collections/hotspots", headers={"Accept": "text/html"}).text
    for kind in MEDIA:
        assert f'/collections/hotspots/items?f={kind}"' in page
        in_grid = f"/collections/hotspots/items?f={kind}&amp;crs={GRID}" in page
        assert in_grid == (kind not in ("csv", "kml", "pmtiles"))


@pytest.fixture(scope="module")
def anyone(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A client of what anyone may see of a partner's records."""
    return TestClient(create_app(Site(seen_by_anyone(tmp_path_factory.mktemp("seen"), 1))))


@pytest.mark.parametrize("kind", ENDINGS)
def test_what_is_hidden_is_in_no_format(anyone: TestClient, tmp_path: Path, kind: str) -> None:
    query = {"theme": "burglary", "datetime": "2018-04/2019-03"}
    found = same(anyone, "lsoas", kind, query, tmp_path)
    hidden = found["count"].isna()
    assert 0 < hidden.sum() < len(found)
    assert found.loc[hidden, "rate"].isna().all()
    response = anyone.get("/collections/lsoas/items", params={**query, "f": kind})
    assert "last-modified" not in response.headers  # which would tell that the hidden changed


@pytest.mark.parametrize("kind", ENDINGS)
def test_names_of_sets_with_marks_come_through(tmp_path: Path, kind: str) -> None:
    client = TestClient(create_app(Site(made_with_sets(tmp_path))))
    found = same(client, "named-areas", kind, {}, tmp_path)
    assert sorted(found["name"]) == sorted(area[3] for area in AREAS)


@pytest.mark.skipif(OGRINFO is None, reason="needs ogrinfo of GDAL, which is absent")
@pytest.mark.parametrize("kind", [name for name in ENDINGS if name != "parquet"])
def test_gdal_of_the_system_opens_every_format(
    client: TestClient, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"file.{'shz' if kind == 'shp' else ENDINGS[kind]}"
    path.write_bytes(fetch(client, "hotspots", kind, {"theme": "asb"}))
    found = subprocess.run(
        [str(OGRINFO), "-ro", "-al", "-so", str(path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert found.returncode == 0
    assert "ERROR" not in found.stderr
    assert "Feature Count: 193" in found.stdout


def test_the_document_lists_the_formats_and_their_media_types() -> None:
    text = (Path(__file__).parents[2] / "docs/downloads.md").read_text("utf-8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    told = {row[1].strip(" `="): row[2].strip(" `") for row in rows}
    told.pop("f", None)
    assert told == MEDIA == {name: one.media for name, one in FORMATS.items()}


def test_places_have_no_denominator(client: TestClient, tmp_path: Path) -> None:
    for layer in WITHIN_TOWN:
        found = table(fetch(client, layer, "gpkg", {"town": "ludlow"}), "gpkg", tmp_path)
        assert "denominator" not in found.columns
        assert np.all(found["caveat"].str.contains("not real"))
