"""What a GIS officer does: QGIS opens the layers by address, their styles and the project."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest
import shapely
from layer_names import SHIPPED
from reading_styles import Read, classes_and_marks, read_qml

from geo.dataset import Dataset

PYTHON = "/usr/bin/python3"  # the one that Debian's QGIS is made for
PICTURES = ("hotspots", "change")
GRID = "http://www.opengis.net/def/crs/EPSG/0/27700"
ROBBERY = "&theme=robbery&datetime=2015-04/2016-03"  # in most areas none
ROWS = {"density": 5, "grid": 621, "map-points": 3413, "rural-urban": 8}
ROWS |= {"towns": 19, "change-towns": 19, "incidents": 13_693}


def in_qgis(*arguments: str, home: Path, seconds: int = 120) -> subprocess.CompletedProcess[str]:
    """Run Debian's Python without a screen, with settings of its own."""
    path = home / "runtime"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(path)}
    return subprocess.run(
        [PYTHON, *arguments],
        capture_output=True, text=True, timeout=seconds, check=False, env=environment,
    )  # fmt: skip


@pytest.fixture(scope="module")
def files(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the styles and the project that the server gives."""
    folder = tmp_path_factory.mktemp("styles")
    for name in SHIPPED:
        for form in ("qml", "sld"):
            content = get(f"{server}/collections/{name}/style?f={form}").content
            (folder / f"{name}.{form}").write_bytes(content)
    (folder / "alone.qlr").write_bytes(
        get(f"{server}/collections/hotspots/style?f=qlr{ROBBERY}").content
    )
    (folder / "project.qgs").write_bytes(get(f"{server}/qgis/project.qgs").content)
    return folder


@pytest.fixture(scope="module")
def seen(server: str, files: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What QGIS saw of everything."""
    home = tmp_path_factory.mktemp("home")
    if shutil.which("qgis") is None or in_qgis("-c", "import qgis.core", home=home).returncode:
        pytest.skip("needs QGIS with its Python, which is absent")
    script = str(Path(__file__).with_name("in_qgis.py"))
    arguments = (server, str(files), ",".join(SHIPPED), ",".join(PICTURES))
    ended = in_qgis(script, *arguments, home=home)
    assert ended.stdout, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def get(address: str) -> httpx2.Response:
    response = httpx2.get(address, trust_env=False)
    assert response.status_code == 200, response.text
    return response


def heading_of(server: str, name: str) -> str:
    """The heading of the legend of a layer's page, which goes on with the number of areas."""
    page = get(f"{server}/collections/{name}/items?f=html").text
    return page.split('<table class="legend">\n<caption>')[1].split("</caption>")[0]


def features(server: str, name: str, query: str = "") -> list[dict[str, Any]]:
    address: str | None = f"{server}/collections/{name}/items?limit=10000&f=geojson{query}"
    found: list[dict[str, Any]] = []
    while address:
        page = get(address).json()
        found += page["features"]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    return found


def rules(server: str, files: Path, name: str) -> tuple[list[Read], list[Read]]:
    rows = [one["properties"] for one in features(server, name)]
    return classes_and_marks(read_qml((files / f"{name}.qml").read_bytes(), rows))


@pytest.mark.parametrize("name", SHIPPED)
def test_qgis_reads_every_feature_of_a_layer(seen: dict[str, Any], name: str) -> None:
    layer = seen["layers"][name]
    assert layer["valid"]
    assert layer["count"] == layer["fetched"] == ROWS.get(name, 193)


@pytest.mark.parametrize("form", ["qml", "sld"])
@pytest.mark.parametrize("name", SHIPPED)
def test_qgis_draws_each_feature_as_its_class_has_it(
    server: str, files: Path, seen: dict[str, Any], name: str, form: str
) -> None:
    style = seen["layers"][name][form]
    assert style["loaded"], style["words"]
    classes, marks = rules(server, files, name)
    told = [(rule.words, rule.fill, len(rule.held)) for rule in classes]
    drawn = [(one["words"], one["colour"], one["held"]) for one in style["classes"]]
    assert drawn[: len(told)] == told
    assert sorted((words, held) for words, _, held in drawn[len(told) :]) == sorted(
        (rule.words, len(rule.held)) for rule in marks
    )


def test_what_stands_out_is_labelled(seen: dict[str, Any]) -> None:
    labelled = {name for name, layer in seen["layers"].items() if layer["qml"]["labels"]}
    assert labelled == {"hotspots", "persistence", "towns", "change", "change-towns"}


def test_qgis_opens_the_project_with_every_layer_and_its_legend(
    server: str, files: Path, seen: dict[str, Any], embedded: Dataset
) -> None:
    project = seen["project"]
    assert project["read"]
    assert project["crs"] == "EPSG:27700"
    assert "(illustrative incidents)" in project["title"]
    assert set(project["layers"]) == {f"safermap_{name}" for name in (*SHIPPED, "ground")}
    for name in SHIPPED:
        layer = project["layers"][f"safermap_{name}"]
        assert layer["valid"]
        assert layer["count"] == ROWS.get(name, 193)
        classes, marks = rules(server, files, name)
        heading, *told = layer["classes"]
        assert heading in heading_of(server, name)
        assert told == [rule.words for rule in (*classes, *marks)]
        assert "Illustrative incidents" in layer["abstract"]
        assert layer["licences"]
        assert "Office for National Statistics" in layer["rights"][0]
    legend = {title: words for held in project["legend"].values() for title, words in held.items()}
    assert len(legend) == len(SHIPPED) + 1
    [hot] = [words for title, words in legend.items() if title.startswith("Hot spots: ")]
    assert hot == project["layers"]["safermap_hotspots"]["classes"]
    west, south, east, north = embedded.lsoas.total_bounds
    view = project["view"]
    assert view[0] <= west < east <= view[2]
    assert view[1] == pytest.approx(south)
    assert view[3] == pytest.approx(north)


def test_qgis_adds_a_layer_of_its_own_with_another_theme_and_months(
    server: str, seen: dict[str, Any]
) -> None:
    alone = seen["alone"]
    assert alone["loaded"], alone["words"]
    assert alone["count"] == 193
    rows = [one["properties"] for one in features(server, "hotspots", ROBBERY)]
    style = get(f"{server}/collections/hotspots/style?f=qml{ROBBERY}").content
    classes, marks = classes_and_marks(read_qml(style, rows))
    told = [(rule.words, len(rule.held)) for rule in (*classes, *marks)]
    assert [(one["words"], one["held"]) for one in alone["classes"]] == told
    assert "No incidents" in dict(told)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_each_colour_as_far_as_its_areas_reach(
    server: str, files: Path, seen: dict[str, Any], name: str
) -> None:
    picture = seen["pictures"][name]
    assert picture["errors"] == []
    assert (files / f"{name}.png").stat().st_size > 10_000
    land = [
        shapely.geometry.shape(one["geometry"]).area
        for one in features(server, name, f"&crs={GRID}")
    ]
    classes, _ = rules(server, files, name)
    wanted = {rule.fill: sum(land[i] for i in rule.held) / sum(land) for rule in classes}
    drawn = {fill: picture["colours"].get(fill, 0) for fill in wanted}
    for fill, share in wanted.items():
        # Edges, labels and circles cover some of it.
        assert drawn[fill] / sum(drawn.values()) == pytest.approx(share, abs=0.02), fill
    assert picture["colours"]["#14202b"] > 50  # labels, and the edges of what stands out
