"""Words of an area or a source are words in every format, whatever stands in them."""

import csv
import io
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyogrio
import pypdf
import pytest
from lxml import etree
from made_dataset import COUNTS, POLICE, made
from rich.table import Table
from rich.text import Text
from starlette.testclient import TestClient
from web_pages import Page

from service.app import create_app
from service.console import PlainConsole
from service.site import Site

ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;'
WORDS = {
    "markup": f"]]></name><script>x()</script>{ENTITY}{{{{7*7}}}}",
    "controls": "a\x00b\x07c\x1b[31md\x1b]0;e\x07f\x85g\u2028h\r\nSet-Cookie: i=1",
    "formula": "=HYPERLINK(\"http://x\",'y')",
    "directions": "\u202egnp.exe\u202c \u2066x\u2069 \u0430dmin \ufeff\ufffe\U0010ffff",
    "typst": '#read("/etc/passwd") #panic() $x^2$ *b* _i_ @ref <l> \\u{202e} [[',
    "long": "x" * 2_000,
}
POLICE_COUNTS = [one for one in COUNTS if one["source"] == 0]
AREA = {"denominator": {"name": "mid", "column": "residents_mid", "title": "residents in 2022"}}
XML = ["/collections/lsoas?f=gemini", "/feed", "/qgis/project.qgs"]
XML += [f"/collections/{name}/items?f=kml" for name in ("lsoas", "towns")]
XML += [f"/collections/lsoas/style?f={form}" for form in ("qml", "sld", "qlr")]
JSON = [
    "/", "/about", "/api", "/collections", "/collections/lsoas", "/collections/lsoas/items",
    "/collections/towns/items", "/collections/lsoas/items?f=jsonfg", "/towns/northtown",
    "/dictionary", "/collections?f=dcat", "/search?q=squ",
    "/collections/lsoas/tiles/WebMercatorQuad",
]  # fmt: skip
PAGES = ["/", "/about", "/collections/lsoas/items", "/towns/northtown", "/search?q=squ"]


@pytest.fixture(scope="module", params=WORDS)
def hostile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A client of a dataset in whose every name the words stand first."""
    words = WORDS[request.param]

    area = {"name": words, "partnership": words, "files": [{"name": words, "attribution": words}]}
    police = POLICE | {"name": words, "caveats": [words], "attribution": words}
    dataset = made(tmp_path_factory.mktemp("hostile"), [police], POLICE_COUNTS, area=AREA | area)
    lsoas, towns = dataset.lsoas.copy(), dataset.towns.copy()
    for name in ("lsoa_name", "short_name", "name", "town"):
        lsoas[name] = words + lsoas[name]
    towns["town"], towns["role"] = words + towns["town"], words
    return TestClient(create_app(Site(replace(dataset, lsoas=lsoas, towns=towns))))


def got(client: TestClient, path: str, accept: str = "*/*") -> bytes:
    found = client.get(path, headers={"Accept": accept})
    assert found.status_code == 200, path
    assert not {"set-cookie", "i"} & set(found.headers), path
    return found.content


def test_xml_stays_well_formed_and_asks_for_nothing(hostile: TestClient) -> None:
    reader = etree.XMLParser(resolve_entities=False, huge_tree=True)
    for path in XML:
        tree = etree.fromstring(got(hostile, path), reader)
        doctype = tree.getroottree().docinfo
        assert doctype.internalDTD is None or not list(doctype.internalDTD.iterentities()), path
        assert not list(tree.iter("script", etree.Entity)), path


def test_json_and_pages_stay_whole(hostile: TestClient) -> None:
    for path in JSON:
        json.loads(got(hostile, path))
    for path in PAGES:
        page = Page(got(hostile, path, "text/html").decode())
        assert not any(name.startswith("on") for _, found in page.tags for name in found), path
        for tag, found in page.tags:
            assert tag != "script" or found.get("src") or found["type"] == "application/json"


def test_a_spreadsheet_is_given_no_formula(hostile: TestClient) -> None:
    for path in ("/collections/lsoas/items?f=csv", "/collections/towns/items?f=csv"):
        text = got(hostile, path).decode("utf-8-sig")
        rows = [*csv.reader(io.StringIO(text, newline=""))]
        assert len({len(row) for row in rows}) == 1
        assert not any(
            cell.startswith(("=", "+", "@", "\t", "\r", "\n")) for row in rows for cell in row
        )


def test_gis_files_are_read_by_gdal(hostile: TestClient, tmp_path: Path) -> None:
    for form in ("gpkg", "fgb", "parquet", "shp", "pmtiles"):
        path = tmp_path / {"shp": "a.shp.zip"}.get(form, f"a.{form}")
        path.write_bytes(got(hostile, f"/collections/lsoas/items?f={form}"))
        if form == "parquet":
            assert len(pd.read_parquet(path)) == 36
        elif form != "pmtiles":
            assert len(pyogrio.read_dataframe(path)) == 36, form
        else:
            assert path.read_bytes().startswith(b"PMTiles")
    with sqlite3.connect(tmp_path / "a.gpkg") as opened:
        assert opened.execute("pragma integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_a_terminal_shows_words_and_obeys_none(words: str) -> None:
    console = PlainConsole(file=io.StringIO(), force_terminal=True, color_system=None)
    table = Table("Name")
    table.add_row(Text(words))
    for shown in (Text(f"{words}\udce9", "bold"), table, f"{words}\udce9"):
        console.print(shown, markup=False, highlight=False)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert not set(text) & set("\0\a\r\x1b\x85\u2028\u202e\u2066\udce9")
    assert len(text) > 3 * len("Name")


def test_a_briefing_runs_nothing(hostile: TestClient) -> None:
    content = got(hostile, "/towns/northtown/briefing")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert "root:" not in text
