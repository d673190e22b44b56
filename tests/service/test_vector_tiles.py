"""Vector tiles: every feature with its figures, where it lies, in each tile that it touches."""

import gzip
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import pytest
import shapely
from asking import ask
from layer_names import SHIPPED
from made_partner import partner
from pmtiles.reader import MmapSource, Reader, all_tiles
from pyproj import Transformer
from starlette.testclient import TestClient

from geo.public.view import public_view
from service.app import create_app
from service.site import Site

HALF = math.pi * 6378137  # metres from the middle of the grid to its edge
METRES = Transformer.from_crs(4326, 3857, always_xy=True)


def tile_at(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile that holds a place (OGC 17-083r4, annex D)."""
    x, y = METRES.transform(longitude, latitude)
    side = 2 * HALF / 2**zoom
    return int((x + HALF) / side), int((HALF - y) / side)


def read_tile(
    client: TestClient, folder: Path, layer: str, place: tuple[int, int, int], query: str = ""
) -> pd.DataFrame:
    """A tile as GDAL reads it, in the metres of the web's maps."""
    zoom, column, row = place
    address = f"/collections/{layer}/tiles/WebMercatorQuad/{zoom}/{row}/{column}"
    response = client.get(f"{address}?{query}")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    path = folder / str(zoom) / str(column) / f"{row}.pbf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(response.content)
    return pyogrio.read_dataframe(path) if response.content else pd.DataFrame()


@pytest.mark.parametrize("layer", SHIPPED)
def test_an_archive_has_every_feature_with_its_figures(
    client: TestClient, tmp_path: Path, layer: str
) -> None:
    path = tmp_path / "layer.pmtiles"
    path.write_bytes(client.get(f"/collections/{layer}/items?f=pmtiles").content)
    frame = pyogrio.read_dataframe(path)
    wanted = {
        one["id"]: one["properties"]
        for offset in (0, 10_000)
        for one in ask(client, layer, f"limit=10000&offset={offset}")["features"]
    }
    assert set(frame["feature_id"]) == set(wanted)
    once = frame.drop_duplicates("feature_id").set_index("feature_id")
    for name in once.columns.intersection([*next(iter(wanted.values()))]):
        told = once[name].to_dict()
        for key, properties in wanted.items():
            known, got = properties[name], told[key]
            assert (known is None) == pd.isna(got), (name, key)
            if isinstance(known, float):
                assert got == pytest.approx(known, rel=1e-6), (name, key)
            elif known is not None:
                assert got == known, (name, key)


@pytest.mark.parametrize("zoom", [4, 8, 12, 16])
def test_a_tile_holds_the_areas_that_touch_it_where_they_lie(
    client: TestClient, tmp_path: Path, zoom: int
) -> None:
    column, row = tile_at(-2.7519, 52.7073, zoom)
    frame = read_tile(client, tmp_path, "lsoas", (zoom, column, row))
    side = 2 * HALF / 2**zoom
    west, north = column * side - HALF, HALF - row * side
    inner = shapely.box(west, north - side, west + side, north).buffer(-side / 1000)
    outlines: dict[str, Any] = {}
    for one in ask(client, "lsoas", "limit=10000")["features"]:
        outline = shapely.geometry.shape(one["geometry"])
        outlines[one["id"]] = shapely.transform(outline, METRES.transform, interleaved=False)
    inside = {key for key, outline in outlines.items() if outline.intersects(inner)}
    found = dict(zip(frame["feature_id"], frame.geometry, strict=True))
    tiny = {key for key in inside if outlines[key].area < (side / 4096) ** 2 * 16}
    assert inside - tiny <= set(found)
    pixel = side / 4096
    for key in inside - tiny:
        part = outlines[key].intersection(inner)
        assert part.difference(found[key].buffer(4 * pixel)).area <= 1e-6 * part.area + pixel**2


@pytest.mark.parametrize("zoom", [4, 7, 12])
@pytest.mark.parametrize("layer", ["hotspots", "map-points", "density"])
def test_a_tile_by_itself_is_as_the_archive_has_it(
    client: TestClient, tmp_path: Path, layer: str, zoom: int
) -> None:
    path = tmp_path / "layer.pmtiles"
    path.write_bytes(client.get(f"/collections/{layer}/items?f=pmtiles").content)
    column, row = tile_at(-2.7519, 52.7073, zoom)
    held = tiles_of(path)[zoom, column, row]
    alone = client.get(f"/collections/{layer}/tiles/WebMercatorQuad/{zoom}/{row}/{column}").content
    frames = []
    for name, content in (("held", held), ("alone", alone)):
        place = tmp_path / name / str(zoom) / str(column) / f"{row}.pbf"
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
        frames.append(pyogrio.read_dataframe(place).sort_values("feature_id", ignore_index=True))
    assert len(frames[0]) > 0
    pd.testing.assert_frame_equal(*(frame.drop(columns="geometry") for frame in frames))
    assert frames[0].geometry.geom_equals(frames[1].geometry).all()


@pytest.fixture(scope="module")
def every_layer(client: TestClient, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every layer in one archive."""
    path = tmp_path_factory.mktemp("tiles") / "layers.pmtiles"
    response = client.get("/collections?f=pmtiles")
    assert response.headers["content-type"] == "application/vnd.pmtiles"
    path.write_bytes(response.content)
    return path


def test_one_archive_has_every_layer_under_its_name(every_layer: Path) -> None:
    assert {name for name, _ in pyogrio.list_layers(every_layer)} == set(SHIPPED)


@pytest.mark.parametrize("layer", SHIPPED)
def test_a_layer_of_the_one_archive_is_the_layer(
    client: TestClient, every_layer: Path, layer: str
) -> None:
    frame = pyogrio.read_dataframe(every_layer, layer=layer)
    pages = [ask(client, layer, f"limit=10000&offset={at}") for at in (0, 10_000)]
    wanted = [one for page in pages for one in page["features"]]
    assert len(wanted) == pages[0]["numberMatched"]
    assert set(frame["feature_id"]) == {one["id"] for one in wanted}
    counts = dict(zip(frame["feature_id"], frame["count"], strict=True))
    assert counts == {one["id"]: one["properties"]["count"] for one in wanted}
    fields = {*wanted[0]["properties"]}
    assert fields - {*frame.columns} <= empty(wanted)
    box = frame.to_crs(4326).total_bounds
    known = shapely.total_bounds([shapely.geometry.shape(one["geometry"]) for one in wanted])
    assert box == pytest.approx(known, abs=1e-4)


def empty(features: list[dict[str, Any]]) -> set[str]:
    """The fields that no feature has a value of, which tiles do not have."""
    names = features[0]["properties"]
    return {name for name in names if all(one["properties"][name] is None for one in features)}


def test_the_one_archive_says_what_it_is_and_of_each_layer_its_caveats(
    client: TestClient, every_layer: Path
) -> None:
    with every_layer.open("rb") as file:
        told = Reader(MmapSource(file)).metadata()
        header = Reader(MmapSource(file)).header()
    assert "Office for National Statistics" in told["description"]
    assert (header["min_zoom"], header["max_zoom"], header["clustered"]) == (4, 12, True)
    for layer in told["vector_layers"]:
        metadata = ask(client, layer["id"])["metadata"]
        assert metadata["caveats"][0] in layer["description"]
        assert "Illustrative" in layer["description"]


def test_the_one_archive_comes_in_ranges_and_only_when_it_is_new(
    client: TestClient, every_layer: Path
) -> None:
    address = "/collections?f=pmtiles"
    part = client.get(address, headers={"Range": "bytes=0-126"})
    assert (part.status_code, part.content) == (206, every_layer.read_bytes()[:127])
    tag = part.headers["etag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert "last-modified" in part.headers
    assert part.headers["content-disposition"].endswith('.pmtiles"')
    assert client.get(f"{address}&theme=asb").status_code == 400


def tiles_of(path: Path) -> dict[tuple[int, int, int], bytes]:
    """The tiles of an archive, unpacked."""
    with path.open("rb") as file:
        return {place: gzip.decompress(held) for place, held in all_tiles(MmapSource(file))}


def test_a_tile_follows_the_question_and_an_empty_one_has_no_bytes(
    client: TestClient, tmp_path: Path
) -> None:
    column, row = tile_at(-2.7519, 52.7073, 10)
    query = "theme=burglary&datetime=2015-04/2015-06&filter=count > 3"
    frame = read_tile(client, tmp_path, "lsoas", (10, column, row), query)
    told = {
        one["id"]: one["properties"]["count"] for one in ask(client, "lsoas", query)["features"]
    }
    assert 3 < len(frame) < 60
    for key, count in zip(frame["feature_id"], frame["count"], strict=True):
        assert told[key] == count
    assert client.get("/collections/lsoas/tiles/WebMercatorQuad/10/0/0").content == b""


@pytest.mark.parametrize(
    "place",
    ["3/0/0", "17/0/0", "4/16/0", "4/0/16", "4/x/0", "4/-1/0", "4/" + "9" * 5000 + "/0"],
    ids=lambda place: place[:6],
)
def test_a_tile_that_is_not_there_is_not_found(client: TestClient, place: str) -> None:
    response = client.get(f"/collections/lsoas/tiles/WebMercatorQuad/{place}")
    assert response.status_code == 404
    assert "Zoom is 4 to 16" in response.json()["detail"]


def test_the_tile_set_leads_to_tiles_and_names_its_fields(client: TestClient) -> None:
    found = client.get("/collections/hotspots/tiles/WebMercatorQuad?theme=asb").json()
    column, row = tile_at(-2.75, 52.7, found["maxzoom"])
    [template] = found["tiles"]
    for name, value in (("z", found["maxzoom"]), ("x", column), ("y", row)):
        template = template.replace(f"{{{name}}}", str(value))
    assert client.get(template).content
    [layer] = found["vector_layers"]
    assert set(layer["fields"]) == set(ask(client, "hotspots")["features"][0]["properties"])
    assert found["illustrative"] is True
    assert "Office for National Statistics" in found["attribution"]


def test_tiles_of_a_public_view_have_no_hidden_count(tmp_path: Path) -> None:
    asked = TestClient(create_app(Site(public_view(partner(tmp_path, 1)))))
    features = ask(asked, "lsoas", "theme=shoplifting")["features"]
    rows = {one["id"]: one["properties"]["count"] for one in features}
    path = tmp_path / "public.pmtiles"
    path.write_bytes(asked.get("/collections/lsoas/items?theme=shoplifting&f=pmtiles").content)
    frame = pyogrio.read_dataframe(path)
    assert None in rows.values()
    for key, count in zip(frame["feature_id"], frame["count"], strict=True):
        assert (rows[key] is None) == pd.isna(count)
