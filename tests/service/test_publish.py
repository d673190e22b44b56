"""Layers in a PostGIS database: the same figures and outlines, typed, keyed and explained."""

# ruff: noqa: S608  the names in these statements are the tests' own

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from postgres import in_order, make_database
from starlette.testclient import TestClient

from bench.postgres import Server
from geo.crs import GRID
from geo.dataset import Dataset
from geo.query import Question
from layers.layer import Layer
from layers.metadata import describe
from layers.registry import offered_layers
from service.publish.run import publish
from service.publish.tables import METADATA, TYPES, table_name
from service.site import Site

DATABASE = "whole"
SOME = ("crime", "asb", "rural-crime", "farm-machinery")
OGR2OGR = shutil.which("ogr2ogr")
EVERY = (
    "change", "change-towns", "density", "deprivation", "grid", "hotspots", "lsoas", "map-points",
    "persistence", "rural-urban", "towns",
)  # fmt: skip


def of_areas_and_places(dataset: Dataset) -> dict[str, Layer]:
    """What is published where no layer is named: all but incidents one by one."""
    return {name: one for name, one in offered_layers(dataset).items() if not one.incidents}


@pytest.fixture(scope="module")
def filled(databases: Server, embedded: Dataset) -> Iterator[Server]:
    """A server with a database in which every layer is published with every theme."""
    make_database(databases, DATABASE)
    done = publish(
        Site(embedded), databases.address(DATABASE), schema="safermap", layers=(), themes=(),
        parts={}, readers=("viewer",), public=False,
    )  # fmt: skip
    assert done.layers == EVERY == tuple(of_areas_and_places(embedded))
    assert not done.left_out
    yield databases
    databases.ask("postgres", f"DROP DATABASE {DATABASE} WITH (FORCE)")


def layer_of(dataset: Dataset, name: str) -> Layer:
    return of_areas_and_places(dataset)[name]


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("theme", SOME)
def test_features_figures_and_outlines_are_those_of_the_service(
    filled: Server, client: TestClient, embedded: Dataset, name: str, theme: str
) -> None:
    address = f"/collections/{name}/items?theme={theme}&limit=10000&f=geojson&crs={GRID.uri}"
    sent = client.get(address).json()
    layer = layer_of(embedded, name)
    fields = [field.name for field in layer.fields(embedded)]
    columns = ", ".join(f'"{field}"' for field in fields)
    rows = filled.ask(
        DATABASE,
        f"SELECT feature_id, ST_AsBinary(geom), {columns} FROM safermap.{table_name(layer)} "
        f"WHERE theme = '{theme}'",
    )
    assert len(rows) == sent["numberMatched"] == len(sent["features"])
    features = {feature["id"]: feature for feature in sent["features"]}
    assert {row[0] for row in rows} == set(features)
    for feature_id, outline, *values in rows:
        feature = features[feature_id]
        assert dict(zip(fields, values, strict=True)) == feature["properties"]
        there = shapely.from_wkb(outline)
        here = shapely.geometry.shape(feature["geometry"])
        if here.geom_type == "Polygon":
            here = shapely.MultiPolygon([here])
        assert shapely.equals_exact(shapely.normalize(there), shapely.normalize(here))


def test_every_theme_of_every_layer_is_there(filled: Server, embedded: Dataset) -> None:
    site = Site(embedded)
    counted = {
        (layer, theme): (features, why)
        for layer, theme, features, why in filled.ask(
            DATABASE, "SELECT layer, theme, features, left_out FROM safermap.themes"
        )
    }
    assert set(counted) == {(layer, theme) for layer in EVERY for theme in site.themes}
    for layer in EVERY:
        table = table_name(layer_of(embedded, layer))
        rows = dict(
            filled.ask(DATABASE, f"SELECT theme, count(*) FROM safermap.{table} GROUP BY 1")
        )
        for theme in site.themes:
            features, why = counted[layer, theme]
            assert features == rows.get(theme, 0)
            never = theme == "sexual-offences" and layer in ("density", "grid", "map-points")
            assert (why is not None) == never
            assert not never or "never mapped below the town" in why
    [[features]] = filled.ask(DATABASE, "SELECT sum(features) FROM safermap.layers")
    assert features == sum(features for features, _ in counted.values())


def test_geometry_is_valid_in_the_grid_and_of_one_type(filled: Server, embedded: Dataset) -> None:
    registered = {
        table: (column, srid, kind)
        for table, column, srid, kind in filled.ask(
            DATABASE,
            "SELECT f_table_name, f_geometry_column, srid, type FROM geometry_columns "
            "WHERE f_table_schema = 'safermap'",
        )
    }
    for layer in of_areas_and_places(embedded).values():
        kind = "POINT" if layer.name == "map-points" else "MULTIPOLYGON"
        assert registered.pop(table_name(layer)) == ("geom", 27700, kind)
        [[wrong, outside]] = filled.ask(
            DATABASE,
            "SELECT count(*) FILTER (WHERE NOT ST_IsValid(geom) OR ST_SRID(geom) <> 27700), "
            "count(*) FILTER (WHERE NOT geom && "
            "ST_MakeEnvelope(310000, 260000, 390000, 350000, 27700)) "
            f"FROM safermap.{table_name(layer)}",
        )
        assert (wrong, outside) == (0, 0)
    assert not registered


COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid, attnum)
FROM pg_attribute WHERE attrelid = '{}'::regclass AND attnum > 0 ORDER BY attnum
"""


def test_columns_are_typed_and_explained(filled: Server, embedded: Dataset) -> None:
    for layer in of_areas_and_places(embedded).values():
        found = {
            name: rest
            for name, *rest in filled.ask(DATABASE, COLUMNS.format(f"safermap.{table_name(layer)}"))
        }
        rated = ["denominator"] if layer.rated(embedded) else []
        fields = layer.fields(embedded)
        assert list(found) == [
            "feature_id", *(field.name for field in fields), *rated, "caveat", "geom",
        ]  # fmt: skip
        for field in fields:
            kind, required, said = found[field.name]
            assert kind == TYPES[field.kind]
            assert required == (field.null is None)
            assert field.title in said
            assert (field.unit or "") in said
            assert f"Null: {field.null}." in said if field.null else "Never null." in said
        assert all(found[name][1] for name in ("feature_id", *rated, "caveat", "geom"))
        assert all(said for _, _, said in found.values())


def test_tables_say_what_must_be_said_beside_figures(filled: Server, embedded: Dataset) -> None:
    for layer in of_areas_and_places(embedded).values():
        [[said]] = filled.ask(
            DATABASE, f"SELECT obj_description('safermap.{table_name(layer)}'::regclass)"
        )
        for words in (
            layer.title, "Period: 2015-04/2016-03.", "Source: Illustrative incidents.",
            "They are not real reports.", "Recorded is not the same as happened",
            "Open Government Licence v3.0", *layer.caveats,
        ):  # fmt: skip
            assert words in said
        assert ("Denominator: residents at the 2011 Census." in said) == layer.rated(embedded)
    for table in METADATA:
        [[said]] = filled.ask(
            DATABASE, f"SELECT obj_description('safermap.{table.name}'::regclass)"
        )
        assert said == table.comment
        rows = filled.ask(DATABASE, COLUMNS.format(f"safermap.{table.name}"))
        assert [(name, kind, required) for name, kind, required, _ in rows] == [
            (column.name, column.type, column.required) for column in table.columns
        ]
        assert all(words for *_, words in rows)


def test_every_table_has_its_key_and_the_indexes_that_queries_want(
    filled: Server, embedded: Dataset
) -> None:
    for layer in of_areas_and_places(embedded).values():
        table = table_name(layer)
        found = {
            re.sub(r"^.* USING ", "", words)
            for (words,) in filled.ask(
                DATABASE,
                "SELECT indexdef FROM pg_indexes WHERE schemaname = 'safermap' "
                f"AND tablename = '{table}'",
            )
        }
        wanted = {"btree (feature_id, theme)", "gist (geom)", "btree (theme)"}
        names = {field.name for field in layer.fields(embedded)}
        assert found == wanted | ({"btree (town)"} if "town" in names else set())
        [[key]] = filled.ask(
            DATABASE,
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'p' "
            f"AND conrelid = 'safermap.{table}'::regclass",
        )
        assert key == "PRIMARY KEY (feature_id, theme)"


def test_metadata_can_be_queried(filled: Server, embedded: Dataset) -> None:
    [[dataset_id, period, public, records, drawn, age]] = filled.ask(
        DATABASE,
        "SELECT dataset_id, period, public, partner_records, illustrative, "
        "now() - published_at < interval '1 hour' FROM safermap.publication",
    )
    assert (dataset_id, period) == (embedded.id, embedded.period.iso())
    assert (public, records, drawn, age) == (False, False, True, True)
    fields = {
        (layer, field): rest
        for layer, field, *rest in filled.ask(
            DATABASE, "SELECT layer, field, type, title, unit, null_means FROM safermap.fields"
        )
    }
    assert fields == {
        (layer.name, f.name): [f.kind, f.title, f.unit, f.null]
        for layer in of_areas_and_places(embedded).values()
        for f in layer.fields(embedded)
    }
    layer = layer_of(embedded, "hotspots")
    question = Question.ask(embedded, "asb")
    said = describe(embedded, layer, question, layer.compute(embedded, question))
    [[caveats, source, months, missing, facts]] = filled.ask(
        DATABASE,
        "SELECT caveats, source, period, months_missing, facts FROM safermap.themes "
        "WHERE layer = 'hotspots' AND theme = 'asb'",
    )
    assert (caveats, source) == (said["caveats"], said["source"])
    assert (months, missing) == (said["period"], said["months_missing"])
    assert facts["areas_judged"] == said["facts"]["areas_judged"]


def test_only_the_reader_who_is_named_may_read_and_nobody_may_write(filled: Server) -> None:
    for table in ("towns", "map_points", "publication", "themes"):
        [[rows]] = filled.ask(DATABASE, f"SELECT count(*) FROM safermap.{table}", "viewer")
        assert rows
        for words in (
            f"DELETE FROM safermap.{table}",
            f"DROP TABLE safermap.{table}",
            f"CREATE TABLE safermap.{table}_2 ()",
        ):
            with pytest.raises(Exception, match=r"permission denied|must be owner"):
                filled.ask(DATABASE, words, "viewer")
        with pytest.raises(Exception, match="permission denied"):
            filled.ask(DATABASE, f"SELECT count(*) FROM safermap.{table}", "stranger")


@pytest.mark.skipif(OGR2OGR is None, reason="needs ogr2ogr of GDAL, which is absent")
@pytest.mark.parametrize("name", EVERY)
def test_gdal_reads_every_table(
    filled: Server, embedded: Dataset, tmp_path: Path, name: str
) -> None:
    layer = layer_of(embedded, name)
    read = tmp_path / "read.fgb"
    there = f"PG:host={filled.folder} port={filled.port} dbname={DATABASE} user=viewer"
    done = subprocess.run(
        [str(OGR2OGR), "-f", "FlatGeobuf", str(read), there, f"safermap.{table_name(layer)}",
         "-where", "theme = 'asb'"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    frame = pyogrio.read_dataframe(read)
    answer = layer.compute(embedded, Question.ask(embedded, "asb"))
    assert frame.crs == "EPSG:27700"
    assert set(frame["feature_id"]) == set(answer.ids)
    assert len(frame) == len(answer.rows)
    for figure in {"count", "rate", "rank"} & set(answer.rows.columns):
        wanted = dict(zip(answer.ids, answer.rows[figure], strict=True))
        assert dict(zip(frame["feature_id"], frame[figure], strict=True)) == pytest.approx(wanted)


CATALOGUE = """
SELECT 'table', c.relname, obj_description(c.oid), c.relacl::text FROM pg_class c
WHERE relnamespace = 'safermap'::regnamespace AND relkind = 'r'
UNION ALL SELECT 'index', tablename, indexdef, NULL FROM pg_indexes WHERE schemaname = 'safermap'
UNION ALL SELECT 'key', conrelid::regclass::text, pg_get_constraintdef(oid), NULL
FROM pg_constraint WHERE connamespace = 'safermap'::regnamespace
UNION ALL SELECT 'column', attrelid::regclass::text || '.' || attname,
col_description(attrelid, attnum), format_type(atttypid, atttypmod) || attnotnull::text
FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
WHERE relnamespace = 'safermap'::regnamespace AND relkind = 'r' AND attnum > 0
UNION ALL SELECT 'schema', nspname, obj_description(oid), nspacl::text
FROM pg_namespace WHERE nspname = 'safermap' ORDER BY 1, 2, 3, 4
"""


def test_a_dump_restores_to_the_same_tables_comments_keys_and_grants(
    filled: Server, embedded: Dataset, tmp_path: Path
) -> None:
    dump = tmp_path / "dump"
    filled.tool("pg_dump", "-Fc", "-f", str(dump), DATABASE)
    filled.ask("postgres", "CREATE DATABASE restored")
    try:
        filled.tool("pg_restore", "--exit-on-error", "-d", "restored", str(dump))
        catalogue = filled.ask(DATABASE, CATALOGUE)
        assert len(catalogue) > 300
        assert filled.ask("restored", CATALOGUE) == catalogue
        tables = [table_name(layer) for layer in of_areas_and_places(embedded).values()]
        for table in (*tables, *(table.name for table in METADATA)):
            there: list[Any] = in_order(filled, "restored", f"safermap.{table}")
            assert there == in_order(filled, DATABASE, f"safermap.{table}")
            assert there
    finally:
        filled.ask("postgres", "DROP DATABASE restored WITH (FORCE)")


def documented() -> list[str]:
    text = (Path(__file__).parents[2] / "docs/postgis.md").read_text("utf-8")
    return re.findall(r"```sql\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("words", documented())
def test_the_examples_in_the_documents_work_for_a_reader(filled: Server, words: str) -> None:
    assert filled.ask(DATABASE, words, "viewer")
