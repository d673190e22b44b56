"""What GIS officers use: GDAL reads the layers, as a file and as OGC API - Features."""

import re
import shutil
import subprocess
from pathlib import Path

import httpx2
import pytest

OGRINFO = shutil.which("ogrinfo")
pytestmark = pytest.mark.skipif(OGRINFO is None, reason="needs ogrinfo of GDAL, which is absent")
LAYERS = {
    "deprivation": 193,
    "hotspots": 193,
    "lsoas": 193,
    "rural-urban": 8,
    "change": 193,
    "change-towns": 19,
    "persistence": 193,
    "towns": 19,
}


PLACES = ["density", "grid", "map-points"]


def ogrinfo(*arguments: str) -> str:
    result = subprocess.run(
        [str(OGRINFO), "-ro", *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "ERROR" not in result.stderr, result.stderr
    return result.stdout


@pytest.mark.parametrize("layer", LAYERS)
def test_gdal_reads_a_saved_layer(server: str, tmp_path: Path, layer: str) -> None:
    path = tmp_path / "layer.geojson"
    address = f"{server}/collections/{layer}/items?theme=asb&f=geojson"
    path.write_bytes(httpx2.get(address, trust_env=False).content)
    found = ogrinfo("-al", "-so", str(path))
    assert f"Feature Count: {LAYERS[layer]}" in found
    assert re.search(r"Geometry: (.*Polygon|Unknown \(any\))", found)  # unknown: single and multi
    assert re.search(r'ID\["(EPSG",4326|OGC","CRS84")\]', found)
    assert re.search(r"^count: Integer", found, re.MULTILINE)
    assert re.search(r"^rate: Real", found, re.MULTILINE)
    assert re.search(r"^illustrative: Integer\(Boolean\)", found, re.MULTILINE)


def test_gdal_lists_the_layers_of_the_service(server: str) -> None:
    found = ogrinfo(f"OAPIF:{server}/")
    assert set(re.findall(r"^\d+: ([\w-]+)", found, re.MULTILINE)) == {
        *LAYERS,
        *PLACES,
        "incidents",
    }


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("size", [5, 50, 1000])
def test_gdal_reads_every_feature_page_by_page(server: str, layer: str, size: int) -> None:
    if size == 5 and LAYERS[layer] == 193:
        size = 64
    found = ogrinfo("-q", "-geom=NO", f"OAPIF:{server}/", layer, "-oo", f"PAGE_SIZE={size}")
    assert len(re.findall(rf"^OGRFeature\({layer}\)", found, re.MULTILINE)) == LAYERS[layer]
    if LAYERS[layer] == 193:
        codes = re.findall(r"lsoa_code \(String\) = (\w+)", found)
        assert len(set(codes)) == 193
        counts = re.findall(r"^  count \(Integer\) = (\d+)", found, re.MULTILINE)
        assert sum(map(int, counts)) == 14_250


@pytest.mark.parametrize("layer", PLACES)
def test_gdal_reads_places_page_by_page(server: str, layer: str) -> None:
    address = f"{server}/collections/{layer}/items?limit=10000"
    features = httpx2.get(address, trust_env=False).json()["features"]
    found = ogrinfo("-q", "-geom=NO", f"OAPIF:{server}/", layer, "-oo", "PAGE_SIZE=1500")
    counts = re.findall(r"^  count \(Integer\) = (\d+)", found, re.MULTILINE)
    assert list(map(int, counts)) == [item["properties"]["count"] for item in features]
    assert sum(map(int, counts)) == 14_250 - 557  # the sexual offences are left out


def test_gdal_asks_for_a_box(server: str) -> None:
    box = ("-2.80", "52.69", "-2.70", "52.73")
    found = ogrinfo("-q", "-geom=NO", "-spat", *box, f"OAPIF:{server}/", "lsoas")
    features = found.count("OGRFeature(lsoas)")
    assert 10 < features < 100
    assert "Shrewsbury" in found
    assert "Ludlow" not in found


@pytest.mark.parametrize(
    ("where", "count"), [("hotspot_class = 'hot spot'", 5), ("count > 100 AND town = 'Ludlow'", 2)]
)
def test_gdal_asks_for_a_filter(server: str, where: str, count: int) -> None:
    found = ogrinfo("-al", "-so", "-where", where, f"OAPIF:{server}/collections/hotspots")
    asked = httpx2.get(
        f"{server}/collections/hotspots/items", params={"filter": where}, trust_env=False
    ).json()
    assert asked["numberMatched"] == count
    assert f"Feature Count: {count}" in found
