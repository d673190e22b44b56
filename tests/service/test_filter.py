"""Filters of CQL2, order and fields: what SQLite and geopandas keep of the same rows."""

import json
import sqlite3
from typing import Any

import geopandas
import pytest
import shapely
from asking import ask
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from geo.dataset import Dataset
from service.app import create_app
from service.site import Site

ITEMS = "/collections/hotspots/items"
NUMBERS = ("count", "rate", "rate_lower", "residents")
TEXTS = ("hotspot_class", "town", "name")
EPSG = "http://www.opengis.net/def/crs/EPSG/0"


@pytest.fixture(scope="module")
def rows(embedded: Dataset) -> list[dict[str, Any]]:

    client = TestClient(create_app(Site(embedded)))
    return [
        {"id": f["id"], **f["properties"]}
        for f in ask(client, "hotspots", "limit=10000")["features"]
    ]


@pytest.fixture(scope="module")
def table(rows: list[dict[str, Any]]) -> sqlite3.Connection:
    """The rows in SQLite, whose LIKE tells capitals from small letters as CQL2's does."""
    found = sqlite3.connect(":memory:", check_same_thread=False)
    found.execute("PRAGMA case_sensitive_like = ON")
    numbers, texts = (", ".join(f"{name} {kind}" for name in names) for names, kind in
                      ((NUMBERS, "REAL"), (TEXTS, "TEXT")))  # fmt: skip
    found.execute(f"CREATE TABLE features (id TEXT, illustrative INTEGER, {numbers}, {texts})")
    names = ("id", "illustrative", *NUMBERS, *TEXTS)
    marks = ", ".join("?" for _ in names)
    found.executemany(
        f"INSERT INTO features VALUES ({marks})",  # noqa: S608
        [[row[name] for name in names] for row in rows],
    )
    return found


def kept(client: TestClient, text: str, **more: str) -> list[str]:
    response = client.get(ITEMS, params={"filter": text, "limit": "10000", **more})
    assert response.status_code == 200, response.text
    found = response.json()
    assert found["numberMatched"] == found["numberReturned"] == len(found["features"])
    return [feature["id"] for feature in found["features"]]


numbers = st.sampled_from(NUMBERS) | st.integers(-5, 3000).map(str)
sums = st.tuples(numbers, st.sampled_from(["+", "-", "*"]), numbers).map(" ".join)
patterns = st.lists(
    st.sampled_from(["%", "_", "hot", "Os", "e", "o", " ", "Not", "s"]), max_size=5
).map("".join)
words = st.sampled_from(["hot spot", "Oswestry", "not unusual", "", "Wem", "O'Brien"])
quoted = words.map(lambda text: "'" + text.replace("'", "''") + "'")
compared = st.sampled_from(["=", "<>", "<", ">", "<=", ">="])
simple = st.one_of(
    st.tuples(
        numbers | sums, st.sampled_from(["=", "<>", "<", ">", "<=", ">="]), numbers | sums
    ).map(" ".join),
    st.tuples(st.sampled_from(TEXTS), compared, quoted).map(" ".join),
    st.tuples(st.sampled_from(NUMBERS), numbers, numbers).map(
        "{0[0]} BETWEEN {0[1]} AND {0[2]}".format
    ),
    st.tuples(st.sampled_from(TEXTS), patterns).map("{0[0]} LIKE '{0[1]}'".format),
    st.tuples(st.sampled_from(TEXTS), patterns).map("{0[0]} NOT LIKE '{0[1]}'".format),
    st.tuples(st.sampled_from(TEXTS), st.lists(quoted, min_size=1, max_size=3)).map(
        lambda two: f"{two[0]} IN ({', '.join(two[1])})"
    ),
    st.sampled_from([*NUMBERS, *TEXTS]).map("{} IS NULL".format),
    st.sampled_from([*NUMBERS, *TEXTS]).map("{} IS NOT NULL".format),
)
expressions = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
            "({0[0]}) {0[1]} ({0[2]})".format
        ),
        inner.map("NOT ({})".format),
    ),
    max_leaves=5,
)


@given(expressions)
def test_a_filter_keeps_what_sqlite_keeps(
    client: TestClient, table: sqlite3.Connection, text: str
) -> None:
    expected = {found for (found,) in table.execute(f"SELECT id FROM features WHERE {text}")}  # noqa: S608
    assert set(kept(client, text)) == expected


SPATIAL = (
    "intersects",
    "disjoint",
    "within",
    "contains",
    "touches",
    "overlaps",
    "crosses",
    "equals",
)


@given(
    st.sampled_from(SPATIAL),
    st.tuples(
        st.floats(-3.2, -2.4), st.floats(52.3, 52.9), st.floats(0.01, 0.6), st.floats(0.01, 0.4)
    ),
    st.booleans(),
)
def test_a_spatial_filter_keeps_what_geopandas_keeps(
    client: TestClient, name: str, at: tuple[float, float, float, float], first: bool
) -> None:
    box = shapely.box(at[0], at[1], at[0] + at[2], at[1] + at[3])
    features = ask(client, "hotspots", "limit=10000")["features"]
    outlines = geopandas.GeoSeries(
        [shapely.from_geojson(json.dumps(f["geometry"])) for f in features],
        index=[f["id"] for f in features],
    )
    if first:
        expected = outlines[getattr(outlines, f"geom_{name}" if name == "equals" else name)(box)]
        text = f"S_{name.upper()}(geometry, {box.wkt})"
    else:
        flags = [bool(getattr(shapely, name)(box, one)) for one in outlines]
        expected = outlines[flags]
        text = f"S_{name.upper()}({box.wkt}, geometry)"
    assert kept(client, text) == list(expected.index)


def test_a_filter_in_another_system_and_as_json_keeps_the_same(client: TestClient) -> None:
    box = [340_000.0, 300_000.0, 360_000.0, 320_000.0]
    as_json = {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": box}]}
    system = f"{EPSG}/27700"
    said = kept(client, json.dumps(as_json), **{"filter-lang": "cql2-json", "filter-crs": system})
    by_box = client.get(
        ITEMS, params={"bbox": ",".join(map(str, box)), "bbox-crs": system, "limit": "10000"}
    ).json()
    assert said == [f["id"] for f in by_box["features"]]
    assert 0 < len(said) < 193


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("CASEI(hotspot_class) = CASEI('HOT SPOT')", "hotspot_class = 'hot spot'"),
        ("ACCENTI(name) = ACCENTI('Wém')", "name = 'Wem'"),
        ("illustrative = true", "count >= 0"),
        ("illustrative AND count > 100", "count > 100"),
        ("count / 0 > 1", "count < 0"),
        ("count % 2 = 1", "count div 2 * 2 <> count"),
        ("2 ^ 3 = 8", "count >= 0"),
        ("1 = 2", "count < 0"),
        (r"name LIKE '\%%'", "count < 0"),
    ],
)
def test_two_filters_that_say_the_same_keep_the_same(
    client: TestClient, text: str, same: str
) -> None:
    assert kept(client, text) == kept(client, same)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"filter": "count >"}, "line and column 1:8"),
        ({"filter": "nothere = 3"}, "There is no field 'nothere' to filter by; there are"),
        ({"filter": "count = 'x'"}, "'=' cannot set a number beside text"),
        ({"filter": "count"}, "A filter must be true or false of a feature, not a number"),
        ({"filter": "count LIKE 'x%'"}, "'like' is for text, not for a number"),
        ({"filter": "foo(count) = 1"}, "A filter has no 'foo'"),
        ({"filter": "count > DATE('2015-01-01')"}, "with the parameter datetime"),
        ({"filter": "S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))"}, "is not whole"),
        ({"filter": "(" * 33 + "count = 1" + ")" * 33}, "more than 32 brackets"),
        ({"filter": "NOT " * 400 + "count = 1"}, "more than 100 expressions"),
        ({"filter": "count = 1 OR " * 400 + "count = 1"}, "4,000 letters long"),
        ({"filter": "count = 1", "filter-lang": "cql2-json"}, "not written in cql2-json"),
        ({"filter": '{"op":"=","args":[1,1]}'}, "not written in cql2-text"),
        ({"filter": "count = 1", "filter-lang": "sql"}, "must be cql2-text or cql2-json"),
        ({"filter": '{"op":"not"}', "filter-lang": "cql2-json"}, "filter"),
        ({"filter": '{"op":"not","args":[]}', "filter-lang": "cql2-json"}, "takes 1 operands"),
        ({"sortby": "nothere"}, "sortby names no field 'nothere'"),
        ({"sortby": "count,-count"}, "sortby names a field twice"),
        ({"properties": "count,nothere"}, "properties names no field 'nothere'"),
    ],
)
def test_what_cannot_be_filtered_or_ordered_by_is_refused(
    client: TestClient, query: dict[str, str], words: str
) -> None:
    answer = client.get(ITEMS, params=query)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_refused(client: TestClient, text: str) -> None:
    answer = client.get(ITEMS, params={"filter": text, "limit": "1"})
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("text", ["count", "-count", "town,-rate", "hotspot_class,name", "-rate"])
def test_the_features_come_in_the_order_asked_for(
    client: TestClient, rows: list[dict[str, Any]], text: str
) -> None:
    expected = list(rows)
    for name in reversed(text.split(",")):
        field, down = name.lstrip("-"), name.startswith("-")
        groups: dict[Any, list[dict[str, Any]]] = {}  # equal ones keep their order
        for row in expected:
            groups.setdefault(row[field], []).append(row)
        values = sorted((value for value in groups if value is not None), reverse=down)
        expected = [row for value in [*values, None] for row in groups.get(value, [])]
    found = client.get(ITEMS, params={"sortby": text, "limit": "10000"}).json()
    assert [f["id"] for f in found["features"]] == [row["id"] for row in expected]
    second = client.get(ITEMS, params={"sortby": text, "limit": "50", "offset": "50"}).json()
    assert [f["id"] for f in second["features"]] == [row["id"] for row in expected[50:100]]


def test_only_the_fields_asked_for_are_sent(client: TestClient) -> None:
    query = {"properties": "count,name", "limit": "2"}
    features = client.get(ITEMS, params=query).json()["features"]
    assert [list(f["properties"]) for f in features] == [["count", "name"]] * 2
    table = client.get(ITEMS, params=query | {"f": "csv"}).text
    assert table.lstrip("\ufeff").startswith("count,name,denominator,caveat")


def test_a_map_shows_what_the_filter_keeps(client: TestClient) -> None:
    query = {"filter": "hotspot_class = 'hot spot'", "theme": "asb"}
    count = client.get(ITEMS, params=query).json()["numberMatched"]
    page = client.get(ITEMS, params=query | {"f": "html"}).text
    assert page.count("<tr data-feature=") == count > 0
    config, _, _ = page.split("data-map-config>")[1].partition("</script>")
    url = json.loads(config)["url"]
    assert client.get(url).json()["numberMatched"] == count
