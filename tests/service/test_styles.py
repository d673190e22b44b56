"""Styles for GIS programs have the classes, colours and words of the page's own legend."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from asking import rows
from layer_names import SHIPPED
from made_partner import seen_by_anyone
from made_sets import made_with_sets
from reading_styles import SLD, Read, classes_and_marks, parse, read_qml, read_renderer, read_sld
from starlette.testclient import TestClient
from web_pages import Page

from geo.dataset import Dataset
from layers.breaks import class_of, least_shown
from layers.palette import FAINT, INK
from layers.styles.qml import ABOUT, SMALL, quoted
from layers.styles.style import LARGEST, MARKED
from service.app import create_app
from service.site import Site

READERS = {"qml": read_qml, "sld": read_sld}
ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = [
    "",
    "theme=shoplifting&datetime=2015-01/2015-03",
    "theme=asb&town=ludlow",
    "theme=robbery",
]
PLACE = ["place=rural", "theme=drugs&place=urban"]
HOSTILE = '</Title>&amp;<x a="b">\'\\ \x00\x1b]]>'


def style(client: TestClient, layer: str, form: str, query: str = "") -> bytes:
    response = client.get(f"/collections/{layer}/style?{query}&f={form}")
    assert response.status_code == 200, response.text
    return response.content


def read(client: TestClient, layer: str, form: str, query: str = "") -> list[Read]:
    return READERS[form](style(client, layer, form, query), drawn(client, layer, query))


def drawn(client: TestClient, layer: str, query: str = "") -> list[dict[str, Any]]:
    query = re.sub("rates=[a-z-]+", "", query)
    return rows(client, layer, f"{query}&limit=10000&f=geojson")


def legend(client: TestClient, layer: str, query: str = "") -> list[tuple[str, str | None, int]]:
    """The words, colour and number of each row of the page's legend."""
    page = client.get(f"/collections/{layer}/items?{query}&limit=10000&f=html")
    assert page.status_code == 200
    table = page.text.split('<table class="legend">')[1].split("</table>")[0]
    [parsed] = Page(f"<table>{table}</table>").tables
    swatches = re.findall(r'fill="(#\w+)"/>|swatch (hot|raised)"', table)
    told = [row for row in parsed.rows if row and len(row) == 3][1:]
    return [
        (row[1].words, colour or None, int(row[2].words.replace(",", "")))
        for row, (colour, _) in zip(told, swatches, strict=True)
    ]


def asked(layer: str, query: str) -> str:
    """A question without the part that the layer refuses."""
    return query.replace("&town=ludlow", "") if layer == "rural-urban" else query


@pytest.mark.parametrize("query", QUESTIONS)
@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("layer", SHIPPED)
def test_a_style_has_the_legend_of_the_page(
    client: TestClient, layer: str, form: str, query: str
) -> None:
    query = asked(layer, query)
    told = legend(client, layer, query)
    features = drawn(client, layer, query)
    classes, marks = classes_and_marks(read(client, layer, form, query))
    filled = [(words, colour) for words, colour, _ in told if colour]
    assert [(rule.words, rule.fill) for rule in classes] == filled
    outlined = [words for words, colour, _ in told if colour is None]
    assert sorted(rule.words for rule in marks) == sorted(outlined)
    weight = {"rural-urban": "areas", "density": "count"}.get(layer)
    for rule in (*classes, *marks):
        [number] = [count for words, _, count in told if words == rule.words]
        held = sum(features[i][weight] if weight else 1 for i in rule.held)
        assert held == number, rule.words


@pytest.mark.parametrize("query", [*QUESTIONS, *PLACE])
@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("layer", SHIPPED)
def test_every_feature_is_in_exactly_one_class(
    client: TestClient, layer: str, form: str, query: str
) -> None:
    query = asked(layer, query)
    features = drawn(client, layer, query)
    classes, _ = classes_and_marks(read(client, layer, form, query))
    of = [sum(place in rule.held for rule in classes) for place in range(len(features))]
    level = "class" if layer == "rural-urban" else None
    assert of == [int(level is None or row["level"] == level) for row in features]


@pytest.mark.parametrize("query", [*QUESTIONS, *PLACE])
@pytest.mark.parametrize("layer", SHIPPED)
def test_a_legend_has_the_heading_of_the_page(client: TestClient, layer: str, query: str) -> None:
    query = asked(layer, query)
    page = client.get(f"/collections/{layer}/items?{query}&f=html").text
    told = page.split('<table class="legend">\n<caption>')[1].split(", and number of ")[0]
    [rule] = parse(style(client, layer, "qml", query)).findall("renderer-v2/rules/rule")
    assert rule.get("label") == told
    assert rule.get("symbol") is None
    kinds = parse(style(client, layer, "sld", query)).iter(f"{SLD}FeatureTypeStyle")
    assert {kind.findtext(f"{SLD}Title") for kind in kinds} == {told}


@pytest.mark.parametrize("rates", ["smoothed", "locally-smoothed"])
def test_a_style_of_smoothed_rates_has_classes_of_those(client: TestClient, rates: str) -> None:
    field = f"rate_{rates.replace('-', '_')}"
    features = drawn(client, "hotspots")
    for form, reader in READERS.items():
        content = style(client, "hotspots", form, f"rates={rates}")
        classes, _ = classes_and_marks(reader(content, features))
        told = [
            (words, colour) for words, colour, _ in legend(client, "hotspots", f"rates={rates}")
        ]
        assert [(rule.words, rule.fill) for rule in classes] == told[: len(classes)]
        assert field in content.decode()
        assert sum(len(rule.held) for rule in classes) == len(features)


def test_limits_are_those_of_the_figures_as_they_are_shown() -> None:
    for tenths in range(1, 20_000, 7):
        limit = tenths / 10
        least = least_shown(limit)
        assert class_of(least, [limit]) == 1
        assert class_of(least - 1e-6, [limit]) == 0


def test_hot_spots_and_raised_areas_stand_out_as_on_the_map(client: TestClient) -> None:
    script = (ROOT / "static/map.js").read_text("utf-8")
    for name, coats in MARKED.items():
        block = script.split(f"{name}: [" if name == "raised" else f'"{name}": [')[1].split("]")[0]
        assert [f"{coat.width:g}" for coat in coats] == re.findall(r"weight: ([\d.]+)", block)
        dashes = re.findall(r'dashArray: "([\d ]+)"', block)
        assert [" ".join(f"{x:g}" for x in c.dashes) for c in coats if c.dashes] == dashes
        for form in READERS:
            _, marks = classes_and_marks(read(client, "hotspots", form))
            [rule] = [one for one in marks if one.words.lower().startswith(name)]
            widths = pytest.approx([coat.width for coat in coats], abs=0.1)
            assert [width for width in rule.widths if width][: len(coats)] == widths
            assert rule.label
            assert "name" in rule.label
    assert f'INK = "{INK}"' in script
    assert f'FAINT = "{FAINT}"' in script
    labels = (ROOT / "static/labels.js").read_text("utf-8")
    assert f"SMALL = {SMALL};" in labels
    assert f"radius + {ABOUT // 2}" in script


def test_marks_lie_over_all_areas(client: TestClient) -> None:
    root = parse(style(client, "hotspots", "qml"))
    passes = [
        [int(layer.attrib["pass"]) for layer in symbol.findall("layer")]
        for symbol in root.findall("renderer-v2/symbols/symbol")
    ]
    assert root.find("renderer-v2").get("symbollevels") == "1"  # type: ignore[union-attr]
    *areas, hot, raised = passes
    assert max(max(one) for one in areas) < min(raised) <= max(raised) < min(hot)
    kinds = style(client, "hotspots", "sld").decode().split("<sld:FeatureTypeStyle>")[1:]
    assert ["Raised: " in kind for kind in kinds] == [False, True, False]
    assert ["Hot spot: " in kind for kind in kinds] == [False, False, True]


def test_a_sign_is_written_beside_its_colour(client: TestClient) -> None:
    for form in READERS:
        found = {rule.words: rule.label for rule in read(client, "change", form)}
        assert {words: label.strip("'") if label else label for words, label in found.items()} == {
            "▲ Up": "▲", "No clear change": None, "▼ Down": "▼",
        }  # fmt: skip


def test_circles_grow_with_the_count(client: TestClient) -> None:
    features = drawn(client, "map-points")
    most = max(row["count"] for row in features)
    text = style(client, "map-points", "qml").decode()
    assert f"sqrt(&quot;count&quot; / {most})" in text
    assert 'enableorderby="1"' in text
    root = parse(style(client, "map-points", "sld"))
    sizes = [float(one.text or 0) for one in root.iter("{http://www.opengis.net/sld}Size")]
    assert sizes == sorted(sizes, reverse=True)
    assert 0 < min(sizes) < max(sizes) <= LARGEST


def test_a_hidden_count_is_a_class_of_its_own(tmp_path: Path) -> None:
    anyone = TestClient(create_app(Site(seen_by_anyone(tmp_path, 1))))
    query = "theme=shoplifting"
    features = drawn(anyone, "lsoas", query)
    hidden = {i for i, row in enumerate(features) if row["count"] is None}
    assert 0 < len(hidden) < len(features)
    for form in READERS:
        rules = read(anyone, "lsoas", form, query)
        assert rules[-1].words == "Hidden, or no figure"
        assert rules[-1].fill == "#ffffff"
        assert rules[-1].held >= hidden
        assert all(not rule.held & hidden for rule in rules[:-1])


def test_named_areas_are_drawn_one_set_at_a_time(tmp_path: Path) -> None:
    client = TestClient(create_app(Site(made_with_sets(tmp_path))))
    features = drawn(client, "named-areas")
    for form in READERS:
        for name, query in (("wards", ""), ("wards", "set=wards"), ("beats", "set=beats")):
            held = [rule.held for rule in read_set(client, form, query, features)]
            mine = {i for i, row in enumerate(features) if row["set"] == name}
            assert sorted(place for one in held for place in one) == sorted(mine)
    layers = project(client).findall("projectlayers/maplayer")
    titles = [layer.findtext("layername") or "" for layer in layers]
    assert sum(title.startswith("Wards: ") for title in titles) == 1
    assert len({layer.findtext("id") for layer in layers}) == len(layers)


def read_set(
    client: TestClient, form: str, query: str, features: list[dict[str, Any]]
) -> list[Read]:
    return READERS[form](style(client, "named-areas", form, query), features)


def test_hostile_words_stay_words(embedded: Dataset) -> None:
    towns, area = embedded.towns.copy(), {**embedded.manifest["area"], "name": HOSTILE}
    towns["town"] = towns["town"] + HOSTILE
    area |= {
        "partnership": HOSTILE,
        "files": [{**f, "attribution": HOSTILE} for f in area["files"]],
    }
    hostile = replace(embedded, towns=towns, manifest={**embedded.manifest, "area": area})
    client = TestClient(create_app(Site(hostile)))
    shown = HOSTILE.replace("\x00", "").replace("\x1b", "")
    for form in READERS:
        _, marks = classes_and_marks(read(client, "hotspots", form))
        assert any(shown in rule.words for rule in marks)
        for layer in SHIPPED:
            root = parse(style(client, layer, form))
            assert not [one for one in root.iter() if one.tag in ("x", "Title")]
    root = project(client)
    assert shown in (root.findtext("title") or "")
    assert not list(root.iter("x"))


def test_text_is_quoted_as_qgis_quotes_it() -> None:
    assert quoted("Bishop's \\Castle") == "'Bishop''s \\\\Castle'"


def project(client: TestClient) -> Element:
    response = client.get("/qgis/project.qgs")
    assert response.status_code == 200
    assert response.headers["content-disposition"] == 'attachment; filename="safermap.qgs"'
    return parse(response.content)


def test_the_project_opens_every_layer_from_the_address_that_was_asked(embedded: Dataset) -> None:
    client = TestClient(create_app(Site(embedded)), base_url="https://maps.example.org:8443")
    root = project(client)
    layers = root.findall("projectlayers/maplayer")
    sources = {layer.findtext("id"): layer.findtext("datasource") or "" for layer in layers}
    assert len(sources) == len(layers)
    named = [re.findall(r"typename='([\w-]+)'", source)[0] for source in sources.values()]
    assert sorted(named) == sorted([*SHIPPED, "lsoas"])  # once more as the ground
    assert all("url='https://maps.example.org:8443/'" in source for source in sources.values())
    assert {layer.findtext("provider") for layer in layers} == {"OAPIF"}
    tree = root.findall("layer-tree-group/layer-tree-group/layer-tree-layer")
    assert {(one.get("id"), one.get("source")) for one in tree} == set(sources.items())
    assert tree[-1].get("id") == "safermap_ground"
    assert [one.get("id") for one in tree if one.get("checked") == "Qt::Checked"] == [
        "safermap_hotspots", "safermap_ground",
    ]  # fmt: skip
    assert root.findtext("projectCrs/spatialrefsys/authid") == "EPSG:27700"
    west, south, east, north = (
        float(root.findtext(f"mapcanvas/extent/{name}") or 0)
        for name in ("xmin", "ymin", "xmax", "ymax")
    )
    assert (west, south, east, north) == pytest.approx(embedded.lsoas.total_bounds)


def test_a_layer_of_the_project_says_what_its_figures_are(client: TestClient) -> None:
    for layer in project(client).findall("projectlayers/maplayer"):
        title, told = layer.findtext("layername") or "", layer.findtext("abstract") or ""
        if title != "Areas":
            assert "April 2015 to March 2016 (illustrative)" in title
        assert "Illustrative incidents" in told
        assert "April 2015 to March 2016" in told
        assert "Recorded is not the same as happened" in told
        assert "Office for National Statistics" in (layer.findtext("attribution") or "")
        licence = layer.findtext("resourceMetadata/license") or ""
        assert licence.startswith("https://www.nationalarchives.gov.uk/doc/open-government-licence")
        if "hotspots" in (layer.findtext("id") or ""):
            assert "per 1,000 residents at the 2011 Census" in told


@pytest.mark.parametrize("layer", SHIPPED)
def test_a_layer_of_the_project_is_drawn_by_its_style(client: TestClient, layer: str) -> None:
    features = drawn(client, layer)
    found = project(client).findall("projectlayers/maplayer")
    [mine] = [one for one in found if one.findtext("id") == f"safermap_{layer}"]
    assert read_renderer(mine, features) == read(client, layer, "qml")


@pytest.mark.parametrize("layer", SHIPPED)
def test_a_layer_of_its_own_has_the_features_and_the_style_of_its_question(
    client: TestClient, layer: str
) -> None:
    query = asked(layer, "theme=asb&datetime=2015-10/2015-12&town=ludlow")
    root = parse(style(client, layer, "qlr", query))
    [mine] = root.findall("maplayers/maplayer")
    [listed] = root.findall("layer-tree-group/layer-tree-layer")
    source = mine.findtext("datasource") or ""
    assert listed.get("source") == source
    assert listed.get("id") == mine.findtext("id")
    assert source.startswith(f"http://testserver/collections/{layer}/items?")
    features = [one["properties"] for one in client.get(source).json()["features"]]
    assert features == drawn(client, layer, query)
    assert read_renderer(mine, features) == read(client, layer, "qml", query)
    title = mine.findtext("layername") or ""
    assert title.endswith(": Anti-social behaviour, October to December 2015 (illustrative)")
    assert (" in Ludlow: " in title) == ("town=" in query)


def test_a_layer_of_which_nothing_is_asked_is_had_page_by_page(client: TestClient) -> None:
    for query in ("", "rates=smoothed"):
        [mine] = parse(style(client, "hotspots", "qlr", query)).findall("maplayers/maplayer")
        assert mine.findtext("provider") == "OAPIF"
        assert "typename='hotspots'" in (mine.findtext("datasource") or "")
        assert read_renderer(mine, drawn(client, "hotspots")) == read(
            client, "hotspots", "qml", query
        )


def test_styles_and_project_are_linked_from_documents_and_pages(client: TestClient) -> None:
    links = client.get("/collections/hotspots").json()["links"]
    styles = {one["type"]: one["href"] for one in links if one["rel"] == "stylesheet"}
    assert set(styles) == {"application/x-qgis-layer-settings", "application/vnd.ogc.sld+xml"}
    page = Page(client.get("/collections/hotspots?f=html").text)
    assert {f"/collections/hotspots/style?f={form}" for form in (*READERS, "qlr")} <= set(
        page.links
    )
    assert "/qgis/project.qgs" in Page(client.get("/collections?f=html").text).links
    assert any(one["href"].endswith("/qgis/project.qgs") for one in client.get("/").json()["links"])


def test_a_style_is_a_file_named_after_its_question(client: TestClient) -> None:
    response = client.get("/collections/hotspots/style?f=sld&theme=asb&town=ludlow")
    assert response.headers["content-disposition"] == (
        'attachment; filename="shropshire-hotspots-asb-ludlow-2015-04-to-2016-03.sld"'
    )
    again = {"If-None-Match": response.headers["etag"]}
    assert client.get(str(response.url), headers=again).status_code == 304


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("f=css", "There is no format 'css' here"),
        ("theme=juggling", "juggling"),
        ("limit=5", "There is no parameter 'limit' here"),
        ("rates=smoothed", "shows no rates"),
        ("cell=200", "has no cell"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(
    client: TestClient, query: str, words: str
) -> None:
    response = client.get(f"/collections/change/style?{query}")
    assert response.status_code == 400
    assert words in response.json()["detail"]
